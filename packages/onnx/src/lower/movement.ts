// Movement ops, reductions and products: one operator each, as long as the axis of rows stays where it is.

import { type Shape, sizeOf } from "@verisim/tensor";
import type { GraphBuilder } from "../builder.ts";
import { broadcastDims } from "../infer.ts";
import type { OnnxValue } from "../model.ts";
import { type Lowering, needsClosed } from "./lowering.ts";

const numbers = (value: unknown): readonly number[] => value as readonly number[];

const reshape: Lowering = ({ graph, traced }, node, [x]) => graph.reshape(x!, node.shape, traced);

const transpose: Lowering = ({ graph }, node, [x]) =>
  graph.add("Transpose", [x!], { perm: numbers(node.attributes.axes) });

const broadcast: Lowering = ({ graph, open }, node, [x]) =>
  graph.expand(x!, broadcastDims("Expand", [x!.dims, withOpen(node.shape, open(node.shape), x!.dims)]));

/** The wanted shape, whose first axis is open where `x` is open there or is repeated along it. */
function withOpen(
  shape: Shape,
  opened: readonly (number | string)[],
  from: readonly (number | string)[],
): (number | string)[] {
  const shift = shape.length - from.length;
  return shape.map((length, axis) => {
    const own = from[axis - shift];
    if (typeof own === "string") return own;
    return own === undefined || own === 1 ? opened[axis]! : length;
  });
}

const slice: Lowering = ({ graph }, { attributes, inputs }, [x]) => {
  const [starts, ends] = [numbers(attributes.starts), numbers(attributes.ends)];
  const cut = starts
    .map((_, axis) => axis)
    .filter((axis) => starts[axis] !== 0 || ends[axis] !== inputs[0]!.shape[axis]);
  const at = (values: readonly number[]) => graph.ints(cut.map((axis) => values[axis]!));
  return graph.add("Slice", [x!, at(starts), at(ends), graph.ints(cut)]);
};

const pad: Lowering = ({ graph }, { attributes }, [x]) =>
  graph.add("Pad", [
    x!,
    graph.ints([...numbers(attributes.low), ...numbers(attributes.high)]),
    graph.scalar(x!.element, 0),
  ]);

const concat: Lowering = ({ graph }, node, inputs) => {
  const axis = node.attributes.axis as number;
  const parts = inputs.filter((input) => input.dims[axis] !== 0);
  for (const part of parts) needsClosed(node, part, [axis]);
  return graph.concat(parts, axis);
};

const same: Lowering = (_target, _node, [x]) => x!;

export type Reduce = (
  graph: GraphBuilder,
  x: OnnxValue,
  axes: readonly number[],
  keepDims: boolean,
) => OnnxValue;

export const reduceSum: Reduce = (graph, x, axes, keepDims) =>
  graph.add("ReduceSum", [x, graph.ints(axes)], { keepdims: keepDims ? 1 : 0 });

/** A NaN makes its maximum NaN; ONNX leaves that open, and runtimes differ. */
export const reduceMax: Reduce = (graph, x, axes, keepDims) => {
  const largest = (y: OnnxValue) =>
    graph.add("ReduceMax", [y, graph.ints(axes)], { keepdims: keepDims ? 1 : 0 });
  const anyNan = graph.cast(largest(graph.cast(graph.add("IsNaN", [x]), "float")), "bool");
  return graph.add("Where", [anyNan, graph.scalar("float", Number.NaN), largest(x)]);
};

const reduction =
  (reduce: Reduce, ofNothing: number): Lowering =>
  ({ graph, traced }, node, [x]) => {
    const axes = numbers(node.attributes.axes);
    needsClosed(node, x!, axes);
    if (sizeOf(x!.dims.map(traced)) === 0) return graph.filled("float", ofNothing, node.shape);
    return reduce(graph, x!, axes, node.attributes.keepDims === true);
  };

const matmul: Lowering = ({ graph }, node, [a, b]) => {
  needsClosed(node, a!, [a!.dims.length - 1]);
  if (a!.dims.at(-1) === 0) return graph.filled("float", 0, node.shape);
  return graph.add("MatMul", [a!, b!]);
};

export const movementLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["reshape", reshape],
  ["transpose", transpose],
  ["broadcast", broadcast],
  ["slice", slice],
  ["pad", pad],
  ["concat", concat],
  ["stopGradient", same],
  ["argument", same],
  ["sum", reduction(reduceSum, 0)],
  ["max", reduction(reduceMax, Number.NEGATIVE_INFINITY)],
  ["matmul", matmul],
]);

// Sources, movement ops, reductions and products: one call each.

import { type Tensor as Node, sizeOf } from "@verisim/tensor";
import { dtypeNames, filled, type Lowering } from "./lowering.ts";

const numbers = (value: unknown): number[] => [...(value as readonly number[])];

/** Literals and counted numbers, whose values the op itself knows. */
const known: Lowering = (tf, node) => {
  const { op, attributes, dtype, shape } = node;
  const values = op.reference!([], attributes, node, { key: [0, 0], step: 0, rowOffset: 0 }) as Float64Array;
  const data = dtype === "i32" ? Int32Array.from(values) : Float32Array.from(values);
  return tf.tensor(data, [...shape], dtypeNames[dtype]);
};

const constant: Lowering = (tf, { graph, attributes, shape, dtype }) =>
  tf.tensor(graph.constants[attributes.array as number]!.data, [...shape], dtypeNames[dtype]);

const slice: Lowering = (tf, { attributes, shape }, [x]) =>
  tf.slice(x!, numbers(attributes.starts), [...shape]);

const pad: Lowering = (tf, { attributes }, [x]) => {
  const high = numbers(attributes.high);
  return tf.pad(
    x!,
    numbers(attributes.low).map((low, axis): [number, number] => [low, high[axis]!]),
  );
};

const concat: Lowering = (tf, { attributes }, inputs) => {
  const axis = attributes.axis as number;
  const parts = inputs.filter((input) => input.shape[axis] !== 0);
  return tf.concat([...parts], axis);
};

const same: Lowering = (_tf, _node, [x]) => x!;

const keeps = ({ attributes }: Node): boolean => attributes.keepDims as boolean;
const isEmpty = ({ inputs: [x] }: Node): boolean => sizeOf(x!.shape) === 0;

const sum: Lowering = (tf, node, [x]) =>
  isEmpty(node) ? filled(tf, node, 0) : tf.sum(x!, numbers(node.attributes.axes), keeps(node));

const max: Lowering = (tf, node, [x]) =>
  isEmpty(node)
    ? filled(tf, node, Number.NEGATIVE_INFINITY)
    : tf.max(x!, numbers(node.attributes.axes), keeps(node));

/** matMul pairs matrices one by one where both have batches; those that broadcast are repeated first. */
const matmul: Lowering = (tf, node, inputs) => {
  if (isEmpty(node)) return filled(tf, node, 0);
  const batch = node.shape.slice(0, -2);
  const [a, b] = inputs.map((x) => tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]));
  return tf.matMul(a!, b!);
};

export const movementLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["scalar", known],
  ["iota", known],
  ["constant", constant],
  ["reshape", (tf, { shape }, [x]) => tf.reshape(x!, [...shape])],
  ["transpose", (tf, { attributes }, [x]) => tf.transpose(x!, numbers(attributes.axes))],
  ["broadcast", (tf, { shape }, [x]) => tf.broadcastTo(x!, [...shape])],
  ["slice", slice],
  ["pad", pad],
  ["concat", concat],
  ["stopGradient", same],
  ["argument", same],
  ["sum", sum],
  ["max", max],
  ["matmul", matmul],
] satisfies [string, Lowering][]);

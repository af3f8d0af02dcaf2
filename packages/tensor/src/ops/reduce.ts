// Sums and maxima over axes; they may end a fused group. Attributes: axes (ascending, from 0), keepDims.

import type { Tensor } from "../graph/tensor.ts";
import { normalAxis, type Shape, sizeOf, stridesOf } from "../shape.ts";
import { broadcast, reshape } from "./movement.ts";
import type { Attributes, Operation, ReferenceArray, TensorType } from "./operation.ts";
import { div, equal, mul } from "./pointwise.ts";
import { dtypeError } from "./pointwise-row.ts";

const axesOf = (attributes: Attributes): readonly number[] => attributes.axes as readonly number[];

function reducedShape(shape: Shape, attributes: Attributes, keepDims: boolean): Shape {
  const axes = axesOf(attributes);
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis));
}

function inferReduce(name: string): Operation["infer"] {
  return ([x], attributes): TensorType => {
    if (x!.dtype !== "f32") throw dtypeError(name, "f32", x!.dtype);
    return { shape: reducedShape(x!.shape, attributes, attributes.keepDims as boolean), dtype: "f32" };
  };
}

/** A reduced tensor over the whole shape of `x` again. */
function spread(reduced: Tensor, x: Tensor, attributes: Attributes): Tensor {
  return broadcast(reshape(reduced, reducedShape(x.shape, attributes, true)), x.shape);
}

function referenceReduce(
  start: number,
  join: (a: number, b: number) => number,
): NonNullable<Operation["reference"]> {
  return ([x]: readonly ReferenceArray[], attributes) => {
    const kept = reducedShape(x!.shape, attributes, true);
    const strides = stridesOf(kept);
    const inner = stridesOf(x!.shape);
    const result = new Float64Array(sizeOf(kept)).fill(start);
    for (let i = 0; i < x!.data.length; i++) {
      let to = 0;
      for (let axis = 0; axis < kept.length; axis++)
        if (kept[axis] !== 1) to += (Math.floor(i / inner[axis]!) % x!.shape[axis]!) * strides[axis]!;
      result[to] = join(result[to]!, x!.data[i]!);
    }
    return result;
  };
}

export const sumOperation: Operation = {
  name: "sum",
  kind: "reduce",
  infer: inferReduce("sum"),
  // every summand gets the whole cotangent
  vjp: (g, _y, [x], attributes) => [spread(g, x!, attributes)],
  reference: referenceReduce(0, (a, b) => a + b),
};

export const maxOperation: Operation = {
  name: "max",
  kind: "reduce",
  infer: inferReduce("max"),
  // the largest one gets it; those that tie share it
  vjp: (g, y, [x], attributes) => {
    const winners = equal(x!, spread(y, x!, attributes));
    const count = x!.graph.make(sumOperation, [winners], attributes);
    return [mul(winners, spread(div(g, count), x!, attributes))];
  },
  reference: referenceReduce(Number.NEGATIVE_INFINITY, Math.max),
};

function reduce(
  operation: Operation,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  keepDims: boolean,
): Tensor {
  const rank = x.shape.length;
  const listed =
    axes === undefined ? x.shape.map((_, axis) => axis) : typeof axes === "number" ? [axes] : axes;
  const normal = [...new Set(listed.map((axis) => normalAxis(operation.name, axis, rank)))].sort(
    (a, b) => a - b,
  );
  return normal.length === 0 ? x : x.graph.make(operation, [x], { axes: normal, keepDims });
}

/**
 * The sum over axes (default all). Over nothing it is 0.
 * @param keepDims keeps summed axes with length 1
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function sum(x: Tensor, axes?: number | readonly number[], keepDims: boolean = false): Tensor {
  return reduce(sumOperation, x, axes, keepDims);
}

/**
 * The largest number over axes (default all). Over nothing it is -infinity; a NaN wins.
 * @param keepDims keeps reduced axes with length 1
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function max(x: Tensor, axes?: number | readonly number[], keepDims: boolean = false): Tensor {
  return reduce(maxOperation, x, axes, keepDims);
}

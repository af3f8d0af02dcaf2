// Reductions within a row: over spans of the last axis (one-hot blocks of columns), the place of the largest, running
// sums. Every entry of a span becomes the span's result, so that shapes stay and a softmax over spans has no slices.

import type { Tensor } from "../graph/tensor.ts";
import { normalAxis, type Shape, shapeError, shapeText, sizeOf } from "../shape.ts";
import { transpose } from "./movement.ts";
import type { Attributes, Operation, TensorType } from "./operation.ts";
import { div, equal, mul } from "./pointwise.ts";
import { dtypeError } from "./pointwise-row.ts";

const widthsOf = (attributes: Attributes): readonly number[] => attributes.widths as readonly number[];
const rowsOf = (shape: Shape): number => sizeOf(shape.slice(0, -1));

function floats(name: string, x: TensorType): TensorType {
  if (x.dtype !== "f32") throw dtypeError(name, "f32", x.dtype);
  if (x.shape.length === 0) throw shapeError(name, "Expected at least one axis but received a single number");
  return x;
}

function inferSegment(name: string): Operation["infer"] {
  return ([x], attributes) => {
    const { shape } = floats(name, x!);
    const widths = widthsOf(attributes);
    const total = widths.reduce((a, b) => a + b, 0);
    if (total !== shape.at(-1) || !widths.every((width) => Number.isInteger(width) && width > 0))
      throw shapeError(
        name,
        `Expected positive widths that add up to the last axis of ${shapeText(shape)} but received ${shapeText(widths)}`,
      );
    return { shape, dtype: "f32" };
  };
}

function referenceSegment(
  start: number,
  join: (a: number, b: number) => number,
): NonNullable<Operation["reference"]> {
  return ([x], attributes) => {
    const { data } = x!;
    const result = new Float64Array(data.length);
    for (let from = 0; from < data.length; )
      for (const width of widthsOf(attributes)) {
        result.fill(data.subarray(from, from + width).reduce(join, start), from, from + width);
        from += width;
      }
    return result;
  };
}

const lowerSegment = (node: Tensor): { ints: number[] } => {
  const widths = widthsOf(node.attributes);
  return { ints: [rowsOf(node.shape), node.shape.at(-1)!, widths.length, ...widths] };
};

/** Attributes: widths. */
export const segmentSumOperation: Operation = {
  name: "segmentSum",
  kind: "kernel",
  infer: inferSegment("segmentSum"),
  // the map is symmetric
  vjp: (g, _y, _x, attributes) => [segmentSum(g, widthsOf(attributes))],
  reference: referenceSegment(0, (a, b) => a + b),
  lower: lowerSegment,
};

/** Attributes: widths. */
export const segmentMaxOperation: Operation = {
  name: "segmentMax",
  kind: "kernel",
  infer: inferSegment("segmentMax"),
  // the largest one of a span gets its span's cotangents; those that tie share them
  vjp: (g, y, [x], attributes) => {
    const widths = widthsOf(attributes);
    const winners = equal(x!, y);
    return [mul(winners, div(segmentSum(g, widths), segmentSum(winners, widths)))];
  },
  reference: referenceSegment(Number.NEGATIVE_INFINITY, (a, b) => Math.max(a, b)),
  lower: lowerSegment,
};

/**
 * The last axis is cut into spans of `widths`; every entry becomes its span's sum. [..., n] to [..., n].
 * @param widths positive, sum = n
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function segmentSum(x: Tensor, widths: readonly number[]): Tensor {
  return x.graph.make(segmentSumOperation, [x], { widths });
}

/**
 * The last axis is cut into spans of `widths`; every entry becomes its span's maximum; a NaN wins. [..., n] to [..., n].
 * @param widths positive, sum = n
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function segmentMax(x: Tensor, widths: readonly number[]): Tensor {
  return x.graph.make(segmentMaxOperation, [x], { widths });
}

/** Place of the first of the largest along the last axis; a NaN is larger than everything. */
export const argmaxOperation: Operation = {
  name: "argmax",
  kind: "kernel",
  infer: ([x]) => {
    const { shape } = floats("argmax", x!);
    if (shape.at(-1) === 0)
      throw shapeError("argmax", `Expected a last axis with elements but received ${shapeText(shape)}`);
    return { shape: shape.slice(0, -1), dtype: "i32" };
  },
  vjp: () => [null],
  reference: ([x]) => {
    const width = x!.shape.at(-1)!;
    return Float64Array.from({ length: rowsOf(x!.shape) }, (_, row) => {
      const numbers = x!.data.subarray(row * width, (row + 1) * width);
      const nan = numbers.findIndex(Number.isNaN);
      return nan >= 0 ? nan : numbers.indexOf(numbers.reduce((a, b) => Math.max(a, b)));
    });
  },
  lower: ({ inputs: [x] }) => ({ ints: [rowsOf(x!.shape), x!.shape.at(-1)!] }),
};

/**
 * The place of the largest number along `axis` (default the last), i32, without that axis: the first of equal ones; a NaN
 * is larger than everything.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function argmax(x: Tensor, axis: number = -1): Tensor {
  return x.graph.make(argmaxOperation, [transpose(x, axisLast("argmax", x, axis))]);
}

/** Running sums along the last axis, from its start or (reverse) from its end. Attributes: reverse. */
export const cumsumOperation: Operation = {
  name: "cumsum",
  kind: "kernel",
  infer: ([x]) => ({ shape: floats("cumsum", x!).shape, dtype: "f32" }),
  // dx_i = sum of g_j over j >= i
  vjp: (g, _y, _x, { reverse }) => [cumsum(g, -1, !reverse)],
  reference: ([x], { reverse }) => {
    const width = x!.shape.at(-1)!;
    const result = Float64Array.from(x!.data);
    for (let i = 1; i < result.length; i++) {
      const at = reverse ? result.length - 1 - i : i;
      const before = reverse ? at + 1 : at - 1;
      if (Math.floor(at / width) === Math.floor(before / width)) result[at]! += result[before]!;
    }
    return result;
  },
  lower: ({ shape, attributes }) => ({ ints: [rowsOf(shape), shape.at(-1)!, attributes.reverse ? 1 : 0] }),
};

/**
 * Inclusive running sums along `axis` (default the last).
 * @param reverse runs from the axis's end
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function cumsum(x: Tensor, axis: number = -1, reverse: boolean = false): Tensor {
  const order = axisLast("cumsum", x, axis);
  const summed = x.graph.make(cumsumOperation, [transpose(x, order)], { reverse });
  return transpose(
    summed,
    order.map((_, i) => order.indexOf(i)),
  );
}

/** All axes in order, but for `axis`, which is last. */
function axisLast(op: string, x: Tensor, axis: number): number[] {
  const last = normalAxis(op, axis, x.shape.length);
  const order = x.shape.map((_, i) => i);
  return [...order.filter((i) => i !== last), last];
}

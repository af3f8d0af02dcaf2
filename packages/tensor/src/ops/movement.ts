// Movement ops: elements change place, never value. Most are views by strides once compiled. Attributes hold full shapes
// and axes counted from 0, so that no later stage resolves a -1.

import type { Tensor } from "../graph/tensor.ts";
import { normalAxis, type Shape, sameShape, shapeError, shapeText, sizeOf, stridesOf } from "../shape.ts";
import type { Attributes, Operation, ReferenceArray } from "./operation.ts";
import { dtypeError } from "./pointwise-row.ts";
import { sum } from "./reduce.ts";
import { scalar, type TensorLike, toTensors } from "./source.ts";

const numbers = (attributes: Attributes, name: string): readonly number[] =>
  attributes[name] as readonly number[];
const isLength = (length: number): boolean => Number.isInteger(length) && length >= 0;
const onlyInput = (inputs: readonly ReferenceArray[]): Float64Array => inputs[0]!.data;

/** Numbers at `offset + index . strides` for every index of `shape`, row-major. */
function strided(
  data: Float64Array,
  shape: Shape,
  strides: readonly number[],
  offset: number = 0,
): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** Attributes: shape. */
export const reshapeOperation: Operation = {
  name: "reshape",
  kind: "movement",
  infer: ([x], attributes) => {
    const shape = numbers(attributes, "shape");
    if (sizeOf(shape) !== sizeOf(x!.shape) || !shape.every(isLength))
      throw shapeError(
        "reshape",
        `Expected a shape of ${sizeOf(x!.shape)} elements for ${shapeText(x!.shape)} but received ${shapeText(shape)}`,
      );
    return { shape, dtype: x!.dtype };
  },
  // the inverse map
  vjp: (g, _y, [x]) => [reshape(g, x!.shape)],
  reference: onlyInput,
};

/**
 * The same elements in row-major order as another shape; one length may be -1, which stands for what is left.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const unknown = shape.indexOf(-1);
  const left = -sizeOf(x.shape) / sizeOf(shape);
  const whole =
    unknown < 0 || !isLength(left) ? shape : shape.map((length, axis) => (axis === unknown ? left : length));
  return sameShape(whole, x.shape) ? x : x.graph.make(reshapeOperation, [x], { shape: whole });
}

/** Axis i of the result is axis axes[i] of the input. Attributes: axes. */
export const transposeOperation: Operation = {
  name: "transpose",
  kind: "movement",
  infer: ([x], attributes) => ({
    shape: numbers(attributes, "axes").map((axis) => x!.shape[axis]!),
    dtype: x!.dtype,
  }),
  // the inverse permutation
  vjp: (g, _y, _x, attributes) => {
    const axes = numbers(attributes, "axes");
    return [
      transpose(
        g,
        axes.map((_, axis) => axes.indexOf(axis)),
      ),
    ];
  },
  reference: ([x], attributes, { shape }) => {
    const strides = stridesOf(x!.shape);
    return strided(
      x!.data,
      shape,
      numbers(attributes, "axes").map((axis) => strides[axis]!),
    );
  },
};

/**
 * Axes in another order: axis i of the result is axis `axes[i]` of `x`. Without `axes` the last two change places.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function transpose(x: Tensor, axes?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const order = (axes ?? lastTwoSwapped(rank)).map((axis) => normalAxis("transpose", axis, rank));
  if (order.length !== rank || new Set(order).size !== rank)
    throw shapeError(
      "transpose",
      `Expected every axis of ${shapeText(x.shape)} once but received axes ${shapeText(order)}`,
    );
  return order.every((axis, i) => axis === i) ? x : x.graph.make(transposeOperation, [x], { axes: order });
}

function lastTwoSwapped(rank: number): number[] {
  if (rank < 2) throw shapeError("transpose", `Expected at least 2 axes but received ${rank}`);
  const order = Array.from({ length: rank }, (_, axis) => axis);
  order[rank - 2] = rank - 1;
  order[rank - 1] = rank - 2;
  return order;
}

/** Attributes: shape. */
export const broadcastOperation: Operation = {
  name: "broadcast",
  kind: "movement",
  infer: ([x], attributes) => {
    const shape = numbers(attributes, "shape");
    const shift = shape.length - x!.shape.length;
    if (shift < 0 || !x!.shape.every((length, axis) => length === 1 || length === shape[shift + axis]))
      throw shapeError(
        "broadcast",
        `Expected a shape that broadcasts to ${shapeText(shape)} but received ${shapeText(x!.shape)}`,
      );
    return { shape, dtype: x!.dtype };
  },
  // what was repeated adds up
  vjp: (g, _y, [x]) => [sumTo(g, x!.shape)],
  reference: ([x], _attributes, { shape }) => {
    const skipped = shape.length - x!.shape.length;
    const strides = stridesOf(x!.shape).map((stride, axis) => (x!.shape[axis] === 1 ? 0 : stride));
    return strided(x!.data, shape, [...new Array<number>(skipped).fill(0), ...strides]);
  },
};

/**
 * `x` repeated to a shape, by numpy's rule: aligned at the last axis, lengths of 1 stretch.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function broadcast(x: TensorLike, shape: Shape): Tensor {
  const tensor = typeof x === "number" ? scalar(x) : x;
  return sameShape(tensor.shape, shape) ? tensor : tensor.graph.make(broadcastOperation, [tensor], { shape });
}

/** `x` summed to a shape that broadcasts to its own: the transpose of `broadcast`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const shift = x.shape.length - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < x.shape.length; axis++)
    if (axis < shift || (shape[axis - shift] === 1 && x.shape[axis] !== 1)) axes.push(axis);
  return reshape(sum(x, axes), shape);
}

/** Elements starts to ends - 1 of every axis. Attributes: starts, ends (one number per axis). */
export const sliceOperation: Operation = {
  name: "slice",
  kind: "movement",
  infer: ([x], attributes) => {
    const [starts, ends] = [numbers(attributes, "starts"), numbers(attributes, "ends")];
    const rank = x!.shape.length;
    const fits = x!.shape.every(
      (length, axis) =>
        isLength(starts[axis]!) && isLength(ends[axis]! - starts[axis]!) && ends[axis]! <= length,
    );
    if (starts.length !== rank || ends.length !== rank || !fits)
      throw shapeError(
        "slice",
        `Expected starts and ends within ${shapeText(x!.shape)} but received ${shapeText(starts)} and ${shapeText(ends)}`,
      );
    return { shape: ends.map((end, axis) => end - starts[axis]!), dtype: x!.dtype };
  },
  // zeros where nothing was read
  vjp: (g, _y, [x], attributes) => [
    pad(
      g,
      numbers(attributes, "starts"),
      numbers(attributes, "ends").map((end, axis) => x!.shape[axis]! - end),
    ),
  ],
  reference: ([x], attributes, { shape }) => {
    const strides = stridesOf(x!.shape);
    const offset = numbers(attributes, "starts").reduce((at, start, axis) => at + start * strides[axis]!, 0);
    return strided(x!.data, shape, strides, offset);
  },
};

/**
 * Elements `starts[i]` to `ends[i] - 1` of axis i, one number per axis; negative numbers count from the axis's end.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function slice(x: Tensor, starts: readonly number[], ends: readonly number[]): Tensor {
  const counted = (bounds: readonly number[]): number[] =>
    bounds.map((bound, axis) => (bound < 0 ? bound + (x.shape[axis] ?? 0) : bound));
  const [from, to] = [counted(starts), counted(ends)];
  return from.every((start) => start === 0) && sameShape(to, x.shape)
    ? x
    : x.graph.make(sliceOperation, [x], { starts: from, ends: to });
}

/** Zeros around `x`. Attributes: low, high (zeros before and after, one number per axis). */
export const padOperation: Operation = {
  name: "pad",
  kind: "movement",
  infer: ([x], attributes) => {
    const [low, high] = [numbers(attributes, "low"), numbers(attributes, "high")];
    const rank = x!.shape.length;
    if (low.length !== rank || high.length !== rank || ![...low, ...high].every(isLength))
      throw shapeError(
        "pad",
        `Expected whole numbers from 0 per axis of ${shapeText(x!.shape)} but received ${shapeText(low)} and ${shapeText(high)}`,
      );
    return { shape: x!.shape.map((length, axis) => length + low[axis]! + high[axis]!), dtype: x!.dtype };
  },
  // the part that x went to
  vjp: (g, _y, [x], attributes) => {
    const low = numbers(attributes, "low");
    return [
      slice(
        g,
        low,
        low.map((start, axis) => start + x!.shape[axis]!),
      ),
    ];
  },
  reference: ([x], attributes, { shape }) =>
    place(new Float64Array(sizeOf(shape)), shape, x!, numbers(attributes, "low")),
};

/** Writes `part` into an array of `shape` from the index `starts` on. */
function place(
  result: Float64Array,
  shape: Shape,
  part: ReferenceArray,
  starts: readonly number[],
): Float64Array {
  const strides = stridesOf(shape);
  const offset = starts.reduce((at, start, axis) => at + start * strides[axis]!, 0);
  const positions = strided(
    Float64Array.from(result, (_, i) => i),
    part.shape,
    strides,
    offset,
  );
  for (let i = 0; i < positions.length; i++) result[positions[i]!] = part.data[i]!;
  return result;
}

/**
 * `x` with `low[i]` zeros before and `high[i]` after along axis i.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function pad(x: Tensor, low: readonly number[], high: readonly number[]): Tensor {
  const nothing = low.length === x.shape.length && [...low, ...high].every((n) => n === 0);
  return nothing ? x : x.graph.make(padOperation, [x], { low, high });
}

/** Inputs one after another along an axis. Attributes: axis. */
export const concatOperation: Operation = {
  name: "concat",
  kind: "movement",
  infer: (inputs, attributes) => {
    const axis = attributes.axis as number;
    const [first] = inputs;
    let length = 0;
    for (const input of inputs) {
      if (input.dtype !== first!.dtype) throw dtypeError("concat", first!.dtype, input.dtype);
      const fits = input.shape.every((n, i) => i === axis || n === first!.shape[i]);
      if (input.shape.length !== first!.shape.length || !fits)
        throw shapeError(
          "concat",
          `Expected shapes that differ only in axis ${axis} but received ${shapeText(first!.shape)} and ${shapeText(input.shape)}`,
        );
      length += input.shape[axis]!;
    }
    return { shape: first!.shape.map((n, i) => (i === axis ? length : n)), dtype: first!.dtype };
  },
  // every input gets its part
  vjp: (g, _y, inputs, attributes) => {
    const axis = attributes.axis as number;
    let start = 0;
    return inputs.map((input) => {
      const starts = g.shape.map((_, i) => (i === axis ? start : 0));
      start += input.shape[axis]!;
      return slice(
        g,
        starts,
        g.shape.map((n, i) => (i === axis ? start : n)),
      );
    });
  },
  reference: (inputs, attributes, { shape }) => {
    const axis = attributes.axis as number;
    const result = new Float64Array(sizeOf(shape));
    let start = 0;
    for (const input of inputs) {
      place(
        result,
        shape,
        input,
        shape.map((_, i) => (i === axis ? start : 0)),
      );
      start += input.shape[axis]!;
    }
    return result;
  },
};

/**
 * Tensors one after another along `axis` (default the last).
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function concat(tensors: readonly TensorLike[], axis: number = -1): Tensor {
  const inputs = toTensors("concat", tensors);
  if (inputs.length === 0) throw shapeError("concat", "Expected at least one tensor but received none");
  const normal = normalAxis("concat", axis, inputs[0]!.shape.length);
  return inputs.length === 1 ? inputs[0]! : inputs[0]!.graph.make(concatOperation, inputs, { axis: normal });
}

/** The same value, through which no gradient flows. */
export const stopGradientOperation: Operation = {
  name: "stopGradient",
  kind: "movement",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: () => [null],
  reference: onlyInput,
};

/** `x`, taken as a constant by gradients. */
export function stopGradient(x: Tensor): Tensor {
  return x.graph.make(stopGradientOperation, [x]);
}

/**
 * The same value as a node of its own: what `grad` differentiates by. Attributes: number, which no other node has.
 * Compiled it is its input.
 */
export const argumentOperation: Operation = {
  name: "argument",
  kind: "movement",
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: (g) => [g],
  reference: onlyInput,
};

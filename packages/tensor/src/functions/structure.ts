// Shapes taken apart and put together, constant fillings, comparisons, and choices by number.

import type { DType } from "../dtype.ts";
import type { Tensor } from "../graph/tensor.ts";
import { broadcast, concat, reshape, slice } from "../ops/movement.ts";
import { add, equal, less, sub, where } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { iota, scalar, type TensorLike } from "../ops/source.ts";
import { normalAxis, type Shape, shapeError, shapeText } from "../shape.ts";

/** `value` everywhere. Default dtype f32. */
export function full(shape: Shape, value: number, dtype: DType = "f32"): Tensor {
  return broadcast(scalar(value, dtype), shape);
}

/** 0 everywhere. Default dtype f32. */
export function zeros(shape: Shape, dtype: DType = "f32"): Tensor {
  return full(shape, 0, dtype);
}

/** 1 everywhere. Default dtype f32. */
export function ones(shape: Shape, dtype: DType = "f32"): Tensor {
  return full(shape, 1, dtype);
}

/**
 * `x` with an axis of length 1 put in at `axis` of the result (default the last).
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function expandDims(x: Tensor, axis: number = -1): Tensor {
  const at = normalAxis("expandDims", axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/**
 * `x` without the given axes, which must have length 1; without `axes` all of length 1 go.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const listed = axes === undefined ? undefined : [axes].flat();
  const given = listed?.map((axis) => normalAxis("squeeze", axis, x.shape.length));
  if (given?.some((axis) => x.shape[axis] !== 1))
    throw shapeError(
      "squeeze",
      `Expected axes ${shapeText(given)} of length 1 but received shape ${shapeText(x.shape)}`,
    );
  return reshape(
    x,
    x.shape.filter((length, axis) => !(given === undefined ? length === 1 : given.includes(axis))),
  );
}

/**
 * `x` cut along `axis` (default the last) into parts of the given lengths.
 * @param sizes sum = length of the axis
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function split(x: Tensor, sizes: readonly number[], axis: number = -1): Tensor[] {
  const cut = normalAxis("split", axis, x.shape.length);
  if (sizes.reduce((a, b) => a + b, 0) !== x.shape[cut])
    throw shapeError(
      "split",
      `Expected sizes that add up to axis ${cut} of ${shapeText(x.shape)} but received ${shapeText(sizes)}`,
    );
  let start = 0;
  return sizes.map((size) => {
    const starts = x.shape.map((_, i) => (i === cut ? start : 0));
    start += size;
    return slice(
      x,
      starts,
      x.shape.map((length, i) => (i === cut ? start : length)),
    );
  });
}

/**
 * Tensors of one shape along a new axis (default the last).
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function stack(tensors: readonly Tensor[], axis: number = -1): Tensor {
  return concat(
    tensors.map((tensor) => expandDims(tensor, axis)),
    axis,
  );
}

/** 1 where a > b, else 0. */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  return less(b, a);
}

/** 1 where a <= b, else 0, as for NaN. */
export function lessEqual(a: TensorLike, b: TensorLike): Tensor {
  return add(less(a, b), equal(a, b));
}

/** 1 where a >= b, else 0, as for NaN. */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor {
  return lessEqual(b, a);
}

/** 1 where a and b differ, else 0. A NaN differs from everything. */
export function notEqual(a: TensorLike, b: TensorLike): Tensor {
  return sub(1, equal(a, b));
}

/** 1 where a number i32 [...] is the place along a new last axis of length `size`, else 0; none where it is outside. */
export function oneHot(indices: Tensor, size: number): Tensor {
  return equal(expandDims(indices), iota([size], 0, "i32"));
}

/**
 * The number at place indices[...] of the last axis of `x` [..., n]; 0 where that is outside.
 * @param indices i32, of the shape of `x` without its last axis
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function pick(x: Tensor, indices: Tensor): Tensor {
  // Chosen, not multiplied: an infinity beside the chosen number does no harm.
  return sum(where(oneHot(indices, x.shape.at(-1) ?? 1), x, 0), -1);
}

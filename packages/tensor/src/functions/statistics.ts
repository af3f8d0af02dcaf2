// Means, spreads and extremes over axes. `axes` counts from 0, negative from the end; default all.

import type { Tensor } from "../graph/tensor.ts";
import { mul, neg, sub } from "../ops/pointwise.ts";
import { max, sum } from "../ops/reduce.ts";
import { normalAxis } from "../shape.ts";
import { square } from "./activations.ts";

/** Axes of a reduction: one, several, or all. */
export type Axes = number | readonly number[] | undefined;

function countOf(op: string, x: Tensor, axes: Axes): number {
  const listed =
    axes === undefined ? x.shape.map((_, axis) => axis) : typeof axes === "number" ? [axes] : axes;
  const distinct = new Set(listed.map((axis) => normalAxis(op, axis, x.shape.length)));
  return [...distinct].reduce((count, axis) => count * x.shape[axis]!, 1);
}

/**
 * The mean over axes; NaN over nothing.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function mean(x: Tensor, axes?: Axes, keepDims: boolean = false): Tensor {
  return mul(sum(x, axes, keepDims), 1 / countOf("mean", x, axes));
}

/** Options of {@link variance}. */
export interface VarianceOptions {
  /** Keeps reduced axes with length 1; default false. */
  readonly keepDims?: boolean;
  /** Taken off the count that is divided by: 0 (default) for the population's, 1 for the unbiased estimate. */
  readonly correction?: number;
}

/**
 * The variance over axes, about the mean in a second pass.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function variance(
  x: Tensor,
  axes?: Axes,
  { keepDims = false, correction = 0 }: VarianceOptions = {},
): Tensor {
  const deviations = square(sub(x, mean(x, axes, true)));
  return mul(sum(deviations, axes, keepDims), 1 / (countOf("variance", x, axes) - correction));
}

/**
 * The smallest number over axes: the counterpart of `max`.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function minimumOf(x: Tensor, axes?: Axes, keepDims: boolean = false): Tensor {
  return neg(max(neg(x), axes, keepDims));
}

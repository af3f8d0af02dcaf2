// Softmax and its relatives, over an axis or over spans of the last one. The maximum is taken off first, under
// stopGradient: it changes no result, keeps e^x finite, and has no derivative to compute.

import type { Tensor } from "../graph/tensor.ts";
import { reshape, stopGradient } from "../ops/movement.ts";
import { abs, add, div, equal, exp, less, log, mul, neg, sub, where } from "../ops/pointwise.ts";
import type { Rng } from "../ops/random.ts";
import { max, sum } from "../ops/reduce.ts";
import { segmentMax, segmentSum } from "../ops/segment.ts";
import type { Axes } from "./statistics.ts";

/**
 * e^x / sum e^x along `axis` (default the last).
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function softmax(x: Tensor, axis: number = -1): Tensor {
  const powers = exp(sub(x, stopGradient(max(x, axis, true))));
  return div(powers, sum(powers, axis, true));
}

/**
 * log(softmax(x)) along `axis` (default the last), exact also where softmax is 0 in f32.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function logSoftmax(x: Tensor, axis: number = -1): Tensor {
  const shifted = sub(x, stopGradient(max(x, axis, true)));
  return sub(shifted, log(sum(exp(shifted), axis, true)));
}

/**
 * log(sum e^x) over axes (default all); -infinity over nothing, or where all are -infinity.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function logSumExp(x: Tensor, axes?: Axes, keepDims: boolean = false): Tensor {
  const largest = stopGradient(max(x, axes, true));
  // An infinite maximum would make infinity - infinity of it.
  const shift = where(less(abs(largest), Number.POSITIVE_INFINITY), largest, 0);
  const total = log(sum(exp(sub(x, shift)), axes, keepDims));
  return add(total, reshape(shift, total.shape));
}

/**
 * Softmax within each span of the last axis: a categorical distribution per block of columns.
 * @param widths lengths of the spans, sum = last axis
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function segmentSoftmax(x: Tensor, widths: readonly number[]): Tensor {
  const powers = exp(sub(x, stopGradient(segmentMax(x, widths))));
  return div(powers, segmentSum(powers, widths));
}

/**
 * log(segmentSoftmax(x)), exact also where that is 0 in f32.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function segmentLogSoftmax(x: Tensor, widths: readonly number[]): Tensor {
  const shifted = sub(x, stopGradient(segmentMax(x, widths)));
  return sub(shifted, log(segmentSum(exp(shifted), widths)));
}

/** Options of {@link gumbelSoftmax}. */
export interface GumbelSoftmaxOptions {
  /** Lengths of the spans of the last axis that are one choice each; default one span. */
  readonly widths?: readonly number[];
  /** Above 0; the smaller, the closer to one-hot. Default 0.2. */
  readonly temperature?: number;
  /** One-hot values with the soft ones' derivatives (straight-through); default false. */
  readonly hard?: boolean;
}

/**
 * A differentiable random choice per span, with the logits' probabilities (Jang, Gu and Poole 2017; Maddison, Mnih and
 * Teh 2017): softmax of (logits + Gumbel noise) / temperature.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`
 */
export function gumbelSoftmax(rng: Rng, logits: Tensor, options: GumbelSoftmaxOptions = {}): Tensor {
  const { widths = [logits.shape.at(-1) ?? 1], temperature = 0.2, hard = false } = options;
  const noise = neg(log(neg(log(rng.uniform(logits.shape)))));
  const soft = segmentSoftmax(mul(add(logits, noise), 1 / temperature), widths);
  if (!hard) return soft;
  const choice = equal(soft, segmentMax(soft, widths));
  return add(soft, stopGradient(sub(choice, soft)));
}

// Losses: single numbers to minimise. Means are over rows, so that a loss does not grow with the batch.

import { mean } from "../functions/statistics.ts";
import type { Tensor } from "../graph/tensor.ts";
import { gather } from "../ops/indexing.ts";
import { reshape, stopGradient } from "../ops/movement.ts";
import { abs, add, exp, less, log, log1p, maximum, mul, neg, sub, where } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { segmentMax, segmentSum } from "../ops/segment.ts";
import { iota } from "../ops/source.ts";
import { type Shape, shapeError, shapeText, sizeOf } from "../shape.ts";

const rowsOf = (shape: Shape): number => sizeOf(shape.slice(0, -1));

/** The mean of (prediction - target)^2. */
export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  const difference = sub(prediction, target);
  return mean(mul(difference, difference));
}

/** The mean of -target log p - (1 - target) log(1 - p) with p = sigmoid(logits), without overflow. */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return mean(add(sub(maximum(logits, 0), mul(logits, targets)), log1p(exp(neg(abs(logits))))));
}

/**
 * Cross entropy of several categorical columns at once: the last axis of `logits` [..., n] is cut into spans, one softmax
 * each, and `columns` names the entries that should be likely: the sum over them of -log softmax, as a mean over rows.
 * Its cost does not grow with the number of categories beyond the softmax itself.
 * @param columns i32 [..., k] in [0, n); a number outside counts for nothing: a missing category
 * @param widths of the spans, sum = n
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function spanCrossEntropy(logits: Tensor, columns: Tensor, widths: readonly number[]): Tensor {
  const rows = rowsOf(logits.shape);
  const width = logits.shape.at(-1)!;
  if (rowsOf(columns.shape) !== rows)
    throw shapeError(
      "spanCrossEntropy",
      `Expected columns for ${rows} rows but received shape ${shapeText(columns.shape)}`,
    );
  const chosen = reshape(columns, [rows, columns.shape.at(-1)!]);
  const inRow = add(mul(iota([rows, 1], 0, "i32"), width), chosen);
  // A missing one must not be a column of the row before or after.
  const places = where(less(chosen, 0), -1, where(less(chosen, width), inRow, -1));
  const shifted = sub(logits, stopGradient(segmentMax(logits, widths)));
  const chosenOf = (values: Tensor): Tensor => gather(reshape(values, [rows * width]), places);
  // Logarithms of the chosen ones' sums alone; that of a missing one is 0.
  const sums = where(less(places, 0), 1, chosenOf(segmentSum(exp(shifted), widths)));
  return mul(sum(sub(chosenOf(shifted), log(sums))), -1 / rows);
}

/** Kullback-Leibler divergence from the standard normal, summed over the last axis, as a mean over rows. */
export function normalDivergence(means: Tensor, logVariance: Tensor): Tensor {
  const terms = sub(add(1, logVariance), add(mul(means, means), exp(logVariance)));
  return mul(sum(terms), -0.5 / rowsOf(means.shape));
}

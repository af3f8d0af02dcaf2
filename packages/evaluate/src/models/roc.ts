// The area under the ROC curve with DeLong's interval, and the curve itself as few points.

import type { RunOptions } from "@verisim/core";
import { normalCdf } from "@verisim/stats";
import { ranks } from "@verisim/tensor/arrays";
import type { Estimate } from "../estimate.ts";

export interface AreaUnderCurve {
  readonly auc: Estimate;
  /** Chance of an area as large or larger where the scores say nothing (one-sided, normal). */
  readonly pValue: number;
}

/** 97.5 % point of the normal distribution. */
export const normal975: number = 1.959963984540054;

/**
 * Area under the ROC curve of scores that should be higher for the positive rows; ties count half. The interval is that of
 * E. DeLong et al., "Comparing the areas under two or more correlated ROC curves", Biometrics 44, 1988, by ranks as in
 * X. Sun and W. Xu, "Fast implementation of DeLong's algorithm", IEEE Signal Processing Letters 21, 2014.
 *
 * @param positive scores of the positive rows, at least one
 * @param negative scores of the others, at least one
 * @param widening factor of the standard error, where the scores are less certain than those of one fixed model. Default 1
 */
export async function areaUnderCurve(
  positive: Float64Array,
  negative: Float64Array,
  widening: number = 1,
  run: RunOptions = {},
): Promise<AreaUnderCurve> {
  const all = new Float64Array(positive.length + negative.length);
  all.set(positive);
  all.set(negative, positive.length);
  const [together, own, others] = await Promise.all([
    ranks(all, run),
    ranks(positive, run),
    ranks(negative, run),
  ]);
  // Of each positive row the share of negative ones below it, of each negative row the share of positive ones above it.
  const below = Float64Array.from(own, (rank, i) => (together[i]! - rank) / negative.length);
  const above = Float64Array.from(
    others,
    (rank, i) => 1 - (together[positive.length + i]! - rank) / positive.length,
  );
  const value = below.reduce((sum, share) => sum + share, 0) / below.length;
  const error = widening * Math.sqrt(variance(below) / below.length + variance(above) / above.length);
  const pValue = error > 0 ? normalCdf((0.5 - value) / error) : value > 0.5 ? 0 : 1;
  return { auc: { value, ...ends(value, error) }, pValue };
}

function ends(value: number, error: number): { low: number; high: number } {
  return { low: Math.max(0, value - normal975 * error), high: Math.min(1, value + normal975 * error) };
}

function variance(values: Float64Array): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** Steps between the points of a curve that is drawn. */
const steps = 200;

/**
 * The curve at about 200 places that are evenly spread along it, both ends included.
 */
export function rocPoints(
  positive: Float64Array,
  negative: Float64Array,
): { falsePositive: number[]; truePositive: number[] } {
  const ups = Float64Array.from(positive).sort().reverse();
  const downs = Float64Array.from(negative).sort().reverse();
  const falsePositive = [0];
  const truePositive = [0];
  let [up, down] = [0, 0];
  let [lastUp, lastDown] = [0, 0];
  while (up < ups.length || down < downs.length) {
    const threshold = Math.max(ups[up] ?? Number.NEGATIVE_INFINITY, downs[down] ?? Number.NEGATIVE_INFINITY);
    while (up < ups.length && ups[up] === threshold) up++;
    while (down < downs.length && downs[down] === threshold) down++;
    const moved = (up - lastUp) / ups.length + (down - lastDown) / downs.length;
    const ended = up === ups.length && down === downs.length;
    if (moved < 2 / steps && !ended) continue;
    truePositive.push(up / ups.length);
    falsePositive.push(down / downs.length);
    [lastUp, lastDown] = [up, down];
  }
  return { falsePositive, truePositive };
}

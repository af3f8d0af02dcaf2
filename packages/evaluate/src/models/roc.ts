// The area under the ROC curve with DeLong's interval, and the curve itself as few points.

import { normalCdf, rocArea } from "@verisim/stats";
import type { Estimate } from "../estimate.ts";

export interface AreaUnderCurve {
  readonly auc: Estimate;
  /** Chance of an area as large or larger where the scores say nothing (one-sided, normal). */
  readonly pValue: number;
}

/** 97.5 % point of the normal distribution. */
export const normal975: number = 1.959963984540054;

/**
 * Area under the ROC curve of scores that should be higher for the positive rows; ties count half.
 *
 * @param positive scores of the positive rows, at least one
 * @param negative scores of the others, at least one
 * @param widening factor of the standard error, where the scores are less certain than those of one fixed model. Default 1
 */
export function areaUnderCurve(
  positive: Float64Array,
  negative: Float64Array,
  widening: number = 1,
): AreaUnderCurve {
  const { value, error: own } = rocArea(positive, negative);
  const error = widening * own;
  const pValue = error > 0 ? normalCdf((0.5 - value) / error) : value > 0.5 ? 0 : 1;
  const reach = normal975 * error;
  return { auc: { value, low: Math.max(0, value - reach), high: Math.min(1, value + reach) }, pValue };
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

// Area under the ROC curve of labelled scores.

import { rocArea } from "@verisim/stats";
import type { Score } from "../evaluation.ts";

/**
 * @param scores higher for rows that are more likely of class 1
 * @param labels 0 or 1 per row
 * @returns null when one of the classes has no rows
 */
export function areaUnderCurve(scores: Float64Array, labels: ArrayLike<number>): Score {
  const positive = scores.filter((_, row) => labels[row] === 1);
  const negative = scores.filter((_, row) => labels[row] !== 1);
  return positive.length === 0 || negative.length === 0 ? null : rocArea(positive, negative).value;
}

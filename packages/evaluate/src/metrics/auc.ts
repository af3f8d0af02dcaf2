// Area under the ROC curve: the share of pairs of a row of class 1 and a row of class 0 that scores put in the right
// order, ties counting half (Mann and Whitney's U over the number of pairs).

import type { Score } from "../evaluation.ts";

/**
 * @param scores higher for rows that are more likely of class 1
 * @param labels 0 or 1 per row
 * @returns null when one of the classes has no rows
 */
export function areaUnderCurve(scores: Float64Array, labels: ArrayLike<number>): Score {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let negatives = 0;
  let positives = 0;
  let pairs = 0;
  for (let at = 0; at < order.length; ) {
    const value = scores[order[at]!]!;
    let tiedNegatives = 0;
    let tiedPositives = 0;
    for (; at < order.length && scores[order[at]!] === value; at++)
      if (labels[order[at]!] === 1) tiedPositives++;
      else tiedNegatives++;
    pairs += tiedPositives * (negatives + tiedNegatives / 2);
    negatives += tiedNegatives;
    positives += tiedPositives;
  }
  return negatives === 0 || positives === 0 ? null : pairs / (negatives * positives);
}

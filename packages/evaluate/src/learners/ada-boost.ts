// Boosting by reweighting: J. Zhu et al., "Multi-class AdaBoost", Statistics and Its Interface 2 (2009), algorithm 2 (SAMME),
// over trees of one split.

import { DecisionTree, sortedRows } from "./decision-tree.ts";
import type { ScaledRows } from "./scaled-rows.ts";

const leastWeight = 2 ** -52;

/**
 * Learns rows and predicts others; two classes.
 *
 * @param labels 0 or 1 per learnt row, both of which occur
 * @param rounds trees at most, 1 or more
 */
export function adaBoost(
  learnt: ScaledRows,
  widths: readonly number[],
  labels: Int32Array,
  asked: ScaledRows,
  rounds: number,
): Int32Array {
  const count = learnt.count;
  let weights = new Float64Array(count).fill(1 / count);
  const sorted = sortedRows(learnt);
  const sums = new Float64Array(asked.count);
  for (let round = 0; round < rounds; round++) {
    weights = weights.map((weight) => Math.max(weight, leastWeight));
    const tree = DecisionTree.grow(learnt, widths, labels, 2, { mostDepth: 1, weights, sorted });
    const guessed = tree.predict(learnt);
    let wrong = 0;
    let total = 0;
    for (let row = 0; row < count; row++) {
      total += weights[row]!;
      if (guessed[row] !== labels[row]) wrong += weights[row]!;
    }
    const error = wrong / total;
    if (error >= 0.5 && round > 0) break;
    // A tree without an error decides alone; one that is no better than a coin, and the first, says what it can.
    const vote = error <= 0 || error >= 0.5 ? 1 : Math.log((1 - error) / error);
    const answers = tree.predict(asked);
    for (let row = 0; row < sums.length; row++) sums[row]! += answers[row] === 1 ? vote : -vote;
    if (error <= 0 || error >= 0.5) break;
    const grown = Math.exp(vote);
    total = 0;
    for (let row = 0; row < count; row++) {
      if (guessed[row] !== labels[row]) weights[row]! *= grown;
      total += weights[row]!;
    }
    for (let row = 0; row < count; row++) weights[row]! /= total;
  }
  return Int32Array.from(sums, (sum) => (sum > 0 ? 1 : 0));
}

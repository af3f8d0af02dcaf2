// What TabSyn's protocol does to numbers before trees learn them: all of them are scaled by one column's range, or made
// logarithms where that column is nowhere negative and reaches a thousand. Both keep the order, which is all that trees see,
// but for what lies below a hundredth before its logarithm is taken: it becomes one value.

import type { FeatureColumn } from "@verisim/trees";

const floor = 0.01;
const loggedFrom = 1000;

/**
 * Per column the value up to which all are one; minus infinity where none are.
 *
 * The smallest and the largest value are those of the first column of numbers, for every column: the published code takes
 * them anew only while they are 0.
 *
 * @param learnt the rows that are learnt
 */
export function protocolFloors(learnt: readonly FeatureColumn[]): number[] {
  let smallest = 0;
  let largest = 0;
  return learnt.map(({ values, categorical }) => {
    if (categorical) return Number.NEGATIVE_INFINITY;
    const present = values.filter(Number.isFinite);
    if (smallest === 0) smallest = present.reduce((a, b) => Math.min(a, b), present[0] ?? 0);
    if (largest === 0) largest = present.reduce((a, b) => Math.max(a, b), present[0] ?? 0);
    return smallest >= 0 && largest >= loggedFrom ? floor : Number.NEGATIVE_INFINITY;
  });
}

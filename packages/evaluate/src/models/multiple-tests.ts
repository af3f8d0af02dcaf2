// P-values of one test and of many: chi-square between two samples, and Holm's adjustment, under which the chance of any
// false alarm among all tests stays below the level.

import { gammaQ } from "@verisim/stats";

/** Cells with fewer rows of both samples together are pooled: the distribution below is for larger ones. */
const leastExpected = 10;

/**
 * Pearson's chi-square test that two samples come from one distribution over the cells.
 *
 * @returns the p-value; 1 where a sample is empty or fewer than two cells are left
 */
export function twoSampleChiSquare(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let [a, b] = [0, 0];
  for (let cell = 0; cell < first.length; cell++) {
    a += first[cell]!;
    b += second[cell]!;
  }
  if (a === 0 || b === 0) return 1;
  const [up, down] = [Math.sqrt(b / a), Math.sqrt(a / b)];
  let [statistic, cells, pooledFirst, pooledSecond] = [0, 0, 0, 0];
  const add = (x: number, y: number): void => {
    statistic += (up * x - down * y) ** 2 / (x + y);
    cells++;
  };
  for (let cell = 0; cell < first.length; cell++) {
    const both = first[cell]! + second[cell]!;
    if (both >= leastExpected) add(first[cell]!, second[cell]!);
    else {
      pooledFirst += first[cell]!;
      pooledSecond += second[cell]!;
    }
  }
  if (pooledFirst + pooledSecond > 0) add(pooledFirst, pooledSecond);
  return cells < 2 ? 1 : gammaQ((cells - 1) / 2, statistic / 2);
}

/**
 * P-values adjusted for all of them together. S. Holm, "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics 6, 1979.
 */
export function holm(pValues: Float64Array): Float64Array {
  const order = Uint32Array.from(pValues.keys()).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Float64Array(pValues.length);
  let most = 0;
  for (const [place, index] of order.entries()) {
    most = Math.max(most, Math.min(1, (pValues.length - place) * pValues[index]!));
    adjusted[index] = most;
  }
  return adjusted;
}

/**
 * Half the summed differences of the shares of two samples, less what chance alone shows between samples of these sizes
 * (the mean absolute value of a normal error per cell); below 0 where they are more alike than that.
 */
export function excessDistance(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let [a, b] = [0, 0];
  for (let cell = 0; cell < first.length; cell++) {
    a += first[cell]!;
    b += second[cell]!;
  }
  if (a === 0 || b === 0) return a === b ? 0 : 1;
  let [distance, chance] = [0, 0];
  for (let cell = 0; cell < first.length; cell++) {
    const share = (first[cell]! + second[cell]!) / (a + b);
    distance += Math.abs(first[cell]! / a - second[cell]! / b) / 2;
    chance += Math.sqrt(share * (1 - share) * (1 / a + 1 / b)) / Math.sqrt(2 * Math.PI);
  }
  return distance - chance;
}

// The area under the ROC curve, the share of pairs of a positive and a negative row that scores put in the right order, with
// the standard error of E. DeLong, D. DeLong and D. Clarke-Pearson, "Comparing the areas under two or more correlated
// receiver operating characteristic curves", Biometrics 44, 1988.

export interface RocArea {
  /** 0.5 where scores say nothing, 1 where all positive ones are higher; ties count half. */
  readonly value: number;
  readonly error: number;
}

/** Rows of equal scores, and how many of the other side lie below and at them. */
interface Ties {
  readonly positives: number;
  readonly negatives: number;
  readonly positivesBelow: number;
  readonly negativesBelow: number;
}

/**
 * @param positive scores of the positive rows, at least one; NaN is higher than all numbers
 * @param negative scores of the others, at least one
 */
export function rocArea(positive: Float64Array, negative: Float64Array): RocArea {
  const groups = tiesOf(positive.slice().sort(), negative.slice().sort());
  const [ups, downs] = [positive.length, negative.length];
  let pairs = 0;
  for (const { positives, negatives, negativesBelow } of groups)
    pairs += positives * (negativesBelow + negatives / 2);
  const value = pairs / (ups * downs);
  // Of each positive row the share of negative ones below it, of each negative row that of positive ones above it.
  let [upSquares, downSquares] = [0, 0];
  for (const { positives, negatives, positivesBelow, negativesBelow } of groups) {
    upSquares += positives * ((negativesBelow + negatives / 2) / downs - value) ** 2;
    downSquares += negatives * (1 - (positivesBelow + positives / 2) / ups - value) ** 2;
  }
  const part = (squares: number, count: number): number => (count > 1 ? squares / (count - 1) / count : 0);
  return { value, error: Math.sqrt(part(upSquares, ups) + part(downSquares, downs)) };
}

function tiesOf(ups: Float64Array, downs: Float64Array): Ties[] {
  const groups: Ties[] = [];
  let [up, down] = [0, 0];
  while (up < ups.length || down < downs.length) {
    const [a, b] = [ups[up] ?? Number.NaN, downs[down] ?? Number.NaN];
    const least = a <= b || Number.isNaN(b) ? a : b;
    const isTied = (value: number | undefined): boolean =>
      value !== undefined && (Number.isNaN(least) || value <= least);
    const [firstUp, firstDown] = [up, down];
    while (isTied(ups[up])) up++;
    while (isTied(downs[down])) down++;
    groups.push({
      positives: up - firstUp,
      negatives: down - firstDown,
      positivesBelow: firstUp,
      negativesBelow: firstDown,
    });
  }
  return groups;
}

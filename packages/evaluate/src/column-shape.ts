// How alike two columns are taken alone: the complement of the largest gap between two distribution functions
// (numbers), or of the total variation distance of two sets of shares (categories).

import { ksStatistic } from "@verisim/tensor/arrays";
import type { ComparedCategories } from "./compared-column.ts";
import type { Score } from "./evaluation.ts";

/** SDMetrics rounds numbers to this many decimals, which joins values that differ by rounding errors alone. */
const roundedDecimals = 1e14;
/** From here on doubles are whole numbers. */
const wholeFrom = 2 ** 52;
/** SDMetrics counts a category that the real column lacks as this part of one real row. */
const unseenCount = 1e-6;

/**
 * 1 minus the two-sample Kolmogorov-Smirnov statistic.
 *
 * @param sortedReal ascending, without NaN
 * @returns null when one of the two has no values
 */
export async function ksComplement(
  sortedReal: Float64Array,
  sortedOther: Float64Array,
  options: { signal?: AbortSignal },
): Promise<Score> {
  if (sortedReal.length === 0 || sortedOther.length === 0) return null;
  return 1 - (await ksStatistic(joinRoundingErrors(sortedReal), joinRoundingErrors(sortedOther), options));
}

/**
 * 1 minus half the sum of the absolute differences of the categories' shares among the cells that are not missing.
 *
 * @param table which of the tables is held against table 0
 * @returns null when one of the two has no values
 */
export function tvComplement(column: ComparedCategories, table: number): Score {
  const real = column.counts[0]!;
  const other = column.counts[table]!;
  const categories = column.labels.length;
  let realRows = 0;
  let otherRows = 0;
  let unseen = 0;
  for (let code = 0; code < categories; code++) {
    realRows += real[code]!;
    otherRows += other[code]!;
    if (real[code] === 0 && other[code]! > 0) unseen++;
  }
  if (realRows === 0 || otherRows === 0) return null;
  const realTotal = realRows + unseen * unseenCount;
  let variation = 0;
  for (let code = 0; code < categories; code++) {
    if (real[code] === 0 && other[code] === 0) continue;
    const expected = (real[code]! > 0 ? real[code]! : unseenCount) / realTotal;
    variation += Math.abs(other[code]! / otherRows - expected);
  }
  return 1 - 0.5 * variation;
}

/** The same array where rounding changes nothing; order is kept, because rounding never reverses it. */
function joinRoundingErrors(sorted: Float64Array): Float64Array {
  let out = sorted;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i]!;
    if (Number.isInteger(value)) continue;
    const scaled = value * roundedDecimals;
    // Adding and taking away 2^52 rounds to a whole number, halves to even, as IEEE 754 arithmetic does.
    const whole =
      Math.abs(scaled) >= wholeFrom
        ? scaled
        : scaled > 0
          ? scaled + wholeFrom - wholeFrom
          : scaled - wholeFrom + wholeFrom;
    const rounded = whole / roundedDecimals;
    if (rounded === value) continue;
    if (out === sorted) out = sorted.slice();
    out[i] = rounded;
  }
  return out;
}

// All values of a column with their counts, in order: the mergeable statistic behind quantiles. Exact up to 262,144
// different values; beyond, neighbours are pooled at their mean, each pool holding at most one 131,072th of the rows.

import type { Column } from "@verisim/core";
import type { NumberStats } from "../number-stats.ts";
import { analyzeNumbers, mergeNumbers, numbersOf } from "../number-stats.ts";

export interface ValueCounts {
  readonly numbers: NumberStats;
  /** Ascending. */
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

const mostValues = 262_144;
const pools = 131_072;

export function countValues(part: Column): ValueCounts {
  const sorted = numbersOf(part)
    .values.filter((value) => Number.isFinite(value))
    .sort();
  const values: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i + 1;
    while (end < sorted.length && sorted[end] === sorted[i]) end++;
    values.push(sorted[i]!);
    counts.push(end - i);
    i = end;
  }
  return pooled({
    numbers: analyzeNumbers(part),
    values: Float64Array.from(values),
    counts: Float64Array.from(counts),
  });
}

export function mergeValueCounts(a: ValueCounts, b: ValueCounts): ValueCounts {
  const values: number[] = [];
  const counts: number[] = [];
  for (let i = 0, j = 0; i < a.values.length || j < b.values.length; ) {
    const left = a.values[i] ?? Number.POSITIVE_INFINITY;
    const right = b.values[j] ?? Number.POSITIVE_INFINITY;
    values.push(Math.min(left, right));
    counts.push((left <= right ? a.counts[i]! : 0) + (right <= left ? b.counts[j]! : 0));
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return pooled({
    numbers: mergeNumbers(a.numbers, b.numbers),
    values: Float64Array.from(values),
    counts: Float64Array.from(counts),
  });
}

function pooled(stats: ValueCounts): ValueCounts {
  if (stats.values.length <= mostValues) return stats;
  const limit = totalCount(stats) / pools;
  const values: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < stats.values.length; i++) {
    const last = values.length - 1;
    const rows = stats.counts[i]!;
    if (last >= 0 && counts[last]! + rows <= limit) {
      counts[last] = counts[last]! + rows;
      values[last] = values[last]! + ((stats.values[i]! - values[last]!) * rows) / counts[last]!;
    } else {
      values.push(stats.values[i]!);
      counts.push(rows);
    }
  }
  return { ...stats, values: Float64Array.from(values), counts: Float64Array.from(counts) };
}

export function totalCount(stats: ValueCounts): number {
  let total = 0;
  for (const count of stats.counts) total += count;
  return total;
}

/** At most `most` evenly spaced order statistics, ascending; all values where there are no more. */
export function orderStatistics(stats: ValueCounts, most: number): Float64Array {
  const total = totalCount(stats);
  const size = Math.min(most, total);
  const sample = new Float64Array(size);
  let place = 0;
  let passed = stats.counts[0] ?? 0;
  for (let k = 0; k < size; k++) {
    const rank = ((k + 0.5) * total) / size;
    while (passed < rank) passed += stats.counts[++place]!;
    sample[k] = stats.values[place]!;
  }
  return sample;
}

/** The value below which a share `p` of the rows lies; NaN where there are none. */
export function valueQuantile(stats: ValueCounts, p: number): number {
  const rank = p * totalCount(stats);
  let passed = 0;
  for (let i = 0; i < stats.values.length; i++) {
    passed += stats.counts[i]!;
    if (passed >= rank) return stats.values[i]!;
  }
  return stats.values.at(-1) ?? Number.NaN;
}

// Resamples of rows, for the intervals of figures that no formula gives one: each says how often every row counts.
// B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentiles).

import { type RunOptions, type StreamKey, throwIfAborted } from "@verisim/core";
import { randomUniforms } from "@verisim/tensor/arrays";
import type { Estimate } from "../estimate.ts";

/**
 * Calls `visit` with the counts of one resample after another; the array is used again for the next.
 *
 * @param groups rows of equal group are resampled among themselves, so that no group gets lost: the group of each row;
 * null: all rows are one group
 */
export async function resample(
  rowCount: number,
  groups: ArrayLike<number> | null,
  resamples: number,
  key: StreamKey,
  visit: (counts: Uint32Array) => void,
  run: RunOptions = {},
): Promise<void> {
  const stop = run.signal ? { signal: run.signal } : {};
  const order = Int32Array.from({ length: rowCount }, (_, row) => row);
  if (groups) order.sort((a, b) => groups[a]! - groups[b]! || a - b);
  const ends: number[] = [];
  for (let place = 1; place <= rowCount; place++)
    if (place === rowCount || (groups && groups[order[place]!] !== groups[order[place - 1]!]))
      ends.push(place);
  const counts = new Uint32Array(rowCount);
  const draws = new Float64Array(rowCount);
  for (let done = 0; done < resamples; done++) {
    throwIfAborted(run.signal);
    await randomUniforms(draws, [key], done * rowCount, rowCount, stop);
    counts.fill(0);
    let start = 0;
    for (const end of ends) {
      const size = end - start;
      for (let place = start; place < end; place++)
        counts[order[start + Math.floor(draws[place]! * size)]!]!++;
      start = end;
    }
    visit(counts);
  }
}

/** The middle 95 % of resampled values around the value itself; where none is defined the value alone. */
export function percentileInterval(value: number, resampled: readonly number[]): Estimate {
  const sorted = Float64Array.from(resampled.filter(Number.isFinite)).sort();
  if (sorted.length === 0) return { value, low: value, high: value };
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** Of ascending numbers, between the nearest two. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

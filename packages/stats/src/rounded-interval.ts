// Intervals of numbers under rounding: which unrounded values come out inside of them, and which cells a value may be
// rounded to. Conditions on columns of numbers and datetimes ask here, so that every draw keeps them.

import type { Interval } from "@verisim/core";

/** Largest multiple of the grid's step that is still exact. */
const MAX_STEPS = 2 ** 52;

/** Sorted `[first, last]` pairs of numbers that cells may be. */
export type AllowedRanges = readonly (readonly [number, number])[];

/** An interval on a column's grid. */
export interface RoundedInterval {
  /** The unrounded values that are rounded into the interval, in units; low above high where there are none. */
  readonly raw: readonly [number, number];
  /** The first and the last cell of the interval, in units. */
  readonly cells: readonly [number, number];
}

/**
 * An interval of cells, and the interval of unrounded values that are rounded into it.
 *
 * @param unit what one step of the column's scale is worth: 1, or microseconds for datetimes
 * @param decimals digits after the point that values are rounded to, in units; -1 for no rounding
 */
export function roundedInterval(interval: Interval, unit: number, decimals: number): RoundedInterval {
  const low = interval.low / unit;
  const high = interval.high / unit;
  const scale = decimals >= 0 ? 10 ** decimals : 0;
  const largest = Math.max(
    Number.isFinite(low) ? Math.abs(low) : 0,
    Number.isFinite(high) ? Math.abs(high) : 0,
  );
  if (scale === 0 || largest * scale > MAX_STEPS) {
    const ends: [number, number] = [
      interval.lowOpen ? neighbour(low, Number.POSITIVE_INFINITY) : low,
      interval.highOpen ? neighbour(high, Number.NEGATIVE_INFINITY) : high,
    ];
    return { raw: ends, cells: ends };
  }
  let first = Math.ceil(low * scale - 1e-9 * Math.max(1, Math.abs(low * scale) * 1e-6));
  let last = Math.floor(high * scale + 1e-9 * Math.max(1, Math.abs(high * scale) * 1e-6));
  if (interval.lowOpen && first / scale <= low) first++;
  if (interval.highOpen && last / scale >= high) last--;
  if (first > last) return { raw: [first, last], cells: [first, last] };
  return { raw: [(first - 0.5) / scale, (last + 0.5) / scale], cells: [first / scale, last / scale] };
}

/** The next double after a finite value on the way to an infinity; infinities stay. */
function neighbour(value: number, towards: number): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return towards > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 === towards > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

/** The allowed number nearest to a value: rounding noise at an interval's end never leaves it. */
export function nearestAllowed(value: number, ranges: AllowedRanges): number {
  let best = value;
  let distance = Number.POSITIVE_INFINITY;
  for (const [low, high] of ranges) {
    if (value >= low && value <= high) return value;
    const end = value < low ? low : high;
    if (Math.abs(end - value) < distance) {
      best = end;
      distance = Math.abs(end - value);
    }
  }
  return best;
}

/** Whether a number lies in an interval. */
export function isInside(value: number, interval: Interval): boolean {
  const above = interval.lowOpen ? value > interval.low : value >= interval.low;
  return above && (interval.highOpen ? value < interval.high : value <= interval.high);
}

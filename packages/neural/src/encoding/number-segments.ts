// A column's distribution as segments in rising order: single values and stretches that are filled evenly.

/** Segment s runs from `low[s]` to `high[s]`; both are the same for a single value. */
export interface NumberSegments {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The segment that holds a value, or the nearest one. A single value wins over the stretches that end at it. */
export function segmentOf({ low, high }: NumberSegments, value: number): number {
  let from = 0;
  let to = low.length - 1;
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if (low[middle]! <= value) from = middle;
    else to = middle - 1;
  }
  if (from > 0 && low[from]! < high[from]! && low[from - 1] === value && high[from - 1] === value)
    return from - 1;
  if (value <= high[from]! || from === low.length - 1) return from;
  return low[from + 1]! - value < value - high[from]! ? from + 1 : from;
}

/**
 * 1 per segment that should be an alternative of its own: single values with at least 1 / `most` of the rows, and all of
 * them where there is nothing else and they are few.
 */
export function segmentsAlone({ low, high }: NumberSegments, mass: Float64Array, most: number): Uint8Array {
  const few = low.length <= most && low.every((value, s) => value === high[s]);
  return Uint8Array.from(low, (value, s) => (value === high[s] && (few || mass[s]! * most >= 1) ? 1 : 0));
}

// The segments of a marginal, in rising order: single values and stretches that are filled evenly.

/** Segment s runs from `low[s]` to `high[s]`; both are the same for a single value. */
export interface Segments {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The segment that holds a value, or the nearest one. A single value wins over the stretches that end at it. */
export function segmentOf({ low, high }: Segments, value: number): number {
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

// Mean, spread and range of the cells that a column has, and how a moved number stays in that range.

/** Of finite numbers; all zero where there are none. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation, divided by the count. */
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

/** Two passes, so that a large mean does not swallow a small spread. */
export function momentsOf(values: Float64Array): Moments {
  let count = 0;
  let sum = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (count === 0) return { count, mean: 0, deviation: 0, low: 0, high: 0 };
  const mean = sum / count;
  let squares = 0;
  for (const value of values) if (Number.isFinite(value)) squares += (value - mean) ** 2;
  return { count, mean, deviation: Math.sqrt(squares / count), low, high };
}

/** Within [low, high], reflected at its ends, and there in the end whatever the distance; NaN stays. */
export function reflected(value: number, { low, high }: Pick<Moments, "low" | "high">): number {
  const inside = value < low ? 2 * low - value : value > high ? 2 * high - value : value;
  return Math.min(high, Math.max(low, inside));
}

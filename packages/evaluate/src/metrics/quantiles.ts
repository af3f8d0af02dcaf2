// Quantiles between order statistics, as numpy.quantile and most statistics packages compute them by default.

/**
 * Quantiles by linear interpolation (R. J. Hyndman, Y. Fan, "Sample Quantiles in Statistical Packages", 1996, type 7),
 * rounded as NumPy rounds them.
 *
 * @param values any order, without NaN; at least one
 * @param shares 0 to 1 each
 */
export function quantiles(values: Float64Array, shares: readonly number[]): number[] {
  const sorted = values.slice().sort();
  return shares.map((share) => sortedQuantile(sorted, share));
}

/** The same for ascending values. */
export function sortedQuantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.min(sorted.length - 1, Math.floor(place));
  const part = place - below;
  const low = sorted[below]!;
  const high = sorted[Math.min(sorted.length - 1, below + 1)]!;
  // From the nearer end: the other form may fall outside of the two by a rounding error.
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

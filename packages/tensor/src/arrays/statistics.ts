// Statistics of columns: correlation, histogram, contingency table, Kolmogorov-Smirnov distance.

import { type NativeOptions, runNative, wrongArgument } from "../native.ts";

/** Row-major `[d, d]`. */
export interface Correlation {
  correlation: Float64Array;
  /** Rows in which both columns hold a number. */
  counts: Float64Array;
}

/**
 * Pearson correlation of every pair of columns over the rows where both hold numbers; NaN where one of them is
 * constant there.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export async function correlation(
  columns: readonly Float64Array[],
  options?: NativeOptions,
): Promise<Correlation> {
  if (!Array.isArray(columns)) throw wrongArgument("correlation", "Expected an array of columns");
  const result: Correlation = {
    correlation: new Float64Array(columns.length ** 2),
    counts: new Float64Array(columns.length ** 2),
  };
  await runNative("correlation", options, (addon, ...run) =>
    addon.correlation(columns, result.correlation, result.counts, ...run),
  );
  return result;
}

/**
 * Counts per bin `[edge, next edge)`, the last bin closed, as numpy.histogram; NaN and values outside are left out.
 * @param edges ascending, at least two
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export async function histogram(
  values: Float64Array,
  edges: Float64Array,
  options?: NativeOptions,
): Promise<Float64Array> {
  const counts = new Float64Array(Math.max(0, (edges?.length ?? 0) - 1));
  await runNative("histogram", options, (addon, ...run) => addon.histogram(values, edges, counts, ...run));
  return counts;
}

/**
 * Row counts per pair of codes, row-major `[cardinalityA, cardinalityB]`; rows with a negative code are left out.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT` (also for a code beyond its cardinality), `VERISIM_ABORTED`
 */
export async function contingency(
  a: Int32Array,
  cardinalityA: number,
  b: Int32Array,
  cardinalityB: number,
  options?: NativeOptions,
): Promise<Float64Array> {
  const cells = cardinalityA * cardinalityB;
  const whole = Number.isInteger(cardinalityA) && Number.isInteger(cardinalityB);
  if (!whole || cardinalityA < 0 || cardinalityB < 0 || cells > 2 ** 28)
    throw wrongArgument("contingency", "Expected cardinalities that make at most 2^28 cells");
  const counts = new Float64Array(cells);
  await runNative("contingency", options, (addon, ...run) =>
    addon.contingency(a, cardinalityA, b, cardinalityB, counts, ...run),
  );
  return counts;
}

/**
 * Two-sample Kolmogorov-Smirnov statistic: the largest distance between the empirical distribution functions.
 * @param sortedA ascending, at least one, without NaN ({@link sortNumbers})
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export function ksStatistic(
  sortedA: Float64Array,
  sortedB: Float64Array,
  options?: NativeOptions,
): Promise<number> {
  return runNative("ksStatistic", options, (addon, ...run) => addon.ksStatistic(sortedA, sortedB, ...run));
}

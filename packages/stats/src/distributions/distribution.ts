// What a univariate family is: pure functions over a plain parameter object, so that parameters travel in model files
// and nothing has to be constructed to evaluate one.

/** Parameters are numbers and arrays of numbers, so that they are JSON as they stand. */
export type DistributionParameters = Readonly<Record<string, number | readonly number[]>>;

export interface Distribution<P extends DistributionParameters = DistributionParameters> {
  /** kebab-case, as options name it (`student-t`). */
  readonly name: string;
  /**
   * Maximum likelihood from moments or quantiles as a start.
   * @param sorted ascending finite numbers, at least one; more than 5,000 are thinned to evenly spaced order statistics
   */
  fit(sorted: Float64Array): P;
  /** Natural logarithm of the density; -Infinity outside the support. */
  logDensity(x: number, parameters: P): number;
  /** Probability of a value at most x. */
  cdf(x: number, parameters: P): number;
  /** Inverse of `cdf` on [0, 1]; the ends of the support at 0 and 1. */
  quantile(p: number, parameters: P): number;
}

// The list of families, and the choice among them by Kolmogorov's distance on the data.

import { lowerBound, upperBound } from "../sorted.ts";
import { beta } from "./beta.ts";
import type { Distribution, DistributionParameters } from "./distribution.ts";
import { gamma } from "./gamma.ts";
import { gaussian } from "./gaussian.ts";
import { gaussianKde } from "./gaussian-kde.ts";
import { logLaplace } from "./log-laplace.ts";
import { studentT } from "./student-t.ts";
import { truncatedGaussian } from "./truncated-gaussian.ts";
import { uniform } from "./uniform.ts";

/** A family whose parameter type has been forgotten; only parameters that it fitted itself go back into it. */
export type AnyDistribution = Distribution<DistributionParameters>;

/** Every family, by name. */
export const distributions: ReadonlyMap<string, AnyDistribution> = new Map(
  [gaussian, beta, gamma, studentT, truncatedGaussian, uniform, logLaplace, gaussianKde].map((family) => [
    family.name,
    family as unknown as AnyDistribution,
  ]),
);

export interface FittedDistribution {
  readonly family: AnyDistribution;
  readonly parameters: DistributionParameters;
  /** Kolmogorov's distance between the data and the fitted cdf, 0 to 1. */
  readonly distance: number;
}

/** Largest difference between the empirical distribution of `sorted` and `cdf`, on at most 1,000 order statistics. */
export function kolmogorovDistance(sorted: Float64Array, cdf: (x: number) => number): number {
  const count = sorted.length;
  const steps = Math.min(count, 1000);
  let largest = 0;
  for (let k = 0; k < steps; k++) {
    const x = sorted[Math.floor(((k + 0.5) * count) / steps)]!;
    // Ties: the empirical cdf just below and at x.
    const at = upperBound(sorted, x) / count;
    const below = lowerBound(sorted, x) / count;
    const p = cdf(x);
    largest = Math.max(largest, Math.abs(at - p), Math.abs(below - p));
  }
  return largest;
}

/**
 * Fits families to the values and returns the one nearest to them.
 * @param sorted ascending finite numbers, at least one
 * @param names families to try, in order of preference between equals
 */
export function chooseDistribution(sorted: Float64Array, names: readonly string[]): FittedDistribution {
  let best: FittedDistribution | undefined;
  for (const name of names) {
    const family = distributions.get(name);
    if (!family) throw new Error(`internal: no distribution is called ${name}`);
    const parameters = family.fit(sorted);
    const distance = kolmogorovDistance(sorted, (x) => family.cdf(x, parameters));
    if (!best || distance < best.distance) best = { family, parameters, distance };
  }
  if (!best) throw new Error("internal: a choice needs at least one distribution");
  return best;
}

// A normal variable confined to [low, high]. Both tails are computed from the side where the normal cdf keeps its
// relative accuracy, so a mean far outside the interval is no special case.

import { normalCdf, normalLogDensity, normalQuantile } from "../normal.ts";
import type { Distribution } from "./distribution.ts";
import { nelderMead } from "./minimize.ts";
import { deviation, halfSpacing, mean, standardise } from "./order-statistics.ts";

export type TruncatedGaussianParameters = {
  /** Mean and standard deviation of the normal variable before truncation. */
  readonly mean: number;
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
};

/** Probability of the interval between two standard scores. */
function between(a: number, b: number): number {
  return a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a);
}

export const truncatedGaussian: Distribution<TruncatedGaussianParameters> = {
  name: "truncated-gaussian",
  fit(sorted) {
    const sample = standardise(sorted);
    const beyond = halfSpacing(sample);
    const low = sample.low - beyond;
    const high = sample.high + beyond;
    const width = high - low;
    const average = mean(sample.values);
    const spread = Math.max(deviation(sample.values, average), width * 1e-3);
    // The likelihood needs only the mean and the variance of the sample.
    const negative = ([mu, logSigma]: readonly number[]): number => {
      const sigma = Math.exp(logSigma!);
      const a = (low - mu!) / sigma;
      const b = (high - mu!) / sigma;
      if (a > 30 || b < -30 || sigma > 20 * width || sigma < 1e-4 * width) return Number.POSITIVE_INFINITY;
      const squares = (spread * spread + (average - mu!) ** 2) / (2 * sigma * sigma);
      return squares + Math.log(sigma) + Math.log(between(a, b));
    };
    const [mu, logSigma] = nelderMead(negative, [average, Math.log(spread)], Math.min(0.5, width / 4), 200);
    return {
      mean: sample.centre + sample.scale * mu!,
      deviation: sample.scale * Math.exp(logSigma!),
      low: sample.centre + sample.scale * low,
      high: sample.centre + sample.scale * high,
    };
  },
  logDensity(x, p) {
    if (x < p.low || x > p.high) return Number.NEGATIVE_INFINITY;
    const inside = between((p.low - p.mean) / p.deviation, (p.high - p.mean) / p.deviation);
    return normalLogDensity((x - p.mean) / p.deviation) - Math.log(p.deviation) - Math.log(inside);
  },
  cdf(x, p) {
    if (x <= p.low) return 0;
    if (x >= p.high) return 1;
    const a = (p.low - p.mean) / p.deviation;
    const b = (p.high - p.mean) / p.deviation;
    return between(a, (x - p.mean) / p.deviation) / between(a, b);
  },
  quantile(u, p) {
    const a = (p.low - p.mean) / p.deviation;
    const b = (p.high - p.mean) / p.deviation;
    const z =
      a > 0
        ? -normalQuantile(normalCdf(-a) - u * between(a, b))
        : normalQuantile(normalCdf(a) + u * between(a, b));
    return Math.min(p.high, Math.max(p.low, p.mean + p.deviation * z));
  },
};

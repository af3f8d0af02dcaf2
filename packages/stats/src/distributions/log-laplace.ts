// The log-Laplace family: the logarithm of (x - location) / scale is Laplace with deviation 1 / shape. Median and mean
// absolute deviation of the logarithms are its likelihood solution, so only the location is searched.

import type { Distribution } from "./distribution.ts";
import { searchLogarithmic } from "./minimize.ts";
import { endSpacing, standardise } from "./order-statistics.ts";

export type LogLaplaceParameters = {
  readonly shape: number;
  readonly location: number;
  readonly scale: number;
};

export const logLaplace: Distribution<LogLaplaceParameters> = {
  name: "log-laplace",
  fit(sorted) {
    const sample = standardise(sorted);
    const { values } = sample;
    const middle = values[Math.floor(values.length / 2)]!;
    const solve = (offset: number): { shape: number; median: number; cost: number } => {
      const shift = sample.low - offset;
      const median = Math.log(middle - shift);
      let away = 0;
      let logs = 0;
      for (const value of values) {
        const log = Math.log(value - shift);
        logs += log;
        away += Math.abs(log - median);
      }
      const spread = Math.max(away / values.length, 1e-6);
      return { shape: 1 / spread, median, cost: Math.log(2 * spread) + 1 + logs / values.length };
    };
    const spacing = endSpacing(sample, "low");
    const width = Math.max(sample.high - sample.low, spacing);
    const offset = searchLogarithmic((x) => solve(x).cost, spacing, 10 * width);
    const { shape, median } = solve(offset);
    return {
      shape,
      location: sample.centre + sample.scale * (sample.low - offset),
      scale: sample.scale * Math.exp(median),
    };
  },
  logDensity(x, p) {
    const t = (x - p.location) / p.scale;
    if (t < 0) return Number.NEGATIVE_INFINITY;
    const log = Math.log(t);
    return Math.log(p.shape / 2) - p.shape * Math.abs(log) - log - Math.log(p.scale);
  },
  cdf(x, p) {
    const t = (x - p.location) / p.scale;
    if (t <= 0) return 0;
    return t < 1 ? 0.5 * t ** p.shape : 1 - 0.5 * t ** -p.shape;
  },
  quantile(u, p) {
    const t = u < 0.5 ? (2 * u) ** (1 / p.shape) : (2 * (1 - u)) ** (-1 / p.shape);
    return p.location + p.scale * t;
  },
};

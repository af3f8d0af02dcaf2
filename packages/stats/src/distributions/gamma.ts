// The gamma family with a location: the location is searched below the smallest value, shape and scale follow in
// closed form and a few Newton steps for each candidate.

import { digamma, gammaP, gammaPInverse, logGamma, trigamma } from "../special/gamma.ts";
import type { Distribution } from "./distribution.ts";
import { searchLogarithmic } from "./minimize.ts";
import { endSpacing, mean, standardise } from "./order-statistics.ts";

export type GammaParameters = { readonly shape: number; readonly location: number; readonly scale: number };

/** Shape from s = log(mean) - mean(log), by the start of Minka, "Estimating a gamma distribution" (2002), and Newton. */
function shapeFrom(s: number): number {
  if (!(s > 1e-5)) return 5e4;
  let shape = (3 - s + Math.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s);
  for (let step = 0; step < 5; step++) {
    const error = Math.log(shape) - digamma(shape) - s;
    shape = Math.max(shape / 4, shape - error / (1 / shape - trigamma(shape)));
  }
  return Math.min(5e4, Math.max(0.02, shape));
}

export const gamma: Distribution<GammaParameters> = {
  name: "gamma",
  fit(sorted) {
    const sample = standardise(sorted);
    const average = mean(sample.values) - sample.low;
    const solve = (offset: number): { shape: number; scale: number; cost: number } => {
      const shift = sample.low - offset;
      let logs = 0;
      for (const value of sample.values) logs += Math.log(value - shift);
      const meanLog = logs / sample.values.length;
      const shape = shapeFrom(Math.log(average + offset) - meanLog);
      const scale = (average + offset) / shape;
      const cost = shape + shape * Math.log(scale) + logGamma(shape) - (shape - 1) * meanLog;
      return { shape, scale, cost };
    };
    const spacing = endSpacing(sample, "low");
    const width = Math.max(sample.high - sample.low, spacing);
    const offset = searchLogarithmic((x) => solve(x).cost, spacing, 10 * width);
    const { shape, scale } = solve(offset);
    return {
      shape,
      location: sample.centre + sample.scale * (sample.low - offset),
      scale: sample.scale * scale,
    };
  },
  logDensity(x, p) {
    const t = (x - p.location) / p.scale;
    if (t < 0) return Number.NEGATIVE_INFINITY;
    const power = p.shape === 1 ? 0 : (p.shape - 1) * Math.log(t);
    return power - t - logGamma(p.shape) - Math.log(p.scale);
  },
  cdf(x, p) {
    return gammaP(p.shape, Math.max(0, (x - p.location) / p.scale));
  },
  quantile(u, p) {
    return p.location + p.scale * gammaPInverse(p.shape, u);
  },
};

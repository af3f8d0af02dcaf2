// The uniform family; its ends lie half a spacing beyond the extremes, where the expected ends of the support are.

import type { Distribution } from "./distribution.ts";
import { halfSpacing, standardise } from "./order-statistics.ts";

export type UniformParameters = { readonly low: number; readonly high: number };

export const uniform: Distribution<UniformParameters> = {
  name: "uniform",
  fit(sorted) {
    const sample = standardise(sorted);
    const beyond = halfSpacing(sample);
    return {
      low: sample.centre + sample.scale * (sample.low - beyond),
      high: sample.centre + sample.scale * (sample.high + beyond),
    };
  },
  logDensity(x, p) {
    return x >= p.low && x <= p.high ? -Math.log(p.high - p.low) : Number.NEGATIVE_INFINITY;
  },
  cdf(x, p) {
    return Math.min(1, Math.max(0, (x - p.low) / (p.high - p.low)));
  },
  quantile(u, p) {
    return p.low + u * (p.high - p.low);
  },
};

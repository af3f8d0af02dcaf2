// The normal family.

import { normalCdf, normalLogDensity, normalQuantile } from "../normal.ts";
import type { Distribution } from "./distribution.ts";
import { deviation, mean, standardise } from "./order-statistics.ts";

export type GaussianParameters = { readonly mean: number; readonly deviation: number };

export const gaussian: Distribution<GaussianParameters> = {
  name: "gaussian",
  fit(sorted) {
    const { values, centre, scale, resolution } = standardise(sorted, Number.POSITIVE_INFINITY);
    const average = mean(values);
    return {
      mean: centre + scale * average,
      deviation: scale * Math.max(deviation(values, average), resolution),
    };
  },
  logDensity(x, p) {
    return normalLogDensity((x - p.mean) / p.deviation) - Math.log(p.deviation);
  },
  cdf(x, p) {
    return normalCdf((x - p.mean) / p.deviation);
  },
  quantile(u, p) {
    return p.mean + p.deviation * normalQuantile(u);
  },
};

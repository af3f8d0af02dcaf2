// Gaussian kernel density estimate with Scott's bandwidth. Large samples are grouped: a kernel stands for neighbouring
// order statistics, at their mean and as wide as the bandwidth and their own spread together, so that mean and variance
// are kept and evaluation costs at most 256 kernels.

import { normalCdf, normalLogDensity, normalQuantile } from "../normal.ts";
import { invertIncreasing } from "../special/invert.ts";
import type { Distribution } from "./distribution.ts";
import { deviation, mean, standardise } from "./order-statistics.ts";

export type GaussianKdeParameters = {
  readonly centres: readonly number[];
  readonly widths: readonly number[];
  readonly weights: readonly number[];
};

const mostKernels = 256;

function density(x: number, p: GaussianKdeParameters): number {
  let sum = 0;
  for (let i = 0; i < p.centres.length; i++) {
    const z = (x - p.centres[i]!) / p.widths[i]!;
    if (z * z < 1500) sum += (p.weights[i]! * Math.exp(normalLogDensity(z))) / p.widths[i]!;
  }
  return sum;
}

/** Probability at most x, or above x. */
function tail(x: number, p: GaussianKdeParameters, above: boolean): number {
  let sum = 0;
  for (let i = 0; i < p.centres.length; i++) {
    const z = (x - p.centres[i]!) / p.widths[i]!;
    sum += p.weights[i]! * normalCdf(above ? -z : z);
  }
  return sum;
}

export const gaussianKde: Distribution<GaussianKdeParameters> = {
  name: "gaussian-kde",
  fit(sorted) {
    const sample = standardise(sorted, Number.POSITIVE_INFINITY);
    const { values, count } = sample;
    const average = mean(values);
    // scipy's form of Scott's rule: the standard deviation with n - 1, times n^(-1/5).
    const spread = deviation(values, average) * Math.sqrt(count / Math.max(1, count - 1));
    const bandwidth = Math.max(spread * count ** -0.2, sample.resolution);
    const kernels = Math.min(count, mostKernels);
    const centres: number[] = [];
    const widths: number[] = [];
    const weights: number[] = [];
    for (let k = 0; k < kernels; k++) {
      const group = values.subarray(
        Math.floor((k * count) / kernels),
        Math.floor(((k + 1) * count) / kernels),
      );
      const centre = mean(group);
      centres.push(sample.centre + sample.scale * centre);
      widths.push(sample.scale * Math.hypot(bandwidth, deviation(group, centre)));
      weights.push(group.length / count);
    }
    return { centres, widths, weights };
  },
  logDensity(x, p) {
    return Math.log(density(x, p));
  },
  cdf(x, p) {
    return Math.min(1, tail(x, p, false));
  },
  quantile(u, p) {
    if (!(u > 0 && u < 1))
      return u === 0 ? Number.NEGATIVE_INFINITY : u === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
    // No mixture lies outside the quantiles of its kernels, which makes the bracket.
    const z = normalQuantile(u);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let start = p.centres.length - 1;
    let cumulative = 0;
    for (let i = 0; i < p.centres.length; i++) {
      const own = p.centres[i]! + z * p.widths[i]!;
      low = Math.min(low, own);
      high = Math.max(high, own);
      cumulative += p.weights[i]!;
      if (cumulative >= u && i < start) start = i;
    }
    const above = u > 0.5;
    return invertIncreasing({
      value: (x) => (above ? 1 - u - tail(x, p, true) : tail(x, p, false) - u),
      slope: (x) => density(x, p),
      start: p.centres[start]!,
      low,
      high,
    });
  },
};

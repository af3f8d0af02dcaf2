// The beta family with four parameters. The ends are searched beyond the extremes, each on its own grid of distances;
// the shapes follow by Newton steps on the likelihood equations, which need only two mean logarithms.

import { betaI, betaIInversePair, logBeta } from "../special/beta.ts";
import { digamma, trigamma } from "../special/gamma.ts";
import type { Distribution } from "./distribution.ts";
import {
  deviation,
  endSpacing,
  halfSpacing,
  mean,
  type StandardisedSample,
  standardise,
} from "./order-statistics.ts";

export type BetaParameters = {
  readonly a: number;
  readonly b: number;
  /** Lower end of the support, and its width. */
  readonly location: number;
  readonly scale: number;
};

const smallest = 0.05;
const largest = 1e4;

/** Shapes from mean log(t) and mean log(1 - t), started from the moments. */
function shapesFrom(start: [number, number], logLow: number, logHigh: number): [number, number] {
  let [a, b] = start;
  for (let step = 0; step < 12; step++) {
    const common = trigamma(a + b);
    const errorA = logLow - digamma(a) + digamma(a + b);
    const errorB = logHigh - digamma(b) + digamma(a + b);
    // Newton on the concave likelihood: solve H d = -g with H = [[common - tri(a), common], [common, common - tri(b)]].
    const haa = common - trigamma(a);
    const hbb = common - trigamma(b);
    const determinant = haa * hbb - common * common;
    const stepA = (errorA * hbb - errorB * common) / determinant;
    const stepB = (errorB * haa - errorA * common) / determinant;
    const nextA = Math.min(largest, Math.max(smallest, a / 3, Math.min(3 * a, a - stepA)));
    const nextB = Math.min(largest, Math.max(smallest, b / 3, Math.min(3 * b, b - stepB)));
    const moved = Math.abs(nextA / a - 1) + Math.abs(nextB / b - 1);
    a = nextA;
    b = nextB;
    if (moved < 1e-10) break;
  }
  return [a, b];
}

function meanLogs(sample: StandardisedSample, beyond: readonly number[], fromLow: boolean): number[] {
  return beyond.map((distance) => {
    let sum = 0;
    for (const value of sample.values)
      sum += Math.log((fromLow ? value - sample.low : sample.high - value) + distance);
    return sum / sample.values.length;
  });
}

/** How far beyond an extreme the end of the support may lie. */
function distances(sample: StandardisedSample, nearest: number): number[] {
  const range = sample.high - sample.low;
  const parts = [0.003, 0.01, 0.03, 0.1, 0.3, 1].map((part) => part * range);
  return [nearest, ...[halfSpacing(sample), ...parts].filter((distance) => distance > 1.5 * nearest)];
}

export const beta: Distribution<BetaParameters> = {
  name: "beta",
  fit(sorted) {
    const sample = standardise(sorted);
    const range = sample.high - sample.low;
    const belowGrid = distances(sample, endSpacing(sample, "low"));
    const aboveGrid = distances(sample, endSpacing(sample, "high"));
    const lows = meanLogs(sample, belowGrid, true);
    const highs = meanLogs(sample, aboveGrid, false);
    const average = mean(sample.values);
    const variance = Math.max(deviation(sample.values, average) ** 2, 1e-12 * range * range, 1e-30);
    let best = {
      cost: Number.POSITIVE_INFINITY,
      a: 1,
      b: 1,
      low: sample.low,
      width: range,
    };
    for (const [i, below] of belowGrid.entries()) {
      for (const [j, above] of aboveGrid.entries()) {
        const width = range + below + above;
        const m = (average - sample.low + below) / width;
        const total = Math.max(0.2, (m * (1 - m) * width * width) / variance - 1);
        const start: [number, number] = [Math.max(smallest, m * total), Math.max(smallest, (1 - m) * total)];
        const logLow = lows[i]! - Math.log(width);
        const logHigh = highs[j]! - Math.log(width);
        const [a, b] = shapesFrom(
          [Math.min(start[0], largest), Math.min(start[1], largest)],
          logLow,
          logHigh,
        );
        const cost = logBeta(a, b) - (a - 1) * logLow - (b - 1) * logHigh + Math.log(width);
        if (cost < best.cost) best = { cost, a, b, low: sample.low - below, width };
      }
    }
    return {
      a: best.a,
      b: best.b,
      location: sample.centre + sample.scale * best.low,
      scale: sample.scale * best.width,
    };
  },
  logDensity(x, p) {
    const t = (x - p.location) / p.scale;
    if (t < 0 || t > 1) return Number.NEGATIVE_INFINITY;
    const low = p.a === 1 ? 0 : (p.a - 1) * Math.log(t);
    const high = p.b === 1 ? 0 : (p.b - 1) * Math.log1p(-t);
    return low + high - logBeta(p.a, p.b) - Math.log(p.scale);
  },
  cdf(x, p) {
    const end = p.location + p.scale;
    return betaI(p.a, p.b, (x - p.location) / p.scale, Math.max(0, (end - x) / p.scale));
  },
  quantile(u, p) {
    const { x, y } = betaIInversePair(p.a, p.b, u);
    return x < 0.5 ? p.location + p.scale * x : p.location + p.scale - p.scale * y;
  },
};

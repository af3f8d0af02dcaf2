// Which distribution stands for a column: the nearest parametric family where the data cannot tell it from the truth,
// else the data's own distribution in groups of rows.

import {
  chooseDistribution,
  distributions,
  type FittedDistribution,
  kolmogorovDistance,
} from "./distributions/index.ts";
import { empiricalMarginal, type Marginal, tabulatedMarginal } from "./marginal.ts";

/** Families a column's marginal may be drawn from; `auto` takes the best by fit. */
export const marginalNames = [
  "auto",
  "empirical",
  "gaussian",
  "beta",
  "gamma",
  "student-t",
  "truncated-gaussian",
  "uniform",
  "log-laplace",
  "kde",
] as const;

export type MarginalName = (typeof marginalNames)[number];

export interface MarginalFitOptions {
  /** Digits after the point that values are rounded to; -1 for none. */
  readonly decimals: number;
  /** Fewest rows behind a value or stretch of an empirical marginal. */
  readonly minGroup: number;
  /** Stretches in the body of an empirical marginal. */
  readonly maxSegments: number;
}

/** Families that `auto` weighs against the empirical marginal; the kernel estimate only ever comes by name. */
const candidates = ["gaussian", "uniform", "gamma", "truncated-gaussian", "student-t", "log-laplace", "beta"];

/**
 * `auto` takes a family when sqrt(n) times Kolmogorov's distance is below this. The 5 % point of Lilliefors' test for a
 * fitted normal is 0.89: a family is taken only where it costs next to no fidelity.
 */
const ACCEPTED_DISTANCE = 0.75;
/** Thinned fits that are further away than this are not refined. */
const WORTH_REFINING = 1.5;
/** Order statistics in the first, thinned fits. */
const THINNED = 200;
/** Below this many rows a test cannot tell families apart; above the other it tells every family from real data. */
const MIN_ROWS = 50;
const MAX_ROWS = 10_000;
/** A family is continuous: columns with fewer distinct values than this share of their rows keep their atoms. */
const MIN_DISTINCT_SHARE = 0.5;

/**
 * The marginal of a column by a family's name.
 * @param sorted ascending, without NaN; at least one value
 */
export function fitMarginal(
  sorted: Float64Array,
  family: MarginalName,
  { decimals, minGroup, maxSegments }: MarginalFitOptions,
): Marginal {
  const fitted =
    sorted[0] === sorted.at(-1) || family === "empirical"
      ? null
      : family === "auto"
        ? acceptedFamily(sorted)
        : chooseDistribution(sorted, [family === "kde" ? kdeName() : family]);
  if (!fitted) {
    return empiricalMarginal(sorted, { decimals, minGroup, maxSegments });
  }
  const [low, high] = softEnds(sorted, minGroup);
  return tabulatedMarginal((p) => fitted.family.quantile(p, fitted.parameters), low, high, decimals);
}

function kdeName(): string {
  return [...distributions.keys()].find((name) => name.includes("kde"))!;
}

/** The nearest family, if the data do not speak against it. */
function acceptedFamily(sorted: Float64Array): FittedDistribution | null {
  const count = sorted.length;
  if (count < MIN_ROWS || count > MAX_ROWS || distinctShare(sorted) < MIN_DISTINCT_SHARE) return null;
  const scale = Math.sqrt(count);
  const thinned = thin(sorted, THINNED);
  let best: { name: string; distance: number } | null = null;
  for (const name of candidates) {
    const { family, parameters } = chooseDistribution(thinned, [name]);
    const distance = kolmogorovDistance(sorted, (x) => family.cdf(x, parameters)) * scale;
    if (!best || distance < best.distance) best = { name, distance };
  }
  if (!best || best.distance > WORTH_REFINING) return null;
  const refined = chooseDistribution(sorted, [best.name]);
  return refined.distance * scale < ACCEPTED_DISTANCE ? refined : null;
}

function distinctShare(sorted: Float64Array): number {
  let distinct = 1;
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
  return distinct / sorted.length;
}

function thin(sorted: Float64Array, count: number): Float64Array {
  if (sorted.length <= count) return sorted;
  return Float64Array.from(
    { length: count },
    (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / count)]!,
  );
}

/** Where a family is cut off: the means of the outermost groups, so that no row's extreme is stored. */
function softEnds(sorted: Float64Array, minGroup: number): [number, number] {
  const group = Math.min(minGroup, sorted.length);
  let low = 0;
  let high = 0;
  for (let i = 0; i < group; i++) {
    low += sorted[i]! / group;
    high += sorted[sorted.length - 1 - i]! / group;
  }
  return low < high ? [low, high] : [sorted[0]!, sorted.at(-1)!];
}

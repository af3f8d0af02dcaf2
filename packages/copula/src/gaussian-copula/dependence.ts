// From scores per row to the correlation matrix of the latents: polychoric and polyserial correlations where a
// discrete column takes part, Nataf's for two numbers, so that the numbers' own (Pearson) correlation comes out.

import type { Marginal } from "@verisim/stats";
import {
  hermiteCoefficients,
  latentCorrelation,
  nearestCorrelation,
  placeScores,
  quantileCoefficients,
  segmentMass,
  segmentMeans,
  stepCoefficients,
} from "@verisim/stats";
import { contingency, correlation, type NativeOptions } from "@verisim/tensor/arrays";
import type { CategoryHalf, ScoredLatent } from "./latents.ts";

/** Pairs seen together in fewer rows than this are taken as independent. */
const MIN_PAIRS = 10;
/** Above this many cells two orders of categories are compared by their rows' scores alone. */
const MAX_TABLE = 1 << 18;

/** The latents' correlation matrix, repaired to be positive definite, row-major [size, size]. */
export async function latentCorrelations(
  scored: readonly ScoredLatent[],
  run: NativeOptions,
): Promise<{ matrix: Float64Array; change: number }> {
  const size = scored.length;
  const observed = await correlation(
    scored.map((latent) => latent.scores),
    run,
  );
  const numbers = scored.flatMap((latent, index) => (latent.values ? [index] : []));
  const raw = await correlation(
    numbers.map((index) => scored[index]!.values!),
    run,
  );
  const coefficients = scored.map(scoreCoefficients);
  const quantiles = new Map(
    numbers.map((index) => {
      const { latent } = scored[index]!;
      if (latent.kind !== "number") throw new Error("internal: a number without a marginal");
      return [index, quantileCoefficients(latent.marginal)];
    }),
  );
  const place = new Map(numbers.map((index, position) => [index, position]));
  const matrix = new Float64Array(size * size);
  for (let a = 0; a < size; a++) matrix[a * size + a] = 1;
  const momentsOf = async (a: number, b: number): Promise<PairMoments> => {
    const [left, right] = [quantiles.get(a), quantiles.get(b)];
    if (left && right) {
      return { target: raw.correlation[place.get(a)! * numbers.length + place.get(b)!]!, left, right };
    }
    const inHalf = halfOf(scored[a]!) !== null || halfOf(scored[b]!) !== null;
    return (
      (inHalf ? await stepPair(scored[a]!, scored[b]!, run) : null) ?? {
        target: observed.correlation[a * size + b]!,
        left: coefficients[a]!,
        right: coefficients[b]!,
      }
    );
  };
  for (const group of pairsByHalves(scored)) {
    const counted = group.filter(
      ([a, b]) =>
        observed.counts[a * size + b]! >= MIN_PAIRS && columnOf(scored[a]!) !== columnOf(scored[b]!),
    );
    const moments = await Promise.all(counted.map(([a, b]) => momentsOf(a, b)));
    counted.forEach(([a, b], index) => {
      const pair = moments[index]!;
      if (Number.isNaN(pair.target)) return;
      let rho = latentCorrelation(pair.target, pair.left, pair.right);
      if (halfOf(scored[a]!) ?? halfOf(scored[b]!)) {
        const spread = restVariance(a, b, scored, matrix) * restVariance(b, a, scored, matrix);
        rho = shrink(rho, observed.counts[a * size + b]!, pair) * Math.sqrt(spread);
      }
      matrix[a * size + b] = rho;
      matrix[b * size + a] = rho;
    });
  }
  return nearestCorrelation(matrix, size, run);
}

interface PairMoments {
  /** Correlation of the two scores over the rows that have both. */
  readonly target: number;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

function columnOf({ latent }: ScoredLatent): number {
  return latent.kind === "missing" ? -1 - latent.columns[0]! : latent.column;
}

function halfOf({ latent }: ScoredLatent): CategoryHalf | null {
  return latent.kind === "category" ? latent.half : null;
}

/** All pairs, those of whole columns before those with one half and those with two: each group needs the one before. */
function pairsByHalves(scored: readonly ScoredLatent[]): [number, number][][] {
  const groups: [number, number][][] = [[], [], []];
  for (let a = 0; a < scored.length; a++) {
    for (let b = 0; b < a; b++) {
      groups[Number(halfOf(scored[a]!) !== null) + Number(halfOf(scored[b]!) !== null)]!.push([a, b]);
    }
  }
  return groups;
}

/** Two step functions over the rows that have both: their shares there differ from those in the whole table. */
async function stepPair(a: ScoredLatent, b: ScoredLatent, run: NativeOptions): Promise<PairMoments | null> {
  if (!a.steps || !b.steps) return null;
  const [sizeA, sizeB] = [a.mass!.length, b.mass!.length];
  if (sizeA * sizeB > MAX_TABLE) return null;
  const table = await contingency(a.steps, sizeA, b.steps, sizeB, run);
  const countsA = new Float64Array(sizeA);
  const countsB = new Float64Array(sizeB);
  table.forEach((count, cell) => {
    countsA[Math.floor(cell / sizeB)]! += count;
    countsB[cell % sizeB]! += count;
  });
  const [placesA, placesB] = [placeScores(countsA), placeScores(countsB)];
  const total = countsA.reduce((sum, count) => sum + count, 0);
  let [covariance, varianceA, varianceB] = [0, 0, 0];
  for (let i = 0; i < sizeA; i++) varianceA += placesA.mass[i]! * placesA.means[i]! ** 2;
  for (let j = 0; j < sizeB; j++) varianceB += placesB.mass[j]! * placesB.means[j]! ** 2;
  for (let i = 0; i < sizeA; i++) {
    for (let j = 0; j < sizeB; j++) {
      covariance += (table[i * sizeB + j]! / total) * placesA.means[i]! * placesB.means[j]!;
    }
  }
  return {
    target: covariance / Math.sqrt(varianceA * varianceB),
    left: stepCoefficients(placesA.thresholds, placesA.means, placesA.mass),
    right: stepCoefficients(placesB.thresholds, placesB.means, placesB.mass),
  };
}

/** Correlations within twice their standard error go to zero, the others lose what chance adds. */
function shrink(rho: number, rows: number, { left, right }: PairMoments): number {
  const information = rows * left[0]! ** 2 * right[0]! ** 2;
  const error = 1 / Math.sqrt(Math.max(information, 1e-9));
  return rho === 0 ? 0 : rho * Math.max(0, 1 - ((2 * error) / rho) ** 2);
}

/**
 * Variance that latent a keeps among the rows of b's half, where b's split is truncated: what the correlation measured
 * there must be multiplied by, as a standard deviation, to hold in the whole table (Pearson's selection formula).
 */
function restVariance(a: number, b: number, scored: readonly ScoredLatent[], matrix: Float64Array): number {
  const half = halfOf(scored[b]!);
  if (!half) return 1;
  const split = scored[half.split]!.latent;
  if (split.kind !== "split") throw new Error("internal: a half without a split");
  const t = split.thresholds[0]!;
  const mean = segmentMeans(split.thresholds, scored[half.split]!.mass!)[half.side]!;
  const kept = 1 + t * mean - mean * mean;
  const tie = matrix[a * scored.length + half.split]!;
  return Math.max(0.05, 1 - tie * tie * (1 - kept));
}

/** Hermite coefficients of the map from a latent to its score. */
function scoreCoefficients({ latent, mass }: ScoredLatent): Float64Array {
  if (latent.kind !== "number")
    return stepCoefficients(latent.thresholds, segmentMeans(latent.thresholds, mass!), mass!);
  return numberScoreCoefficients(latent.marginal);
}

/** The score of a number is its latent itself, but for atoms, where it is the mean of the segment. */
function numberScoreCoefficients(marginal: Marginal): Float64Array {
  const { low, high, thresholds } = marginal;
  const means = segmentMeans(thresholds, segmentMass(marginal));
  let segment = 0;
  let before = Number.NEGATIVE_INFINITY;
  return hermiteCoefficients((z) => {
    if (z < before) segment = 0;
    before = z;
    while (segment < thresholds.length && thresholds[segment]! <= z) segment++;
    return low[segment] === high[segment] ? means[segment]! : z;
  });
}

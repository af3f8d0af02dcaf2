// From scores per row to the correlation matrix of the latents: polychoric and polyserial correlations where a
// discrete column takes part, Nataf's for two numbers, so that the numbers' own (Pearson) correlation comes out.

import type { Marginal } from "@verisim/stats";
import {
  hermiteCoefficients,
  latentCorrelation,
  nearestCorrelation,
  quantileCoefficients,
  segmentMeans,
  stepCoefficients,
} from "@verisim/stats";
import { correlation, type NativeOptions } from "@verisim/tensor";
import type { ScoredLatent } from "./latents.ts";

/** Pairs seen together in fewer rows than this are taken as independent. */
const MIN_PAIRS = 10;

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
  for (let a = 0; a < size; a++) {
    matrix[a * size + a] = 1;
    for (let b = 0; b < a; b++) {
      if (observed.counts[a * size + b]! < MIN_PAIRS) continue;
      const left = quantiles.get(a);
      const right = quantiles.get(b);
      const target =
        left && right
          ? raw.correlation[place.get(a)! * numbers.length + place.get(b)!]!
          : observed.correlation[a * size + b]!;
      if (Number.isNaN(target)) continue;
      const rho =
        left && right
          ? latentCorrelation(target, left, right)
          : latentCorrelation(target, coefficients[a]!, coefficients[b]!);
      matrix[a * size + b] = rho;
      matrix[b * size + a] = rho;
    }
  }
  return nearestCorrelation(matrix, size, run);
}

/** Hermite coefficients of the map from a latent to its score. */
function scoreCoefficients({ latent, mass }: ScoredLatent): Float64Array {
  if (latent.kind !== "number")
    return stepCoefficients(latent.thresholds, segmentMeans(latent.thresholds, mass!), mass!);
  return numberScoreCoefficients(latent.marginal);
}

/** The score of a number is its latent itself, but for atoms, where it is the mean of the segment. */
function numberScoreCoefficients(marginal: Marginal): Float64Array {
  const { low, high, thresholds, cumulative } = marginal;
  const mass = low.map((_, s) => cumulative[s + 1]! - cumulative[s]!);
  const means = segmentMeans(thresholds, mass);
  let segment = 0;
  let before = Number.NEGATIVE_INFINITY;
  return hermiteCoefficients((z) => {
    if (z < before) segment = 0;
    before = z;
    while (segment < thresholds.length && thresholds[segment]! <= z) segment++;
    return low[segment] === high[segment] ? means[segment]! : z;
  });
}

// Distances to the closest record and their like, on one scale and against equally many rows. A diagnostic, not a measure
// of privacy: tables that pass it fall to membership attacks (Z. Yao et al., "The DCR delusion", arXiv 2505.01524).

import { wilson } from "@verisim/stats";
import type { DistanceReport } from "./privacy-report.ts";
import { type Nearest, nearest } from "./tables/nearest.ts";
import {
  type PreparedTables,
  pickRows,
  runOf,
  type SampledRows,
  sampleRows,
} from "./tables/prepared-tables.ts";

const mostQueries = 5000;

/** @returns null without a holdout */
export async function distances(tables: PreparedTables): Promise<DistanceReport | null> {
  const { training, holdout, synthetic, searched, encoder, seed } = tables;
  if (!holdout || !searched.holdout || encoder.size === 0) return null;
  const size = Math.min(training.rows.length, holdout.rows.length);
  const reference = (part: SampledRows, purpose: string): SampledRows =>
    pickRows(part, sampleRows(part.rows.length, size, seed, `distances ${purpose}`), encoder);
  const ofTraining = reference(training, "training");
  const ofHoldout = reference(holdout, "holdout");
  const queries = (part: SampledRows, places: Uint32Array): SampledRows =>
    pickRows(
      part,
      sampleRows(places.length, mostQueries, seed, "distance queries").map((i) => places[i]!),
      encoder,
    );
  const asked = queries(synthetic, searched.synthetic);
  const control = queries(holdout, searched.holdout);
  const to = (from: SampledRows, real: SampledRows): Promise<Nearest> =>
    nearest({ encoder, queries: from.points, reference: real.points, k: 2 }, runOf(tables));
  const synthToTraining = await to(asked, ofTraining);
  const synthToHoldout = await to(asked, ofHoldout);
  const holdoutToTraining = await to(control, ofTraining);
  let closer = 0;
  for (let row = 0; row < asked.rows.length; row++) {
    const difference = synthToTraining.distances[row * 2]! - synthToHoldout.distances[row * 2]!;
    closer += difference < 0 ? 1 : difference === 0 ? 0.5 : 0;
  }
  const own = closest(synthToTraining);
  const others = closest(holdoutToTraining);
  const ratios = closestRatios(synthToTraining);
  const otherRatios = closestRatios(holdoutToTraining);
  return {
    referenceRows: size,
    syntheticRows: asked.rows.length,
    holdoutRows: control.rows.length,
    dcr: {
      median: quantile(own, 0.5),
      low: quantile(own, 0.05),
      medianControl: quantile(others, 0.5),
      lowControl: quantile(others, 0.05),
    },
    nndr: {
      median: quantile(ratios, 0.5),
      low: quantile(ratios, 0.05),
      medianControl: quantile(otherRatios, 0.5),
      lowControl: quantile(otherRatios, 0.05),
    },
    closerToTraining: wilson(closer, asked.rows.length),
  };
}

function closest({ distances, k }: Nearest): Float64Array {
  return Float64Array.from({ length: distances.length / k }, (_, row) => distances[row * k]!).sort();
}

/** Nearest over second nearest; 1 where both are 0 or there is no second. */
function closestRatios({ distances, k }: Nearest): Float64Array {
  return Float64Array.from({ length: distances.length / k }, (_, row) => {
    const first = distances[row * k]!;
    const second = distances[row * k + 1]!;
    return second === 0 || !Number.isFinite(second) ? 1 : first / second;
  }).sort();
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))]!;
}

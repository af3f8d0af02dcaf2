// How well a support vector machine tells judged rows from real ones: unlike a linear model it sees how columns belong
// together.

import type { RunOptions } from "@verisim/core";
import { scaledRows, scalingOf } from "../learners/scaled-rows.ts";
import { decide, fitClassifier, gaussianKernel } from "../learners/support-vectors.ts";
import { areaUnderCurve } from "./auc.ts";
import type { Compared } from "./judged-tables.ts";
import { linearFeatures } from "./linear-features.ts";
import { chosenPlaces, type DetectionScore, foldCount, stratifiedFolds } from "./logistic-detection.ts";

/** Rows of one table; the kernel of two thirds of both takes 4 bytes a pair. */
const mostRows = 1200;

/**
 * SDMetrics' SVCDetection: three stratified folds, robust scaling, a Gaussian kernel. At most 1,200 rows of each table,
 * chosen by `seed`, unless folds are given.
 *
 * @param table which table is held against the real one
 * @returns null with fewer than three rows in one of the tables, or without any scored column
 */
export async function svcDetection(
  { columns, rowCounts }: Compared,
  table: number,
  { seed = 0, folds, ...run }: { seed?: number; folds?: ArrayLike<number> } & RunOptions = {},
): Promise<DetectionScore | null> {
  const features = linearFeatures(columns, table);
  const real = rowCounts[0]!;
  const places = chosenPlaces(real, rowCounts[table]!, seed, folds ? Number.POSITIVE_INFINITY : mostRows);
  if (Math.min(...places.counts) < foldCount || features.rowCount === 0) return null;
  const foldOf = folds ?? stratifiedFolds(places.counts, seed);
  const aucs: number[] = [];
  for (let fold = 0; fold < foldCount; fold++) {
    run.onProgress?.({ phase: "evaluate", done: fold, total: foldCount, unit: "folds", detail: "svc" });
    const learnt = places.rows.filter((_, at) => foldOf[at] !== fold);
    const unseen = places.rows.filter((_, at) => foldOf[at] === fold);
    const scaling = scalingOf(features, learnt);
    const kernel = gaussianKernel(scaling, scaledRows(scaling, learnt));
    const labels = Float64Array.from(learnt, (row) => (row < real ? 1 : -1));
    const machine = await fitClassifier(kernel, labels, run);
    const decisions = await decide(machine, kernel, scaledRows(scaling, unseen), run);
    const isReal = unseen.map((row) => (row < real ? 1 : 0));
    aucs.push(areaUnderCurve(decisions, isReal) ?? 0.5);
  }
  const told = aucs.reduce((sum, auc) => sum + (2 * Math.max(0.5, auc) - 1), 0) / foldCount;
  return { score: 1 - told, aucs };
}

// How well a linear model tells synthetic rows from real ones. It sees means and no more: columns that are drawn
// independently of each other score near 1 already, so that the figure serves to read published tables and not as a goal.

import { RowRandom, type RunOptions, streamKey } from "@verisim/core";
import { areaUnderCurve } from "./auc.ts";
import type { Compared } from "./judged-tables.ts";
import { linearFeatures, robustScale } from "./linear-features.ts";
import { fitLogistic, predictLogistic } from "./logistic-regression.ts";
import { chosenRows } from "./mixed-rows.ts";

export interface DetectionOptions extends RunOptions {
  /** Chooses the folds. Any safe integer. Default 0. */
  seed?: number;
  /** Fold per row, real rows first; made by `seed` where absent. */
  folds?: ArrayLike<number>;
}

export interface DetectionScore {
  /** 1 minus the mean over folds of 2 max(AUC, 1/2) - 1, in [0, 1]; 1 where nothing tells the tables apart. */
  score: number;
  /** Area under the ROC curve of every fold's unseen rows. */
  aucs: number[];
}

export const foldCount = 3;
/** Rows of one table that are told apart; more are sampled. */
const mostRows = 100_000;

/**
 * The logistic C2ST of SDMetrics and of TabSyn's protocol: three stratified folds, robust scaling, 100 iterations of L-BFGS
 * from zero. At most 100,000 rows of each table, chosen by `seed`, unless folds are given.
 *
 * @param table which table is held against the real one: 1 the synthetic one, 2 the holdout
 * @returns null with fewer than three rows in one of the tables, or without any scored column
 */
export async function logisticDetection(
  { columns, rowCounts }: Compared,
  table: number,
  { seed = 0, folds, ...run }: DetectionOptions = {},
): Promise<DetectionScore | null> {
  const features = linearFeatures(columns, table);
  const places = folds ? null : chosenPlaces(rowCounts[0]!, rowCounts[table]!, seed);
  const counts = places?.counts ?? [rowCounts[0]!, rowCounts[table]!];
  if (Math.min(...counts) < foldCount || features.rowCount === 0) return null;
  const labels = Uint8Array.from({ length: features.rowCount }, (_, row) => (row < rowCounts[0]! ? 1 : 0));
  const all = places?.rows ?? Int32Array.from(labels.keys());
  const foldOf = folds ?? stratifiedFolds(counts, seed);
  const aucs: number[] = [];
  for (let fold = 0; fold < foldCount; fold++) {
    run.onProgress?.({ phase: "evaluate", done: fold, total: foldCount, unit: "folds", detail: "detection" });
    const learnt = all.filter((_, at) => foldOf[at] !== fold);
    const unseen = all.filter((_, at) => foldOf[at] === fold);
    const scaling = robustScale(features, learnt);
    const model = await fitLogistic(features, scaling, learnt, labels, run);
    const predicted = predictLogistic(model, features, scaling, unseen);
    aucs.push(
      areaUnderCurve(
        predicted,
        unseen.map((row) => labels[row]!),
      ) ?? 0.5,
    );
  }
  const told = aucs.reduce((sum, auc) => sum + (2 * Math.max(0.5, auc) - 1), 0) / foldCount;
  return { score: 1 - told, aucs };
}

/** The rows of both tables that take part, real ones first, and how many of each: at most `most` of a table. */
export function chosenPlaces(
  real: number,
  other: number,
  seed: number,
  most: number = mostRows,
): { rows: Int32Array; counts: number[] } {
  const parts = [real, other].map((total, table) => {
    const rows = chosenRows(total, most, seed, "detection", String(table));
    return rows ?? Int32Array.from({ length: total }, (_, row) => row);
  });
  const [first, second] = parts as [Int32Array, Int32Array];
  const rows = new Int32Array(first.length + second.length);
  rows.set(first);
  rows.set(
    second.map((row) => real + row),
    first.length,
  );
  return { rows, counts: [first.length, second.length] };
}

/** Every table's rows dealt to the folds in a random order, so that each fold holds the same share of both. */
export function stratifiedFolds(counts: readonly number[], seed: number): Uint8Array {
  const folds = new Uint8Array(counts.reduce((sum, count) => sum + count, 0));
  let base = 0;
  for (const [table, count] of counts.entries()) {
    const random = new RowRandom(streamKey(seed, "evaluate", "folds", String(table)), 0);
    const own = folds.subarray(base, base + count);
    for (let row = 0; row < count; row++) own[row] = row % foldCount;
    for (let row = count - 1; row > 0; row--) {
      const other = random.below(row + 1);
      const fold = own[row]!;
      own[row] = own[other]!;
      own[other] = fold;
    }
    base += count;
  }
  return folds;
}

// The frame of the published detectors: three stratified folds of real and judged rows, each told apart by a model that
// learnt the other two.

import { RowRandom, type RunOptions, streamKey, throwIfAborted } from "@verisim/core";
import { concurrently } from "../models/concurrently.ts";
import { areaUnderCurve } from "./auc.ts";
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

/** Learns some rows and says how surely others are real ones. Rows are places: real rows, then judged ones. */
export type Detector = (learnt: Int32Array, unseen: Int32Array) => Promise<Float64Array>;

const foldCount = 3;

/**
 * The score of a detector.
 *
 * @param counts real and judged rows
 * @param most rows of a table that take part, chosen by the seed unless folds are given
 * @returns null with fewer than three rows in one of the tables
 */
export async function detectOverFolds(
  [real, judged]: readonly [number, number],
  most: number,
  { seed = 0, folds, ...run }: DetectionOptions,
  detect: Detector,
): Promise<DetectionScore | null> {
  const places = chosenPlaces(real, judged, seed, folds ? Number.POSITIVE_INFINITY : most);
  if (Math.min(...places.counts) < foldCount) return null;
  const foldOf = folds ?? stratifiedFolds(places.counts, seed);
  const jobs = Array.from({ length: foldCount }, (_, fold) => async (): Promise<number> => {
    throwIfAborted(run.signal);
    const learnt = places.rows.filter((_, at) => foldOf[at] !== fold);
    const unseen = places.rows.filter((_, at) => foldOf[at] === fold);
    const scores = await detect(learnt, unseen);
    run.onProgress?.({ phase: "evaluate", done: fold, total: foldCount, unit: "folds", detail: "detection" });
    return (
      areaUnderCurve(
        scores,
        unseen.map((row) => (row < real ? 1 : 0)),
      ) ?? 0.5
    );
  });
  const aucs = await concurrently(places.rows.length, jobs);
  const told = aucs.reduce((sum, auc) => sum + (2 * Math.max(0.5, auc) - 1), 0) / foldCount;
  return { score: 1 - told, aucs };
}

/** The rows of both tables that take part, real ones first, and how many of each: at most `most` of a table. */
function chosenPlaces(
  real: number,
  other: number,
  seed: number,
  most: number,
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
function stratifiedFolds(counts: readonly number[], seed: number): Uint8Array {
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

// Can boosted trees tell the synthetic rows from the real ones? The hardest question of all to a synthetic table: the
// trees see every column and every dependence at once. D. Lopez-Paz and M. Oquab, "Revisiting classifier two-sample tests",
// ICLR 2017; here by LightGBM with its defaults, out of fold, by the area under the ROC curve.

import {
  type RunOptions,
  sampleRowNumbers,
  shuffledRowNumbers,
  streamKey,
  throwIfAborted,
} from "@verisim/core";
import { GradientBoostedTrees } from "@verisim/trees";
import { type Compared, compareTables, type JudgedTables } from "../metrics/judged-tables.ts";
import { concurrently } from "../models/concurrently.ts";
import { type JudgedColumn, judgedColumns } from "../models/judged-columns.ts";
import { areaUnderCurve, rocPoints } from "../models/roc.ts";
import { pickFeatures } from "../models/tree-features.ts";
import { wholeNumber } from "../models/whole-number.ts";
import { columnTell } from "./column-tell.ts";
import { pooledFeatures } from "./pooled-rows.ts";
import type { TwoSampleReport, TwoSampleResult } from "./two-sample-report.ts";

export interface TwoSampleOptions extends RunOptions {
  /** Rows per side, at most: 20 to 1,000,000. Default 32,768; beyond 40 columns fewer, but not fewer than 5,000. */
  maxRows?: number;
  /** 2 to 20. Default 5. */
  folds?: number;
  /** Chooses rows and folds. Any safe integer. Default 0. */
  seed?: number;
  /** The tables in their compared form, where they have been brought to it already. */
  compared?: Compared;
}

/** Cells of a side that are learnt in a few seconds. */
const usualCells = 40 * 32_768;

/** Fewer rows per side are not learnt and judged; with as many folds each still has one. */
const leastRows = 20;

/**
 * The two-sample test by boosted trees, and the same test of the holdout as its ceiling.
 *
 * As many rows are drawn from each table as the shorter one has. Every row is judged by trees that learnt the rows of the
 * other folds; the AUC is that of all rows together. Its interval is DeLong's, widened because folds learn from each other,
 * by C. Nadeau and Y. Bengio, "Inference for the Generalization Error", Machine Learning 52, 2003, section 3: by half for
 * five folds. Categories with fewer than five rows in both tables together are one, so that invented ones show and rare
 * ones do not.
 *
 * @returns null where a side has fewer than 20 rows, or no column can be compared
 * @throws VerisimError `VERISIM_NO_ROWS`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_OPTION_VALUE`, `VERISIM_ABORTED`
 * @example
 * const test = await twoSampleTest({ real, synthetic, holdout, metadata });
 * console.log(test?.auc.value, "of at best", test?.ceiling?.auc.value);
 */
export async function twoSampleTest(
  tables: JudgedTables,
  options: TwoSampleOptions = {},
): Promise<TwoSampleReport | null> {
  const folds = wholeNumber("folds", options.folds ?? 5, 2, leastRows);
  const compared = options.compared ?? compareTables(tables);
  const { columns, unused, rowCounts } = judgedColumns(compared, tables.metadata);
  const usual = Math.max(5000, Math.min(32_768, Math.floor(usualCells / Math.max(1, columns.length))));
  const maxRows = wholeNumber("maxRows", options.maxRows ?? usual, leastRows, 1_000_000);
  const [real, synthetic, holdout] = rowCounts as [number, number, number?];
  if (columns.length === 0 || Math.min(real, synthetic) < leastRows) return null;
  const judged = { folds, maxRows, seed: options.seed ?? 0 };
  const withCeiling = holdout !== undefined && holdout >= leastRows;
  let done = 0;
  const total = withCeiling ? 2 * folds : folds;
  const run: RunOptions = {
    ...(options.signal ? { signal: options.signal } : {}),
    onProgress: () =>
      options.onProgress?.({
        phase: "evaluate",
        done: ++done,
        total,
        unit: "trainings",
        detail: "two-sample test",
      }),
  };
  const result = await testTable(columns, rowCounts, 1, judged, run);
  const ceiling = withCeiling ? await testTable(columns, rowCounts, 2, judged, run) : null;
  return { ...result, folds, unused, ceiling };
}

async function testTable(
  columns: readonly JudgedColumn[],
  rowCounts: readonly number[],
  table: number,
  { folds, maxRows, seed }: { folds: number; maxRows: number; seed: number },
  run: RunOptions,
): Promise<TwoSampleResult> {
  const side = Math.min(rowCounts[0]!, rowCounts[table]!, maxRows);
  const purpose = table === 1 ? "two-sample" : "two-sample ceiling";
  const rows = ([0, table] as const).map((place, index) =>
    sampleRowNumbers(rowCounts[place]!, side, streamKey(seed, purpose, `rows ${index}`)),
  ) as [Int32Array, Int32Array];
  const features = pooledFeatures(columns, { table, rows });
  const labels = new Float64Array(2 * side).fill(1, side);
  const foldOf = rows.map((_, index) => foldsOf(side, folds, streamKey(seed, purpose, `folds ${index}`))) as [
    Uint8Array,
    Uint8Array,
  ];
  const all = new Uint8Array(2 * side);
  all.set(foldOf[0]);
  all.set(foldOf[1], side);

  const predictions = new Float64Array(2 * side);
  const gains = new Float64Array(columns.length);
  const stop = run.signal ? { signal: run.signal } : {};
  const jobs = Array.from({ length: folds }, (_, fold) => async (): Promise<Float64Array> => {
    throwIfAborted(run.signal);
    const places = Int32Array.from(all.keys());
    const learnt = places.filter((place) => all[place] !== fold);
    const judged = places.filter((place) => all[place] === fold);
    const trees = new GradientBoostedTrees({ objective: "binary" });
    await trees.fit(
      pickFeatures(features, learnt),
      Float64Array.from(learnt, (place) => labels[place]!),
      stop,
    );
    const scores = await trees.predict(pickFeatures(features, judged), stop);
    for (let i = 0; i < judged.length; i++) predictions[judged[i]!] = scores[i]!;
    run.onProgress?.({ phase: "evaluate", done: fold + 1, total: folds, unit: "trainings" });
    return trees.importance("gain");
  });
  for (const gain of await concurrently(side * 2, jobs))
    for (let column = 0; column < gains.length; column++) gains[column]! += gain[column]!;

  const negative = predictions.subarray(0, side);
  const positive = predictions.subarray(side);
  const whole = gains.reduce((sum, gain) => sum + gain, 0);
  const widening = Math.sqrt(1 + folds / (folds - 1));
  const { auc, pValue } = areaUnderCurve(positive, negative, widening);
  const folded = { table, rows, folds: foldOf, foldCount: folds };
  const telling = columns.map((column, index) => ({
    column: column.name,
    gainShare: whole > 0 ? gains[index]! / whole : 0,
    auc: columnTell(column, folded),
  }));
  return {
    rowsPerSide: side,
    auc,
    pValue,
    roc: rocPoints(positive, negative),
    columns: telling.sort((a, b) => b.gainShare - a.gainShare || b.auc - a.auc),
  };
}

/** Folds of equal size, give or take one row, at random. */
function foldsOf(rowCount: number, folds: number, key: ReturnType<typeof streamKey>): Uint8Array {
  const out = new Uint8Array(rowCount);
  for (const [place, row] of shuffledRowNumbers(rowCount, key).entries()) out[row] = place % folds;
  return out;
}

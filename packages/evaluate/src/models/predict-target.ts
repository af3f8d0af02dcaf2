// A model that learnt some rows, asked about others: boosted trees with LightGBM's defaults, or a linear model.

import { type RunOptions, sampleRowNumbers, streamKey } from "@verisim/core";
import { GradientBoostedTrees } from "@verisim/trees";
import { LinearModel } from "./linear-model.ts";
import { labelsOf, type Target } from "./target.ts";
import { treeFeatures } from "./tree-features.ts";

/** Rows of one of the tables: 0 real, 1 synthetic, 2 holdout. */
export interface TableRows {
  readonly table: number;
  readonly rows: Int32Array;
}

export interface TargetPredictions {
  /** Binary: the probability of the second class per row. Multiclass: one per class, row after row. Regression: numbers. */
  readonly predictions: Float64Array;
  /** Gain per column, of trees; null for linear models. */
  readonly gains: Float64Array | null;
}

export type ModelName = "boosted-trees" | "linear";

/** Cells that a linear model learns in a few seconds. */
const mostLinearCells = 4_000_000;

/** Trees of a model, at most: with more than 50 classes the rounds are fewer than LightGBM's 100. */
const mostTrees = 5000;

/**
 * Learns rows and predicts others. Classes that the learnt rows lack get the probability 0.
 *
 * @param given a linear model learns at most 4,000,000 cells of them, drawn by the seed
 * @returns null where the learnt rows hold fewer than two different labels
 */
export async function predictTarget(
  model: ModelName,
  target: Target,
  given: TableRows,
  asked: TableRows,
  seed: number,
  run: RunOptions = {},
): Promise<TargetPredictions | null> {
  const rows = model === "linear" ? fewerRows(target, given.rows, seed) : given.rows;
  const learnt = { table: given.table, rows };
  const labels = labelsOf(target, learnt.table, learnt.rows);
  const seen = [...new Set(labels)].sort((a, b) => a - b);
  if (seen.length < 2) return null;
  const stop = run.signal ? { signal: run.signal } : {};
  if (model === "linear") {
    const linear = await LinearModel.fit(target, learnt, labels, seen, stop);
    return { predictions: spread(linear.predict(target, asked), seen, target), gains: null };
  }
  const task = target.task === "regression" ? "regression" : seen.length === 2 ? "binary" : "multiclass";
  const places = new Map(seen.map((label, place) => [label, place]));
  const own = task === "regression" ? labels : labels.map((label) => places.get(label)!);
  const trees = new GradientBoostedTrees({
    objective: task,
    seed: seed >>> 1,
    numIterations: Math.max(
      10,
      Math.min(100, Math.floor(mostTrees / (task === "multiclass" ? seen.length : 1))),
    ),
  });
  await trees.fit(treeFeatures(target.columns, learnt.table, learnt.rows), own, stop);
  const raw = await trees.predict(treeFeatures(target.columns, asked.table, asked.rows), stop);
  const full = task === "binary" ? twoColumns(raw) : raw;
  return { predictions: spread(full, seen, target), gains: trees.importance("gain") };
}

function fewerRows({ columns }: Target, rows: Int32Array, seed: number): Int32Array {
  const most = Math.max(1000, Math.floor(mostLinearCells / columns.length));
  return sampleRowNumbers(rows.length, most, streamKey(seed, "linear", "rows")).map((place) => rows[place]!);
}

function twoColumns(positive: Float64Array): Float64Array {
  const both = new Float64Array(2 * positive.length);
  for (let row = 0; row < positive.length; row++) {
    both[2 * row] = 1 - positive[row]!;
    both[2 * row + 1] = positive[row]!;
  }
  return both;
}

/** Probabilities of the learnt classes as those of all classes. */
function spread(own: Float64Array, seen: readonly number[], { task, classes }: Target): Float64Array {
  if (task === "regression") return own;
  const rows = own.length / seen.length;
  if (task === "binary") return Float64Array.from({ length: rows }, (_, row) => own[2 * row + 1]!);
  if (seen.length === classes.length) return own;
  const all = new Float64Array(rows * classes.length);
  for (let row = 0; row < rows; row++)
    for (const [place, label] of seen.entries())
      all[row * classes.length + label] = own[row * seen.length + place]!;
  return all;
}

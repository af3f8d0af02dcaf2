// How well a linear model tells synthetic rows from real ones. It sees means and no more: columns that are drawn
// independently of each other score near 1 already, so that the figure serves to read published tables and not as a goal.

import { type DetectionOptions, type DetectionScore, detectOverFolds } from "./detection-folds.ts";
import type { Compared } from "./judged-tables.ts";
import { linearFeatures, robustScale } from "./linear-features.ts";
import { fitLogistic, predictLogistic } from "./logistic-regression.ts";

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
  options: DetectionOptions = {},
): Promise<DetectionScore | null> {
  const features = linearFeatures(columns, table);
  if (features.rowCount === 0) return null;
  const real = rowCounts[0]!;
  const labels = Uint8Array.from({ length: features.rowCount }, (_, row) => (row < real ? 1 : 0));
  const run = options.signal ? { signal: options.signal } : {};
  return detectOverFolds([real, rowCounts[table]!], mostRows, options, async (learnt, unseen) => {
    const scaling = robustScale(features, learnt);
    const model = await fitLogistic(features, scaling, learnt, labels, run);
    return predictLogistic(model, features, scaling, unseen);
  });
}

// The C2ST of TabSyn's protocol by XGBoost's trees: what a linear model cannot see, a hundred trees of six levels can.

import { GradientBoostedTrees } from "@verisim/trees";
import { xgboostDefaults, xgboostTrees } from "../learners/xgboost-trees.ts";
import { pickFeatures } from "../models/tree-features.ts";
import { type DetectionOptions, type DetectionScore, detectOverFolds } from "./detection-folds.ts";
import type { Compared } from "./judged-tables.ts";
import { linearFeatures } from "./linear-features.ts";
import { protocolRows } from "./protocol-rows.ts";

/**
 * Three stratified folds, columns as the linear model has them, XGBoost's defaults. Of wide or long tables some rows of
 * each, chosen by `seed`, unless folds are given.
 *
 * @param table which table is held against the real one: 1 the synthetic one, 2 the holdout
 * @returns null with fewer than three rows in one of the tables, or without any scored column
 */
export async function xgboostDetection(
  { columns, rowCounts }: Compared,
  table: number,
  options: DetectionOptions = {},
): Promise<DetectionScore | null> {
  const { rowCount, numbers, blocks } = linearFeatures(columns, table);
  if (rowCount === 0) return null;
  const features = [
    ...numbers.map((values, at) => ({ name: `number ${at}`, values: values.map(Math.fround) })),
    ...blocks.map(({ codes }, at) => ({
      name: `block ${at}`,
      values: Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : code)),
      categorical: true,
    })),
  ];
  const real = rowCounts[0]!;
  const run = options.signal ? { signal: options.signal } : {};
  const most = protocolRows(features.length);
  return detectOverFolds([real, rowCounts[table]!], most, options, async (learnt, unseen) => {
    const trees = new GradientBoostedTrees(xgboostTrees(xgboostDefaults, "binary", learnt.length));
    const labels = Float64Array.from(learnt, (row) => (row < real ? 1 : 0));
    await trees.fit(pickFeatures(features, learnt), labels, run);
    return trees.predict(pickFeatures(features, unseen), run);
  });
}

// How well a support vector machine tells judged rows from real ones: unlike a linear model it sees how columns belong
// together.

import { scaledRows, scalingOf } from "../learners/scaled-rows.ts";
import { decide, fitClassifier, gaussianKernel } from "../learners/support-vectors.ts";
import { type DetectionOptions, type DetectionScore, detectOverFolds } from "./detection-folds.ts";
import type { Compared } from "./judged-tables.ts";
import { linearFeatures } from "./linear-features.ts";

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
  options: DetectionOptions = {},
): Promise<DetectionScore | null> {
  const features = linearFeatures(columns, table);
  if (features.rowCount === 0) return null;
  const real = rowCounts[0]!;
  const run = options.signal ? { signal: options.signal } : {};
  return detectOverFolds([real, rowCounts[table]!], mostRows, options, async (learnt, unseen) => {
    const scaling = scalingOf(features, learnt);
    const kernel = gaussianKernel(scaling, scaledRows(scaling, learnt));
    const labels = Float64Array.from(learnt, (row) => (row < real ? 1 : -1));
    const machine = await fitClassifier(kernel, labels, run);
    return decide(machine, kernel, scaledRows(scaling, unseen), run);
  });
}

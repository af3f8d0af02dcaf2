// What one column alone gives away: rows are scored by how much more common their bin is among the synthetic rows of the
// other folds. That is the best that any model can do with the column, whatever its shape, up to the bins' width.

import { lowerBound } from "@verisim/stats";
import type { JudgedColumn } from "../models/judged-columns.ts";
import { type PooledRows, pooledCodes } from "./pooled-rows.ts";

/** Bins of a column of numbers with more different values than this; LightGBM's own number. */
const mostBins = 255;

/** The fold of each row of both sides. */
export interface FoldedRows extends PooledRows {
  readonly folds: readonly [real: Uint8Array, other: Uint8Array];
  readonly foldCount: number;
}

/**
 * The AUC of a column alone: the mean over the folds. Rows of different folds are not compared, because each was learnt to
 * judge the other: with many bins that alone would press the figure below 0.5.
 */
export function columnTell(column: JudgedColumn, folded: FoldedRows): number {
  const { table, rows, folds, foldCount } = folded;
  const { bins, count } =
    column.kind === "number"
      ? numberBins([pick(column.values[0]!, rows[0]), pick(column.values[table]!, rows[1])])
      : categoryBins(column, folded);
  // Rows per fold and bin, of either side.
  const tallies = bins.map((binOf, side) => {
    const tally = new Float64Array(foldCount * count);
    for (let i = 0; i < binOf.length; i++) tally[folds[side]![i]! * count + binOf[i]!]!++;
    return tally;
  }) as [Float64Array, Float64Array];
  const totals = tallies.map((tally) => {
    const total = new Float64Array(count);
    for (let place = 0; place < tally.length; place++) total[place % count]! += tally[place]!;
    return total;
  }) as [Float64Array, Float64Array];
  let sum = 0;
  for (let fold = 0; fold < foldCount; fold++) {
    const own = tallies.map((tally) => tally.subarray(fold * count, (fold + 1) * count)) as typeof totals;
    const scores = new Float64Array(count);
    for (let bin = 0; bin < count; bin++) {
      const real = totals[0][bin]! - own[0][bin]!;
      const other = totals[1][bin]! - own[1][bin]!;
      scores[bin] = (other + 1) / (real + other + 2);
    }
    sum += tallyAuc(scores, own);
  }
  return sum / foldCount;
}

function pick(values: Float64Array, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

/** The bin of each row of both sides; missing cells have the last one. */
function numberBins(sides: readonly Float64Array[]): { bins: Int32Array[]; count: number } {
  const sorted = Float64Array.from(
    [...sides[0]!, ...sides[1]!].filter((value) => !Number.isNaN(value)),
  ).sort();
  const edges = upperEdges(sorted);
  const bins = sides.map((values) =>
    Int32Array.from(values, (value) =>
      Number.isNaN(value) ? edges.length : Math.min(edges.length - 1, lowerBound(edges, value)),
    ),
  );
  return { bins, count: edges.length + 1 };
}

/** Each value its own bin where they are few, else bins of equally many rows. */
function upperEdges(sorted: Float64Array): Float64Array {
  const different: number[] = [];
  for (let i = 0; i < sorted.length && different.length <= mostBins; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) different.push(sorted[i]!);
  if (different.length <= mostBins) return Float64Array.from(different);
  const edges = new Set<number>();
  for (let bin = 1; bin <= mostBins; bin++)
    edges.add(sorted[Math.ceil((bin * sorted.length) / mostBins) - 1]!);
  return Float64Array.from(edges);
}

/** Codes; missing cells have the last bin. */
function categoryBins(
  column: Extract<JudgedColumn, { kind: "category" }>,
  pooled: PooledRows,
): { bins: Int32Array[]; count: number } {
  const { sides, count } = pooledCodes(column, pooled);
  return { bins: sides.map((codes) => codes.map((code) => (code < 0 ? count : code))), count: count + 1 };
}

/** AUC of scores that rows share: counts of real and of other rows per score. */
function tallyAuc(scores: Float64Array, [real, other]: readonly [Float64Array, Float64Array]): number {
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let [pairs, below, positives] = [0, 0, 0];
  for (let at = 0; at < order.length; ) {
    const score = scores[order[at]!]!;
    let [tiedReal, tiedOther] = [0, 0];
    for (; at < order.length && scores[order[at]!] === score; at++) {
      tiedReal += real[order[at]!]!;
      tiedOther += other[order[at]!]!;
    }
    pairs += tiedOther * (below + tiedReal / 2);
    below += tiedReal;
    positives += tiedOther;
  }
  return pairs / (below * positives);
}

// In which order columns are drawn. Whatever the order, the chain rule gives the same joint distribution; how well trees
// come near it depends on the order. Fine columns first leave classes to the end, where boosted trees tell them best; but
// where a column of classes says what kind of row it is, all others are simple once it is known. Held-out rows decide.

import { type RunOptions, rowUniform, streamKey } from "@verisim/core";
import { growDonorTree } from "@verisim/trees";
import { binnedColumn } from "./binned-column.ts";
import { type ColumnRows, outcomesOf } from "./learnt-columns.ts";
import type { ResolvedOptions } from "./options.ts";
import { choosePredictors } from "./predictors.ts";

/** Columns of at most so many outcomes come first in the orders that are tried against fine columns first. */
const coarseLimits = [2, 64];
/** Rows that orders are tried on. */
const triedRows = 6_000;
/** Share of them that is held out. */
const heldShare = 1 / 3;
/** Drawn, for rows may come in turns. */
const heldKey = streamKey(0, "held rows of orders");
/** With more columns the fine ones come first, untried: trying would take longer than fitting. */
const mostTriedColumns = 64;
/** Fewer rows tell orders apart by chance only. */
const fewestRows = 300;
/** Share of the log-likelihood that another order must gain: boosting, which is not tried, gains most with classes last. */
const leastGain = 0.01;

export interface OrderRequest extends RunOptions {
  readonly options: ResolvedOptions;
  /** Columns that are worked on at once. */
  readonly atOnce: number;
}

/** Places of the columns in the order in which they are drawn. @throws VerisimError `VERISIM_ABORTED` */
export async function orderColumns(columns: readonly ColumnRows[], request: OrderRequest): Promise<number[]> {
  const { order } = request.options;
  if (order === "table") return columns.map((_, place) => place);
  if (order === "coarse-first") return coarseFirst(columns, Number.POSITIVE_INFINITY);
  const fine = coarseFirst(columns, 0);
  const rows = columns[0]?.codes.length ?? 0;
  if (order === "fine-first" || columns.length > mostTriedColumns || rows < fewestRows) return fine;
  const sample = sampleRows(columns);
  const orders = [fine];
  for (const limit of coarseLimits) {
    const other = coarseFirst(columns, limit);
    if (!orders.some((known) => known.every((place, i) => place === other[i]))) orders.push(other);
  }
  if (orders.length === 1) return fine;
  const scores: number[] = [];
  for (const places of orders)
    scores.push(
      await heldLikelihood(
        places.map((place) => sample[place]!),
        request,
      ),
    );
  let best = 0;
  for (let i = 1; i < orders.length; i++) {
    const bar = best === 0 ? leastGain * Math.abs(scores[0]!) : 0;
    if (scores[i]! > scores[best]! + bar) best = i;
  }
  return orders[best]!;
}

/** Columns of at most `limit` outcomes from coarse to fine, then the others from fine to coarse. */
function coarseFirst(columns: readonly ColumnRows[], limit: number): number[] {
  const places = columns.map((_, place) => place);
  const outcomes = columns.map(({ column }) => outcomesOf(column));
  const first = places.filter((place) => outcomes[place]! <= limit);
  const rest = places.filter((place) => outcomes[place]! > limit);
  return [
    ...first.sort((a, b) => outcomes[a]! - outcomes[b]! || a - b),
    ...rest.sort((a, b) => outcomes[b]! - outcomes[a]! || a - b),
  ];
}

/** Rows at even distances. */
function sampleRows(columns: readonly ColumnRows[]): ColumnRows[] {
  return columns.map(({ column, codes, drawn }) => {
    const step = Math.max(1, codes.length / triedRows);
    const count = Math.min(codes.length, triedRows);
    const take = (cells: Int32Array): Int32Array =>
      Int32Array.from({ length: count }, (_, i) => cells[Math.floor(i * step)]!);
    return { column, codes: take(codes), drawn: take(drawn) };
  });
}

/** Log-likelihood per held-out row under trees of the columns in this order. */
async function heldLikelihood(
  columns: readonly ColumnRows[],
  { options, atOnce, signal }: OrderRequest,
): Promise<number> {
  const binned = columns.map(binnedColumn);
  const uses = choosePredictors(binned, options.maxPredictors);
  const rows = columns[0]!.codes.length;
  const held = Uint32Array.from({ length: rows }, (_, row) => row).filter(
    (row) => rowUniform(heldKey, row) < heldShare,
  );
  const scores = new Float64Array(columns.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let place = next++; place < columns.length; place = next++) {
      const { column, drawn } = columns[place]!;
      if (!drawn.some((code) => code >= 0)) continue;
      const { heldScore } = await growDonorTree(
        {
          columns: Array.from(uses[place]!, (use) => binned[use]!),
          codes: drawn,
          outcomes: outcomesOf(column),
          ordered: column.kind === "number",
          zeroApart: column.kind === "number" && column.missing,
          folds: [held],
          minLeaf: options.minLeaf,
          penalty: options.penalty,
        },
        signal,
      );
      scores[place] = heldScore;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, atOnce) }, work));
  return scores.reduce((sum, score) => sum + score, 0);
}

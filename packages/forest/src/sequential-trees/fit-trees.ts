// One tree per column, all grown at once: each looks at the real cells of the columns before it. Where boosted trees give
// held-out rows a higher likelihood, classes are drawn by their probabilities instead.

import { type RunOptions, rowUniform, type StreamKey, throwIfAborted } from "@verisim/core";
import {
  type BinnedColumn,
  type BoostedClasses,
  boostClasses,
  type DonorTree,
  growDonorTree,
} from "@verisim/trees";
import { type ColumnRows, outcomesOf } from "./learnt-columns.ts";
import type { ResolvedOptions } from "./options.ts";

/** How a column is drawn. */
export interface ColumnTrees {
  /** Places in the chain of the columns that it looks at. */
  readonly uses: Int32Array;
  readonly model: DonorTree | { readonly boosted: BoostedClasses; readonly outcomes: Int32Array };
  /** Mean log-likelihood of the held-out rows, in nats; 0 where none are. */
  readonly heldScore: number;
}

/** Share of the rows that are held out, and the most of them. */
const heldShare = 0.15;
const mostHeld = 20_000;
/** What held-out rows must gain by boosting, in nats per row: below, the tree is drawn from faster. */
const boostGain = 0.01;
/** Boosting: levels per tree, most trees, and the share of its step that each takes. */
const boostDepth = 6;
const mostTrees = 300;
const boostRate = 0.15;
/** Most scores (rows times classes) that boosting keeps. */
const mostScores = 3_000_000;
/** Most held-out rows that boosting looks at after every tree. */
const mostBoostHeld = 6_000;
/** Fewer rows than these are all needed to learn from. */
const fewestRows = 200;

/** The rows that are held out to judge by. */
export function heldRows(rowCount: number, key: StreamKey): Uint32Array {
  if (rowCount < fewestRows) return new Uint32Array(0);
  const share = Math.min(heldShare, mostHeld / rowCount);
  const held: number[] = [];
  for (let row = 0; row < rowCount; row++) if (rowUniform(key, row) < share) held.push(row);
  return Uint32Array.from(held);
}

export interface FitTreesRequest extends RunOptions {
  /** In the order of the chain. */
  readonly columns: readonly ColumnRows[];
  /** Bins per column, in that order. */
  readonly binned: readonly BinnedColumn[];
  /** Places of the columns that each looks at. */
  readonly uses: readonly Int32Array[];
  readonly held: Uint32Array;
  readonly options: ResolvedOptions;
  readonly seed: number;
  /** Columns that are worked on at once. */
  readonly atOnce: number;
}

/** @throws VerisimError `VERISIM_ABORTED`, `VERISIM_OUT_OF_MEMORY` */
export async function fitTrees(request: FitTreesRequest): Promise<ColumnTrees[]> {
  const { columns, atOnce, signal, onProgress } = request;
  const result: ColumnTrees[] = new Array(columns.length);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let place = next++; place < columns.length; place = next++) {
      throwIfAborted(signal);
      // The last columns look at most, so they are begun first.
      const own = columns.length - 1 - place;
      result[own] = await fitColumn(own, request);
      done++;
      onProgress?.({
        phase: "fit",
        done,
        total: columns.length,
        unit: "columns",
        detail: columns[own]!.column.name,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(atOnce, columns.length)) }, work));
  return result;
}

async function fitColumn(place: number, request: FitTreesRequest): Promise<ColumnTrees> {
  const { columns, binned, held, options, signal } = request;
  const { column, drawn } = columns[place]!;
  const uses = request.uses[place]!;
  const seen = Array.from(uses, (use) => binned[use]!);
  const tree = await growDonorTree(
    {
      columns: seen,
      codes: drawn,
      outcomes: outcomesOf(column),
      ordered: column.kind === "number",
      zeroApart: column.kind === "number" && column.missing,
      held,
      minLeaf: options.minLeaf,
      penalty: options.penalty,
    },
    signal,
  );
  const { feature, threshold, left, start, end, masks, donors, up, heldScore } = tree;
  const model = { feature, threshold, left, start, end, masks, donors, up };
  const isDiscrete = column.kind === "category" || column.low.every((low, s) => low === column.high[s]);
  const boosted =
    isDiscrete && seen.length > 0 && held.length > 0
      ? await boost(place, seen, heldScore, request)
      : undefined;
  if (boosted && boosted.heldScore > heldScore + boostGain)
    return {
      uses,
      model: { boosted: boosted.boosted, outcomes: boosted.outcomes },
      heldScore: boosted.heldScore,
    };
  return { uses, model, heldScore: held.length > 0 ? heldScore : 0 };
}

async function boost(
  place: number,
  seen: readonly BinnedColumn[],
  toBeat: number,
  { columns, held, options, seed, signal }: FitTreesRequest,
): Promise<{ boosted: BoostedClasses; outcomes: Int32Array; heldScore: number } | undefined> {
  const { column, drawn } = columns[place]!;
  const counts = new Float64Array(outcomesOf(column));
  for (const code of drawn) if (code >= 0) counts[code]!++;
  const outcomes = Int32Array.from(counts.keys()).filter((code) => counts[code]! > 0);
  if (outcomes.length < 2 || outcomes.length > options.boostClasses) return undefined;
  const classes = new Int32Array(counts.length).fill(-1);
  outcomes.forEach((code, k) => {
    classes[code] = k;
  });
  const { heldScore, ...boosted } = await boostClasses(
    {
      columns: seen,
      classOf: learntClasses(drawn, classes, outcomes.length),
      classes: outcomes.length,
      held: held.subarray(0, mostBoostHeld),
      depth: boostDepth,
      maxTrees: mostTrees,
      learningRate: boostRate,
      toBeat,
      seed: Math.abs(seed),
    },
    signal,
  );
  return { boosted, outcomes, heldScore };
}

/** Class per row; -1 for what is not to be learnt, and for rows beyond what is worth its time where there are many. */
function learntClasses(drawn: Int32Array, classes: Int32Array, count: number): Int32Array {
  const most = mostScores / count;
  const step = Math.max(1, drawn.length / most);
  const result = new Int32Array(drawn.length).fill(-1);
  for (let i = 0; i * step < drawn.length; i++) {
    const row = Math.floor(i * step);
    const code = drawn[row]!;
    if (code >= 0) result[row] = classes[code]!;
  }
  return result;
}

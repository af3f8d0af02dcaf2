// How far a network is held back so that rows of the table do not give themselves away. At the best state of a training, whose
// rows are like real ones, it is measured how many lie nearer to learnt rows than to held-out ones. What is beyond one half falls
// with what learnt rows are likelier by than held-out ones: training then ends at the best look at which that is little enough.

import { type EncodedColumn, type RunOptions, shuffledRowNumbers, streamKey } from "@verisim/core";
import { type CellColumn, nearerShare } from "@verisim/stats";
import type { WrittenColumn } from "../encoding/layout.ts";
import type { QualityPoint } from "./supervise.ts";

/** Rows of more are one of so many that a network keeps none of them. */
export const mostAskedRows = 50_000;
/** Rows of a side, sides, and drawn rows that are compared, at most. */
const [mostOfSide, mostSides, mostQueries] = [2_000, 4, 2_000];
/** The share beyond one half goes with what is learnt by heart to about this power. */
const sharePower = 0.8;

/** What users and model files are told. */
export interface LeakVerdict {
  /** Step that training ended at because of it; null: it was not held back. */
  readonly heldBackTo: number | null;
  /**
   * Share of drawn rows nearer to rows learnt from than to as many others, where it was asked: as measured, and as it should be
   * at this step.
   */
  readonly nearer?: { readonly before: number; readonly after: number };
}

export const notAsked: LeakVerdict = { heldBackTo: null };

/**
 * Share of drawn rows nearer to learnt rows than to as many held-out ones, a tie half, less what chance explains: held-out rows
 * may lie at the edge of the table, and then other learnt rows are nearer to learnt ones too.
 * @param drawn as many cells per column as rows were drawn
 * @returns about 0.5 where rows give nothing away
 * @throws VerisimError `VERISIM_ABORTED`, `VERISIM_OUT_OF_MEMORY`
 */
export async function leakShare(
  columns: readonly WrittenColumn[],
  drawn: readonly EncodedColumn[],
  rows: { readonly learnt: Uint32Array; readonly held: Uint32Array },
  seed: number,
  run: RunOptions = {},
): Promise<number> {
  const dealt = (own: Uint32Array, name: string): Uint32Array =>
    shuffledRowNumbers(own.length, streamKey(seed, "nearer", name)).map((place) => own[place]!);
  const learnt = dealt(rows.learnt, "learnt");
  const held = dealt(rows.held, "held").subarray(0, mostOfSide);
  const size = Math.min(held.length, learnt.length);
  const sides = Math.min(mostSides, Math.floor(learnt.length / Math.max(1, size)));
  const cells = compared(columns, drawn);
  const realCells = compared(
    columns,
    columns.map(({ real }) => real),
  );
  const [drawnColumn] = drawn;
  const drawnRows = drawnColumn ? cellsOf(drawnColumn).length : 0;
  let sum = 0;
  for (let side = 0; side < sides; side++) {
    const [from, to] = [side * size, (side + 1) * size];
    const own = learnt.subarray(from, to);
    const others = learnt.filter((_, place) => place < from || place >= to).subarray(0, mostQueries);
    sum += await nearerShare(cells, own, held, Math.min(mostQueries, drawnRows), run);
    sum -= await nearerShare(realCells, own, held, others, run);
  }
  return 0.5 + sum / Math.max(1, sides);
}

/**
 * The look at which training should end: the best one at which the share is at most `maxNearer`.
 * @param before the share at the best look
 * @param best its step
 * @param history of mean probabilities of cells, those of learnt rows included
 */
export function heldBack(
  before: number,
  best: number,
  history: readonly QualityPoint[],
  maxNearer: number,
): LeakVerdict {
  const whole = gainedGap(
    history,
    history.find(({ step }) => step === best),
  );
  if (before <= maxNearer || whole <= 0) return { heldBackTo: null, nearer: { before, after: before } };
  const looks = history
    .filter(({ step }) => step <= best)
    .map((point) => {
      const left = Math.max(0, gainedGap(history, point) / whole);
      return { point, share: 0.5 + (before - 0.5) * left ** sharePower };
    })
    .filter(({ share }) => share <= maxNearer);
  const taken = looks.reduce((a, b) => (b.point.quality > a.point.quality ? b : a));
  return { heldBackTo: taken.point.step, nearer: { before, after: taken.share } };
}

/** What users should know of the verdict. */
export function heldBackWarnings({ heldBackTo, nearer }: LeakVerdict, maxNearer: number): string[] {
  if (heldBackTo === null || !nearer) return [];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `Training was held back to step ${heldBackTo}: of rows drawn later ${percent(nearer.before)} lay nearer to the rows learnt from than to as many others (maxNearer: ${percent(maxNearer)}). Rows that are closer to the table want a larger maxNearer, or another generator.`,
  ];
}

/** What learnt rows are likelier by than held-out ones, less what they were at the first look: mean nats of a cell. */
function gainedGap(history: readonly QualityPoint[], point: QualityPoint | undefined): number {
  const gapOf = ({ quality, learnt = quality }: QualityPoint): number => Math.log(learnt) - Math.log(quality);
  return point ? gapOf(point) - gapOf(history[0]!) : 0;
}

function compared(columns: readonly WrittenColumn[], drawn: readonly EncodedColumn[]): CellColumn[] {
  return columns.flatMap(({ real, decimals, unit }, c): CellColumn[] => {
    const own = drawn[c]!;
    if (real.kind === "continuous" && own.kind === "continuous")
      return [{ kind: "number", real: real.values, drawn: own.values, decimals, unit }];
    return real.kind === "discrete" && own.kind === "discrete"
      ? [{ kind: "category", real: real.codes, drawn: own.codes, missing: -1 }]
      : [];
  });
}

function cellsOf(column: EncodedColumn): Float64Array | Int32Array {
  return column.kind === "continuous" ? column.values : column.codes;
}

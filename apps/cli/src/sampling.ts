// From flags to rows in a file, for `sample` and `synth`: batches go to the writer as they come, so that memory does
// not grow with the number of rows.

import {
  type Condition,
  type Fairness,
  type Generator,
  knownTextsHint,
  type LabelCounts,
  namedColumns,
  parseCondition,
  parseLabelCounts,
  type SampleOptions,
  type SamplingNote,
  type Table,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";
import type { TableWriter } from "@verisim/data";
import type { Checks } from "./checks.ts";
import type { SampleFlags } from "./program.ts";
import { optionValueError, readRowCount, readRowIndex } from "./quantities.ts";
import type { Session } from "./session.ts";

export interface SamplePlan {
  /** Undefined where it follows from the data. */
  readonly rows: number | undefined;
  readonly from: number;
  readonly where: Condition | undefined;
  readonly counts: LabelCounts | undefined;
  readonly fairness: Fairness | undefined;
}

/** Reads the flags of `sample`; errors go to `checks`. */
export function planSample(flags: SampleFlags, checks: Checks): SamplePlan {
  const where = checks.attempt(() => (flags.where === undefined ? undefined : parseCondition(flags.where)));
  const counts = checks.attempt(() =>
    flags.counts === undefined ? undefined : parseLabelCounts(flags.counts),
  );
  const given = checks.attempt(() =>
    flags.rows === undefined ? undefined : readRowCount(flags.rows, "rows"),
  );
  const from = checks.attempt(() => (flags.from === undefined ? 0 : readRowIndex(flags.from, "from"))) ?? 0;
  const named = counts ? [...counts.counts.values()].reduce((sum, count) => sum + count, 0) : undefined;
  if (named === 0 && flags.rows === undefined)
    checks.add(optionValueError("counts", "at least one row", flags.counts!));
  if (from + (given ?? named ?? 0) > Number.MAX_SAFE_INTEGER) {
    const option = "from";
    checks.add(optionValueError(option, "a last row below 2^53", String(from)));
  }
  return { rows: given ?? named, from, where, counts, fairness: checks.attempt(() => fairnessOf(flags)) };
}

function fairnessOf({ fair, sensitive, fairGap, counts }: SampleFlags): Fairness | undefined {
  if (fair === undefined) {
    if (sensitive !== undefined)
      throw optionValueError(
        "sensitive",
        "--fair beside it, which names the column to make fair,",
        sensitive.join(", "),
      );
    if (fairGap !== undefined)
      throw optionValueError("fair-gap", "--fair beside it, which names the column to make fair,", fairGap);
    return undefined;
  }
  if (sensitive === undefined)
    throw optionValueError("fair", "--sensitive beside it, which names the columns of the groups,", fair);
  if (counts !== undefined)
    throw optionValueError("fair", "no --counts beside it, which set shares of their own,", fair);
  const gap = fairGap === undefined ? 0 : Number(fairGap.trim() === "" ? Number.NaN : fairGap);
  if (!(gap >= 0 && gap <= 1)) throw optionValueError("fair-gap", "a number from 0 to 1", fairGap!);
  return { target: fair, sensitive, gap };
}

/** Errors for columns that a request names and the table does not have. */
export function checkRequestColumns(plan: SamplePlan, metadata: TableMetadata, checks: Checks): void {
  const named = new Map<string, string>();
  if (plan.where) for (const column of namedColumns(plan.where)) named.set(column, "where");
  if (plan.counts) named.set(plan.counts.column, "counts");
  if (plan.fairness) {
    for (const column of plan.fairness.sensitive) named.set(column, "sensitive");
    named.set(plan.fairness.target, "fair");
  }
  for (const [column, option] of named) {
    if (Object.hasOwn(metadata.columns, column)) continue;
    checks.add(
      new VerisimError(
        "VERISIM_UNKNOWN_COLUMN",
        `Expected the name of a column in --${option} but received ${JSON.stringify(column)}.`,
        { where: { column, option }, hint: knownTextsHint("columns", column, Object.keys(metadata.columns)) },
      ),
    );
  }
}

/** A plan whose rows and seed are known. */
type DrawPlan = SamplePlan & { readonly rows: number };

function requestOf(
  { from, where, counts, fairness }: DrawPlan,
  seed: number,
  session: Session,
  notes: SamplingNote[],
): SampleOptions {
  return {
    seed,
    from,
    signal: session.signal,
    onProgress: session.onProgress,
    onNote: (note) => notes.push(note),
    ...(where ? { where } : {}),
    ...(counts ? { counts } : {}),
    ...(fairness ? { fairness } : {}),
  };
}

/** The rows of a plan in memory, and what the run told. */
export async function drawRows(
  generator: Generator,
  plan: DrawPlan,
  seed: number,
  session: Session,
): Promise<{ table: Table; notes: SamplingNote[] }> {
  const notes: SamplingNote[] = [];
  const table = await generator.sample(plan.rows, requestOf(plan, seed, session, notes));
  return { table, notes };
}

/** Draws the rows of a plan and appends each batch; `keep` sees every batch too. Returns what the run told. */
export async function writeRows(
  generator: Generator,
  plan: DrawPlan & { readonly seed: number },
  writer: TableWriter,
  session: Session,
  keep: (batch: Table) => Table = (batch) => batch,
): Promise<SamplingNote[]> {
  const notes: SamplingNote[] = [];
  const batches = generator.sampleBatches(plan.rows, requestOf(plan, plan.seed, session, notes));
  const iterator = batches[Symbol.asyncIterator]();
  for (;;) {
    const next = await session.timed("sample", () => iterator.next());
    if (next.done) return notes;
    const batch = keep(next.value);
    await session.timed("write", () => writer.append(batch));
  }
}

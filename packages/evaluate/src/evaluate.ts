// The whole judgement of a synthetic table: quality with its ceiling, diagnostic, copies, what the report draws, and
// warnings. Every table is brought to one form once, and all parts read that form.

import {
  isModelled,
  RowRandom,
  type RunOptions,
  streamKey,
  type Table,
  type TableMetadata,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import { copyCheck } from "./copies.ts";
import { diagnose } from "./diagnostic.ts";
import { categoryDistribution, numberDistribution } from "./distributions.ts";
import type { ColumnDistribution, Evaluation } from "./evaluation.ts";
import { pairTrends } from "./pair-trends.ts";
import { assembleQuality, columnShapes, compareColumns } from "./quality.ts";
import { evaluationWarnings } from "./warnings.ts";

export interface EvaluateOptions extends RunOptions {
  /** The rows that the generator learnt from. */
  real: Table;
  synthetic: Table;
  /** Real rows that the generator has not seen: their scores are the ceiling. */
  holdout?: Table;
  metadata: TableMetadata;
  /** Chooses the rows of a holdout that is longer than the synthetic table. Any safe integer. Default 0. */
  seed?: number;
}

/**
 * Judges a synthetic table against the real one.
 *
 * @throws VerisimError `VERISIM_NO_ROWS` when a table is empty, `VERISIM_UNKNOWN_COLUMN` when the real table lacks a
 * column of the metadata, `VERISIM_ABORTED` when the signal fires
 * @example
 * const { quality, diagnostic } = await evaluate({ real, synthetic, holdout, metadata });
 * console.log(quality.score, quality.columnShapes.ceiling, diagnostic.score);
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { real, synthetic, holdout, metadata, seed = 0 } = options;
  const run: RunOptions = {
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  };
  throwIfAborted(run.signal);
  for (const [name, table] of Object.entries({ real, synthetic, holdout })) {
    if (table?.rowCount === 0)
      throw new VerisimError("VERISIM_NO_ROWS", `Expected at least one ${name} row but received none.`, {
        where: { table: name },
        hint: "Give a table with rows, or leave the holdout out.",
      });
  }
  const ceilingRows = holdout ? sampleRows(holdout, synthetic.rowCount, seed) : null;
  const tables = ceilingRows ? [real, synthetic, ceilingRows] : [real, synthetic];
  const columns = compareColumns(tables, metadata);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const distributions: ColumnDistribution[] = [];
  const shapes = await columnShapes(columns, run, (column, sorted) => {
    if (column.kind === "number") distributions.push(numberDistribution(column, sorted));
    else if (column.kind === "category") distributions.push(categoryDistribution(column));
  });
  const quality = assembleQuality(shapes, await pairTrends(columns, run));
  throwIfAborted(run.signal);
  const diagnostic = diagnose(real, synthetic, metadata, (name) => byName.get(name)!);
  const copies = copyCheck(
    columns,
    tables.map((table) => table.rowCount),
  );
  const evaluation: Evaluation = {
    version: 1,
    rows: { real: real.rowCount, synthetic: synthetic.rowCount, holdout: holdout?.rowCount ?? null },
    columns: Object.entries(metadata.columns).map(([name, column]) => ({
      name,
      sdtype: column.sdtype,
      modelled: isModelled(column),
    })),
    quality,
    diagnostic,
    copies,
    distributions,
    warnings: [],
  };
  evaluation.warnings.push(...evaluationWarnings(evaluation, columns, synthetic, metadata));
  return evaluation;
}

/** `count` rows without replacement in their own order, or the table itself when it is not longer. */
function sampleRows(table: Table, count: number, seed: number): Table {
  if (table.rowCount <= count) return table;
  const random = new RowRandom(streamKey(seed, "evaluate", "holdout"), 0);
  const rows = Uint32Array.from({ length: table.rowCount }, (_, row) => row);
  for (let i = 0; i < count; i++) {
    const other = i + random.below(table.rowCount - i);
    const row = rows[i]!;
    rows[i] = rows[other]!;
    rows[other] = row;
  }
  return table.take(rows.subarray(0, count).sort());
}

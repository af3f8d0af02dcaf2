// The column that models predict: its classes or numbers, and the rows of a table that have one.

import { type StreamKey, sampleRowNumbers, type TableMetadata, VerisimError } from "@verisim/core";
import type { Objective } from "@verisim/trees";
import type { Compared } from "../metrics/judged-tables.ts";
import { type JudgedColumn, type JudgedColumns, judgedColumns, realCategories } from "./judged-columns.ts";

/** More classes than this are not learnt. */
const mostClasses = 1000;

/** What is predicted, and from what. */
export interface Target extends JudgedColumns {
  readonly name: string;
  readonly task: Objective;
  /** The real table's classes, commonest first; in binary tasks the second is the positive one. Empty for regression. */
  readonly classes: readonly string[];
  /** Per table one label per row: the place of its class, or its number; NaN where it has none that the real table knows. */
  readonly labels: readonly Float64Array[];
}

/**
 * Reads the target; `columns` are then those that it is predicted from.
 *
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN` for a column that the metadata lacks, `VERISIM_TARGET` for one that cannot
 * be predicted: an id, text, dates, a constant, more than 1000 classes, or nothing to predict it from
 */
export function readTarget(compared: Compared, metadata: TableMetadata, name: string): Target {
  if (!Object.hasOwn(metadata.columns, name))
    throw new VerisimError("VERISIM_UNKNOWN_COLUMN", `Expected a column of the table but received ${name}.`, {
      where: { column: name },
      hint: `The table has ${Object.keys(metadata.columns).slice(0, 20).join(", ")}.`,
    });
  const { columns, unused, rowCounts } = judgedColumns(compared, metadata);
  const column = columns.find((own) => own.name === name);
  const refuse = (expected: string, received: string, hint: string): never => {
    throw new VerisimError("VERISIM_TARGET", `Expected ${expected} but received ${received}.`, {
      where: { column: name },
      hint,
    });
  };
  if (!column || column.sdtype === "datetime")
    return refuse(
      "a target of numbers or categories that all tables have",
      column ? "dates" : `none (${unused.find((own) => own.column === name)?.reason})`,
      "Name another target, or correct the column's type in the metadata.",
    );
  const features = columns.filter((own) => own !== column);
  if (features.length === 0)
    return refuse(
      "at least one column to predict from",
      "none",
      "Ids, keys, text and empty columns are left out.",
    );
  const base = { columns: features, unused, rowCounts, name };
  if (column.kind === "number") {
    const real = column.ranges[0]!;
    if (real === null || real.min === real.max)
      return refuse("a target with at least two values", "one", "A constant needs no prediction.");
    const labels = column.values.map((values) =>
      values.map((value) => (Number.isFinite(Math.fround(value)) ? value : Number.NaN)),
    );
    return { ...base, task: "regression", classes: [], labels };
  }
  const codes = commonestFirst(column);
  if (codes.length < 2 || codes.length > mostClasses)
    return refuse(`a target of 2 to ${mostClasses} classes`, String(codes.length), "Name another target.");
  const places = new Float64Array(column.labels.length + 1).fill(Number.NaN);
  for (const [place, code] of codes.entries()) places[code] = place;
  return {
    ...base,
    task: codes.length === 2 ? "binary" : "multiclass",
    classes: codes.map((code) => column.labels[code]!),
    labels: column.codes.map((own) => Float64Array.from(own, (code) => places[code]!)),
  };
}

/** Codes of the real categories by falling number of rows; equally common ones by their label. */
function commonestFirst(column: Extract<JudgedColumn, { kind: "category" }>): number[] {
  const { counts, labels } = column;
  const codes = Array.from({ length: realCategories(column) }, (_, code) => code);
  return codes.sort(
    (a, b) =>
      counts[0]![b]! - counts[0]![a]! || (labels[a]! < labels[b]! ? -1 : labels[a]! > labels[b]! ? 1 : 0),
  );
}

/** Cells that boosted trees learn in some ten seconds. */
const usualCells = 10_000_000;

/** Rows of a table that are learnt and judged unless told otherwise: 100,000, fewer beyond 100 columns. */
export function usualRows({ columns }: Target): number {
  return Math.max(5000, Math.min(100_000, Math.floor(usualCells / columns.length)));
}

/** Rows of a table that have a label, at most `count` of them, drawn by the key. */
export function labelledRows(target: Target, table: number, count: number, key: StreamKey): Int32Array {
  const labels = target.labels[table]!;
  const rows = Int32Array.from(labels.keys()).filter((row) => !Number.isNaN(labels[row]));
  if (rows.length <= count) return rows;
  return sampleRowNumbers(rows.length, count, key).map((place) => rows[place]!);
}

/** Labels of some rows. */
export function labelsOf(target: Target, table: number, rows: Int32Array): Float64Array {
  const labels = target.labels[table]!;
  return Float64Array.from(rows, (row) => labels[row]!);
}

// Old and new rows as one table, and where each row comes from.

import { dictionaryColumn, numberColumn, Table, type TableMetadata } from "@verisim/core";
import type { FeatureRows } from "./feature-rows.ts";
import { writeRows } from "./new-rows.ts";
import type { Outcome } from "./work.ts";

export interface JoinedRows {
  /** Rows that stayed, in their order, then the new ones, class by class. */
  readonly table: Table;
  /** Per row of `table`, 1 where it is synthetic. */
  readonly isSynthetic: Uint8Array;
  /** Per row of `table`: the row of the original table that it is, or that it started from. */
  readonly base: Int32Array;
  /** The row of the original table that a new row went towards; -1 for original rows. */
  readonly other: Int32Array;
  /** How far it went, 0 to 1 between the two; NaN for original rows. */
  readonly share: Float64Array;
}

export function joinOutcome(
  table: Table,
  metadata: TableMetadata,
  features: FeatureRows,
  { kept, made }: Outcome,
): JoinedRows {
  const total = made.reduce((sum, { base }) => sum + base.length, kept.length);
  const result: JoinedRows = {
    table: new Table(writeRows(table, metadata, features, kept, made), total),
    isSynthetic: new Uint8Array(total).fill(1, kept.length),
    base: new Int32Array(total),
    other: new Int32Array(total).fill(-1, 0, kept.length),
    share: new Float64Array(total).fill(Number.NaN, 0, kept.length),
  };
  result.base.set(kept);
  let next = kept.length;
  for (const { base, other, share } of made) {
    result.base.set(base, next);
    result.other.set(other, next);
    result.share.set(share, next);
    next += base.length;
  }
  return result;
}

/**
 * The table with three more columns: `is_synthetic` (`true` or `false`), and for synthetic rows `base_row` and
 * `other_row`, the rows of the original table (from 1) that they lie between.
 * @throws VerisimError `VERISIM_DUPLICATE_COLUMN` where the table has one of these columns
 */
export function withOrigins({ table, isSynthetic, base, other }: JoinedRows): Table {
  const rows = (from: Int32Array) =>
    Float64Array.from(from, (row, index) => (isSynthetic[index] ? row + 1 : Number.NaN));
  return new Table([
    ...table.columns,
    dictionaryColumn("is_synthetic", Int32Array.from(isSynthetic), ["false", "true"]),
    numberColumn("base_row", rows(base)),
    numberColumn("other_row", rows(other)),
  ]);
}

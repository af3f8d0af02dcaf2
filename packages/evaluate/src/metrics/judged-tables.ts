// The tables of a judgement and their columns in the form in which all of them are compared, made once however many
// metrics are asked for.

import { type Table, type TableMetadata, VerisimError } from "@verisim/core";
import { type ComparedColumn, compareColumn } from "../compared-column.ts";

/** What every metric starts from. */
export interface JudgedTables {
  /** The rows that the generator learnt from. */
  readonly real: Table;
  readonly synthetic: Table;
  /** Real rows that the generator has not seen. */
  readonly holdout?: Table | undefined;
  readonly metadata: TableMetadata;
}

/** Tables in their compared form: 0 is the real one, 1 the synthetic one, 2 the holdout where there is one. */
export interface Compared {
  readonly columns: readonly ComparedColumn[];
  readonly rowCounts: readonly number[];
}

/**
 * Brings the tables to one form.
 *
 * @throws VerisimError `VERISIM_NO_ROWS` when a table is empty, `VERISIM_UNKNOWN_COLUMN` when the real table lacks a
 * column of the metadata
 */
export function compareTables({ real, synthetic, holdout, metadata }: JudgedTables): Compared {
  const tables = holdout ? [real, synthetic, holdout] : [real, synthetic];
  for (const [index, table] of tables.entries()) {
    if (table.rowCount > 0) continue;
    const name = ["real", "synthetic", "holdout"][index]!;
    throw new VerisimError("VERISIM_NO_ROWS", `Expected at least one ${name} row but received none.`, {
      where: { table: name },
      hint: "Give a table with rows, or leave the holdout out.",
    });
  }
  const columns = Object.entries(metadata.columns).map(([name, column]) =>
    compareColumn(tables, name, column),
  );
  return { columns, rowCounts: tables.map((table) => table.rowCount) };
}

// Columns that flags name must be there.

import { knownTextsHint, type TableMetadata, VerisimError } from "@verisim/core";

/** @throws VerisimError `VERISIM_UNKNOWN_COLUMN` when the table lacks the column that a flag names */
export function requireColumn(metadata: TableMetadata, column: string | undefined, option: string): void {
  if (column === undefined || Object.hasOwn(metadata.columns, column)) return;
  throw new VerisimError(
    "VERISIM_UNKNOWN_COLUMN",
    `Expected the name of a column for --${option} but received ${JSON.stringify(column)}.`,
    { where: { column, option }, hint: knownTextsHint("columns", column, Object.keys(metadata.columns)) },
  );
}

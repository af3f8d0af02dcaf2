// What is known of whole sequences often lies in a table of its own, with a row for each: here it comes beside the steps.

import { type Column, cellAt, Table, takeRows, VerisimError } from "@verisim/core";

/**
 * The steps with the columns of a table that has a row for each sequence.
 * @param key the column that both have
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_SEQUENCES` for a key that comes twice or that no row has,
 * `VERISIM_DUPLICATE_COLUMN` where both have another column of one name
 */
export function withContext(steps: Table, context: Table, key: string): Table {
  const rowOf = new Map<string, number>();
  const keys = context.column(key);
  for (let row = 0; row < context.rowCount; row++) {
    const cell = String(cellAt(keys, row));
    if (rowOf.has(cell))
      throw new VerisimError(
        "VERISIM_SEQUENCES",
        `Expected one row for each sequence but found ${JSON.stringify(cell)} twice.`,
        { where: { column: key, row: row + 1 } },
      );
    rowOf.set(cell, row);
  }
  const own = steps.column(key);
  const rows = Int32Array.from({ length: steps.rowCount }, (_, row) => {
    const found = rowOf.get(String(cellAt(own, row)));
    if (found === undefined)
      throw new VerisimError(
        "VERISIM_SEQUENCES",
        `Expected a row for sequence ${JSON.stringify(cellAt(own, row))} but found none.`,
        { where: { column: key, row: row + 1 }, hint: "Each sequence needs its row of what is known of it." },
      );
    return found;
  });
  const beside = context.columns
    .filter(({ name }) => name !== key)
    .map((column): Column => takeRows(column, rows));
  return new Table([...steps.columns, ...beside]);
}

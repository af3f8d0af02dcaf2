// `--combine`: real and synthetic rows in one table, told apart by a boolean column.

import { dictionaryColumn, Table, type TableMetadata, VerisimError } from "@verisim/core";

const markName = "is_synthetic";
const words = ["false", "true"];

/** Metadata with the column that tells the rows apart. @throws VerisimError `VERISIM_DUPLICATE_COLUMN` */
export function combinedMetadata(metadata: TableMetadata): TableMetadata {
  if (Object.hasOwn(metadata.columns, markName))
    throw new VerisimError("VERISIM_DUPLICATE_COLUMN", `The table already has a column ${markName}.`, {
      where: { column: markName, option: "combine" },
      hint: "Rename that column, or leave out --combine.",
    });
  return {
    ...metadata,
    columns: { ...metadata.columns, [markName]: { sdtype: "boolean", physical: "BOOLEAN" } },
  };
}

/** The table with that column. */
export function marked(table: Table, synthetic: boolean): Table {
  const codes = new Int32Array(table.rowCount).fill(synthetic ? 1 : 0);
  return new Table([...table.columns, dictionaryColumn(markName, codes, words)], table.rowCount);
}

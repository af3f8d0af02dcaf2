// Gaps of a table filled from another one; cells that are there stay as they are.

import { type Column, Table } from "@verisim/core";
import type { TableEncoding } from "./table-encoding.ts";

/** The cells of `filled` where those of `table` are missing, in the columns that are learnt. */
export function withFilled(table: Table, filled: Table, encoding: TableEncoding): Table {
  const learnt = encoding.conditionColumns();
  return new Table(
    table.columns.map((column) =>
      learnt.has(column.name) ? mergeColumn(column, filled.column(column.name)) : column,
    ),
    table.rowCount,
  );
}

function mergeColumn(column: Column, filled: Column): Column {
  if (column.kind === "number" && filled.kind === "number")
    return {
      ...column,
      values: column.values.map((value, row) => (Number.isNaN(value) ? filled.values[row]! : value)),
    };
  if (column.kind !== "dictionary" || filled.kind !== "dictionary")
    throw new Error(`internal: column ${JSON.stringify(column.name)} changed its kind`);
  const dictionary = [...column.dictionary];
  const codeOf = new Map(dictionary.map((text, code) => [text, code]));
  const codes = column.codes.map((code, row) => {
    const own = filled.codes[row]!;
    if (code >= 0 || own < 0) return code;
    const text = filled.dictionary[own]!;
    const known = codeOf.get(text) ?? dictionary.push(text) - 1;
    codeOf.set(text, known);
    return known;
  });
  return { ...column, codes, dictionary };
}

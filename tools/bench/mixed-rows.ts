// A table as distances see it: numbers divided by their standard deviations, categories as codes.

import { isModelled, type Table, type TableMetadata } from "@verisim/core";

export interface EncodedRows {
  /** `[rows, width]`. */
  readonly numbers: Float64Array;
  /** `[rows, columns]`. */
  readonly codes: Int32Array;
  readonly width: number;
  readonly columns: number;
}

/** Missing numbers are 0, the mean; a missing category is a category. */
export function encodedRows(table: Table, metadata: TableMetadata): EncodedRows {
  const modelled = table.columns.filter(({ name }) => isModelled(metadata.columns[name]!));
  const numeric = modelled.flatMap((column) => (column.kind === "number" ? [column] : []));
  const categories = modelled.flatMap((column) => (column.kind === "dictionary" ? [column] : []));
  const numbers = new Float64Array(table.rowCount * numeric.length);
  for (const [d, { values }] of numeric.entries()) {
    const present = values.filter((value) => !Number.isNaN(value));
    const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
    const deviation = Math.sqrt(present.reduce((sum, x) => sum + (x - mean) ** 2, 0) / present.length) || 1;
    for (let row = 0; row < values.length; row++)
      numbers[row * numeric.length + d] = Number.isNaN(values[row]) ? 0 : (values[row]! - mean) / deviation;
  }
  const codes = new Int32Array(table.rowCount * categories.length);
  for (const [c, column] of categories.entries())
    for (let row = 0; row < table.rowCount; row++) codes[row * categories.length + c] = column.codes[row]!;
  return { numbers, codes, width: numeric.length, columns: categories.length };
}

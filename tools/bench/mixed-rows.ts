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

/** The same rows with a block of zeros and ones for each category column, missing cells among them. */
export function oneHotRows(
  table: Table,
  metadata: TableMetadata,
): { rows: Float64Array; width: number; numbers: number } {
  const { numbers, codes, width: own, columns } = encodedRows(table, metadata);
  const most = new Int32Array(columns).fill(-1);
  for (const [at, code] of codes.entries()) most[at % columns] = Math.max(most[at % columns]!, code);
  const width = most.reduce((sum, code) => sum + code + 2, own);
  const rows = new Float64Array(table.rowCount * width);
  for (let row = 0; row < table.rowCount; row++) {
    rows.set(numbers.subarray(row * own, (row + 1) * own), row * width);
    let base = row * width + own;
    for (const [column, code] of most.entries()) {
      rows[base + codes[row * columns + column]! + 1] = 1;
      base += code + 2;
    }
  }
  return { rows, width, numbers: own };
}

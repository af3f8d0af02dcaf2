// A mixed table of any size, made without a file: every fourth column is a category, the others are numbers of several
// shapes; all hang on three hidden numbers per row, so that there is something to learn at every size.

import { type ColumnMetadata, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";

/** Uniform in [0, 1) of a row and a stream: an integer hash, for tables of a billion cells must not take longer than fits. */
function uniform(row: number, stream: number): number {
  let mixed = Math.imul(row ^ Math.imul(stream, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x27d4eb2f);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x100000000;
}

/** Streams of the hidden numbers, apart from those of columns. */
const hidden = 1_000_003;

export interface GrowingTable {
  readonly table: Table;
  readonly metadata: TableMetadata;
}

/**
 * @param categories of each column of categories
 * @param first number of the first row of the endless table whose rows these are
 */
export function growingTable(
  rowCount: number,
  columnCount: number,
  categories: number,
  first = 0,
): GrowingTable {
  const metadata: Record<string, ColumnMetadata> = {};
  const columns = Array.from({ length: columnCount }, (_, c) => {
    const name = `${c % 4 === 3 ? "kind" : "number"} ${c}`;
    const value = (row: number): number => {
      const shared = uniform(first + row, hidden + (c % 3));
      return 0.7 * shared + 0.3 * uniform(first + row, c);
    };
    if (c % 4 === 3) {
      metadata[name] = { sdtype: "categorical" };
      const texts = Array.from({ length: categories }, (_unused, k) => `kind ${k}`);
      const skewed = (row: number): number => Math.floor(value(row) ** 3 * categories);
      return textColumn(
        name,
        Array.from({ length: rowCount }, (_unused, row) => texts[skewed(row)]!),
      );
    }
    metadata[name] = { sdtype: "numerical", numberStyle: "shortest", decimals: 2 };
    const shape = [
      (x: number): number => Math.round(1e4 * x) / 100,
      (x: number): number => Math.round(100 * Math.exp(6 * x)) / 100,
      (x: number): number => Math.max(0, Math.floor(40 * x) - 10),
    ][c % 4]!;
    return numberColumn(
      name,
      Float64Array.from({ length: rowCount }, (_unused, row) => shape(value(row))),
    );
  });
  return { table: new Table(columns, rowCount), metadata: { columns: metadata } };
}

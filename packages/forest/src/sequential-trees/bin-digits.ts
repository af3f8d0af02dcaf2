// Categories beyond the bins of a byte share them, and a tree could not tell them apart. A second byte says which of its bin
// a category is: a column of the chain behind its own, decided by it, that trees of later columns split on as on any other.

import { type ColumnRows, mostInBin } from "./learnt-columns.ts";

/** The columns, each whose categories share bins followed by its digits. */
export function withDigits(columns: readonly ColumnRows[]): ColumnRows[] {
  return columns.flatMap((rows) => {
    const found = digitsOf(rows);
    return found ? [rows, found] : [rows];
  });
}

function digitsOf({ column, codes }: ColumnRows): ColumnRows | undefined {
  // Of an order's neighbours it is enough to know whereabouts they are.
  if (column.kind !== "category" || column.ordered) return undefined;
  const sizes = new Int32Array(256);
  for (const bin of column.binOf) sizes[bin]!++;
  if (sizes.every((size) => size < 2)) return undefined;
  const next = new Int32Array(256);
  const lookup = Int32Array.from(column.binOf, (bin) => {
    const size = sizes[bin]!;
    // A bin's only category.
    if (size < 2) return 0;
    const place = next[bin]!++;
    return 1 + (size <= mostInBin ? place : Math.floor((place * mostInBin) / size));
  });
  const { encoded, name } = column;
  const binOf = Uint8Array.from({ length: mostInBin + 1 }, (_, digit) => digit);
  const own = codes.map((code) => lookup[code]!);
  return { column: { kind: "digits", encoded, name, missing: false, binOf }, codes: own, drawn: own, lookup };
}

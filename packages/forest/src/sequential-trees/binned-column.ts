// A column as other columns' trees see it: one byte per row.

import type { BinnedColumn } from "@verisim/trees";
import type { ColumnRows } from "./learnt-columns.ts";

export function binnedColumn({ column, codes }: ColumnRows): BinnedColumn {
  const { binOf } = column;
  const bins = new Uint8Array(codes.length);
  for (let row = 0; row < codes.length; row++) bins[row] = binOf[codes[row]!]!;
  let count = 0;
  for (const bin of binOf) count = Math.max(count, bin + 1);
  return { bins, count, nominal: column.kind === "category" && !column.ordered };
}

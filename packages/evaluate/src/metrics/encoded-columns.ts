// Every column as numbers, a category as the place of its label among the sorted ones (by size where all are numbers):
// what metrics work on that know nothing of categories.

import type { ComparedCategories, ComparedColumn } from "../compared-column.ts";

export interface EncodedColumn {
  readonly name: string;
  /** Per table, without missing cells; a missing category stands after all others. */
  readonly values: readonly Float64Array[];
}

export function encodedColumns(columns: readonly ComparedColumn[]): EncodedColumn[] {
  return columns.flatMap((column): EncodedColumn[] => {
    if (column.kind === "unscored") return [];
    if (column.kind === "category") return [{ name: column.name, values: placesOf(column) }];
    const values = column.values.map((table) => table.filter((value) => !Number.isNaN(value)));
    return [{ name: column.name, values }];
  });
}

function placesOf({ labels, codes }: ComparedCategories): Float64Array[] {
  const areNumbers = labels.every((label) => label.trim() !== "" && !Number.isNaN(Number(label)));
  const keys: readonly (string | number)[] = areNumbers ? labels.map(Number) : labels;
  const sorted = Array.from(labels.keys()).sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  const places = new Float64Array(labels.length + 1);
  for (const [place, code] of sorted.entries()) places[code] = place;
  places[labels.length] = labels.length;
  return codes.map((table) => Float64Array.from(table, (code) => places[code]!));
}

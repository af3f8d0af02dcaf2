// Tables are the same when names, kinds, and every cell agree: numbers bit by bit, text by text (dictionaries may differ in
// order, because a code is not a cell).

import { type Column, cellAt, columnLength, type Table } from "@verisim/core";
import { ConformanceError } from "./generator-subject.ts";

/** Where two tables first differ, in words; null when they are the same. */
export function firstDifference(a: Table, b: Table): string | null {
  if (a.columnNames.join("\0") !== b.columnNames.join("\0"))
    return `columns ${a.columnNames.join(", ")} against ${b.columnNames.join(", ")}`;
  if (a.rowCount !== b.rowCount) return `${a.rowCount} rows against ${b.rowCount}`;
  for (let i = 0; i < a.columns.length; i++) {
    const row = firstDifferentRow(a.columns[i]!, b.columns[i]!);
    if (row >= 0) {
      const shown = [a, b].map((table) => JSON.stringify(cellAt(table.columns[i]!, row)));
      return `column ${JSON.stringify(a.columns[i]!.name)}, row ${row}: ${shown.join(" against ")}`;
    }
  }
  return null;
}

function firstDifferentRow(a: Column, b: Column): number {
  if (a.kind !== b.kind) return 0;
  for (let row = 0; row < columnLength(a); row++) {
    const x = cellAt(a, row);
    const y = cellAt(b, row);
    if (!Object.is(x, y)) return row;
  }
  return -1;
}

/** @throws ConformanceError naming the first cell that differs */
export function requireSameTable(a: Table, b: Table, what: string): void {
  const difference = firstDifference(a, b);
  if (difference !== null) throw new ConformanceError(`${what}: ${difference}`);
}

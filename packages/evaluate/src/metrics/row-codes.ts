// Rows as numbers: rows that are equal in some columns get equal codes, exactly and across tables.

import type { ComparedCategories, ComparedNumbers } from "../compared-column.ts";

/**
 * One code per row of every table, counted from 0 in the order in which they occur; missing cells are equal to each other.
 *
 * @param rowCounts rows per table
 */
export function rowCodes(
  columns: readonly (ComparedNumbers | ComparedCategories)[],
  rowCounts: readonly number[],
): Int32Array[] {
  const united = rowCounts.map((rows) => new Int32Array(rows));
  for (const column of columns) {
    const index = new Map<number, number>();
    const own = column.kind === "number" ? numberCodes(column) : column.codes;
    const width = column.kind === "number" ? highest(own) + 1 : column.labels.length + 1;
    // Two codes below 2^26 each: their combination is exact as a number.
    for (const [table, codes] of united.entries())
      for (let row = 0; row < codes.length; row++) {
        const combined = codes[row]! * width + own[table]![row]!;
        let code = index.get(combined);
        if (code === undefined) {
          code = index.size;
          index.set(combined, code);
        }
        codes[row] = code;
      }
  }
  return united;
}

function numberCodes({ values }: ComparedNumbers): Int32Array[] {
  const index = new Map<number, number>();
  return values.map((table) =>
    Int32Array.from(table, (value) => {
      const known = index.get(value);
      if (known !== undefined) return known;
      index.set(value, index.size);
      return index.size - 1;
    }),
  );
}

function highest(tables: readonly Int32Array[]): number {
  let most = 0;
  for (const codes of tables) for (const code of codes) if (code > most) most = code;
  return most;
}

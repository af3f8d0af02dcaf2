// Keys as codes: rows with equal keys get equal codes, exactly (no hashing), for keys of one or several columns.

import { type Column, columnLength, isMissing } from "@verisim/core";

/** One code per row; -1 where all cells of the key are missing. A missing cell beside others is a value of its own. */
export function codesOfKey(columns: readonly Column[]): Int32Array {
  const rows = columns[0] ? columnLength(columns[0]) : 0;
  let united: Int32Array = new Int32Array(rows);
  const empty = new Uint8Array(rows).fill(1);
  for (const column of columns) {
    const codes = codesOfColumn(column);
    for (let row = 0; row < rows; row++) if (!isMissing(column, row)) empty[row] = 0;
    if (columns.length === 1) {
      united = codes;
      break;
    }
    // Two codes below 2^26 each and their product below 2^53: exact as a number up to 67 million different keys.
    const index = new Map<number, number>();
    const width = codes.reduce((most, code) => Math.max(most, code), 0) + 2;
    for (let row = 0; row < rows; row++) {
      const pair = united[row]! * width + codes[row]! + 1;
      const known = index.get(pair);
      united[row] = known ?? index.size;
      if (known === undefined) index.set(pair, index.size);
    }
  }
  for (let row = 0; row < rows; row++) if (empty[row] === 1) united[row] = -1;
  return united;
}

function codesOfColumn(column: Column): Int32Array {
  if (column.kind === "dictionary") {
    // A dictionary may hold a text twice; its first place stands for both.
    const first = new Map<string, number>();
    const canonical = column.dictionary.map((text, code) => {
      const known = first.get(text);
      if (known === undefined) first.set(text, code);
      return known ?? code;
    });
    return column.codes.map((code) => (code < 0 ? -1 : canonical[code]!));
  }
  const index = new Map<number, number>();
  return Int32Array.from(column.values, (value) => {
    if (Number.isNaN(value)) return -1;
    const known = index.get(value);
    if (known !== undefined) return known;
    index.set(value, index.size);
    return index.size - 1;
  });
}

/** Share of rows that are neither missing nor equal to an earlier row; null without rows. */
export function uniqueShare(codes: Int32Array): number | null {
  if (codes.length === 0) return null;
  const seen = new Uint8Array(codes.reduce((most, code) => Math.max(most, code), -1) + 1);
  let bad = 0;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code < 0 || seen[code] === 1) bad++;
    else seen[code] = 1;
  }
  return 1 - bad / codes.length;
}

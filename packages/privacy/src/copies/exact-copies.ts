// Rows equal to a training row in all columns that are compared, found by 52 bits of a hash: of ten million different
// rows none is taken for another with a chance of 99 %.

import type { RiskColumn } from "../tables/risk-columns.ts";

/** The share of each table's rows that equal a training row. Table 0 holds the training rows. */
export function exactCopyShares(columns: readonly RiskColumn[], rowCounts: readonly number[]): number[] {
  if (columns.length === 0) return rowCounts.map(() => 0);
  const hashes = rowCounts.map((rows, table) => rowHashes(columns, table, rows));
  const training = new Set(hashes[0]);
  return hashes.map((own) => {
    let equal = 0;
    for (const hash of own) if (training.has(hash)) equal++;
    return own.length === 0 ? 0 : equal / own.length;
  });
}

function rowHashes(columns: readonly RiskColumn[], table: number, rows: number): Float64Array {
  const high = new Uint32Array(rows);
  const low = new Uint32Array(rows);
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  for (const column of columns) {
    const cells = column.kind === "number" ? column.values[table]! : column.codes[table]!;
    for (let row = 0; row < rows; row++) {
      // Adding 0 makes one number of 0 and -0; a missing cell has one pattern of bits.
      number[0] = Number.isNaN(cells[row]) ? Number.NaN : cells[row]! + 0;
      high[row] = mix(mix(high[row]!, words[0]!, 0xcc9e2d51, 0x1b873593), words[1]!, 0xcc9e2d51, 0x1b873593);
      low[row] = mix(mix(low[row]!, words[0]!, 0x239b961b, 0xab0e9789), words[1]!, 0x239b961b, 0xab0e9789);
    }
  }
  return Float64Array.from(high, (word, row) => (word >>> 6) * 2 ** 26 + (low[row]! >>> 6));
}

/** One round of MurmurHash3 (A. Appleby, public domain) with one of two sets of constants. */
function mix(hash: number, word: number, first: number, second: number): number {
  let k = Math.imul(word, first);
  k = (k << 15) | (k >>> 17);
  let mixed = hash ^ Math.imul(k, second);
  mixed = (mixed << 13) | (mixed >>> 19);
  return (Math.imul(mixed, 5) + 0xe6546b64) | 0;
}

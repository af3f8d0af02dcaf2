// Rows drawn without replacement, so that a judgement of a long table costs what its bound says: which ones is a
// function of the seed.

import { RowRandom, type StreamKey } from "@verisim/core";

/** `count` of the rows 0 to rowCount - 1 in ascending order; all of them where there are no more. */
export function drawRows(rowCount: number, count: number, key: StreamKey): Int32Array {
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  if (rowCount <= count) return rows;
  const random = new RowRandom(key, 0);
  for (let i = 0; i < count; i++) {
    const other = i + random.below(rowCount - i);
    const row = rows[i]!;
    rows[i] = rows[other]!;
    rows[other] = row;
  }
  return rows.slice(0, count).sort();
}

/** All numbers from 0 to count - 1 in a random order. */
export function shuffled(count: number, key: StreamKey): Int32Array {
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  const random = new RowRandom(key, 0);
  for (let i = count - 1; i > 0; i--) {
    const other = random.below(i + 1);
    const row = rows[i]!;
    rows[i] = rows[other]!;
    rows[other] = row;
  }
  return rows;
}

// Draws without replacement, and whole orders: which ones is a function of the random numbers alone.

import { RowRandom, type StreamKey } from "./random.ts";

/**
 * Brings `count` random items to the front of a list, every choice and order of them equally likely (Fisher and Yates,
 * stopped early).
 *
 * @param items changed; only its order
 * @param count at most all of them
 * @returns the list
 */
export function drawToFront<Items extends { readonly length: number; [place: number]: unknown }>(
  items: Items,
  count: number,
  random: RowRandom,
): Items {
  for (let i = 0; i < Math.min(count, items.length); i++) {
    const other = i + random.below(items.length - i);
    const item = items[i];
    items[i] = items[other];
    items[other] = item;
  }
  return items;
}

/** `count` of the rows 0 to `rowCount` - 1 without replacement, in ascending order; all of them where there are no more. */
export function sampleRowNumbers(rowCount: number, count: number, key: StreamKey): Int32Array {
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  return rowCount <= count ? rows : drawToFront(rows, count, new RowRandom(key, 0)).slice(0, count).sort();
}

/** All numbers from 0 to `count` - 1 in a random order. */
export function shuffledRowNumbers(count: number, key: StreamKey): Uint32Array {
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const random = new RowRandom(key, 0);
  for (let i = count - 1; i > 0; i--) {
    const other = random.below(i + 1);
    const row = rows[i]!;
    rows[i] = rows[other]!;
    rows[other] = row;
  }
  return rows;
}

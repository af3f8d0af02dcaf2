// NearMiss (Mani and Zhang 2003): rows are kept by their mean distance to k minority rows: 1 the nearest k, 2 the farthest
// k, 3 the nearest k again, but of the rows around the minority those that are farthest.

import { throwIfAborted } from "@verisim/core";
import { allRows, findNeighbours, type Outcome, type Work } from "../work.ts";
import { ascending, keepPerClass, minorityOf, neighboursAmong } from "./selections.ts";

export const nearMiss =
  (version: 1 | 2 | 3) =>
  async (work: Work): Promise<Outcome> => {
    const minority = work.classRows[minorityOf(work)]!;
    const mismatch = work.features.mismatch(allRows(work));
    const kept = await keepPerClass(work, async (_label, rows, count) => {
      const k = Math.min(work.options.kNeighbors, minority.length);
      let pool = rows;
      if (version === 3) {
        const around = await neighboursAmong(
          work,
          minority,
          rows,
          Math.min(work.options.kNeighbors, rows.length),
        );
        pool = ascending([Int32Array.from(new Set(around.rows))]);
        if (pool.length < count) pool = await widened(work, minority, rows, count);
      }
      const sums =
        version === 2
          ? sumsToFarthest(work, pool, minority, k, mismatch)
          : sumsOf(await findNeighbours(work, pool, minority, k, mismatch));
      const sign = version === 3 ? -1 : 1;
      const order = Uint32Array.from(pool.keys()).sort((a, b) => sign * (sums[a]! - sums[b]!) || a - b);
      return Int32Array.from(order.subarray(0, count), (place) => pool[place]!);
    });
    return { kept, made: [] };
  };

/** The last `count` distances of each row. */
function sumsOf({ distances, k }: { distances: Float64Array; k: number }, count: number = k): Float64Array {
  const sums = new Float64Array(distances.length / k);
  for (let row = 0; row < sums.length; row++)
    for (let j = (row + 1) * k - count; j < (row + 1) * k; j++) sums[row]! += distances[j]!;
  return sums;
}

/** Per row the sum of its `count` largest distances to minority rows: a tree leaves out near boxes, not far ones. */
function sumsToFarthest(
  work: Work,
  rows: Int32Array,
  minority: Int32Array,
  count: number,
  mismatch: number,
): Float64Array {
  const [from, to] = [work.features.gather(rows), work.features.gather(minority)];
  const [width, columns] = [work.features.numbers.length, work.features.categories.length];
  const farthest = new Float64Array(count);
  return Float64Array.from(rows, (_, a) => {
    if (a % 64 === 0) throwIfAborted(work.run.signal);
    farthest.fill(-1);
    for (let b = 0; b < minority.length; b++) {
      let square = 0;
      for (let d = 0; d < width; d++) {
        const gap = from.numbers[a * width + d]! - to.numbers[b * width + d]!;
        square += gap * gap;
      }
      for (let c = 0; c < columns; c++)
        if (from.codes[a * columns + c] !== to.codes[b * columns + c]) square += mismatch;
      if (square <= farthest[0]!) continue;
      // Ascending: the smallest of them goes.
      let place = 1;
      for (; place < count && farthest[place]! < square; place++) farthest[place - 1] = farthest[place]!;
      farthest[place - 1] = square;
    }
    return farthest.reduce((sum, square) => sum + Math.sqrt(square), 0);
  });
}

/** Where the rows around the minority are fewer than wanted, as many more neighbours as are needed are looked at. */
async function widened(
  work: Work,
  minority: Int32Array,
  rows: Int32Array,
  count: number,
): Promise<Int32Array> {
  for (let k = 2 * work.options.kNeighbors; ; k *= 2) {
    const size = Math.min(k, rows.length);
    const around = await neighboursAmong(work, minority, rows, size);
    const pool = ascending([Int32Array.from(new Set(around.rows))]);
    if (pool.length >= count || size === rows.length) {
      work.note(
        "VERISIM_NOTE_MORE_NEIGHBOURS",
        `${work.options.kNeighbors} neighbours of each minority row were fewer than the ${count} rows wanted: ${size} were looked at.`,
      );
      return pool.length >= count ? pool : rows;
    }
  }
}

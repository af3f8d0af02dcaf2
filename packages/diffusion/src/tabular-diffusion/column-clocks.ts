// When each column of a row becomes known. Columns that become known at once are drawn without regard to each other, and
// where many of them tell the same, their draws would be averaged. So every column has a clock of its own: it starts at a
// random place of the row's time and runs through in `overlap` of it, so that few columns are between unknown and known at
// a time. With an overlap near 0 columns are drawn one after another, with a large one all together.

import { drawToFront, RowRandom, streamKey } from "@verisim/core";
import { div, maximum, minimum, sub, type Tensor, type TensorLike } from "@verisim/tensor";

/** Orders to choose from; fewer where there are many columns. */
const mostOrders = 512;
const mostStarts = 2 ** 17;
/** Where in its share of the time a column starts: not in the middle, lest a step meet a clock at half past or at its end
 * exactly, where runtimes that round otherwise would not agree. */
const inStretch = 0.4871;

/** When a row's time is over: the last column has started at 1 at the latest. */
export const endOf = (overlap: number): number => 1 + overlap;

/**
 * How far columns' clocks have run, 0 to 1: [rows, columns].
 * @param time of the row, 0 to {@link endOf}
 * @param starts [rows, columns] in (0, 1)
 */
export function clockAt(time: TensorLike, starts: Tensor, overlap: number): Tensor {
  return minimum(1, maximum(0, div(sub(time, starts), overlap)));
}

/** Orders at random, each with its starts spread evenly: f32 [count, columns]. */
export function startOrders(columns: number): { readonly count: number; readonly starts: Float32Array } {
  const count = Math.max(16, Math.min(mostOrders, Math.floor(mostStarts / columns)));
  const starts = new Float32Array(count * columns);
  for (let order = 0; order < count; order++) {
    const places = Array.from({ length: columns }, (_, i) => i);
    drawToFront(places, columns, new RowRandom(streamKey(0, "starts"), order)).forEach((column, rank) => {
      starts[order * columns + column] = (rank + inStretch) / columns;
    });
  }
  return { count, starts };
}

/** Most steps in which one column's clock runs. */
export function runningSteps(steps: number, overlap: number): number {
  return Math.min(steps, Math.ceil((steps * overlap) / endOf(overlap)) + 1);
}

// Records as one matrix of cells, what is taken away from them, and how near a filled matrix comes to what was there.

import { RowRandom, streamKey } from "@verisim/core";

/** Columns by name; a category's numbers are codes. */
export interface CellColumn {
  readonly name: string;
  /** Columns of one view go missing together. */
  readonly view: string;
  readonly kind: "number" | "category";
}

/** Row-major cells; NaN is a missing one. */
export interface Cells {
  readonly rowCount: number;
  readonly columns: readonly CellColumn[];
  readonly values: Float64Array;
}

/** Cells without some of those that were known: `removed[i]` is 1 where one was taken. */
export interface Holed extends Cells {
  readonly removed: Uint8Array;
}

/** Takes known cells away at random, single ones or whole views of a row. @param share 0 to 1 */
export function removeCells(cells: Cells, share: number, by: "cells" | "views", seed: number): Holed {
  const { rowCount, columns } = cells;
  const values = cells.values.slice();
  const removed = new Uint8Array(values.length);
  const views = [...new Set(columns.map(({ view }) => view))];
  const viewOf = columns.map(({ view }) => views.indexOf(view));
  const key = streamKey(seed, "removed", by);
  for (let row = 0; row < rowCount; row++) {
    const random = new RowRandom(key, row);
    const lost = views.map(() => by === "views" && random.uniform() < share);
    // A row that lost everything says nothing of how well it could be filled.
    if (by === "views" && lost.every(Boolean)) lost[random.below(views.length)] = false;
    for (let column = 0; column < columns.length; column++) {
      const at = row * columns.length + column;
      const goes = by === "views" ? lost[viewOf[column]!]! : random.uniform() < share;
      if (!goes || Number.isNaN(values[at])) continue;
      values[at] = Number.NaN;
      removed[at] = 1;
    }
  }
  return { rowCount, columns, values, removed };
}

export interface Fit {
  /** Root mean squared error over a column's standard deviation, mean over the columns of numbers. */
  readonly rmse: number;
  /** Share of right categories over all removed ones; NaN without categories. */
  readonly accuracy: number;
  /** By view, as `rmse`. */
  readonly byView: Readonly<Record<string, number>>;
}

/** How near `filled` comes to `whole` where `removed` is 1. */
export function fitOf(whole: Cells, { removed }: Holed, filled: Float64Array): Fit {
  const { rowCount, columns } = whole;
  const width = columns.length;
  const byView = new Map<string, number[]>();
  let [right, categories] = [0, 0];
  columns.forEach(({ kind, view }, column) => {
    const [, deviation] = momentsOf(whole, column);
    let [square, count] = [0, 0];
    for (let row = 0, at = column; row < rowCount; row++, at += width) {
      if (removed[at] !== 1) continue;
      count++;
      if (kind === "category") right += filled[at] === whole.values[at] ? 1 : 0;
      else square += (filled[at]! - whole.values[at]!) ** 2;
    }
    if (kind === "category") categories += count;
    else if (count > 0 && deviation > 0)
      byView.set(view, [...(byView.get(view) ?? []), Math.sqrt(square / count) / deviation]);
  });
  const all = [...byView.values()].flat();
  return {
    rmse: meanOf(all),
    accuracy: right / categories,
    byView: Object.fromEntries([...byView].map(([view, own]) => [view, meanOf(own)])),
  };
}

export function meanOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

/** Mean and standard deviation of a column's known cells; 0 and 0 without any. */
export function momentsOf({ rowCount, columns, values }: Cells, column: number): [number, number] {
  let [sum, square, count] = [0, 0, 0];
  for (let row = 0, at = column; row < rowCount; row++, at += columns.length) {
    const value = values[at]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    square += value * value;
    count++;
  }
  if (count === 0) return [0, 0];
  const mean = sum / count;
  return [mean, Math.sqrt(Math.max(0, square / count - mean * mean))];
}

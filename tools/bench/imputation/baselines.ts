// What a model has to beat: every column's mean or mode, and the mean or mode of the nearest rows that know the cell.

import { type Cells, fitOf, meanOf, momentsOf, removeCells } from "./cells.ts";

/** Means of numbers, modes of categories. */
export function fillByColumn(cells: Cells): Float64Array {
  const { rowCount, columns } = cells;
  const filled = cells.values.slice();
  columns.forEach(({ kind }, column) => {
    const known: number[] = [];
    for (let row = 0, at = column; row < rowCount; row++, at += columns.length)
      if (!Number.isNaN(filled[at])) known.push(filled[at]!);
    const fill = known.length === 0 ? 0 : kind === "number" ? meanOf(known) : modeOf(known);
    for (let row = 0, at = column; row < rowCount; row++, at += columns.length)
      if (Number.isNaN(filled[at])) filled[at] = fill;
  });
  return filled;
}

function modeOf(codes: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

/** Nearest neighbours tried. */
const sizes: readonly number[] = [3, 5, 10, 20, 40];

/**
 * Fills from nearest rows: squared distance over standardised columns that both rows know, scaled up to all columns. How
 * many rows is chosen by taking the same share of cells away once more.
 */
export function fillByNeighbours(
  cells: Cells,
  share: number,
  by: "cells" | "views",
): { filled: Float64Array; k: number } {
  const trial = removeCells(cells, share, by, 1000);
  const tried = neighbourFills(trial, sizes);
  const errors = tried.map((filled) => {
    const { rmse, accuracy } = fitOf(cells, trial, filled);
    return rmse + (Number.isNaN(accuracy) ? 0 : 1 - accuracy);
  });
  const k = sizes[errors.indexOf(Math.min(...errors))]!;
  return { filled: neighbourFills(cells, [k])[0]!, k };
}

/** A filled matrix for every number of neighbours. */
function neighbourFills(cells: Cells, ks: readonly number[]): Float64Array[] {
  const { rowCount, columns, values } = cells;
  const width = columns.length;
  const scaled = new Float32Array(values.length);
  const known = new Float32Array(values.length);
  columns.forEach(({ kind }, column) => {
    const [mean, deviation] = momentsOf(cells, column);
    for (let row = 0, at = column; row < rowCount; row++, at += width) {
      if (Number.isNaN(values[at])) continue;
      known[at] = 1;
      // two different categories are as far apart as two numbers a deviation apart from each other
      scaled[at] = kind === "category" ? values[at]! : deviation > 0 ? (values[at]! - mean) / deviation : 0;
    }
  });
  const plain = fillByColumn(cells);
  const fills = ks.map(() => plain.slice());
  const distance = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const base = row * width;
    for (let other = 0; other < rowCount; other++) {
      const from = other * width;
      let [square, both] = [0, 0];
      for (let i = 0; i < width; i++) {
        const pair = known[base + i]! * known[from + i]!;
        const gap = scaled[base + i]! - scaled[from + i]!;
        square += pair * gap * gap;
        both += pair;
      }
      distance[other] = other === row || both === 0 ? Number.POSITIVE_INFINITY : square / both;
    }
    const order = Uint32Array.from(distance, (_, i) => i).sort((a, b) => distance[a]! - distance[b]!);
    for (let column = 0; column < width; column++) {
      if (known[base + column] === 1) continue;
      const found: number[] = [];
      for (let i = 0; i < rowCount && found.length < ks.at(-1)!; i++) {
        const at = order[i]! * width + column;
        if (known[at] === 1 && distance[order[i]!]! < Number.POSITIVE_INFINITY) found.push(values[at]!);
      }
      if (found.length === 0) continue;
      ks.forEach((k, i) => {
        const near = found.slice(0, k);
        fills[i]![base + column] = columns[column]!.kind === "number" ? meanOf(near) : modeOf(near);
      });
    }
  }
  return fills;
}

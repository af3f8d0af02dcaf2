// The two directions in which coded rows vary most, by subspace iteration on the rows themselves (N. Halko, P. Martinsson
// and J. Tropp, "Finding structure with randomness", SIAM Review 53(2), 2011, algorithm 4.4): the matrix of all pairs of
// categories is never made, and a row costs its columns, however many categories they have.

import { setImmediate } from "node:timers/promises";
import { RowRandom, type RunOptions, streamKey, throwIfAborted } from "@verisim/core";
import { symmetricEigen } from "@verisim/tensor/arrays";
import type { MixedCode } from "./mixed-codes.ts";

export interface PrincipalAxes {
  /** Two directions of length 1. */
  readonly directions: readonly [Float64Array, Float64Array];
  /** Share of the whole variance along each. */
  readonly explained: readonly [number, number];
}

/** Directions that are followed: more than two, so that the first two settle quickly. */
const block = 8;
/** The error of the first two falls by the ratio of the second to the ninth variance in every round. */
const rounds = 16;

/** Of the first table's rows. Null where they vary in fewer than two directions. */
export async function principalAxes(
  columns: readonly MixedCode[],
  seed: number,
  run: RunOptions,
): Promise<PrincipalAxes | null> {
  const first = columns[0];
  if (!first) return null;
  const rows = (first.kind === "number" ? first.values : first.codes)[0]!.length;
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const size = Math.min(block, width);
  if (size < 2) return null;
  const random = new RowRandom(streamKey(seed, "projection", "start"), 0);
  let directions: Float64Array = Float64Array.from({ length: width * size }, () => random.uniform() - 0.5);
  if (!orthonormalise(directions, width, size)) return null;
  for (let round = 0; round < rounds; round++) {
    throwIfAborted(run.signal);
    directions = back(columns, forward(columns, directions, rows, size), width, size);
    if (!orthonormalise(directions, width, size)) return null;
    await setImmediate();
  }
  // The best directions within the block (Rayleigh-Ritz).
  const placed = forward(columns, directions, rows, size);
  const products = new Float64Array(size * size);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        products[i * size + j]! += placed[row * size + i]! * placed[row * size + j]!;
  const { values, vectors } = await symmetricEigen(products, size);
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  const variance = totalVariance(columns, rows);
  if (!(values[order[1]!]! / rows > 1e-9)) return null;
  const combine = (at: number): Float64Array => {
    const out = new Float64Array(width);
    for (let i = 0; i < width; i++)
      for (let k = 0; k < size; k++) out[i]! += directions[i * size + k]! * vectors[k * size + at]!;
    return signed(out);
  };
  return {
    directions: [combine(order[0]!), combine(order[1]!)],
    explained: [values[order[0]!]! / rows / variance, values[order[1]!]! / rows / variance],
  };
}

/** Of a direction and its opposite the one whose largest part is positive, so that pictures do not flip. */
function signed(direction: Float64Array): Float64Array {
  let largest = 0;
  for (const part of direction) if (Math.abs(part) > Math.abs(largest)) largest = part;
  return largest < 0 ? direction.map((part) => -part) : direction;
}

/** Rows times directions. */
function forward(
  columns: readonly MixedCode[],
  directions: Float64Array,
  rows: number,
  size: number,
): Float64Array {
  const out = new Float64Array(rows * size);
  for (const column of columns) {
    const start = column.offset * size;
    if (column.kind === "number") {
      const values = column.values[0]!;
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < size; k++) out[row * size + k]! += values[row]! * directions[start + k]!;
      continue;
    }
    const { scales, shift, width } = column;
    const codes = column.codes[0]!;
    const all = new Float64Array(size);
    for (let code = 0; code < width; code++)
      for (let k = 0; k < size; k++) all[k]! += shift[code]! * directions[start + code * size + k]!;
    for (let row = 0; row < rows; row++) {
      const code = codes[row]!;
      const scale = scales[code]!;
      for (let k = 0; k < size; k++)
        out[row * size + k]! += scale * directions[start + code * size + k]! - all[k]!;
    }
  }
  return out;
}

/** Columns times what `forward` made. */
function back(
  columns: readonly MixedCode[],
  placed: Float64Array,
  width: number,
  size: number,
): Float64Array {
  const out = new Float64Array(width * size);
  const rows = placed.length / size;
  const sums = new Float64Array(size);
  for (let row = 0; row < rows; row++) for (let k = 0; k < size; k++) sums[k]! += placed[row * size + k]!;
  for (const column of columns) {
    const start = column.offset * size;
    if (column.kind === "number") {
      const values = column.values[0]!;
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < size; k++) out[start + k]! += values[row]! * placed[row * size + k]!;
      continue;
    }
    const { scales, shift } = column;
    const codes = column.codes[0]!;
    for (let row = 0; row < rows; row++) {
      const code = codes[row]!;
      const scale = scales[code]!;
      for (let k = 0; k < size; k++) out[start + code * size + k]! += scale * placed[row * size + k]!;
    }
    for (let code = 0; code < column.width; code++)
      for (let k = 0; k < size; k++) out[start + code * size + k]! -= shift[code]! * sums[k]!;
  }
  return out;
}

/** Gram-Schmidt, twice for accuracy; a direction that vanishes is set to 0. False where fewer than two are left. */
function orthonormalise(directions: Float64Array, width: number, size: number): boolean {
  let left = 0;
  for (let k = 0; k < size; k++) {
    const before = length(directions, width, size, k);
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < k; other++) {
        let product = 0;
        for (let i = 0; i < width; i++) product += directions[i * size + k]! * directions[i * size + other]!;
        for (let i = 0; i < width; i++) directions[i * size + k]! -= product * directions[i * size + other]!;
      }
    const after = length(directions, width, size, k);
    const scale = after > 1e-10 * before && after > 0 ? 1 / after : 0;
    if (scale > 0) left++;
    for (let i = 0; i < width; i++) directions[i * size + k]! *= scale;
  }
  return left >= 2;
}

function length(directions: Float64Array, width: number, size: number, k: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += directions[i * size + k]! ** 2;
  return Math.sqrt(sum);
}

function totalVariance(columns: readonly MixedCode[], rows: number): number {
  let sum = 0;
  for (const column of columns) {
    if (column.kind === "number") {
      sum += 1;
      continue;
    }
    const counts = new Float64Array(column.width);
    for (const code of column.codes[0]!) counts[code]!++;
    for (let code = 0; code < column.width; code++) {
      const share = counts[code]! / rows;
      const { scales, shift } = column;
      sum += share * (scales[code]! - shift[code]!) ** 2 + (1 - share) * shift[code]! ** 2;
    }
  }
  return sum;
}

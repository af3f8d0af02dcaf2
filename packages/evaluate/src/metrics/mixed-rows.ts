// Rows of numbers and categories as points between which distances are taken. A category stands for a one-hot block, but
// is kept as a code: all that a block of any length adds to a distance is one cost for two different categories.

import { sampleRowNumbers, streamKey } from "@verisim/core";
import type { ComparedColumn, ComparedNumbers } from "../compared-column.ts";

/** How a distance is made of the differences of columns. */
export type DistanceKind = "euclidean" | "manhattan";

/**
 * Points of one table.
 *
 * euclidean: the square of a distance is the sum of squared differences of the numbers plus `mismatch` per different
 * category. manhattan: a distance is the sum of absolute differences plus `mismatch` per different category.
 */
export interface MixedRows {
  readonly rowCount: number;
  /** Numbers per row. */
  readonly numbersWidth: number;
  /** Row-major `[rowCount, numbersWidth]`, scaled, without NaN. */
  readonly numbers: Float64Array;
  /** Categories per row. */
  readonly codesWidth: number;
  /** Row-major `[rowCount, codesWidth]`, 0 or more. */
  readonly codes: Int32Array;
  /** What two different categories add. */
  readonly mismatch: number;
  /** manhattan: the most that a difference of two numbers adds. Default: no limit. */
  readonly mostPerNumber?: number;
}

/** Row-major `[queries, k]`, nearest first; equal distances by row number. */
export interface MixedNeighbours {
  readonly k: number;
  readonly rows: Int32Array;
  readonly distances: Float64Array;
}

export interface MixedRowsOptions {
  /**
   * How numbers are scaled, by the real table (0): `range` maps its smallest value to 0 and its largest to 1, `deviation`
   * its mean to 0 and its standard deviation to 1. Default `range`.
   */
  readonly scale?: "range" | "deviation";
  /** Default 2, the cost of two one-hot blocks that differ, in both kinds of distance. */
  readonly mismatch?: number;
  /** Rows of each table in this order; all where absent. */
  readonly rows?: readonly (ArrayLike<number> | null)[];
}

/**
 * Brings every table to points on one scale. A missing number takes the mean of the real column, and whether it is
 * missing becomes a category beside it; a missing category is a category of its own, and so is one that the real table
 * lacks.
 */
export function mixedRows(
  columns: readonly ComparedColumn[],
  rowCounts: readonly number[],
  { scale = "range", mismatch = 2, rows = [] }: MixedRowsOptions = {},
): MixedRows[] {
  const numbers = columns.filter((column) => column.kind === "number");
  const categories = columns.filter((column) => column.kind === "category");
  const scales = numbers.map((column) => scaleOf(column, scale));
  const flagged = numbers.filter((column) => column.missing.some((count) => count > 0));
  const codesWidth = categories.length + flagged.length;
  return rowCounts.map((all, table) => {
    const chosen = rows[table] ?? null;
    const rowCount = chosen?.length ?? all;
    const points: MixedRows = {
      rowCount,
      numbersWidth: numbers.length,
      numbers: new Float64Array(rowCount * numbers.length),
      codesWidth,
      codes: new Int32Array(rowCount * codesWidth),
      mismatch,
    };
    for (const [at, column] of numbers.entries()) {
      const values = column.values[table]!;
      const { shift, divisor, missing } = scales[at]!;
      for (let row = 0; row < rowCount; row++) {
        const value = values[chosen ? chosen[row]! : row]!;
        const scaled = ((Number.isNaN(value) ? missing : value) - shift) / divisor;
        points.numbers[row * numbers.length + at] = Math.max(-farthest, Math.min(farthest, scaled));
      }
    }
    for (const [at, column] of categories.entries()) {
      const codes = column.codes[table]!;
      for (let row = 0; row < rowCount; row++)
        points.codes[row * codesWidth + at] = codes[chosen ? chosen[row]! : row]!;
    }
    for (const [index, column] of flagged.entries()) {
      const values = column.values[table]!;
      const at = categories.length + index;
      for (let row = 0; row < rowCount; row++)
        points.codes[row * codesWidth + at] = Number.isNaN(values[chosen ? chosen[row]! : row]!) ? 1 : 0;
    }
    return points;
  });
}

/** Infinite numbers stand here, so that their distances are numbers whose squares are numbers too. */
const farthest = 1e150;

/**
 * The distance of two points, the numbers added in their order and then the categories: every distance that is compared is
 * computed so, so that equal distances are equal numbers.
 */
export function pairDistance(
  kind: DistanceKind,
  a: MixedRows,
  rowA: number,
  b: MixedRows,
  rowB: number,
): number {
  const { numbersWidth, codesWidth, mostPerNumber = Number.POSITIVE_INFINITY } = b;
  let sum = 0;
  for (let c = 0; c < numbersWidth; c++) {
    const gap = a.numbers[rowA * numbersWidth + c]! - b.numbers[rowB * numbersWidth + c]!;
    sum += kind === "euclidean" ? gap * gap : Math.min(Math.abs(gap), mostPerNumber);
  }
  let different = 0;
  for (let c = 0; c < codesWidth; c++)
    if (a.codes[rowA * codesWidth + c] !== b.codes[rowB * codesWidth + c]) different++;
  const distance = sum + b.mismatch * different;
  return kind === "euclidean" ? Math.sqrt(distance) : distance;
}

interface Scale {
  readonly shift: number;
  readonly divisor: number;
  /** What stands for a missing cell. */
  readonly missing: number;
}

/** By the finite values; a column that is constant is left as it is apart from its shift. */
function scaleOf({ values: tables }: ComparedNumbers, kind: "range" | "deviation"): Scale {
  const values = tables[0]!;
  let count = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return { shift: 0, divisor: 1, missing: 0 };
  const mean = sum / count;
  let divisor = max - min;
  if (kind === "deviation") {
    let squares = 0;
    for (let row = 0; row < values.length; row++)
      if (Number.isFinite(values[row])) squares += (values[row]! - mean) ** 2;
    divisor = Math.sqrt(squares / count);
  }
  if (!(divisor > 0 && Number.isFinite(divisor))) divisor = 1;
  return { shift: kind === "range" ? min : mean, divisor, missing: mean };
}

/**
 * Rows of one table whose neighbours are looked for; more are sampled. The published tables that neighbours are counted in
 * have fewer.
 */
export const mostPoints = 50_000;

/** `count` of `total` rows without replacement in ascending order, or null for all of them. */
export function chosenRows(
  total: number,
  count: number,
  seed: number,
  ...purpose: readonly string[]
): Int32Array | null {
  return total <= count ? null : sampleRowNumbers(total, count, streamKey(seed, "evaluate", ...purpose));
}

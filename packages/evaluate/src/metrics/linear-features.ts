// What a linear model learns from: numbers, and categories as blocks of one-hot columns of which only the code is kept, so
// that 50,000 categories cost no more memory per row than two. Columns are centred by their median and scaled by their
// interquartile range, the one-hot ones too.

import type { ComparedCategories, ComparedColumn, ComparedNumbers } from "../compared-column.ts";
import { sortedQuantile } from "./quantiles.ts";

/** Rows of features; a one-hot block is a code per row, -1 for none of its categories. */
export interface LinearFeatures {
  readonly rowCount: number;
  readonly numbers: readonly Float64Array[];
  readonly blocks: readonly CodeBlock[];
}

export interface CodeBlock {
  readonly codes: Int32Array;
  /** Columns of the block; codes are below it. */
  readonly width: number;
}

/** How the columns are centred and scaled; one-hot columns follow the numbers, block after block. */
export interface RobustScale {
  readonly centre: Float64Array;
  readonly scale: Float64Array;
}

/** Columns of the model: numbers, and one per category. */
export function featureWidth({ numbers, blocks }: LinearFeatures): number {
  return blocks.reduce((sum, { width }) => sum + width, numbers.length);
}

/**
 * Features of the real table (0) and of the table `other`, row after row.
 *
 * Missing numbers take the real mean. Categories whose labels all are numbers count as numbers, and those that are true
 * or false as 1 and 0 (missing: the more frequent one), as a data frame that was read from a file would hold them. A
 * category that the real table lacks belongs to none of the block's columns; missing cells are a column where the real
 * table has some.
 *
 * @param other which table is put beside the real one
 */
export function linearFeatures(
  columns: readonly ComparedColumn[],
  other: number,
  target?: string,
): LinearFeatures {
  const numbers: Float64Array[] = [];
  const blocks: CodeBlock[] = [];
  for (const column of columns) {
    if (column.kind === "unscored" || column.name === target) continue;
    if (column.kind === "number") {
      numbers.push(joinedNumbers(column, other));
      continue;
    }
    const asNumbers = numbersOfLabels(column);
    if (asNumbers) numbers.push(asNumbers(0, other));
    else blocks.push(joinedCodes(column, other));
  }
  const rowCount = (numbers[0] ?? blocks[0]?.codes)?.length ?? 0;
  return { rowCount, numbers, blocks };
}

function joinedNumbers({ values }: ComparedNumbers, other: number): Float64Array {
  return joinFilled(values[0]!, values[other]!, meanOf(values[0]!));
}

function joinFilled(real: Float64Array, other: Float64Array, filling: number): Float64Array {
  const joined = new Float64Array(real.length + other.length);
  joined.set(real);
  joined.set(other, real.length);
  for (let row = 0; row < joined.length; row++) if (!Number.isFinite(joined[row])) joined[row] = filling;
  return joined;
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    if (!Number.isFinite(values[row])) continue;
    sum += values[row]!;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

const truths: Readonly<Record<string, number>> = {
  True: 1,
  TRUE: 1,
  true: 1,
  False: 0,
  FALSE: 0,
  false: 0,
};

/** How a category column of numbers or of truths becomes one number per row, or null for other labels. */
function numbersOfLabels(column: ComparedCategories): ((real: number, other: number) => Float64Array) | null {
  const occurring = column.labels.filter((_, code) => column.counts[0]![code]! > 0);
  if (occurring.length === 0) return null;
  const areTruths = occurring.every((label) => Object.hasOwn(truths, label));
  if (!areTruths && !occurring.every((label) => label.trim() !== "" && Number.isFinite(Number(label))))
    return null;
  const perCode = column.labels.map((label) =>
    areTruths ? (Object.hasOwn(truths, label) ? truths[label]! : Number.NaN) : numberOrNothing(label),
  );
  const valuesOf = (table: number): Float64Array =>
    Float64Array.from(column.codes[table]!, (code) => perCode[code] ?? Number.NaN);
  return (real, other) => {
    const values = valuesOf(real);
    const mean = meanOf(values);
    return joinFilled(values, valuesOf(other), areTruths ? (mean > 0.5 ? 1 : 0) : mean);
  };
}

function numberOrNothing(label: string): number {
  const number = label.trim() === "" ? Number.NaN : Number(label);
  return Number.isFinite(number) ? number : Number.NaN;
}

function joinedCodes(column: ComparedCategories, other: number): CodeBlock {
  // The columns of the block are the categories, and perhaps the missing cells, that the real table has.
  let width = 0;
  const place = Int32Array.from(column.counts[0]!, (count) => (count > 0 ? width++ : -1));
  const real = column.codes[0]!;
  const codes = new Int32Array(real.length + column.codes[other]!.length);
  codes.set(real);
  codes.set(column.codes[other]!, real.length);
  return { codes: codes.map((code) => place[code]!), width };
}

/** Median and interquartile range of every column over some rows; a range of 0 counts as 1. */
export function robustScale({ numbers, blocks }: LinearFeatures, rows: Int32Array): RobustScale {
  const centre: number[] = [];
  const scale: number[] = [];
  const push = (low: number, middle: number, high: number): void => {
    centre.push(middle);
    scale.push(high > low ? high - low : 1);
  };
  for (const values of numbers) {
    const sorted = Float64Array.from(rows, (row) => values[row]!).sort();
    push(sortedQuantile(sorted, 0.25), sortedQuantile(sorted, 0.5), sortedQuantile(sorted, 0.75));
  }
  for (const { codes, width } of blocks) {
    const counts = new Float64Array(width);
    for (const row of rows) if (codes[row]! >= 0) counts[codes[row]!]!++;
    for (const ones of counts) {
      const at = (share: number): number => binaryQuantile(rows.length - ones, rows.length, share);
      push(at(0.25), at(0.5), at(0.75));
    }
  }
  return { centre: Float64Array.from(centre), scale: Float64Array.from(scale) };
}

/** The quantile of `zeros` zeros followed by ones. */
function binaryQuantile(zeros: number, rows: number, share: number): number {
  const place = (rows - 1) * share;
  const below = Math.floor(place);
  const low = below < zeros ? 0 : 1;
  const high = Math.min(rows - 1, below + 1) < zeros ? 0 : 1;
  return low + (high - low) * (place - below);
}

// Mergeable statistics of a column of numbers: count, range, mean and spread (Chan, Golub and LeVeque 1979, the
// pairwise update), and how many digits after the point its cells need.

import type { Column, NumberColumn } from "@verisim/core";
import { VerisimError } from "@verisim/core";

export interface NumberStats {
  readonly column: string;
  readonly rows: number;
  readonly missing: number;
  /** Of the finite values; +Infinity and -Infinity where there are none. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
  /** Most digits after the point, 0 to 15; 16 where no rounding keeps all values. */
  readonly decimals: number;
}

export const maximumDecimals = 15;

/** @throws VerisimError `VERISIM_COLUMN_KIND` where the cells are text. */
export function numbersOf(column: Column): NumberColumn {
  if (column.kind === "number") return column;
  throw new VerisimError("VERISIM_COLUMN_KIND", "Expected a column of numbers but received text.", {
    where: { column: column.name },
    hint: "Give the column an sdtype that fits text, or read it as numbers.",
  });
}

function fitsDecimals(value: number, decimals: number): boolean {
  return roundTo(value, decimals) === value;
}

const powersOfTen: readonly number[] = Array.from({ length: maximumDecimals + 1 }, (_, d) =>
  Number(`1e${d}`),
);

/** Half away from zero to `decimals` digits (0 to 15), never to a negative zero; numbers too large to have such digits stay. */
export function roundTo(value: number, decimals: number): number {
  const scale = powersOfTen[decimals]!;
  const scaled = Math.abs(value) * scale;
  if (!(scaled < 4503599627370496)) return value;
  const rounded = Math.floor(scaled + 0.5) / scale;
  return value < 0 ? 0 - rounded : rounded;
}

export function analyzeNumbers(part: Column): NumberStats {
  const { name, values } = numbersOf(part);
  let missing = 0;
  let count = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let mean = 0;
  let squares = 0;
  let decimals = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      missing++;
      continue;
    }
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    while (decimals <= maximumDecimals && !fitsDecimals(value, decimals)) decimals++;
  }
  return { column: name, rows: values.length, missing, min, max, mean, squares, decimals };
}

export function mergeNumbers(a: NumberStats, b: NumberStats): NumberStats {
  const countA = finiteCount(a);
  const countB = finiteCount(b);
  const count = countA + countB;
  const delta = b.mean - a.mean;
  return {
    column: a.column,
    rows: a.rows + b.rows,
    missing: a.missing + b.missing,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: count === 0 ? 0 : a.mean + (delta * countB) / count,
    squares: a.squares + b.squares + (count === 0 ? 0 : (delta * delta * countA * countB) / count),
    decimals: Math.max(a.decimals, b.decimals),
  };
}

// Infinite cells are rare enough to be counted as values here: they only weigh in the merged mean.
function finiteCount(stats: NumberStats): number {
  return stats.min <= stats.max ? stats.rows - stats.missing : 0;
}

// Rows of mixed columns as a table of few numbers a row: standardised normal scores, and codes that stand for scaled,
// centred indicators which are never written out.

import type { RunOptions } from "@verisim/core";
import { lowerBound, normalQuantile, upperBound } from "@verisim/stats";
import { sortNumbers } from "@verisim/tensor/arrays";
import type { ComparedCategories, ComparedColumn, ComparedNumbers } from "../compared-column.ts";

interface Coded {
  readonly name: string;
  /** First of its places in a direction, and how many it has. */
  readonly offset: number;
  readonly width: number;
}

/** A column of numbers: mean 0 and variance 1 over the real rows; a missing cell is 0. */
export interface CodedNumbers extends Coded {
  readonly kind: "number";
  readonly values: readonly Float64Array[];
}

/** Categories: a row has `scales[code] - shift[code]` at its code and `-shift[k]` at every other place k. */
export interface CodedCategories extends Coded {
  readonly kind: "category";
  readonly codes: readonly Int32Array[];
  readonly scales: Float64Array;
  readonly shift: Float64Array;
}

export type MixedCode = CodedNumbers | CodedCategories;

/** Categories with a smaller share of the real rows are one category: a handful of rows would else make an axis. */
const leastShare = 0.01;

/** The columns that vary in the chosen real rows. @param chosen rows of each table */
export async function mixedCodes(
  columns: readonly ComparedColumn[],
  chosen: readonly Int32Array[],
  run: RunOptions,
): Promise<MixedCode[]> {
  const out: MixedCode[] = [];
  let offset = 0;
  for (const column of columns) {
    if (column.kind === "unscored") continue;
    const coded =
      column.kind === "number"
        ? await codeNumbers(column, chosen, offset, run)
        : codeCategories(column, chosen, offset);
    if (coded === null) continue;
    out.push(coded);
    offset += coded.width;
  }
  return out;
}

async function codeNumbers(
  { name, values }: ComparedNumbers,
  chosen: readonly Int32Array[],
  offset: number,
  run: RunOptions,
): Promise<CodedNumbers | null> {
  const parts = chosen.map((rows, table) => Float64Array.from(rows, (row) => values[table]![row]!));
  const present = parts[0]!.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return null;
  const sorted = await sortNumbers(present, run.signal ? { signal: run.signal } : {});
  const scored = parts.map((part) =>
    part.map((value) => (Number.isNaN(value) ? Number.NaN : normalScore(sorted, value))),
  );
  const { mean, deviation } = moments(scored[0]!);
  if (deviation < 1e-9) return null;
  const standard = scored.map((part) =>
    part.map((score) => (Number.isNaN(score) ? 0 : (score - mean) / deviation)),
  );
  return { kind: "number", name, offset, width: 1, values: standard };
}

/** The normal quantile of the value's mid-rank among the sorted ones. */
function normalScore(sorted: Float64Array, value: number): number {
  const below = lowerBound(sorted, value);
  const upTo = sorted[below] === value ? upperBound(sorted, value) : below;
  return normalQuantile(((below + upTo) / 2 + 0.5) / (sorted.length + 1));
}

/** Over all rows, a missing one standing at the mean of the others. */
function moments(values: Float64Array): { mean: number; deviation: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (const value of values)
    if (!Number.isNaN(value)) {
      count++;
      sum += value;
    }
  const mean = sum / count;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

function codeCategories(
  { name, codes, labels }: ComparedCategories,
  chosen: readonly Int32Array[],
  offset: number,
): CodedCategories | null {
  const parts = chosen.map((rows, table) => Int32Array.from(rows, (row) => codes[table]![row]!));
  const counts = new Float64Array(labels.length + 1);
  for (const code of parts[0]!) counts[code]!++;
  const rows = parts[0]!.length;
  const own = new Int32Array(labels.length + 1).fill(-1);
  const shares: number[] = [];
  for (let code = 0; code < counts.length; code++)
    if (counts[code]! >= leastShare * rows) {
      own[code] = shares.length;
      shares.push(counts[code]! / rows);
    }
  const rest = 1 - shares.reduce((sum, share) => sum + share, 0);
  // The pool exists for the other tables' categories even where no real row is in it; it then weighs as half a row.
  shares.push(Math.max(rest, 0.5 / rows));
  if (shares.length === 2 && rest < leastShare) return null;
  const pool = shares.length - 1;
  const scales = Float64Array.from(shares, (share) => 1 / Math.sqrt(Math.max(share, leastShare)));
  const shift = Float64Array.from(shares, (share, code) =>
    code === pool && rest <= 1e-12 ? 0 : share * scales[code]!,
  );
  return {
    kind: "category",
    name,
    offset,
    width: shares.length,
    codes: parts.map((part) => part.map((code) => (own[code]! < 0 ? pool : own[code]!))),
    scales,
    shift,
  };
}

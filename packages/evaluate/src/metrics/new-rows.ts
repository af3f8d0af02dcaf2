// Rows that match no real row: every category equal, every number within a hundredth of the judged one. Real rows are
// grouped by their categories and sorted by the number that tells most of them apart, so that few are looked at.

import { setImmediate } from "node:timers/promises";

import { type RunOptions, throwIfAborted } from "@verisim/core";
import type { ComparedCategories, ComparedNumbers } from "../compared-column.ts";
import type { Score } from "../evaluation.ts";
import { rowCodes } from "./row-codes.ts";

const matchTolerance = 0.01;
const turnMs = 20;

/** @param table whose rows are judged */
export async function newRowShare(
  numbers: readonly ComparedNumbers[],
  categories: readonly ComparedCategories[],
  rowCounts: readonly number[],
  table: number,
  run: RunOptions,
): Promise<Score> {
  if (numbers.length + categories.length === 0) return null;
  const key = numbers.reduce<ComparedNumbers | null>(
    (best, column) => (best === null || distinctShare(column) > distinctShare(best) ? column : best),
    null,
  );
  const codes = rowCodes(categories, rowCounts);
  const groups = groupedRows(codes[0]!, key);
  const judged = codes[table]!;
  let matched = 0;
  let turnStart = performance.now();
  for (let row = 0; row < judged.length; row++) {
    const group = groups.get(judged[row]!);
    if (group && hasMatch(numbers, key, group, table, row)) matched++;
    if ((row & 255) !== 255 || performance.now() - turnStart < turnMs) continue;
    await setImmediate();
    throwIfAborted(run.signal);
    turnStart = performance.now();
  }
  return 1 - matched / judged.length;
}

/** The different values among the first rows: enough to choose by. */
function distinctShare({ values }: ComparedNumbers): number {
  return new Set(values[0]!.subarray(0, 4096)).size;
}

/** Real rows per code, sorted by the key column, missing keys last. */
function groupedRows(codes: Int32Array, key: ComparedNumbers | null): Map<number, Int32Array> {
  const lists = new Map<number, number[]>();
  for (let row = 0; row < codes.length; row++) {
    const list = lists.get(codes[row]!);
    if (list) list.push(row);
    else lists.set(codes[row]!, [row]);
  }
  const values = key?.values[0];
  const place = (row: number): number => {
    const value = values![row]!;
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  return new Map(
    Array.from(lists, ([code, rows]) => {
      const sorted = Int32Array.from(rows);
      return [
        code,
        values ? sorted.sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0)) : sorted,
      ];
    }),
  );
}

function hasMatch(
  numbers: readonly ComparedNumbers[],
  key: ComparedNumbers | null,
  group: Int32Array,
  table: number,
  row: number,
): boolean {
  const target = key ? key.values[table]![row]! : Number.NaN;
  const width = Math.abs(matchTolerance * target);
  // Rounding may decide at the ends: the search starts a little earlier, and the columns decide.
  let at = Number.isNaN(target)
    ? 0
    : firstFrom(group, key!.values[0]!, target - width - Math.abs(target) * 1e-12);
  for (; at < group.length; at++) {
    const candidate = group[at]!;
    if (key && key.values[0]![candidate]! > target + width * (1 + 1e-9)) return false;
    if (numbers.every(({ values }) => numbersMatch(values[0]![candidate]!, values[table]![row]!)))
      return true;
  }
  return false;
}

function numbersMatch(real: number, judged: number): boolean {
  if (Number.isNaN(judged)) return Number.isNaN(real);
  return Math.abs(real - judged) <= Math.abs(matchTolerance * judged);
}

/** The first place whose value is not below `low`; missing values count as above all. */
function firstFrom(group: Int32Array, values: Float64Array, low: number): number {
  let [from, to] = [0, group.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (values[group[middle]!]! < low) from = middle + 1;
    else to = middle;
  }
  return from;
}

// Accuracy as mostlyai-qa defines it: how alike the shares of bins are for single columns, pairs and triples, with the
// accuracy beside it that sampling noise alone would leave to a perfect generator.

import { setImmediate } from "node:timers/promises";

import { RowRandom, type RunOptions, streamKey, throwIfAborted } from "@verisim/core";
import type { Score } from "../evaluation.ts";
import { accuracyBins, type BinnedColumn } from "./accuracy-bins.ts";
import type { Compared } from "./judged-tables.ts";

/** Columns of a group and how alike its shares are. */
export interface GroupAccuracy {
  columns: string[];
  /** 1 less half the summed differences of shares, in [0, 1]. */
  accuracy: number;
  /** What independent rows of the real distribution would score on average. */
  expected: number;
}

/** Groups of one size; empty where there are too few columns. */
export interface AccuracyOfSize {
  accuracy: Score;
  expected: Score;
  groups: GroupAccuracy[];
}

export interface AccuracyReport {
  /** Mean over the sizes that there are. */
  accuracy: Score;
  expected: Score;
  univariate: AccuracyOfSize;
  bivariate: AccuracyOfSize;
  trivariate: AccuracyOfSize;
}

export interface AccuracyOptions extends RunOptions {
  /** Chooses triples where there are more than 10,000. Any safe integer. Default 0. */
  seed?: number;
}

/** More groups of a size than this are sampled. */
const mostGroups = 10_000;
const turnMs = 20;

/** @param table which table is held against the real one */
export async function binnedAccuracy(
  { columns, rowCounts }: Compared,
  table: number,
  { seed = 0, ...run }: AccuracyOptions = {},
): Promise<AccuracyReport> {
  const bins = accuracyBins(columns);
  const counts: [number, number] = [rowCounts[0]!, rowCounts[table]!];
  const ofSize = (size: number): Promise<AccuracyOfSize> =>
    accuracyOfSize(bins, counts, table, chosenGroups(bins.length, size, seed), run);
  const [univariate, bivariate, trivariate] = [await ofSize(1), await ofSize(2), await ofSize(3)];
  const sizes = [univariate, bivariate, trivariate].filter((size) => size.accuracy !== null);
  return {
    accuracy: meanOf(sizes.map((size) => size.accuracy!)),
    expected: meanOf(sizes.map((size) => size.expected!)),
    univariate,
    bivariate,
    trivariate,
  };
}

async function accuracyOfSize(
  bins: readonly BinnedColumn[],
  rowCounts: readonly [number, number],
  table: number,
  groups: readonly (readonly number[])[],
  run: RunOptions,
): Promise<AccuracyOfSize> {
  const results: GroupAccuracy[] = [];
  let turnStart = performance.now();
  for (const group of groups) {
    throwIfAborted(run.signal);
    results.push(
      groupAccuracy(
        group.map((column) => bins[column]!),
        rowCounts,
        table,
      ),
    );
    if (performance.now() - turnStart < turnMs) continue;
    run.onProgress?.({ phase: "evaluate", done: results.length, total: groups.length, unit: "groups" });
    await setImmediate();
    turnStart = performance.now();
  }
  return {
    accuracy: meanOf(results.map((group) => group.accuracy)),
    expected: meanOf(results.map((group) => group.expected)),
    groups: results,
  };
}

function groupAccuracy(
  columns: readonly BinnedColumn[],
  [realRows, otherRows]: readonly [number, number],
  table: number,
): GroupAccuracy {
  const cells = columns.reduce((product, { codeCount }) => product * codeCount, 1);
  const count = (rows: number, from: number): Int32Array => {
    const counts = new Int32Array(cells);
    const codes = columns.map((column) => column.codes[from]!);
    const [a, b, c] = codes;
    const second = columns[1]?.codeCount ?? 1;
    const third = columns[2]?.codeCount ?? 1;
    for (let row = 0; row < rows; row++) {
      let cell = a![row]!;
      if (b) cell = cell * second + b[row]!;
      if (c) cell = cell * third + c[row]!;
      counts[cell]!++;
    }
    return counts;
  };
  const real = count(realRows, 0);
  const other = count(otherRows, table);
  let distance = 0;
  let noise = 0;
  for (let cell = 0; cell < cells; cell++) {
    const share = real[cell]! / realRows;
    distance += Math.abs(share - other[cell]! / otherRows);
    // The mean of a half-normal deviation whose variance is that of two binomial shares.
    noise += Math.sqrt((share * (1 - share) * (1 / realRows + 1 / otherRows) * 2) / Math.PI);
  }
  return {
    columns: columns.map(({ name }) => name),
    accuracy: 1 - distance / 2,
    expected: 1 - noise / 2,
  };
}

/** All groups of `size` of `count` columns in order, or a sample of them. */
function chosenGroups(count: number, size: number, seed: number): number[][] {
  let total = 1;
  for (let i = 0; i < size; i++) total = (total * (count - i)) / (i + 1);
  if (total <= mostGroups) return allGroups(count, size);
  const random = new RowRandom(streamKey(seed, "evaluate", "accuracy", String(size)), 0);
  const chosen = new Map<string, number[]>();
  while (chosen.size < mostGroups) {
    const group = new Set<number>();
    while (group.size < size) group.add(random.below(count));
    const sorted = [...group].sort((a, b) => a - b);
    chosen.set(sorted.join(), sorted);
  }
  return [...chosen.values()];
}

function allGroups(count: number, size: number): number[][] {
  if (size === 1) return Array.from({ length: count }, (_, column) => [column]);
  return allGroups(count, size - 1).flatMap((group) => {
    const from = group.at(-1)! + 1;
    return Array.from({ length: count - from }, (_, step) => [...group, from + step]);
  });
}

function meanOf(values: readonly number[]): Score {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

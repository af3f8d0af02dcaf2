// How alike two tables are in each pair of columns: correlations for two columns of numbers, shares of combinations
// for every other pair. The real table is prepared once for all tables that are held against it.

import { setImmediate } from "node:timers/promises";
import { type RunOptions, throwIfAborted } from "@verisim/core";
import { correlation } from "@verisim/tensor/arrays";
import { binnedColumn } from "./bins.ts";
import type { ComparedCategories, ComparedColumn, ComparedNumbers } from "./compared-column.ts";
import {
  type ContingencyResult,
  type DiscreteColumn,
  denseContingency,
  fitsDense,
  type GroupedRows,
  groupRows,
  sparseContingency,
} from "./contingency.ts";
import type { PairTrend, Score } from "./evaluation.ts";

/** A pair counts when its real relation is above this; SDMetrics 0.27 and later. */
export const countedCorrelation: number = 0.5;
export const countedAssociation: number = 0.3;

/** Other work of the process gets its turn after this many milliseconds of counting. */
const turnMs = 10;

type Scored = ComparedNumbers | ComparedCategories;

/** All pairs of scored columns in the order of the metadata. Tables: real, synthetic and perhaps a holdout. */
export async function pairTrends(
  columns: readonly ComparedColumn[],
  options: RunOptions,
): Promise<PairTrend[]> {
  const scored = columns.filter((column): column is Scored => column.kind !== "unscored");
  const total = (scored.length * (scored.length - 1)) / 2;
  const pairs: PairTrend[] = [];
  let done = 0;
  // Pairs finish in any order; each has its place in the order (0, 1), (0, 2), ... (1, 2), ...
  const report = (i: number, j: number, pair: PairTrend): void => {
    pairs[(i * (2 * scored.length - i - 1)) / 2 + (j - i - 1)] = pair;
    done++;
  };

  const numberIndexes = scored.flatMap((column, index) => (column.kind === "number" ? [index] : []));
  const numbers = numberIndexes.map((index) => scored[index] as ComparedNumbers);
  const compare = await correlationPairs(numbers, options);
  for (let i = 0; i < numbers.length; i++)
    for (let j = i + 1; j < numbers.length; j++) report(numberIndexes[i]!, numberIndexes[j]!, compare(i, j));

  const discrete = discreteColumns(scored, options);
  let turnStart = performance.now();
  for (let i = 0; i < scored.length; i++) {
    let grouped: GroupedRows[] | undefined;
    for (let j = i + 1; j < scored.length; j++) {
      const first = scored[i]!;
      const second = scored[j]!;
      if (first.kind === "number" && second.kind === "number") continue;
      const a = discrete[i];
      const b = discrete[j];
      let result: ContingencyResult | null = null;
      if (a && b && fitsDense(a, b)) result = denseContingency(a, b);
      else if (a && b) {
        grouped ??= a.codes.map((codes, table) => groupRows(codes, a.counts[table]!));
        result = sparseContingency(a, grouped, b);
      }
      report(i, j, contingencyPair(first, second, result));
      if (performance.now() - turnStart < turnMs) continue;
      options.onProgress?.({ phase: "evaluate", done, total, unit: "pairs", detail: first.name });
      await setImmediate();
      throwIfAborted(options.signal);
      turnStart = performance.now();
    }
  }
  options.onProgress?.({ phase: "evaluate", done: total, total, unit: "pairs" });
  return pairs;
}

/** Correlations of all pairs of number columns, at once per table. */
async function correlationPairs(
  columns: readonly ComparedNumbers[],
  options: RunOptions,
): Promise<(i: number, j: number) => PairTrend> {
  const width = columns.length;
  if (width < 2) {
    return () => {
      throw new Error("internal: there is no pair of number columns");
    };
  }
  const tables = columns[0]!.values.map((_, table) => table);
  const results: { correlation: Float64Array; counts: Float64Array }[] = [];
  for (const table of tables) {
    results.push(
      await correlation(
        columns.map((column) => column.values[table]!),
        options,
      ),
    );
  }
  const isConstant = columns.map((column) =>
    column.ranges.map((range) => range !== null && range.min === range.max),
  );
  const coefficient = (table: number, i: number, j: number): number => {
    const cell = i * width + j;
    if (isConstant[i]![table] || isConstant[j]![table] || results[table]!.counts[cell]! < 2)
      return Number.NaN;
    return results[table]!.correlation[cell]!;
  };
  const similarity = (real: number, other: number): Score => scoreOf(1 - Math.abs(real - other) / 2);
  return (i, j) => {
    const real = coefficient(0, i, j);
    const synthetic = coefficient(1, i, j);
    const score = similarity(real, synthetic);
    return {
      column1: columns[i]!.name,
      column2: columns[j]!.name,
      metric: "CorrelationSimilarity",
      score,
      real: scoreOf(real),
      synthetic: scoreOf(synthetic),
      counted: score !== null && Math.abs(real) > countedCorrelation,
      ceiling: tables.length > 2 ? similarity(real, coefficient(2, i, j)) : null,
    };
  };
}

/** Every column as codes; number columns in bins, where there is a category column that needs them. */
function discreteColumns(columns: readonly Scored[], options: RunOptions): (DiscreteColumn | null)[] {
  const binsAreNeeded = columns.some((column) => column.kind === "category");
  return columns.map((column) => {
    throwIfAborted(options.signal);
    if (column.kind === "category") return column;
    return binsAreNeeded ? binnedColumn(column) : null;
  });
}

function contingencyPair(first: Scored, second: Scored, result: ContingencyResult | null): PairTrend {
  const real = scoreOf(result?.association[0]);
  const isDefined = real !== null;
  return {
    column1: first.name,
    column2: second.name,
    metric: "ContingencySimilarity",
    score: isDefined ? scoreOf(result?.similarity[1]) : null,
    real,
    synthetic: scoreOf(result?.association[1]),
    counted: isDefined && real > countedAssociation,
    ceiling: isDefined ? scoreOf(result?.similarity[2]) : null,
  };
}

function scoreOf(value: number | undefined): Score {
  return value === undefined || Number.isNaN(value) ? null : value;
}

// SDMetrics' metrics of single columns: coverage, adherence, statistics and tests, each a mean over the columns that it
// applies to.

import { gammaQ } from "@verisim/stats";
import { sortNumbers } from "@verisim/tensor/arrays";
import { ksComplement, tvComplement } from "../column-shape.ts";
import type { ComparedCategories, ComparedNumbers } from "../compared-column.ts";
import type { Score } from "../evaluation.ts";
import { type Metric, type MetricPart, meanOfParts } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { sortedQuantile } from "./quantiles.ts";

const shared = {
  family: "sdmetrics",
  better: "higher",
  range: [0, 1],
  needs: [],
  tolerance: 1e-9,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

/** A mean over the number columns. */
function overNumbers(
  score: (column: ComparedNumbers, table: 1 | 2, context: MetricContext) => Score | Promise<Score>,
): Metric["compute"] {
  return async (context, table) => {
    const parts: MetricPart[] = [];
    for (const column of context.numbers)
      parts.push({ columns: [column.name], value: await score(column, table, context) });
    return meanOfParts(parts);
  };
}

/** A mean over the category columns. */
function overCategories(score: (column: ComparedCategories, table: 1 | 2) => Score): Metric["compute"] {
  return (context, table) =>
    meanOfParts(
      context.categories.map((column) => ({ columns: [column.name], value: score(column, table) })),
    );
}

/** The values of one column of one table, ascending and without missing cells. */
export function sortedValues(
  context: MetricContext,
  column: ComparedNumbers,
  table: number,
): Promise<Float64Array> {
  return context.once(`sorted ${table} ${column.name}`, () =>
    sortNumbers(column.values[table]!, context.run),
  );
}

/** Shares of two tables as counts of values, those that only the second has counting as a millionth of a row of the first. */
export function expectedShares(
  real: ArrayLike<number>,
  other: ArrayLike<number>,
): { observed: number; expected: number }[] {
  let realTotal = 0;
  let otherTotal = 0;
  for (let code = 0; code < real.length; code++) {
    realTotal += real[code]! > 0 ? real[code]! : other[code]! > 0 ? unseenCount : 0;
    otherTotal += other[code]!;
  }
  const shares: { observed: number; expected: number }[] = [];
  for (let code = 0; code < real.length; code++) {
    if (real[code] === 0 && other[code] === 0) continue;
    shares.push({
      observed: other[code]! / otherTotal,
      expected: (real[code]! > 0 ? real[code]! : unseenCount) / realTotal,
    });
  }
  return shares;
}

const unseenCount = 1e-6;

/** Pearson's test of shares against expected ones: the probability of a statistic at least as large. */
export function chiSquaredProbability(shares: readonly { observed: number; expected: number }[]): number {
  let statistic = 0;
  for (const { observed, expected } of shares) statistic += (observed - expected) ** 2 / expected;
  return shares.length < 2 ? 1 : gammaQ((shares.length - 1) / 2, statistic / 2);
}

function rangeCoverage(column: ComparedNumbers, table: 1 | 2): Score {
  const real = column.ranges[0];
  const other = column.ranges[table];
  if (!real || !other || real.min === real.max) return null;
  const width = real.max - real.min;
  if (!Number.isFinite(width)) return null;
  const below = Math.max((other.min - real.min) / width, 0);
  const above = Math.max((real.max - other.max) / width, 0);
  return Math.max(1 - (below + above), 0);
}

function categoryCoverage({ labels, counts }: ComparedCategories, table: 1 | 2): Score {
  let real = 0;
  let covered = 0;
  for (let code = 0; code < labels.length; code++) {
    if (counts[0]![code] === 0) continue;
    real++;
    if (counts[table]![code]! > 0) covered++;
  }
  return real === 0 ? null : covered / real;
}

type Statistic = "mean" | "median" | "std";

function statisticOf(sorted: Float64Array, statistic: Statistic): number {
  if (statistic === "median") return sortedQuantile(sorted, 0.5);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  if (statistic === "mean") return mean;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (sorted.length - 1));
}

function statisticSimilarity(statistic: Statistic): Metric["compute"] {
  return overNumbers(async (column, table, context) => {
    const real = await sortedValues(context, column, 0);
    const other = await sortedValues(context, column, table);
    const range = column.ranges[0];
    if (!range || other.length === 0 || range.min === range.max) return null;
    const gap = Math.abs(statisticOf(real, statistic) - statisticOf(other, statistic));
    const score = 1 - gap / (range.max - range.min);
    return Number.isNaN(score) ? null : Math.max(score, 0);
  });
}

export const columnMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "ks-complement",
    says: "How alike the distributions of numbers and dates are: 1 less the largest gap between the distribution functions.",
    original: "single_table.KSComplement",
    compute: overNumbers(async (column, table, context) =>
      ksComplement(
        await sortedValues(context, column, 0),
        await sortedValues(context, column, table),
        context.run,
      ),
    ),
  },
  {
    ...shared,
    name: "tv-complement",
    says: "How alike the shares of categories are: 1 less half the summed differences.",
    original: "single_table.TVComplement",
    compute: overCategories(tvComplement),
  },
  {
    ...shared,
    name: "cs-test",
    says: "Probability of shares of categories that differ as much or more, by the chi-squared test on shares.",
    original: "single_table.CSTest",
    differs:
      "Equal, and a poor test: it takes shares for counts, so that the number of rows plays no part. A category's cells " +
      "that are missing count as a category here and there.",
    compute: overCategories(({ counts, labels, missing }, table) => {
      // A missing cell is a value of its own, as the original counts it.
      const shares = expectedShares(counts[0]!, counts[table]!);
      return labels.length === 0 && missing[0] === 0 ? null : chiSquaredProbability(shares);
    }),
  },
  {
    ...shared,
    name: "category-coverage",
    says: "Share of the real categories that occur among the judged rows.",
    original: "single_table.CategoryCoverage",
    compute: overCategories(categoryCoverage),
  },
  {
    ...shared,
    name: "range-coverage",
    says: "Share of the real range of numbers and dates that lies between the smallest and the largest judged value.",
    original: "single_table.RangeCoverage",
    compute: overNumbers(rangeCoverage),
  },
  {
    ...shared,
    name: "missing-value-similarity",
    says: "1 less the difference of the shares of missing numbers and dates.",
    original: "single_table.MissingValueSimilarity",
    compute: overNumbers(
      ({ missing, values }, table) =>
        1 - Math.abs(missing[0]! / values[0]!.length - missing[table]! / values[table]!.length),
    ),
  },
  ...(["mean", "median", "std"] as const).map(
    (statistic): Metric => ({
      ...shared,
      name: `statistic-similarity-${statistic}`,
      says: `1 less the difference of the ${statistic === "std" ? "standard deviations" : `${statistic}s`} over the real range.`,
      original: `single_table.StatisticSimilarity(statistic='${statistic}')`,
      compute: statisticSimilarity(statistic),
    }),
  ),
];

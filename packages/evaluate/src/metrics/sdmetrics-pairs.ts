// SDMetrics' Kullback-Leibler divergences of pairs of columns, as 1 / (1 + divergence).

import { equalWidthEdges } from "../bins.ts";
import type { ComparedCategories, ComparedNumbers } from "../compared-column.ts";
import type { Score } from "../evaluation.ts";
import { type Metric, type MetricPart, meanOfParts } from "./metric.ts";
import { expectedShares } from "./sdmetrics-columns.ts";

const binCount = 10;
/** What the original adds to every cell of a histogram. */
const filling = 1e-5;
/** More cells than this are counted as they occur. */
const mostDenseCells = 2 ** 20;

/** scipy.special.kl_div: x log(x / y) - x + y. */
function divergence(x: number, y: number): number {
  return x > 0 ? x * Math.log(x / y) - x + y : y;
}

/** Bins of ten equal widths over the real range, missing cells counting as 0; -1 for a value outside of it. */
function binsOf({ values }: ComparedNumbers, tables: readonly number[]): Int8Array[] | null {
  const filled = tables.map((table) => values[table]!.map((value) => (Number.isNaN(value) ? 0 : value)));
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of filled[0]!) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (!Number.isFinite(max - min)) return null;
  const edges = equalWidthEdges(min, max);
  return filled.map((own) =>
    Int8Array.from(own, (value) => {
      if (!(value >= edges[0]! && value <= edges[binCount]!)) return -1;
      let bin = binCount - 1;
      while (value < edges[bin]!) bin--;
      return bin;
    }),
  );
}

function continuous(first: Int8Array[] | null, second: Int8Array[] | null): Score {
  if (!first || !second) return null;
  const [real, other] = [0, 1].map((table) => {
    const counts = new Float64Array(binCount * binCount);
    const a = first[table]!;
    const b = second[table]!;
    for (let row = 0; row < a.length; row++)
      if (a[row]! >= 0 && b[row]! >= 0) counts[a[row]! * binCount + b[row]!]!++;
    return counts.map((count) => count + filling);
  }) as [Float64Array, Float64Array];
  const totals = [real, other].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  let sum = 0;
  for (let cell = 0; cell < real.length; cell++)
    sum += divergence(other[cell]! / totals[1]!, real[cell]! / totals[0]!);
  return 1 / (1 + sum);
}

function discrete(first: ComparedCategories, second: ComparedCategories, table: number): Score {
  const width = second.labels.length + 1;
  const counts = [0, table].map((own) =>
    countPairs(first.codes[own]!, second.codes[own]!, width, first.labels.length + 1),
  );
  const cells = [...new Set([...counts[0]!.keys(), ...counts[1]!.keys()])];
  if (counts[0]!.size === 0 || counts[1]!.size === 0) return null;
  let sum = 0;
  const shares = expectedShares(
    cells.map((cell) => counts[0]!.get(cell) ?? 0),
    cells.map((cell) => counts[1]!.get(cell) ?? 0),
  );
  for (const { observed, expected } of shares) sum += divergence(observed, expected);
  return 1 / (1 + sum);
}

/** Rows per combination that occurs. */
function countPairs(a: Int32Array, b: Int32Array, width: number, height: number): Map<number, number> {
  const counts = new Map<number, number>();
  if (width * height > mostDenseCells) {
    for (let row = 0; row < a.length; row++) {
      const cell = a[row]! * width + b[row]!;
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    return counts;
  }
  const dense = new Int32Array(width * height);
  for (let row = 0; row < a.length; row++) dense[a[row]! * width + b[row]!]!++;
  for (let cell = 0; cell < dense.length; cell++) if (dense[cell]! > 0) counts.set(cell, dense[cell]!);
  return counts;
}

const shared = {
  family: "sdmetrics",
  better: "higher",
  range: [0, 1],
  needs: [],
  tolerance: 1e-9,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

export const pairMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "continuous-kl-divergence",
    says: "1 / (1 + divergence) of pairs of numbers in ten by ten bins of the real range.",
    original: "single_table.ContinuousKLDivergence",
    compute: ({ numbers }, table) => {
      const columns = numbers.filter(({ sdtype }) => sdtype === "numerical");
      const bins = columns.map((column) => binsOf(column, [0, table]));
      return meanOfParts(
        pairsOf(columns, (i, j) => ({
          columns: [columns[i]!.name, columns[j]!.name],
          value: continuous(bins[i]!, bins[j]!),
        })),
      );
    },
  },
  {
    ...shared,
    name: "discrete-kl-divergence",
    says: "1 / (1 + divergence) of pairs of categories, a combination that the real rows lack counting as a millionth of a row.",
    original: "single_table.DiscreteKLDivergence",
    compute: ({ categories }, table) =>
      meanOfParts(
        pairsOf(categories, (i, j) => ({
          columns: [categories[i]!.name, categories[j]!.name],
          value: discrete(categories[i]!, categories[j]!, table),
        })),
      ),
  },
];

function pairsOf(columns: readonly unknown[], score: (i: number, j: number) => MetricPart): MetricPart[] {
  const parts: MetricPart[] = [];
  for (let i = 0; i < columns.length; i++)
    for (let j = i + 1; j < columns.length; j++) parts.push(score(i, j));
  return parts;
}

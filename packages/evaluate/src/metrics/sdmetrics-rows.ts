// SDMetrics' metrics of whole rows: rows that match none, distances to the closest record, and how likely a network that
// learnt the real rows finds the judged ones.

import { RowRandom, streamKey } from "@verisim/core";
import type { ComparedCategories, ComparedNumbers } from "../compared-column.ts";
import type { Score } from "../evaluation.ts";
import { rowLikelihoods } from "./likelihood-tree.ts";
import type { Metric } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { MixedIndex } from "./mixed-index.ts";
import { chosenRows, type MixedRows, mostPoints } from "./mixed-rows.ts";
import { newRowShare } from "./new-rows.ts";
import { quantiles } from "./quantiles.ts";
import { svcDetection } from "./svc-detection.ts";

const shared = {
  family: "sdmetrics",
  better: "higher",
  range: [0, 1],
  needs: [],
  tolerance: 1e-9,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

/** Stands where a missing number stands: as far from every number as a difference may count, and equal to itself. */
const missingPlace = 1e9;

/**
 * Points for the original's distances: numbers over the range of the reference's own rows, each counting 1 at most, and
 * a different category counting 1.
 */
function recordPoints(
  numbers: readonly { column: ComparedNumbers; values: Float64Array }[],
  categories: readonly Int32Array[],
  reference: number,
): MixedRows {
  const rowCount = numbers[0]?.values.length ?? categories[0]!.length;
  const width = numbers.length;
  const scaled = new Float64Array(rowCount * width);
  for (const [at, { column, values }] of numbers.entries()) {
    const { min, max } = column.ranges[reference] ?? { min: 0, max: 0 };
    for (let row = 0; row < rowCount; row++) {
      const value = values[row]!;
      const place = max > min ? (value - min) / (max - min) : value === min ? 0 : -missingPlace;
      scaled[row * width + at] = Number.isNaN(value) ? missingPlace : place;
    }
  }
  const codes = new Int32Array(rowCount * categories.length);
  for (const [at, own] of categories.entries())
    for (let row = 0; row < rowCount; row++) codes[row * categories.length + at] = own[row]!;
  return {
    rowCount,
    numbersWidth: width,
    numbers: scaled,
    codesWidth: categories.length,
    codes,
    mismatch: 1,
    mostPerNumber: 1,
  };
}

/** The cells of the rows that are looked at: all of them up to 50,000. */
function sampled<T extends Float64Array | Int32Array>(context: MetricContext, cells: T, table: number): T {
  const rows = context.once(`record rows ${table}`, () =>
    chosenRows(cells.length, mostPoints, context.seed, "records", String(table)),
  );
  if (!rows) return cells;
  const chosen = new (cells.constructor as new (length: number) => T)(rows.length);
  for (let at = 0; at < rows.length; at++) chosen[at] = cells[rows[at]!]!;
  return chosen;
}

/** The mean difference per column to the nearest row of the reference, for rows given by column. */
async function recordDistances(
  context: MetricContext,
  reference: number,
  numberValues: (column: ComparedNumbers) => Float64Array,
  categoryCodes: (column: ComparedCategories) => Int32Array,
): Promise<Float64Array> {
  const { numbers, categories } = context;
  const points = recordPoints(
    numbers.map((column) => ({ column, values: sampled(context, column.values[reference]!, reference) })),
    categories.map((column) => sampled(context, column.codes[reference]!, reference)),
    reference,
  );
  const queries = recordPoints(
    numbers.map((column) => ({ column, values: numberValues(column) })),
    categories.map(categoryCodes),
    reference,
  );
  const { distances } = await new MixedIndex(points, "manhattan").nearest(queries, 1, context.run);
  return distances.map((distance) => distance / (numbers.length + categories.length));
}

function distancesOf(context: MetricContext, table: 1 | 2, reference: number): Promise<Float64Array> {
  return context.once(`records ${table} ${reference}`, () =>
    recordDistances(
      context,
      reference,
      ({ values }) => sampled(context, values[table]!, table),
      ({ codes }) => sampled(context, codes[table]!, table),
    ),
  );
}

/** Random rows that a median is taken of: rows far from all others are the slowest to place. */
const mostBaselineRows = 2000;

/** Rows drawn uniformly: numbers over the real range (whole ones where the column is whole), every category alike. */
async function baselineDistances(context: MetricContext, rowCount: number): Promise<Float64Array> {
  const randomFor = (name: string): RowRandom =>
    new RowRandom(streamKey(context.seed, "evaluate", "baseline", name), 0);
  return recordDistances(
    context,
    0,
    ({ name, values, ranges, missing }) => {
      const random = randomFor(name);
      const { min, max } = ranges[0] ?? { min: Number.NaN, max: Number.NaN };
      const isWhole = missing[0] === 0 && values[0]!.every(Number.isInteger);
      const missingShare = missing[0]! / values[0]!.length;
      return Float64Array.from({ length: rowCount }, () => {
        const part = random.uniform();
        const value = isWhole
          ? Math.min(max, min + Math.floor(part * (max - min + 1)))
          : min + part * (max - min);
        return random.uniform() < missingShare ? Number.NaN : value;
      });
    },
    ({ name, counts, labels, missing, codes }) => {
      const random = randomFor(name);
      const present = labels.flatMap((_, code) => (counts[0]![code]! > 0 ? [code] : []));
      const missingShare = missing[0]! / codes[0]!.length;
      return Int32Array.from({ length: rowCount }, () => {
        const code = present.length === 0 ? labels.length : present[random.below(present.length)]!;
        return random.uniform() < missingShare ? labels.length : code;
      });
    },
  );
}

function hasColumns({ numbers, categories }: MetricContext): boolean {
  return numbers.length + categories.length > 0;
}

async function likelihoods(context: MetricContext, table: 1 | 2): Promise<Float64Array | null> {
  return context.once(`likelihoods ${table}`, () => rowLikelihoods(context.categories, table));
}

function meanOf(values: Float64Array): Score {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

const flawed =
  "A diagnostic only: a generator that copies one row in ten scores 0.98. The attacks of the privacy report measure what this does not.";

const byDefinition =
  "Equal to the definition in doubles. The original computes in floats, stops at a category that the real rows lack, and its " +
  "network (pomegranate 1.1.2) chooses other branches where a combination of categories does not occur.";

export const rowMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "svc-detection",
    says: "1 where a support vector machine cannot tell judged rows from real ones, 0 where it always can.",
    original: "single_table.SVCDetection",
    tolerance: 5e-3,
    differs:
      "Equal within what the solver leaves open at its end, a thousandth of each margin. Rows are ranked by the machine's decision; the original ranks them by probabilities that it fits on random folds. At " +
      "most 1,200 rows of each table.",
    compute: async (context, table) => ({
      value:
        (await svcDetection(context.compared, table, { seed: context.seed, ...context.run }))?.score ?? null,
    }),
  },
  {
    ...shared,
    name: "new-row-synthesis",
    says: "Share of the judged rows that match no real row, numbers matching within one hundredth of the judged value.",
    original: "single_table.NewRowSynthesis",
    compute: async (context, table) => ({
      value: await newRowShare(
        context.numbers,
        context.categories,
        context.compared.rowCounts,
        table,
        context.run,
      ),
    }),
  },
  {
    ...shared,
    name: "dcr-baseline-protection",
    says: `Median distance to the closest record over that of rows drawn at random, 1 at most. ${flawed}`,
    original: "single_table.DCRBaselineProtection",
    tolerance: null,
    differs: "The same definition; at most 2,000 random rows, drawn by our own seeded numbers.",
    compute: async (context, table) => {
      if (!hasColumns(context)) return { value: null };
      const own = await distancesOf(context, table, 0);
      const random = await baselineDistances(context, Math.min(mostBaselineRows, own.length));
      const [ownMedian, randomMedian] = [quantiles(own, [0.5])[0]!, quantiles(random, [0.5])[0]!];
      return { value: randomMedian === 0 ? null : Math.min(1, ownMedian / randomMedian) };
    },
  },
  {
    ...shared,
    name: "dcr-overfitting-protection",
    says: `Twice the share of synthetic rows that are not nearer to a learnt row than to a held-out one, 1 at most. ${flawed}`,
    original: "single_table.DCROverfittingProtection",
    needs: ["holdout"],
    tolerance: 1e-3,
    differs:
      "Equal but for rows at equal distances, which rounding may put on either side. Both scale by each reference's own " +
      "range and take all rows of both, so that the longer table is nearer by chance: dcr-share-strict does neither.",
    hasCeiling: false,
    compute: async (context) => {
      if (!hasColumns(context)) return { value: null };
      const toReal = await distancesOf(context, 1, 0);
      const toHoldout = await distancesOf(context, 1, 2);
      let nearer = 0;
      for (let row = 0; row < toReal.length; row++) if (toReal[row]! < toHoldout[row]!) nearer++;
      return { value: Math.min(1, (1 - nearer / toReal.length) * 2) };
    },
  },
  {
    ...shared,
    name: "bn-likelihood",
    says: "Mean probability of the judged rows' categories under a tree of dependencies that learnt the real ones.",
    original: "single_table.BNLikelihood",
    differs: byDefinition,
    compute: async (context, table) => {
      const own = await likelihoods(context, table);
      return { value: own && meanOf(own) };
    },
  },
  {
    ...shared,
    name: "bn-log-likelihood",
    says: "Mean logarithm of that probability, a row that is impossible counting as 10^-8.",
    original: "single_table.BNLogLikelihood",
    differs: byDefinition,
    range: [null, 0],
    compute: async (context, table) => {
      const own = await likelihoods(context, table);
      return { value: own && meanOf(own.map((value) => Math.log(value === 0 ? 1e-8 : value))) };
    },
  },
];

// synthcity's sanity checks and statistics. Columns are numbers, a category the place of its label among the sorted ones;
// points are scaled to the real range with one-hot categories, because raw columns would leave the widest one to decide.

import type { Score } from "../evaluation.ts";
import { type EncodedColumn, encodedColumns } from "./encoded-columns.ts";
import { gaussianDiscrepancy } from "./kernel-discrepancy.ts";
import { type Metric, type MetricPart, meanOfParts } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";
import { MixedIndex } from "./mixed-index.ts";
import { chosenRows, mixedRows, mostPoints } from "./mixed-rows.ts";
import { comparedPrecisionRecall } from "./precision-recall.ts";
import { rowCodes } from "./row-codes.ts";
import { chiSquaredProbability } from "./sdmetrics-columns.ts";
import { cutShares, frequencies } from "./synthcity-frequencies.ts";

const shared = {
  family: "synthcity",
  better: "higher",
  range: [0, 1],
  needs: [],
  tolerance: 1e-9,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

/** Rows of each table of which all pairs are looked at. */
const mostKernelRows = 2000;

/** A mean over all columns. */
function overColumns(score: (real: Float64Array, judged: Float64Array) => Score): Metric["compute"] {
  return (context, table) => {
    const columns = context.once("encoded", (): EncodedColumn[] => encodedColumns(context.compared.columns));
    const parts: MetricPart[] = columns.map(({ name, values }) => {
      const [real, judged] = [values[0]!, values[table]!];
      return {
        columns: [name],
        value: real.length === 0 || judged.length === 0 ? null : score(real, judged),
      };
    });
    return meanOfParts(parts);
  };
}

/** 1 less the Kolmogorov-Smirnov distance. */
function stepComplement(real: Float64Array, judged: Float64Array): Score {
  const [a, b] = [real.slice().sort(), judged.slice().sort()];
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= value) i++;
    while (j < b.length && b[j]! <= value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return 1 - largest;
}

/** The square root of the Jensen-Shannon divergence in natural units. */
function jensenShannonDistance(real: readonly number[], judged: readonly number[]): number {
  let sum = 0;
  for (const [at, p] of real.entries()) {
    const q = judged[at]!;
    const middle = (p + q) / 2;
    if (p > 0) sum += p * Math.log(p / middle);
    if (q > 0) sum += q * Math.log(q / middle);
  }
  return Math.sqrt(Math.max(0, sum / 2));
}

/** Area between the distribution functions over the real range. */
function wassersteinDistance(real: Float64Array, judged: Float64Array): Score {
  const [a, b] = [real.slice().sort(), judged.slice().sort()];
  const range = a.at(-1)! - a[0]!;
  const all = Float64Array.from([...a, ...b]).sort();
  let [i, j, area] = [0, 0, 0];
  for (let at = 0; at + 1 < all.length; at++) {
    while (i < a.length && a[i]! <= all[at]!) i++;
    while (j < b.length && b[j]! <= all[at]!) j++;
    area += Math.abs(i / a.length - j / b.length) * (all[at + 1]! - all[at]!);
  }
  return range > 0 && Number.isFinite(area) ? area / range : null;
}

/** Distances of the real rows to their nearest judged row, brought to [0, 1]. */
function nearestDistances(context: MetricContext, table: 1 | 2): Promise<Float64Array> {
  return context.once(`nearest judged ${table}`, async () => {
    const { columns, rowCounts } = context.pair(table);
    const rows = rowCounts.map((total, index) =>
      chosenRows(total, mostPoints, context.seed, "nearest judged", String(index)),
    );
    const [real, judged] = mixedRows(columns, rowCounts, { rows });
    const { distances } = await new MixedIndex(judged!, "euclidean").nearest(real!, 1, context.run);
    let [min, max] = [Number.POSITIVE_INFINITY, 0];
    for (const distance of distances) {
      min = Math.min(min, distance);
      max = Math.max(max, distance);
    }
    return distances.map((distance) => (distance - min) / (max - min + 1e-8));
  });
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function neighbourhoodsOf(context: MetricContext, table: 1 | 2): ReturnType<typeof comparedPrecisionRecall> {
  return context.once(`neighbourhoods ${table}`, () =>
    comparedPrecisionRecall(context.pair(table), { seed: context.seed, ...context.run }),
  );
}

const onPoints = "On points that are scaled to the real range; the original takes columns as they are.";

const neighbourhoodMetrics = (
  [
    ["precision", "Share of the judged rows that lie in the neighbourhood of a real row."],
    ["recall", "Share of the real rows that lie in the neighbourhood of a judged row."],
    [
      "density",
      "Mean number of real neighbourhoods around a judged row, over their size; 1 where both are alike.",
    ],
    ["coverage", "Share of the real rows whose neighbourhood holds a judged row."],
  ] as const
).map(
  ([name, says]): Metric => ({
    ...shared,
    family: "prdc",
    name: `prdc-${name}`,
    says,
    original: `prdc.compute_prdc(...)['${name}'], synthcity prdc.${name}`,
    range: name === "density" ? [0, null] : [0, 1],
    differs: onPoints,
    compute: async (context, table) => ({
      value: (await neighbourhoodsOf(context, table)).synthetic.prdc[name],
    }),
  }),
);

export const synthcityMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "inverse-kl-divergence",
    says: "1 / (1 + divergence) of the frequencies of ten bins, as a mean over columns.",
    original: "stats.inv_kl_divergence.marginal",
    compute: overColumns((real, judged) => {
      let sum = 0;
      for (const { real: x, judged: y } of frequencies(real, judged)) sum += x * Math.log(x / y) - x + y;
      return 1 / (1 + sum);
    }),
  },
  {
    ...shared,
    name: "ks-test",
    says: "1 less the largest gap of the distribution functions, as a mean over all columns, categories in the order of their labels.",
    original: "stats.ks_test.marginal",
    compute: overColumns(stepComplement),
  },
  {
    ...shared,
    name: "chi-squared-test",
    says: "Probability of frequencies that differ as much or more, as a mean over columns.",
    original: "stats.chi_squared_test.marginal",
    differs: "Equal, and a poor test: it takes shares for counts.",
    compute: overColumns((real, judged) =>
      chiSquaredProbability(
        frequencies(real, judged).map((pair) => ({ observed: pair.real, expected: pair.judged })),
      ),
    ),
  },
  {
    ...shared,
    name: "jensen-shannon-distance",
    says: "Distance of the frequencies of ten bins, as a mean over columns.",
    original: "stats.jensenshannon_dist.marginal",
    better: "lower",
    compute: overColumns((real, judged) => {
      const shares = cutShares(real, judged);
      return jensenShannonDistance(shares.real, shares.judged);
    }),
  },
  {
    ...shared,
    name: "maximum-mean-discrepancy",
    says: "Squared distance of the mean embeddings of both tables by a Gaussian kernel.",
    original: "stats.max_mean_discrepancy.joint (rbf, gamma 1)",
    better: "lower",
    range: [0, 2],
    differs: `${onPoints} At most 2,000 rows of each table.`,
    compute: async (context, table) => {
      const { columns, rowCounts } = context.pair(table);
      const rows = rowCounts.map((total, index) =>
        chosenRows(total, mostKernelRows, context.seed, "kernel", String(index)),
      );
      const [real, judged] = mixedRows(columns, rowCounts, { rows });
      return { value: await gaussianDiscrepancy(real!, judged!, 1, context.run) };
    },
  },
  {
    ...shared,
    name: "wasserstein-distance",
    says: "Area between the distribution functions over the real range, as a mean over columns.",
    original: "stats.wasserstein_dist.joint",
    better: "lower",
    range: [0, null],
    tolerance: null,
    differs:
      "Exact, column by column; the original's Sinkhorn divergence of whole rows follows the units of the widest column and stops before it has converged.",
    compute: overColumns(wassersteinDistance),
  },
  {
    ...shared,
    name: "data-mismatch",
    says: "Share of the columns that one table holds as numbers and the other as text.",
    original: "sanity.data_mismatch.score",
    better: "lower",
    tolerance: null,
    differs: "Numbers and text are told apart, not the widths of numbers.",
    compute: ({ tables: { real, synthetic, holdout } }, table) => {
      const judged = table === 1 ? synthetic : holdout!;
      const different = real.columns.filter(
        ({ name, kind }) => !judged.has(name) || judged.column(name).kind !== kind,
      );
      return { value: different.length / (real.columns.length + 1) };
    },
  },
  {
    ...shared,
    name: "common-rows-proportion",
    says: "Different rows that both tables have, over the number of real rows.",
    original: "sanity.common_rows_proportion.score",
    better: "lower",
    compute: (context, table) => {
      const columns = [...context.numbers, ...context.categories];
      const codes = rowCodes(columns, context.compared.rowCounts);
      const real = new Set(codes[0]!);
      let common = 0;
      for (const code of new Set(codes[table]!)) if (real.has(code)) common++;
      return { value: columns.length === 0 ? null : common / (codes[0]!.length + 1e-8) };
    },
  },
  {
    ...shared,
    name: "nearest-syn-neighbor-distance",
    says: "Mean distance of the real rows to their nearest judged row, on a scale from the smallest to the largest.",
    original: "sanity.nearest_syn_neighbor_distance.mean",
    better: "lower",
    differs: onPoints,
    compute: async (context, table) => ({ value: meanOf(await nearestDistances(context, table)) }),
  },
  {
    ...shared,
    name: "close-values-probability",
    says: "Share of the real rows whose nearest judged row is within a fifth of the largest such distance.",
    original: "sanity.close_values_probability.score",
    differs: onPoints,
    compute: async (context, table) => ({
      value: meanOf((await nearestDistances(context, table)).map((distance) => (distance <= 0.2 ? 1 : 0))),
    }),
  },
  {
    ...shared,
    name: "distant-values-probability",
    says: "Share of the real rows whose nearest judged row is beyond four fifths of the largest such distance.",
    original: "sanity.distant_values_probability.score",
    better: "lower",
    differs: onPoints,
    compute: async (context, table) => ({
      value: meanOf((await nearestDistances(context, table)).map((distance) => (distance >= 0.8 ? 1 : 0))),
    }),
  },
  ...neighbourhoodMetrics,
];

// TabSyn's protocol (Zhang et al., "Mixed-Type Tabular Data Synthesis with Score-based Diffusion in Latent Space", ICLR
// 2024, section 4 and appendix): Shape, Trend, alpha-precision, beta-recall, logistic C2ST, DCR share and MLE.

import type { RunOptions } from "@verisim/core";
import { ksComplement, tvComplement } from "../column-shape.ts";
import type { ComparedColumn } from "../compared-column.ts";
import type { Score } from "../evaluation.ts";
import { meanScore } from "../mean-score.ts";
import { pairTrends } from "../pair-trends.ts";
import { closestRecordShare } from "./closest-record.ts";
import { efficacy } from "./efficacy.ts";
import { compareTables, type JudgedTables } from "./judged-tables.ts";
import { logisticDetection } from "./logistic-detection.ts";
import type { Metric } from "./metric.ts";
import { MetricContext, type MetricOptions } from "./metric-context.ts";
import { comparedSpheres } from "./precision-recall.ts";
import { sortedValues } from "./sdmetrics-columns.ts";
import type { TabsynReport, TabsynScores } from "./tabsyn-report.ts";
import { xgboostDetection } from "./xgboost-detection.ts";

/**
 * The figures of TabSyn's protocol, each with the holdout's own beside it.
 *
 * The DCR share is given with half ties and strictly. Where the protocol asks XGBoost, for a C2ST and for MLE, LightGBM
 * grows XGBoost's trees.
 *
 * @throws VerisimError `VERISIM_NO_ROWS`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_ABORTED`
 * @example
 * const { synthetic, ceiling } = await tabsynProtocol({ real, synthetic, holdout, metadata }, { target: "income" });
 */
export async function tabsynProtocol(
  tables: JudgedTables,
  options: MetricOptions = {},
): Promise<TabsynReport> {
  const context = new MetricContext(tables, options);
  const { seed, run } = context;
  const hasHoldout = context.compared.rowCounts.length > 2;
  const closest = await closestRecordShare(context.compared, { seed, ...run });
  return {
    synthetic: await scores(context, 1),
    ceiling: hasHoldout ? await scores(context, 2) : null,
    c2stHoldout: hasHoldout ? await againstHoldout(context, logisticDetection) : null,
    c2stXgboostHoldout: hasHoldout ? await againstHoldout(context, xgboostDetection) : null,
    dcrShare: closest?.share ?? null,
    dcrShareStrict: closest?.strictShare ?? null,
    mle: hasHoldout && context.target !== undefined ? await efficacy(context) : null,
  };
}

async function scores(context: MetricContext, table: 1 | 2): Promise<TabsynScores> {
  const spheres = await spheresOf(context, table);
  return {
    shape: await shape(context, table),
    trend: await trend(context, table),
    trendCommon: await trendCommon(context, table),
    alphaPrecision: spheres.alphaPrecision,
    betaRecall: spheres.betaRecall,
    c2st: (await detectionOf(context, table))?.score ?? null,
    c2stXgboost: (await xgboostDetectionOf(context, table))?.score ?? null,
  };
}

export function spheresOf(context: MetricContext, table: 1 | 2): ReturnType<typeof comparedSpheres> {
  return context.once(`spheres ${table}`, () =>
    comparedSpheres(context.pair(table), { seed: context.seed, ...context.run }),
  );
}

export function detectionOf(context: MetricContext, table: 1 | 2): ReturnType<typeof logisticDetection> {
  return context.once(`detection ${table}`, () =>
    logisticDetection(context.compared, table, { seed: context.seed, ...context.run }),
  );
}

function xgboostDetectionOf(context: MetricContext, table: 1 | 2): ReturnType<typeof xgboostDetection> {
  return context.once(`xgboost detection ${table}`, () =>
    xgboostDetection(context.compared, table, { seed: context.seed, ...context.run }),
  );
}

/** The synthetic rows against the holdout in the place of the real ones. */
async function againstHoldout(context: MetricContext, detection: typeof logisticDetection): Promise<Score> {
  const { real, holdout, ...rest } = context.tables;
  const turned = context.once("turned", () => compareTables({ ...rest, real: holdout ?? real }));
  return (await detection(turned, 1, { seed: context.seed, ...context.run }))?.score ?? null;
}

async function shape(context: MetricContext, table: 1 | 2): Promise<Score> {
  const columns: Score[] = [];
  for (const column of context.numbers) {
    const real = await sortedValues(context, column, 0);
    columns.push(await ksComplement(real, await sortedValues(context, column, table), context.run));
  }
  for (const column of context.categories) columns.push(tvComplement(column, table));
  return meanScore(columns);
}

function trend(context: MetricContext, table: 1 | 2): Promise<Score> {
  return meanTrend(context.pair(table).columns, context.run);
}

/** Numbers within the real range, which is every table's range; correlations are those of the values themselves. */
async function trendCommon(context: MetricContext, table: 1 | 2): Promise<Score> {
  const { columns } = context.pair(table);
  const clipped = columns.map((column) => {
    const range = column.kind === "number" ? column.ranges[0] : null;
    if (column.kind !== "number" || !range) return column;
    const { min, max } = range;
    const values = column.values.map((own) => own.map((value) => Math.min(max, Math.max(min, value))));
    return { ...column, values, ranges: column.ranges.map(() => range) };
  });
  const [own, common] = [await pairTrends(columns, context.run), await pairTrends(clipped, context.run)];
  return meanScore(
    own.map((pair, at) => (pair.metric === "CorrelationSimilarity" ? pair.score : common[at]!.score)),
  );
}

async function meanTrend(columns: readonly ComparedColumn[], run: RunOptions): Promise<Score> {
  return meanScore((await pairTrends(columns, run)).map((pair) => pair.score));
}

const asXgboost = "LightGBM grows XGBoost's trees.";

const shared = {
  family: "tabsyn",
  better: "higher",
  range: [0, 1],
  needs: [],
  tolerance: 1e-9,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

export const tabsynMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "shape",
    says: "How alike single columns are, as a mean over columns.",
    original: "eval_density.py (Column Shapes of SDMetrics 0.11.1)",
    compute: async (context, table) => ({ value: await shape(context, table) }),
  },
  {
    ...shared,
    name: "trend",
    says: "How alike pairs of columns are, as a mean over all pairs. A table that lacks the extremes loses points for its bins alone.",
    original: "eval_density.py (Column Pair Trends of SDMetrics 0.11.1)",
    tolerance: 1e-6,
    differs:
      "Correlations over few common rows of columns whose spread is a billionth of their level lose digits.",
    compute: async (context, table) => ({ value: await trend(context, table) }),
  },
  {
    ...shared,
    name: "trend-common",
    says: "How alike pairs of columns are, as a mean over all pairs, numbers cut over the real range.",
    original: "none: Trend with the bins of the real table",
    tolerance: null,
    differs: "Both tables are cut at the same edges, so that a missing extreme costs what it is worth.",
    compute: async (context, table) => ({ value: await trendCommon(context, table) }),
  },
  {
    ...shared,
    name: "alpha-precision",
    says: "How well the judged rows fill the spheres that hold a given share of the real rows.",
    original: "synthcity AlphaPrecision, delta_precision_alpha_naive",
    compute: async (context, table) => ({ value: (await spheresOf(context, table)).alphaPrecision }),
  },
  {
    ...shared,
    name: "beta-recall",
    says: "How well the judged rows reach the real ones; unseen real rows reach 0.5, and what lies well above is memorised.",
    original: "synthcity AlphaPrecision, delta_coverage_beta_naive",
    better: 0.5,
    compute: async (context, table) => ({ value: (await spheresOf(context, table)).betaRecall }),
  },
  {
    ...shared,
    name: "authenticity",
    says: "Share of the judged rows that are not nearer to their nearest real row than another real row is.",
    original: "synthcity AlphaPrecision, authenticity_naive",
    tolerance: null,
    differs:
      "As the paper defines it, per judged row; the original looks real rows up by the numbers of synthetic ones.",
    compute: async (context, table) => ({ value: (await spheresOf(context, table)).authenticity }),
  },
  {
    ...shared,
    name: "logistic-detection",
    says: "1 where a linear model cannot tell judged rows from real ones, 0 where it always can.",
    original: "sdmetrics single_table.LogisticDetection",
    tolerance: 5e-3,
    differs:
      "The same iterations, which the original stops before they have converged where columns are badly scaled: putting " +
      "its columns in another order moves such a figure by 2e-3. Columns of truths and ordered categories take part.",
    compute: async (context, table) => ({ value: (await detectionOf(context, table))?.score ?? null }),
  },
  {
    ...shared,
    name: "xgboost-detection",
    says: "1 where a hundred boosted trees cannot tell judged rows from real ones, 0 where they always can.",
    original: "eval_detection.py with XGBClassifier, as TabDiff and TabPC report it",
    tolerance: null,
    differs: `${asXgboost} The trees are as good, not equal: over folds the AUCs differ by a thousandth or two.`,
    compute: async (context, table) => ({ value: (await xgboostDetectionOf(context, table))?.score ?? null }),
  },
  {
    ...shared,
    name: "dcr-share-strict",
    says: "Share of the synthetic rows strictly nearer to a learnt row than to any held-out one; a diagnostic, not a measure of privacy.",
    original: "eval_dcr.py",
    better: 0.5,
    needs: ["holdout"],
    hasCeiling: false,
    compute: async (context) => ({
      value:
        (await closestRecordShare(context.compared, { seed: context.seed, ...context.run }))?.strictShare ??
        null,
    }),
  },
  {
    ...shared,
    name: "mle",
    says: "AUC, or RMSE of the logarithm, on held-out rows of boosted trees that learnt the synthetic ones, at the one of 36 settings that a ninth of these chose.",
    original: "eval_mle.py",
    range: [0, null],
    needs: ["holdout", "target"],
    tolerance: null,
    differs: `${asXgboost} The best of the 36 settings are tied within chance on a ninth of the rows, so that another one may be chosen. More than two classes: a mean over classes, fewer rounds beyond five, none beyond 50.`,
    hasCeiling: false,
    compute: async (context) => ({ value: (await efficacy(context)).synthetic }),
  },
];

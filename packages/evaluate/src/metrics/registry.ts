// All metrics in one table, so that gates, reports and documents name the same ones.

import { knownTextsHint, VerisimError } from "@verisim/core";
import type { Score } from "../evaluation.ts";
import { boostedMetrics } from "./boosted-metrics.ts";
import { categoricalAttackMetrics } from "./categorical-attacks.ts";
import type { JudgedTables } from "./judged-tables.ts";
import type { Metric, MetricDescription, MetricNeed, MetricPart } from "./metric.ts";
import { MetricContext, type MetricOptions } from "./metric-context.ts";
import { mixtureMetrics } from "./mixture-likelihood.ts";
import { mostlyaiMetrics } from "./mostlyai.ts";
import { numberAttackMetrics } from "./number-attacks.ts";
import { attackMetrics } from "./sdmetrics-attacks.ts";
import { columnMetrics } from "./sdmetrics-columns.ts";
import { efficacyMetrics } from "./sdmetrics-efficacy.ts";
import { pairMetrics } from "./sdmetrics-pairs.ts";
import { rowMetrics } from "./sdmetrics-rows.ts";
import { synthcityMetrics } from "./synthcity.ts";
import { tabsynMetrics } from "./tabsyn.ts";

const metrics: readonly Metric[] = [
  ...tabsynMetrics,
  ...mostlyaiMetrics,
  ...columnMetrics,
  ...pairMetrics,
  ...rowMetrics,
  ...mixtureMetrics,
  ...efficacyMetrics,
  ...boostedMetrics,
  ...attackMetrics,
  ...categoricalAttackMetrics,
  ...numberAttackMetrics,
  ...synthcityMetrics,
];

const byName: ReadonlyMap<string, Metric> = new Map(metrics.map((metric) => [metric.name, metric]));

/** Every metric's description, by family. */
export const metricDescriptions: readonly MetricDescription[] = metrics.map(
  ({ compute: _, hasCeiling: __, ...description }) => description,
);

export interface MetricResult {
  name: string;
  /** Null where it is not defined for these tables. */
  value: Score;
  /** The same figure of the holdout; null without one or where it says nothing. */
  ceiling: Score;
  /** Per column or pair where the value is a mean over them; else empty. */
  parts: MetricPart[];
  /** What is lacking, where something is; the value is null then. */
  lacks: MetricNeed[];
}

/**
 * Computes metrics by their names. What several of them need is made once.
 *
 * @throws VerisimError `VERISIM_UNKNOWN_METRIC` naming near ones, `VERISIM_NO_ROWS`, `VERISIM_UNKNOWN_COLUMN`,
 * `VERISIM_ABORTED`
 * @example
 * const [shape, trend] = await computeMetrics({ real, synthetic, holdout, metadata }, ["shape", "trend"]);
 */
export async function computeMetrics(
  tables: JudgedTables,
  names: readonly string[] = metrics.map(({ name }) => name),
  options: MetricOptions = {},
): Promise<MetricResult[]> {
  const chosen = names.map(metricNamed);
  const context = new MetricContext(tables, options);
  const results: MetricResult[] = [];
  for (const metric of chosen) {
    context.run.onProgress?.({
      phase: "evaluate",
      done: results.length,
      total: chosen.length,
      unit: "metrics",
      detail: metric.name,
    });
    results.push(await computeOne(metric, context));
  }
  return results;
}

function metricNamed(name: string): Metric {
  const metric = byName.get(name);
  if (metric) return metric;
  throw new VerisimError(
    "VERISIM_UNKNOWN_METRIC",
    `Expected the name of a metric but received ${JSON.stringify(name)}.`,
    { where: { option: "metric" }, hint: knownTextsHint("metrics", name, [...byName.keys()]) },
  );
}

async function computeOne(metric: Metric, context: MetricContext): Promise<MetricResult> {
  const has: Record<MetricNeed, boolean> = {
    holdout: context.tables.holdout !== undefined,
    target: context.target !== undefined,
    "known and sensitive columns": context.known.length > 0 && context.sensitive.length > 0,
  };
  const lacks = metric.needs.filter((need) => !has[need]);
  if (lacks.length > 0) return { name: metric.name, value: null, ceiling: null, parts: [], lacks };
  const { value, parts = [] } = await metric.compute(context, 1);
  const ceiling = metric.hasCeiling && has.holdout ? (await metric.compute(context, 2)).value : null;
  return {
    name: metric.name,
    value: defined(value),
    ceiling: defined(ceiling),
    parts: parts.map((part) => ({ ...part, value: defined(part.value) })),
    lacks,
  };
}

/** Infinite numbers in a table can leave a figure without a value: JSON has no NaN, and a gate must not pass on one. */
function defined(value: Score): Score {
  return value === null || Number.isNaN(value) ? null : value;
}

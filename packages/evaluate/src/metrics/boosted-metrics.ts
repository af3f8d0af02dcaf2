// SDMetrics' metrics of boosted trees on a target of two classes: what synthetic rows change in precision, recall and the
// fairness of a classifier.

import { streamKey } from "@verisim/core";
import { GradientBoostedTrees } from "@verisim/trees";
import { sensitiveGroups } from "../bias/sensitive-columns.ts";
import type { Score } from "../evaluation.ts";
import { judgedColumns } from "../models/judged-columns.ts";
import { labelledRows, labelsOf, readTarget, type Target, usualRows } from "../models/target.ts";
import { treeFeatures } from "../models/tree-features.ts";
import { type Metric, type MetricPart, meanOfParts } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";

/** Which rows a classifier learns. */
type Learnt = "real" | "synthetic" | "both";

/** The probability of the rarer class. */
interface Classified {
  readonly learnt: Float64Array;
  readonly learntLabels: Float64Array;
  readonly heldOut: Float64Array;
}

interface Task {
  readonly target: Target;
  /** Rows per table: real, synthetic, held out. */
  readonly rows: readonly Int32Array[];
}

/** Null for targets that do not have two classes. */
function taskOf(context: MetricContext): Task | null {
  return context.once("boosted task", () => {
    const { compared, tables, seed } = context;
    const column = compared.columns.find(({ name }) => name === context.target);
    if (
      column?.kind !== "category" ||
      column.counts[0]!.subarray(0, column.labels.length).filter(Boolean).length !== 2
    )
      return null;
    const target = readTarget(compared, tables.metadata, context.target!);
    const rows = [0, 1, 2].map((table) =>
      labelledRows(target, table, usualRows(target), streamKey(seed, "evaluate", `boosted ${table}`)),
    );
    return target.task === "binary" && rows.every((own) => own.length > 0) ? { target, rows } : null;
  });
}

function classified(
  context: MetricContext,
  { target, rows }: Task,
  what: Learnt,
): Promise<Classified | null> {
  return context.once(`boosted ${what}`, async () => {
    const tables = what === "both" ? [0, 1] : [what === "real" ? 0 : 1];
    const parts = tables.map((table) => treeFeatures(target.columns, table, rows[table]!));
    const features = parts[0]!.map((column, at) => ({
      ...column,
      values: Float64Array.from(parts.flatMap((part) => [...part[at]!.values])),
    }));
    const labels = Float64Array.from(tables.flatMap((table) => [...labelsOf(target, table, rows[table]!)]));
    if (new Set(labels).size < 2) return null;
    const trees = new GradientBoostedTrees({ objective: "binary", seed: context.seed >>> 1 });
    const signal = context.run.signal ? { signal: context.run.signal } : {};
    await trees.fit(features, labels, signal);
    return {
      learnt: await trees.predict(features, signal),
      learntLabels: labels,
      heldOut: await trees.predict(treeFeatures(target.columns, 2, rows[2]!), signal),
    };
  });
}

const fixed = 0.9;

/** The figure on held-out rows at the threshold at which the other figure of the learnt rows is closest above the fixed one. */
function scoreAt(
  task: Task,
  { learnt, learntLabels, heldOut }: Classified,
  figure: "precision" | "recall",
): number {
  const order = Int32Array.from(learnt.keys()).sort((a, b) => learnt[b]! - learnt[a]!);
  const positives = learntLabels.reduce((sum, label) => sum + label, 0);
  let threshold = Number.POSITIVE_INFINITY;
  let [hits, closest] = [0, Number.POSITIVE_INFINITY];
  for (const [at, row] of order.entries()) {
    hits += learntLabels[row]!;
    if (at + 1 < order.length && learnt[order[at + 1]!] === learnt[row]) continue;
    const held = figure === "precision" ? hits / positives : hits / (at + 1);
    if (held < fixed || held > closest) continue;
    closest = held;
    threshold = learnt[row]!;
  }
  const labels = labelsOf(task.target, 2, task.rows[2]!);
  let [found, right, all] = [0, 0, 0];
  for (const [row, label] of labels.entries()) {
    const isFound = heldOut[row]! >= threshold;
    found += Number(isFound);
    right += isFound ? label : 0;
    all += label;
  }
  const of = figure === "precision" ? found : all;
  return of === 0 ? 0 : right / of;
}

async function efficacyOf(context: MetricContext, figure: "precision" | "recall"): Promise<Score> {
  const task = taskOf(context);
  if (!task) return null;
  const real = await classified(context, task, "real");
  const both = await classified(context, task, "both");
  return real && both ? (scoreAt(task, both, figure) - scoreAt(task, real, figure)) / 2 + 0.5 : null;
}

/** The smaller of 1 less the gap of true positive rates and 1 less that of false ones, between a group and the others. */
function oddsOf(predicted: Float64Array, labels: Float64Array, isGroup: Uint8Array): number {
  const cells = new Float64Array(8);
  for (let row = 0; row < labels.length; row++)
    cells[isGroup[row]! * 4 + labels[row]! * 2 + (predicted[row]! > 0.5 ? 1 : 0)]!++;
  const rate = (group: number, label: number): number => {
    const at = group * 4 + label * 2;
    return cells[at + 1]! / Math.max(1, cells[at]! + cells[at + 1]!);
  };
  const gap = (label: number): number => Math.abs(rate(0, label) - rate(1, label));
  return Math.min(1 - gap(1), 1 - gap(0));
}

async function oddsImprovement(context: MetricContext): Promise<MetricPart[] | null> {
  const task = taskOf(context);
  if (!task) return null;
  const { columns, unused, rowCounts } = judgedColumns(context.compared, context.tables.metadata);
  const { groups } = sensitiveGroups(columns, unused, rowCounts, {
    named: context.groups,
    target: task.target.name,
    pairs: false,
  });
  if (groups.length === 0) return null;
  const real = await classified(context, task, "real");
  const synthetic = await classified(context, task, "synthetic");
  if (!real || !synthetic) return null;
  const labels = labelsOf(task.target, 2, task.rows[2]!);
  return groups.map((own) => {
    const counts = own.names.map((_, place) =>
      own.codes[0]!.reduce((sum, code) => sum + Number(code === place), 0),
    );
    const largest = counts.indexOf(Math.max(...counts));
    const isGroup = Uint8Array.from(task.rows[2]!, (row) => (own.codes[2]![row] === largest ? 1 : 0));
    const change = oddsOf(synthetic.heldOut, labels, isGroup) - oddsOf(real.heldOut, labels, isGroup);
    return { columns: own.columns, value: change / 2 + 0.5 };
  });
}

const shared = {
  family: "sdmetrics",
  better: "higher",
  range: [0, 1],
  needs: ["holdout", "target"],
  tolerance: null,
  hasCeiling: false,
} as const satisfies Partial<Metric>;

const trees = "LightGBM instead of XGBoost.";

export const boostedMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "precision-efficacy",
    says: "Precision on held-out rows of trees that learnt real and synthetic rows, against trees that learnt the real ones, where each finds nine tenths of the rarer class among what it learnt: 0.5 is no change.",
    original: "single_table.BinaryClassifierPrecisionEfficacy",
    differs: trees,
    compute: async (context) => ({ value: await efficacyOf(context, "precision") }),
  },
  {
    ...shared,
    name: "recall-efficacy",
    says: "The same of recall, where nine tenths of what each finds among what it learnt are of the rarer class: 0.5 is no change.",
    original: "single_table.BinaryClassifierRecallEfficacy",
    differs: trees,
    compute: async (context) => ({ value: await efficacyOf(context, "recall") }),
  },
  {
    ...shared,
    name: "equalized-odds-improvement",
    says: "How much more alike the error rates of groups are where trees learnt the synthetic rows instead of the real ones: 0.5 is no change.",
    original: "single_table.EqualizedOddsImprovement",
    differs: `${trees} Every sensitive column's largest group against its others; the original takes one group that is named. The bias part has intervals.`,
    compute: async (context) => {
      const parts = await oddsImprovement(context);
      return parts ? meanOfParts(parts) : { value: null };
    },
  },
];

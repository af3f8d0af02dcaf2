// What a metric is: a name that never changes, what it says, what it needs, and how it is computed from tables that have
// been prepared once.

import type { Score } from "../evaluation.ts";
import type { MetricContext } from "./metric-context.ts";

/** Whose definition a metric follows. */
export type MetricFamily = "sdmetrics" | "synthcity" | "mostlyai" | "tabsyn" | "prdc";

/** What a metric needs beyond the real and the synthetic table. */
export type MetricNeed =
  /** Real rows that the generator has not seen. */
  | "holdout"
  /** The column that a model predicts. */
  | "target"
  /** Columns that an attacker knows, and columns that he wants to know. */
  | "known and sensitive columns";

/** The figure of one column or of one group of columns. */
export interface MetricPart {
  columns: readonly string[];
  value: Score;
}

export interface MetricValue {
  value: Score;
  /** Per column or pair, in the order of the metadata, where the value is a mean over them. */
  parts?: MetricPart[];
}

/** What is known about a metric without computing it: plain data. */
export interface MetricDescription {
  /** Words joined by hyphens, as `check` takes them. */
  readonly name: string;
  readonly family: MetricFamily;
  /** One sentence: what a high or a low value says. */
  readonly says: string;
  /** Class or function of the original. */
  readonly original: string;
  /** Which way is better; a number is the ideal itself. */
  readonly better: "higher" | "lower" | number;
  /** Lowest and highest value; null where there is no end. */
  readonly range: readonly [number | null, number | null];
  readonly needs: readonly MetricNeed[];
  /** Largest difference from the original on the same rows; null where ours is defined differently. */
  readonly tolerance: number | null;
  /** Where ours is not the original: how, and why. */
  readonly differs?: string;
}

export interface Metric extends MetricDescription {
  /** False for metrics that say nothing about a holdout, so that they have no ceiling. */
  readonly hasCeiling: boolean;
  /** @param table which table is judged: 1 the synthetic one, 2 the holdout */
  compute(context: MetricContext, table: 1 | 2): MetricValue | Promise<MetricValue>;
}

/** The mean of the parts that are defined. */
export function meanOfParts(parts: MetricPart[]): MetricValue {
  let sum = 0;
  let count = 0;
  for (const { value } of parts) {
    if (value === null) continue;
    sum += value;
    count++;
  }
  return { value: count === 0 ? null : sum / count, parts };
}

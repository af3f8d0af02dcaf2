// What a report is made of, and the column-wise view of it that the sections share.
// Everything is looked up in Maps: a column may be called "__proto__".

import type { TableMetadata } from "@verisim/core";
import type {
  ColumnDistribution,
  ColumnShape,
  DiagnosticCheck,
  Evaluation,
  PairTrend,
  Score,
} from "@verisim/evaluate";
import type { FigureSheet } from "@verisim/evaluate/figures";

/** Input of `renderReport`. Everything given is shown as text; nothing is read from elsewhere. */
export interface ReportInput {
  /** Heading and window title, for example the file's name. */
  title: string;
  evaluation: Evaluation;
  metadata: TableMetadata;
  /** What made the synthetic table. */
  generator?: {
    name: string;
    options?: Readonly<Record<string, unknown>>;
    warnings?: readonly string[];
  };
  /** What took how long, in seconds. */
  timings?: readonly { phase: string; seconds: number }[];
  /** Files to name, for example `{ role: "Real table", path: "customers.csv" }`. Shown, never linked. */
  files?: readonly { role: string; path: string }[];
  /** Other synthetic tables that were judged against the same real one, to be set beside this one. */
  compared?: readonly ComparedTable[];
  /** Seconds that learning and drawing took: with those of all compared ones, the report draws the frontier. */
  seconds?: number;
  /** What an earlier judgement found: the report shows what has changed. `figureSheet` reads it from a file. */
  earlier?: FigureSheet;
  /** Printed in the header as it is. Default: no date, so that the same input gives the same bytes. */
  date?: string;
}

/** Another synthetic table, judged in the same way. */
export interface ComparedTable {
  name: string;
  evaluation: Evaluation;
  /** As for the report's own table. */
  seconds?: number;
}

export interface ColumnView {
  name: string;
  /** Place in the table, from 0. */
  position: number;
  sdtype: string;
  modelled: boolean;
  shape: ColumnShape | null;
  /** Shares of the rows whose cell is missing; null where none were counted. */
  missing: { real: number; synthetic: number } | null;
  distribution: ColumnDistribution | null;
  checks: readonly DiagnosticCheck[];
  /** Pairs that hold this column, lowest score first. */
  pairs: readonly PairTrend[];
  /** How much of what gives the rows away comes from this column, and its own AUC; null without the test. */
  telling: { gainShare: number; auc: number } | null;
}

export interface ReportView extends ReportInput {
  /** Columns by name. */
  byName: ReadonlyMap<string, ColumnView>;

  /** In the table's order. */
  columns: readonly ColumnView[];
  /** Columns with a score, lowest first; ties keep the table's order. */
  ranked: readonly ColumnView[];
  /** Pairs with a score, lowest first. */
  rankedPairs: readonly PairTrend[];
  hasHoldout: boolean;
}

/** Orders by score; undefined scores come last. */
export function byScore(a: Score, b: Score): number {
  return (a ?? 2) - (b ?? 2);
}

// An evaluation counts missing cells; a reader compares shares.
function missingShares(shape: ColumnShape | undefined, rows: Evaluation["judged"]): ColumnView["missing"] {
  if (shape === undefined) return null;
  return {
    real: shape.missingReal / Math.max(1, rows.real),
    synthetic: shape.missingSynthetic / Math.max(1, rows.synthetic),
  };
}

function grouped<T>(items: readonly T[], keys: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keys(item)) {
      const group = groups.get(key);
      if (group) group.push(item);
      else groups.set(key, [item]);
    }
  }
  return groups;
}

/** Joins the parts of an evaluation by column. */
export function viewOf(input: ReportInput): ReportView {
  const { evaluation } = input;
  const { columnShapes, columnPairTrends } = evaluation.quality;
  const shapes = new Map(columnShapes.columns.map((shape) => [shape.column, shape]));
  const distributions = new Map(evaluation.distributions.map((entry) => [entry.column, entry]));
  const checks = grouped(evaluation.diagnostic.dataValidity.columns, (check) => [check.column]);
  const telling = new Map(evaluation.twoSample?.columns.map((own) => [own.column, own]));
  const rankedPairs = columnPairTrends.pairs
    .filter((pair) => pair.score !== null)
    .sort((a, b) => byScore(a.score, b.score));
  const pairs = grouped(rankedPairs, (pair) => [pair.column1, pair.column2]);
  const columns = evaluation.columns.map(({ name, sdtype, modelled }, position) => ({
    name,
    position,
    sdtype,
    modelled,
    shape: shapes.get(name) ?? null,
    missing: missingShares(shapes.get(name), evaluation.judged),
    distribution: distributions.get(name) ?? null,
    checks: checks.get(name) ?? [],
    pairs: pairs.get(name) ?? [],
    telling: telling.get(name) ?? null,
  }));
  const ranked = columns
    .filter((column) => column.shape !== null && column.shape.score !== null)
    .sort((a, b) => byScore(a.shape!.score, b.shape!.score));
  return {
    ...input,
    columns,
    byName: new Map(columns.map((column) => [column.name, column])),
    ranked,
    rankedPairs,
    hasHoldout: evaluation.rows.holdout !== null,
  };
}

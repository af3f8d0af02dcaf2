// The shape of a judgement: everything that the JSON output, the gate and the HTML report show. Plain data, so that it
// can be stored and compared; `evaluate.ts` fills it in.

import type { Sdtype } from "@verisim/core";

/** A score in [0, 1], null where it is not defined (for example a pair with a constant column). */
export type Score = number | null;

export interface ColumnShape {
  column: string;
  sdtype: Sdtype;
  metric: "KSComplement" | "TVComplement";
  score: Score;
  /** The same figure for an equally sized real holdout against the real data: the ceiling. Null without a holdout. */
  ceiling: Score;
  missingReal: number;
  missingSynthetic: number;
}

export interface PairTrend {
  column1: string;
  column2: string;
  metric: "CorrelationSimilarity" | "ContingencySimilarity";
  /** Given for pairs that are not counted too (SDMetrics leaves those empty). */
  score: Score;
  /** Correlation (numbers) or association (Cramer's V) in the real and the synthetic table. */
  real: Score;
  synthetic: Score;
  /** False where the real relation is below SDMetrics' threshold and the pair is left out of the average. */
  counted: boolean;
  ceiling: Score;
}

/** One value that holds a large part of a column's rows, such as the zeros of a zero-heavy column. */
export interface Spike {
  value: number;
  /** Shares of the non-missing rows that hold exactly this value. */
  real: number;
  synthetic: number;
  holdout: number | null;
}

/**
 * What the report draws for one column: the same bins or categories for all tables, as shares of the non-missing rows.
 * The shares of a table sum to 1.
 */
export interface ColumnDistribution {
  column: string;
  kind: "number" | "datetime" | "category";
  /** Bin edges of equal distance (numbers; datetimes in microseconds), one more than shares; empty for categories. */
  edges: number[];
  /** True where the first bin also holds everything below its edge, the last one everything above. */
  openLow: boolean;
  openHigh: boolean;
  /** Counted in its bin as well; null for most columns. */
  spike: Spike | null;
  /** Labels of categories by falling real share; the rest pooled as the last entry when `pooled` > 0. */
  labels: string[];
  /** Number of categories pooled into the last label. */
  pooled: number;
  real: number[];
  synthetic: number[];
  holdout: number[] | null;
}

export interface QualityReport {
  /** Mean of the two property scores. */
  score: Score;
  columnShapes: { score: Score; ceiling: Score; columns: ColumnShape[] };
  columnPairTrends: { score: Score; ceiling: Score; pairs: PairTrend[] };
}

export interface DiagnosticCheck {
  /** The column's name; the names of a composite key joined by a comma and a blank. */
  column: string;
  metric: "BoundaryAdherence" | "CategoryAdherence" | "KeyUniqueness" | "RegexFormatAdherence";
  score: Score;
}

export interface DiagnosticReport {
  score: Score;
  dataValidity: { score: Score; columns: DiagnosticCheck[] };
  dataStructure: { score: Score };
}

/** Exact copies and rows that occur twice; the holdout's own rate beside them. A diagnostic, not a measure of privacy. */
export interface CopyCheck {
  exactCopyShare: number;
  holdoutCopyShare: number | null;
  duplicateShareReal: number;
  duplicateShareSynthetic: number;
}

export interface Evaluation {
  version: 1;
  rows: { real: number; synthetic: number; holdout: number | null };
  columns: { name: string; sdtype: Sdtype; modelled: boolean }[];
  quality: QualityReport;
  diagnostic: DiagnosticReport;
  copies: CopyCheck;
  distributions: ColumnDistribution[];
  warnings: string[];
}

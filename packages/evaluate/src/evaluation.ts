// The shape of a judgement: everything that the JSON output, the gate and the HTML report show. Plain data, so that it
// can be stored and compared; `evaluate.ts` fills it in.

import type { Sdtype } from "@verisim/core";
import type { ModelFileReport, PrivacyReport } from "@verisim/privacy";
import type { BiasReport } from "./bias/bias-report.ts";
import type { DiversityReport } from "./diversity/diversity-report.ts";
import type { AttackColumns } from "./metrics/attack-columns.ts";
import type { PrecisionRecallReport } from "./metrics/precision-recall-report.ts";
import type { MetricResult } from "./metrics/registry.ts";
import type { ProjectionReport } from "./projection/projection-report.ts";
import type { TwoSampleReport } from "./two-sample/two-sample-report.ts";
import type { UtilityReport } from "./utility/utility-report.ts";

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

/** How often the values of two columns meet: what the report draws for the weakest pairs. */
export interface PairJoint {
  column1: string;
  column2: string;
  /** Bins or categories of each column: numbers as ranges, the rarer categories and missing cells as one entry each. */
  labels1: string[];
  labels2: string[];
  /** Shares of the rows, row by row of the first column; those of a table sum to 1. */
  real: number[];
  synthetic: number[];
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

/** The parts of a judgement beyond quality, validity and copies, in the order in which they run. */
export const partNames = [
  "projection",
  "two-sample",
  "neighbours",
  "diversity",
  "utility",
  "bias",
  "privacy",
  "model-file",
  "metrics",
] as const;

export type PartName = (typeof partNames)[number];

/** A part that was not asked for has no entry. */
export interface PartState {
  part: PartName;
  state: "done" | "left-out";
  /** Why it was left out: the error's code, or `VERISIM_PART_NEEDS` where something is lacking. Null when done. */
  code: string | null;
  reason: string | null;
}

export interface RowCounts {
  real: number;
  synthetic: number;
  holdout: number | null;
}

/** The whole judgement. Plain data: what JSON holds is what is here, numbers are never rounded. */
export interface Evaluation {
  version: 2;
  rows: RowCounts;
  /** Rows that the judgement was made on: fewer where all of them would take too much memory. */
  judged: RowCounts;
  seed: number;
  /** The column that models predict; null where none was named. */
  target: string | null;
  columns: { name: string; sdtype: Sdtype; modelled: boolean }[];
  quality: QualityReport;
  diagnostic: DiagnosticReport;
  copies: CopyCheck;
  distributions: ColumnDistribution[];
  /** Of the weakest pairs that count, at most 24, weakest first. */
  joints: PairJoint[];
  /** The parts that were asked for, and whether they could be made. */
  parts: PartState[];
  /** Real and synthetic rows on the plane in which the real ones vary most. */
  projection: ProjectionReport | null;
  /** Whether boosted trees can tell synthetic rows from real ones. */
  twoSample: TwoSampleReport | null;
  /** Precision, recall and coverage: single rows and their neighbourhoods. */
  neighbours: PrecisionRecallReport | null;
  /** How much of the real variety the synthetic rows have. */
  diversity: DiversityReport | null;
  /** What models are worth that learnt synthetic rows. Needs a target and a holdout. */
  utility: UtilityReport | null;
  /** How groups of people fare. Needs sensitive columns, named or recognised. */
  bias: BiasReport | null;
  /** What attacks find in the synthetic table. */
  privacy: PrivacyReport | null;
  /** What the generator's model file keeps of the training rows. Needs the file. */
  modelFile: ModelFileReport | null;
  /** The published metrics by their names, each beside the holdout's. */
  metrics: MetricResult[] | null;
  /** What the attackers of the published metrics know and want; null where those were not made. */
  attackColumns: AttackColumns | null;
  warnings: string[];
}

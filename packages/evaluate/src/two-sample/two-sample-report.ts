// What the two-sample test found: whether boosted trees can tell synthetic rows from real ones, and by which columns.

import type { Estimate, UnusedColumn } from "../estimate.ts";

/** A ROC curve as points from (0, 0) to (1, 1), at most 201 of them. */
export interface RocCurve {
  /** Share of the real rows that are taken for synthetic, ascending. */
  falsePositive: number[];
  /** Share of the synthetic rows that are recognised, ascending. */
  truePositive: number[];
}

/** How much one column gives away. */
export interface TellingColumn {
  column: string;
  /** Share of the trees' whole gain that came from splits on this column; the shares sum to 1, or are all 0. */
  gainShare: number;
  /** Out-of-fold AUC of the column alone, by the density ratio of its bins: 0.5 tells nothing. */
  auc: number;
}

/** One table held against the real one. */
export interface TwoSampleResult {
  /** Rows drawn from each of the two tables. */
  rowsPerSide: number;
  /** Area under the ROC curve of the out-of-fold predictions: 0.5 where nothing tells the tables apart, 1 at worst. */
  auc: Estimate;
  /** Chance of an AUC as high as this, or higher, between two samples of one distribution. */
  pValue: number;
  roc: RocCurve;
  /** By falling share of the gain. */
  columns: TellingColumn[];
}

export interface TwoSampleReport extends TwoSampleResult {
  folds: number;
  /** Columns that the trees did not see. */
  unused: UnusedColumn[];
  /** The same test of a real holdout against the real table; null without a holdout. */
  ceiling: TwoSampleResult | null;
}

// What models are worth that learnt synthetic rows: beside models that learnt the real ones, on real rows that neither
// has seen.

import type { Estimate, UnusedColumn } from "../estimate.ts";

export type UtilityTask = "binary" | "multiclass" | "regression";

/** One score of both sides on the held-out rows; null where the side could not be trained. */
export interface UtilityScore {
  /**
   * Binary: `AUC`, `macro-F1`, `accuracy`, `average-precision`, `positive-F1`, `log-loss`. Multiclass: `macro-F1`,
   * `accuracy`, `AUC-OvR`, `log-loss`. Regression: `R2`, `RMSE`, `MAE`.
   */
  score: string;
  better: "higher" | "lower";
  /** Trained on the real rows (TRTR). */
  real: Estimate;
  /** Trained on the synthetic rows (TSTR). */
  synthetic: Estimate | null;
  /** What training on synthetic rows costs: positive where the real rows taught more, whichever way the score counts. */
  gap: Estimate | null;
}

/** How one class fares when trained on one side. */
export interface ClassScores {
  precision: number | null;
  recall: number | null;
  f1: number | null;
  /** This class against all others; null where it does not occur among the held-out rows. */
  auc: number | null;
}

export interface ClassUtility {
  label: string;
  /** Held-out rows of this class. */
  rows: number;
  /** Its share among the rows with a target that were learnt. */
  shareReal: number;
  shareSynthetic: number;
  real: ClassScores;
  synthetic: ClassScores | null;
}

export interface UtilityModel {
  model: "boosted-trees" | "linear";
  /**
   * The first one decides: AUC (binary), macro-F1 (multiclass), R2 (regression). Scores that the held-out rows do not
   * define, such as AUC where all are of one class, are left out.
   */
  scores: UtilityScore[];
  /** Empty for regression. The rarest class comes last; in binary tasks it is the positive one. */
  classes: ClassUtility[];
}

/** Real and synthetic rows together against the real ones alone, by boosted trees. */
export interface AugmentationReport {
  /** Trainings of each side, with different seeds and validation rows. */
  trainings: number;
  /** Gains are positive where the synthetic rows helped. */
  scores: {
    score: string;
    better: "higher" | "lower";
    real: number;
    augmented: number;
    gain: Estimate;
  }[];
  verdict: "better" | "no difference" | "worse";
}

/** Which columns the trees used: shares of their gain when trained on the real and on the synthetic rows. */
export interface ImportanceReport {
  columns: { column: string; real: number; synthetic: number }[];
  /** Half the summed differences of the shares: 0 for equal use, 1 for none in common. */
  distance: number;
  /** Spearman's rank correlation of the shares; null for fewer than two columns or where all are equal. */
  rankCorrelation: number | null;
}

export interface UtilityReport {
  target: string;
  task: UtilityTask;
  /** The real table's classes; the rarest last. Empty for regression. */
  classes: string[];
  /** Rows with a target that were learnt and judged. */
  rows: { real: number; synthetic: number; holdout: number };
  /** What a prediction without any column reaches: the commonest class or the mean. By the names of the scores. */
  naive: Record<string, number>;
  unused: UnusedColumn[];
  models: UtilityModel[];
  /** Null where a side could not be trained. */
  importance: ImportanceReport | null;
  /** Null when it was not asked for, or where there are too few rows. */
  augmentation: AugmentationReport | null;
  /** Why the synthetic rows taught nothing, such as a single class; null where they did. */
  failure: string | null;
}

// The figures of TabSyn's protocol: plain data, to be read beside the published tables.

import type { Estimate } from "../estimate.ts";
import type { Score } from "../evaluation.ts";

/** One table against the real one. */
export interface TabsynScores {
  /** Mean over columns of 1 less the Kolmogorov-Smirnov or total variation distance. */
  shape: Score;
  /** Mean over all pairs of columns, each table's numbers cut over its own range. */
  trend: Score;
  /** The same with the real range for both tables, values beyond it in the end bins: the artefact of the range is gone. */
  trendCommon: Score;
  alphaPrecision: Score;
  betaRecall: Score;
  /** Logistic C2ST: 1 where a linear model cannot tell the tables apart. */
  c2st: Score;
  /** The same by XGBoost's trees, which see how columns belong together. */
  c2stXgboost: Score;
}

export interface TabsynReport {
  synthetic: TabsynScores;
  /** The same figures of the holdout; null without one. */
  ceiling: TabsynScores | null;
  /** Logistic C2ST of the synthetic rows against the holdout: memorised rows gain nothing here. */
  c2stHoldout: Score;
  c2stXgboostHoldout: Score;
  /** Share of the synthetic rows nearer to the real rows than to the holdout, ties half; the ideal is 0.5. */
  dcrShare: Estimate | null;
  /** The same without ties, as published. */
  dcrShareStrict: Score;
  /** A model that learnt the synthetic rows, on the holdout; null without a target or a holdout. */
  mle: TabsynEfficacy | null;
}

export interface TabsynEfficacy {
  /** AUC for classes (mean over classes for more than two), RMSE of the logarithm for numbers. */
  score: "AUC" | "RMSE";
  synthetic: Score;
  /** A model that learnt the real rows. */
  real: Score;
}

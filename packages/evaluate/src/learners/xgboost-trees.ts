// XGBoost's boosted trees (T. Chen and C. Guestrin, "XGBoost: A Scalable Tree Boosting System", KDD 2016) grown by LightGBM.
// The published protocols name XGBoost, and the two differ by what bounds a tree: XGBoost splits level by level down to a
// depth, LightGBM the leaf that gains most up to a number of leaves. With as many leaves as the depth allows the order is
// of no matter: both split whatever gains enough. Penalties, shrinkage and bins are XGBoost's defaults. What is left are the
// places of the cuts, which both find by sketches, and rounding.

import type { Objective, TreeOptions } from "@verisim/trees";

export interface XgboostSettings {
  /** `n_estimators` */
  readonly rounds: number;
  /** `max_depth` */
  readonly depth: number;
  /** `min_child_weight` */
  readonly minChildWeight: number;
  /** `gamma`: both count a split's gain without the half of the paper's formula. */
  readonly gamma: number;
}

/** What `XGBClassifier()` and `XGBRegressor()` grow. */
export const xgboostDefaults: XgboostSettings = { rounds: 100, depth: 6, minChildWeight: 1, gamma: 0 };

/** Megabytes of histograms, whatever the number of leaves. */
const histogramPoolSize = 64;
const mostLeaves = 131_072;
/** Of a row's second derivatives, as XGBoost counts them. */
const largestWeight: Readonly<Record<Objective, number>> = { binary: 0.25, multiclass: 0.5, regression: 1 };

/**
 * The options under which LightGBM grows XGBoost's trees, on numbers in single precision.
 *
 * @param rows how many are learnt
 * @param classes of a multiclass objective; else of no matter
 */
export function xgboostTrees(
  { rounds, depth, minChildWeight, gamma }: XgboostSettings,
  objective: Objective,
  rows: number,
  classes = 2,
): Partial<TreeOptions> {
  // Second derivatives of k classes: 2 p (1 - p) there, k / (k - 1) p (1 - p) here. Everything that they are held against
  // follows, and the shrinkage with the leaves' values.
  const scale = objective === "multiclass" ? classes / (classes - 1) / 2 : 1;
  const leaves = Math.max(2, Math.floor((rows * largestWeight[objective]) / minChildWeight));
  return {
    objective,
    numIterations: rounds,
    learningRate: 0.3 * scale,
    maxDepth: depth,
    numLeaves: Math.min(mostLeaves, 2 ** depth, leaves),
    minDataInLeaf: 0,
    minSumHessianInLeaf: minChildWeight * scale,
    minGainToSplit: gamma / scale,
    lambdaL2: scale,
    maxBin: 256,
    minDataInBin: 1,
    // A split takes one category out of a column, as on one-hot columns.
    maxCatToOnehot: 2 ** 31 - 1,
    histogramPoolSize,
  };
}

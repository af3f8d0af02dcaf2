// The shape of the sample-level fidelity and coverage figures: plain data, as JSON holds it.

import type { Score } from "../evaluation.ts";

/**
 * Precision, recall, density and coverage (Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative
 * Models", ICML 2020, section 3) with the k nearest neighbours of each row as its neighbourhood.
 */
export interface NeighbourhoodScores {
  /** Share of the judged rows that lie in the neighbourhood of some real row, [0, 1]. */
  precision: Score;
  /** Share of the real rows that lie in the neighbourhood of some judged row, [0, 1]. */
  recall: Score;
  /** Mean number of real neighbourhoods around a judged row, over k: about 1 where both are alike, no upper end. */
  density: Score;
  /** Share of the real rows whose neighbourhood holds a judged row, [0, 1]. */
  coverage: Score;
}

/**
 * alpha-precision, beta-recall and authenticity (Alaa et al., "How Faithful is your Synthetic Data? Sample-level Metrics
 * for Evaluating and Auditing Generative Models", ICML 2022, sections 3 and 4).
 */
export interface SphereScores {
  /** How well the judged rows fill the spheres that hold a share alpha of the real rows; 1 is best. */
  alphaPrecision: Score;
  /** How well judged rows reach the real ones. Unseen real rows score 0.5: what lies well above is memorised. */
  betaRecall: Score;
  /**
   * Share of the judged rows whose nearest real row has another real row that is nearer still (paper, section 4.3); a row
   * at an equal distance is not authentic. A copier scores 0.
   */
  authenticity: Score;
  /** The two curves at the 30 values of alpha, from 0 to 1. */
  alphas: number[];
  precisionCurve: number[];
  recallCurve: number[];
}

export interface PrecisionRecallScores {
  prdc: NeighbourhoodScores;
  spheres: SphereScores;
}

export interface PrecisionRecallReport {
  /** Rows of each table that were compared: the same number of each. */
  rows: number;
  /** Neighbours that make a neighbourhood. */
  k: number;
  synthetic: PrecisionRecallScores;
  /** The same figures for real rows that the generator has not seen; null without a holdout. */
  ceiling: PrecisionRecallScores | null;
}

// The interval of a mean difference over the folds of repeated cross-validations. Folds share most of their training rows,
// so that their differences vary less than those of independent samples would: C. Nadeau and Y. Bengio, "Inference for the
// generalization error", Machine Learning 52 (2003), 239-281, equation 14, adds the share of rows to judge by to the
// variance; R. Bouckaert and E. Frank, "Evaluating the replicability of significance tests for comparing learning
// algorithms", PAKDD 2004, section 3.4, for repeated folds.

import { studentT } from "@verisim/stats";

export interface MeanInterval {
  readonly mean: number;
  /** The ends of the 95 % interval; infinite for a single difference. */
  readonly low: number;
  readonly high: number;
}

/**
 * @param differences one per fold of each repeat
 * @param folds of a repeat: rows to judge by are 1 / (folds - 1) of those that are learnt
 */
export function correctedInterval(differences: readonly number[], folds: number): MeanInterval {
  const count = differences.length;
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / count;
  if (count < 2) return { mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const variance = differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0) / (count - 1);
  const t = studentT.quantile(0.975, { degrees: count - 1, location: 0, scale: 1 });
  const half = t * Math.sqrt(variance * (1 / count + 1 / (folds - 1)));
  return { mean, low: mean - half, high: mean + half };
}

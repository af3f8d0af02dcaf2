// How groups of people fare in the synthetic data beside the real: their shares, their outcomes, and the errors that a
// model makes about them after it learnt synthetic rows.

import type { Estimate, UnusedColumn } from "../estimate.ts";

export interface GroupShares {
  group: string;
  /** Share of the rows that belong to the group, of those where it is known. */
  real: number;
  synthetic: number;
  holdout: number | null;
  /** Synthetic less real share. */
  shift: Estimate;
}

/** How often a group has the outcome. */
export interface GroupOutcome {
  group: string;
  /** Rows with an outcome. */
  rows: { real: number; synthetic: number; holdout: number | null };
  /** Share with the outcome (classes), or mean in units of the real standard deviation (numbers); null without rows. */
  real: Estimate | null;
  synthetic: Estimate | null;
  holdout: Estimate | null;
}

/**
 * The outcome gap of two groups (demographic parity): first less second. They are the two of which the real or the
 * synthetic rows say most surely that they are far apart: the lower end of the gap's interval is the highest there.
 */
export interface OutcomeGap {
  /** The class that is counted; null for numbers. */
  outcome: string | null;
  first: string;
  second: string;
  real: Estimate;
  synthetic: Estimate | null;
  holdout: Estimate | null;
  /** Synthetic less real gap: positive where the synthetic rows amplify or make it, negative where they soften it. */
  amplification: Estimate | null;
  /** The holdout's gap less the real one: what chance and the choice of the widest gap do by themselves. */
  control: Estimate | null;
  /**
   * Chance of so large a change where there is none, for all gaps that were looked at together: Bonferroni among the pairs of
   * groups and the classes of a column, Holm among the columns. The intervals are those of one gap alone.
   */
  pValue: number | null;
  /** By that chance, below 0.05. */
  verdict: "amplified" | "no difference" | "softened" | null;
}

/** A gap between two groups in what a model does, on held-out rows: first less second; chosen as in {@link OutcomeGap}. */
export interface ModelGap {
  first: string;
  second: string;
  /** Of the model that learnt real rows, and of the one that learnt synthetic rows. */
  real: Estimate;
  synthetic: Estimate | null;
  /** Synthetic less real. */
  change: Estimate | null;
}

export interface ModelBias {
  /** Gap of the shares that the models give the outcome. */
  demographicParity: ModelGap | null;
  /** Gap of the true positive rates. */
  equalOpportunity: ModelGap | null;
  /** Gap of the false positive rates. */
  falsePositives: ModelGap | null;
  /** The larger of the gaps of true and false positive rates, over all pairs of groups. */
  equalizedOdds: {
    real: Estimate;
    synthetic: Estimate | null;
    change: Estimate | null;
    /** Chance of so large a change where there is none, by Holm for all columns together. */
    pValue: number | null;
  } | null;
  /** Held-out rows per group, and the rates of both models. */
  groups: {
    group: string;
    rows: number;
    positives: number;
    real: GroupRates;
    synthetic: GroupRates | null;
  }[];
}

/** Shares of a group's held-out rows; null where there are none to divide by. */
export interface GroupRates {
  predicted: number | null;
  truePositive: number | null;
  falsePositive: number | null;
  accuracy: number | null;
}

export interface SensitiveColumn {
  /** One column, or two whose groups are taken together. */
  columns: string[];
  /** Named by the caller, or recognised by its name. */
  chosenBy: "caller" | "name";
  groups: GroupShares[];
  /** Half the summed differences of the groups' shares. */
  shareDistance: number;
  ceilingDistance: number | null;
  /** Of the outcome that `gap` names; empty without a target. */
  outcomes: GroupOutcome[];
  gap: OutcomeGap | null;
  /** Null without a target of classes, or without a holdout. */
  models: ModelBias | null;
}

export interface BiasReport {
  target: string | null;
  /**
   * The class whose share is compared: the given one, or the rarer of two. Null for numbers, without a target, and for more
   * than two classes, of which each column's gap names the one with the widest gap.
   */
  outcome: string | null;
  columns: SensitiveColumn[];
  /** Outcome gaps that were looked at: pairs of groups times classes, of all columns. */
  gapsLookedAt: number;
  /** Sensitive columns that cannot be judged. */
  unused: UnusedColumn[];
}

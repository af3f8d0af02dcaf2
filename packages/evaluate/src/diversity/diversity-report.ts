// How much of the real data's variety the synthetic rows have: ranges, categories, rare ones, modes, subgroups.

import type { UnusedColumn } from "../estimate.ts";

/** A share in [0, 1]; null where there is nothing to cover. */
export type Share = number | null;

export interface RangeCoverage {
  column: string;
  /** Share of the real range, smallest to largest value, that lies between the synthetic extremes. */
  range: Share;
  /** The same for the middle 98 % of the values of both tables: one outlier decides nothing. */
  central: Share;
  /** Share of the synthetic values outside the real range. */
  outside: Share;
  /** `range` and `central` of the holdout; null without one. */
  ceiling: { range: Share; central: Share } | null;
}

/** Categories of which some occur in the synthetic table. */
export interface Coverage {
  categories: number;
  covered: number;
  /** covered / categories. */
  share: Share;
  /** Mean share that as many rows of the real distribution would cover. */
  expected: Share;
  /** The holdout's share; null without one. */
  ceiling: Share;
}

export interface CategoryCoverage {
  column: string;
  all: Coverage;
  /** Categories that fewer than 1 % of the real rows have. */
  rare: Coverage;
  /** Fewer than 0.1 %. */
  veryRare: Coverage;
  /** Up to 20 categories that the synthetic table lacks, commonest first, with their real share. */
  missing: { category: string; share: number }[];
  /** Categories that the real table lacks, and the share of synthetic rows that have one. */
  invented: { categories: number; rows: number };
}

/** A column and a value, or a range such as `17 to 25`. */
export interface Condition {
  column: string;
  value: string;
}

/** One cluster of the real rows. */
export interface Mode {
  /** Shares of the rows whose nearest centre is this one. */
  real: number;
  synthetic: number;
  holdout: number | null;
  /** False where the synthetic share lies significantly (95 %, all modes together) below half the real one. */
  covered: boolean;
  /** The columns in which the cluster differs most from the whole, up to three: what most of its rows have there. */
  traits: Condition[];
}

export interface ModeCoverage {
  modes: Mode[];
  /** Share of the modes that are covered. */
  share: Share;
  ceiling: Share;
  /** Half the summed differences of the modes' shares: 0 is best. */
  distance: Share;
  ceilingDistance: Share;
}

/** Rows with given values in one or two columns, and how well the synthetic rows reproduce them. */
export interface Subgroup {
  /** One or two. */
  conditions: Condition[];
  /** Share of the rows that belong to it. */
  real: number;
  synthetic: number;
  /**
   * Mean over the other columns of half the summed differences of the shares within the subgroup, less what chance alone
   * would show between samples of these sizes (never below 0). 1 where the synthetic table has no such row.
   */
  distance: number;
  /** The same for the holdout. */
  ceiling: Share;
  /** The other column that is reproduced worst, and its own distance. */
  worstColumn: string | null;
  worstDistance: number;
  /** The smallest p-value of its tests (every other column, and its share), adjusted by Holm's method over all tests. */
  pValue: number;
}

export interface SubgroupReport {
  /** Rows of each table that were looked at: real, synthetic, holdout. */
  rows: number[];
  /** Columns that conditions are made of, those that were paired, and real rows that a subgroup must have. */
  columns: number;
  pairedColumns: number;
  leastRows: number;
  /** Subgroups that were tested, and tests made in them. */
  tested: number;
  tests: number;
  /** Significantly different ones by falling distance, at most 10, and at most two with the same condition. */
  worst: Subgroup[];
  /** Those whose share differs significantly, by the ratio of the shares, as many. */
  misSized: Subgroup[];
  /** Significantly different subgroups (5 % chance of any by chance), and the same of the holdout. */
  significant: number;
  ceilingSignificant: number | null;
}

/** Rows equal to an earlier one of their table in every scored column. */
export interface DuplicateShares {
  real: number;
  synthetic: number;
  holdout: number | null;
}

export interface DiversityReport {
  numbers: RangeCoverage[];
  categories: CategoryCoverage[];
  /** Means over the columns; null where there are none. */
  totals: {
    range: Share;
    central: Share;
    category: Share;
    rare: Share;
    veryRare: Share;
    ceiling: { range: Share; central: Share; category: Share; rare: Share; veryRare: Share } | null;
  };
  /** Null where the table has no scored column, or fewer than 20 rows. */
  modes: ModeCoverage | null;
  subgroups: SubgroupReport;
  duplicates: DuplicateShares;
  unused: UnusedColumn[];
}

// How thoroughly a gain is measured.

import { checkOptions, type OptionTable, type Progress, type Table } from "@verisim/core";
import type { TreeOptions } from "@verisim/trees";

export interface GainOptions {
  /** Rows to judge on, that are in no way part of the table. Default: the folds of the table, each in its turn. */
  readonly holdout?: Table;
  /** Parts of a cross-validation, 2 to 50. Default 5. */
  readonly folds?: number;
  /**
   * Cross-validations with other folds, 1 to 1000. Default: as many as it takes until those left would not change a
   * verdict, at least 3 and at most 10 up to 10,000 rows (with a holdout 5), 5 up to 20,000, 3 up to 100,000, else 1.
   */
  readonly repeats?: number;
  /** A gain of less than this of the first score is no difference that matters, 0 to 1. Default 0.02. */
  readonly margin?: number;
  /** In place of LightGBM's own settings. */
  readonly trees?: Partial<TreeOptions>;
  readonly onProgress?: (progress: Progress) => void;
}

const optionRows: OptionTable = {
  folds: { type: "integer", default: 5, min: 2, max: 50, description: "parts of a cross-validation" },
  repeats: { type: "integer", default: 10, min: 1, max: 1000, description: "cross-validations" },
  margin: { type: "number", default: 0.02, min: 0, max: 1, description: "of a gain that does not matter" },
};

/** One pass over many rows takes long, and says more. */
const repeatsUpTo: readonly (readonly [rows: number, repeats: number])[] = [
  [10_000, 10],
  [20_000, 5],
  [100_000, 3],
  [Number.POSITIVE_INFINITY, 1],
];
/** What other trainings could show is little beside what other held-out rows could. */
const repeatsBesideHoldout = 5;
/** Of fewer passes the spread between them is not known well enough. */
export const leastPasses = 3;

export interface GainPlan {
  readonly folds: number;
  /** At most. */
  readonly repeats: number;
  readonly margin: number;
  /** Whether fewer passes are enough where the others would not change a verdict. */
  readonly mayEnd: boolean;
}

/** @throws VerisimError `VERISIM_OPTION_VALUE` */
export function gainPlan({ holdout, folds, repeats, margin }: GainOptions, rowCount: number): GainPlan {
  const often = repeatsUpTo.find(([rows]) => rowCount <= rows)![1];
  const given = {
    ...(folds === undefined ? {} : { folds }),
    ...(margin === undefined ? {} : { margin }),
    repeats: repeats ?? (holdout ? Math.min(often, repeatsBesideHoldout) : often),
  };
  const checked = checkOptions("gain", optionRows, given) as unknown as Omit<GainPlan, "mayEnd">;
  return { ...checked, mayEnd: repeats === undefined };
}

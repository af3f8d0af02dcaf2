// The options of the Gaussian copula, one row each: types, checks, flags and documentation come from here.

import { checkOptions, type OptionTable } from "@verisim/core";
import { type MarginalName, marginalNames } from "@verisim/stats";

export interface GaussianCopulaOptions {
  /** Family of every numerical and datetime column. Default `auto`. */
  defaultMarginal?: MarginalName;
  /** Family per column, over the default. */
  marginals?: Readonly<Record<string, MarginalName>>;
  /** Fewest rows behind a value or stretch of an empirical marginal, 1 to 1,000. Default 5. */
  minGroup?: number;
  /** Stretches in the body of an empirical marginal, 10 to 10,000. Default 500. */
  maxSegments?: number;
  /** `pattern`: missing cells depend on the other columns; `random`: at the column's rate; `none`: no missing cells. */
  missing?: "pattern" | "random" | "none";
  /**
   * Whether columns that others decide are computed from them (looked up, totals, times between dates), and close ones are
   * learnt by their distance. Default true.
   */
  derive?: boolean;
  /** Candidates per row when several columns are conditioned at once, 1 to 1,024. Default 32. */
  candidates?: number;
  /** Transform per column, over the default of its sdtype. */
  transforms?: Readonly<Record<string, string>>;
}

export const gaussianCopulaOptions: OptionTable = {
  defaultMarginal: {
    type: "choice",
    default: "auto",
    values: marginalNames,
    description: "Family of every numerical and datetime column.",
  },
  marginals: {
    type: "map",
    default: {},
    values: marginalNames,
    description: "Family per column, over the default.",
  },
  minGroup: {
    type: "integer",
    default: 5,
    min: 1,
    max: 1000,
    description: "Fewest rows behind a value or stretch of an empirical marginal.",
  },
  maxSegments: {
    type: "integer",
    default: 500,
    min: 10,
    max: 10000,
    description: "Stretches in the body of an empirical marginal.",
  },
  missing: {
    type: "choice",
    default: "pattern",
    values: ["pattern", "random", "none"],
    description: "Missing cells: learnt with the other columns, at each column's rate, or none.",
  },
  derive: {
    type: "boolean",
    default: true,
    description: "Compute columns that follow from others, and learn close ones by their distance.",
  },
  candidates: {
    type: "integer",
    default: 32,
    min: 1,
    max: 1024,
    description: "Candidates per row when several columns are conditioned at once.",
  },
  transforms: {
    type: "map",
    default: {},
    description: "Transform per column, over the default of its sdtype.",
  },
};

/** The options with every default filled in. */
export type ResolvedOptions = Required<GaussianCopulaOptions>;

/** @throws VerisimError as `checkOptions` of @verisim/core, all with the option's name */
export function resolveOptions(options: GaussianCopulaOptions, columns?: readonly string[]): ResolvedOptions {
  const given = options as Readonly<Record<string, unknown>>;
  return checkOptions("gaussian-copula", gaussianCopulaOptions, given, columns) as unknown as ResolvedOptions;
}

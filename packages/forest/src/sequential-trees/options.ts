// The options of sequential trees, one row each: types, checks, flags and documentation come from here.

import { checkOptions, type OptionTable } from "@verisim/core";

export interface SequentialTreesOptions {
  /** Fewest rows behind a value, a stretch of numbers or a category that is drawn freely, 1 to 1,000. Default 5. */
  minGroup?: number;
  /** Fewest rows of a leaf, 1 to 100,000. Default 20. */
  minLeaf?: number;
  /** What a split must gain, as a multiple of what chance gives, 0 to 100. Default 2. */
  penalty?: number;
  /** Columns of at most so many classes may be boosted; 0 for none, up to 64. Default 64. */
  boostClasses?: number;
  /** In which order columns are drawn. Default `auto`. */
  order?: "auto" | "table" | "fine-first" | "coarse-first";
  /** Most columns that the tree of another looks at, 1 to 100,000. Default 48. */
  maxPredictors?: number;
  /** Stretches in the body of a column of numbers, 10 to 10,000. Default 500. */
  maxSegments?: number;
  /**
   * Whether the smallest and the largest number of a column may be drawn as they are. Default `smoothed`: no. `pinned`
   * discloses two values of each column, of which each may be that of a single row.
   */
  extremes?: "smoothed" | "pinned";
  /**
   * Whether columns that others decide are computed from them (looked up, totals, times between dates), and close ones are
   * learnt by their distance. Default true.
   */
  derive?: boolean;
  /**
   * Share of drawn rows that may lie nearer to the rows learnt from than to as many others, 0.5 to 1: a fit on half of the
   * rows measures it, and trees are held back where it is more. 1: not measured. Default 0.525.
   */
  maxNearer?: number;
  /** Most tries per row under a condition, 1 to 100,000. Default 256. */
  tries?: number;
}

export const sequentialTreesOptions: OptionTable = {
  minGroup: {
    type: "integer",
    default: 5,
    min: 1,
    max: 1000,
    description: "Fewest rows behind a value, a stretch of numbers or a category that is drawn freely.",
  },
  minLeaf: {
    type: "integer",
    default: 20,
    min: 1,
    max: 100_000,
    description: "Fewest rows of a leaf.",
  },
  penalty: {
    type: "number",
    default: 2,
    min: 0,
    max: 100,
    description: "What a split must gain, as a multiple of what chance gives.",
  },
  boostClasses: {
    type: "integer",
    default: 64,
    min: 0,
    max: 64,
    description: "Columns of at most so many classes may be boosted; 0 for none.",
  },
  order: {
    type: "choice",
    default: "auto",
    values: ["auto", "table", "fine-first", "coarse-first"],
    description: "In which order columns are drawn; auto: by the likelihood of held-out rows.",
  },
  maxPredictors: {
    type: "integer",
    default: 48,
    min: 1,
    max: 100_000,
    description: "Most columns that the tree of another looks at.",
  },
  maxSegments: {
    type: "integer",
    default: 500,
    min: 10,
    max: 10_000,
    description: "Stretches in the body of a column of numbers; its tails are cut finer.",
  },
  extremes: {
    type: "choice",
    default: "smoothed",
    values: ["smoothed", "pinned"],
    description:
      "Whether a column's smallest and largest number may be drawn; pinned discloses both, even where one row has them.",
  },
  derive: {
    type: "boolean",
    default: true,
    description: "Compute columns that follow from others, and learn close ones by their distance.",
  },
  maxNearer: {
    type: "number",
    default: 0.525,
    min: 0.5,
    max: 1,
    description:
      "Share of drawn rows that may lie nearer to the rows learnt from than to as many others; trees are held back where a fit on half of the rows has more. 1: not measured.",
  },
  tries: {
    type: "integer",
    default: 256,
    min: 1,
    max: 100_000,
    description: "Most tries per row under a condition before one is taken by its weight.",
  },
};

/** The options with every default filled in. */
export type ResolvedOptions = Required<SequentialTreesOptions>;

/** @throws VerisimError as `checkOptions` of @verisim/core, all with the option's name */
export function resolveOptions(
  options: SequentialTreesOptions,
  columns?: readonly string[],
): ResolvedOptions {
  const given = options as Readonly<Record<string, unknown>>;
  return checkOptions(
    "sequential-trees",
    sequentialTreesOptions,
    given,
    columns,
  ) as unknown as ResolvedOptions;
}

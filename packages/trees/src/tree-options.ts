// The options of boosted trees, one row each: default, range, meaning, and what LightGBM calls it.

import { checkOptions, type OptionRow, type OptionTable } from "@verisim/core";

export type Objective = "binary" | "multiclass" | "regression";

/** Options of {@link GradientBoostedTrees}; every one has a default, see {@link treeOptionRows}. */
export interface TreeOptions {
  objective: Objective;
  numIterations: number;
  learningRate: number;
  numLeaves: number;
  maxDepth: number;
  minDataInLeaf: number;
  minSumHessianInLeaf: number;
  minGainToSplit: number;
  lambdaL1: number;
  lambdaL2: number;
  baggingFraction: number;
  baggingFreq: number;
  featureFraction: number;
  extraTrees: boolean;
  maxBin: number;
  minDataInBin: number;
  minDataPerGroup: number;
  maxCatToOnehot: number;
  catSmooth: number;
  histogramPoolSize: number;
  earlyStoppingRounds: number;
  seed: number;
  threads: number;
  deterministic: boolean;
}

const integer = (value: number, min: number, max: number, description: string): OptionRow => ({
  type: "integer",
  default: value,
  min,
  max,
  description,
});
const number = (value: number, min: number, max: number, description: string): OptionRow => ({
  type: "number",
  default: value,
  min,
  max,
  description,
});

const most = 2 ** 31 - 1;
const least = 2 ** -40;

/** Defaults are LightGBM's own, but for `threads` and `deterministic`. */
export const treeOptionRows: OptionTable = {
  objective: {
    type: "choice",
    default: "regression",
    values: ["binary", "multiclass", "regression"],
    description: "what is learnt: labels 0 and 1, labels 0 to k - 1, or numbers (squared error)",
  },
  numIterations: integer(100, 1, 1_000_000, "rounds of boosting, at most"),
  learningRate: number(0.1, least, 1e6, "share of each tree that is added"),
  numLeaves: integer(31, 2, 131_072, "leaves of a tree, at most"),
  maxDepth: integer(-1, -1, 10_000, "levels of a tree, at most; -1: no limit"),
  minDataInLeaf: integer(20, 0, most, "rows of a leaf, at least"),
  minSumHessianInLeaf: number(0.001, 0, 1e300, "second derivatives of a leaf, at least"),
  minGainToSplit: number(0, 0, 1e300, "gain of a split, at least"),
  lambdaL1: number(0, 0, 1e300, "L1 penalty on the leaves' values"),
  lambdaL2: number(0, 0, 1e300, "L2 penalty on the leaves' values"),
  baggingFraction: number(1, least, 1, "share of the rows that a bag holds; needs baggingFreq"),
  baggingFreq: integer(0, 0, most, "rounds after which a new bag is drawn; 0: no bags"),
  featureFraction: number(1, least, 1, "share of the columns that a tree may use"),
  extraTrees: {
    type: "boolean",
    default: false,
    description:
      "one random threshold per column and split (Geurts et al. 2006): trees of a committee that differ",
  },
  maxBin: integer(255, 2, 65_535, "bins of a column, at most"),
  minDataInBin: integer(3, 1, most, "rows of a bin, at least"),
  minDataPerGroup: integer(100, 1, most, "rows of a group of categories, at least"),
  maxCatToOnehot: integer(4, 1, most, "categories of a column up to which a split takes one of them out"),
  catSmooth: number(10, 0, 1e300, "smoothing of rare categories"),
  histogramPoolSize: number(
    -1,
    -1,
    1e6,
    "megabytes of histograms that are kept for the leaves' children; -1: all",
  ),
  earlyStoppingRounds: integer(
    0,
    0,
    1_000_000,
    "stop after this many rounds without a lower validation loss, and keep the best; 0: never",
  ),
  seed: integer(0, 0, most, "seed of bags and column samples"),
  threads: integer(0, 0, 256, "threads; 0: one below 100,000 rows, else VERISIM_THREADS or all processors"),
  deterministic: { type: "boolean", default: true, description: "the same trees whatever the threads" },
};

/**
 * The options with defaults filled in.
 * @throws VerisimError `VERISIM_UNKNOWN_OPTION`, `VERISIM_OPTION_VALUE`
 */
export function resolveTreeOptions(options: Partial<TreeOptions>): TreeOptions {
  return checkOptions("boosted trees", treeOptionRows, { ...options }) as unknown as TreeOptions;
}

/**
 * The options by LightGBM's own names, as its other bindings take them.
 * @param data number of classes (multiclass), and threads
 */
export function treeParameters(
  options: TreeOptions,
  data: { readonly classCount: number; readonly threads: number },
): Record<string, string | number | boolean> {
  return {
    objective: options.objective,
    num_iterations: options.numIterations,
    learning_rate: options.learningRate,
    num_leaves: options.numLeaves,
    max_depth: options.maxDepth,
    min_data_in_leaf: options.minDataInLeaf,
    min_sum_hessian_in_leaf: options.minSumHessianInLeaf,
    min_gain_to_split: options.minGainToSplit,
    lambda_l1: options.lambdaL1,
    lambda_l2: options.lambdaL2,
    bagging_fraction: options.baggingFraction,
    bagging_freq: options.baggingFreq,
    feature_fraction: options.featureFraction,
    extra_trees: options.extraTrees,
    max_bin: options.maxBin,
    min_data_in_bin: options.minDataInBin,
    min_data_per_group: options.minDataPerGroup,
    max_cat_to_onehot: options.maxCatToOnehot,
    cat_smooth: options.catSmooth,
    histogram_pool_size: options.histogramPoolSize,
    seed: options.seed,
    num_threads: data.threads,
    verbosity: -1,
    ...(options.objective === "multiclass" ? { num_class: data.classCount } : {}),
    ...(options.deterministic ? { deterministic: true, force_row_wise: true } : {}),
  };
}

/** The text that LightGBM reads its parameters from. */
export function parameterText(
  options: TreeOptions,
  data: { readonly classCount: number; readonly categorical: readonly number[]; readonly threads: number },
): string {
  const parameters = treeParameters(options, data);
  if (data.categorical.length > 0) parameters.categorical_feature = data.categorical.join(",");
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

// The options of all strategies as rows: what code, the command line and the documents know about each comes from here.

import { checkOptions, type OptionRow } from "@verisim/core";
import type { Strategy } from "./strategies.ts";

export interface ResampleOptions {
  readonly kNeighbors: number;
  readonly mNeighbors: number;
  readonly shrinkage: number;
  readonly outStep: number;
  readonly clusters: number;
  readonly clusterBalanceThreshold: number | null;
  readonly densityExponent: number | null;
  readonly folds: number;
  readonly vote: "all" | "mode";
  readonly rounds: number;
  readonly cleaningThreshold: number;
  readonly editNeighbours: number;
  readonly voting: "soft" | "hard";
  readonly scaling: "none" | "standard";
  readonly rounding: "none" | "integers" | "column";
}

/** Name, default, range and meaning of every option. */
export const resampleOptionRows: Readonly<Record<keyof ResampleOptions, OptionRow>> = {
  kNeighbors: {
    type: "integer",
    default: 5,
    min: 1,
    max: 100_000,
    description:
      "neighbours of a row; 3 for edited-nearest-neighbours, all-knn, neighbourhood-cleaning and near-miss unless given",
  },
  mNeighbors: {
    type: "integer",
    default: 10,
    min: 1,
    max: 100_000,
    description: "neighbours among all classes that say whether a row is in danger",
  },
  shrinkage: {
    type: "number",
    default: 0,
    min: 0,
    max: 1e6,
    description:
      "random: how far rows move, as a share of the width that the rule of thumb gives; 0 repeats them",
  },
  outStep: {
    type: "number",
    default: 0.5,
    min: 0,
    max: 10,
    description: "svm-smote: how far outwards a new row may lie, in distances to the neighbour",
  },
  clusters: {
    type: "integer",
    default: 8,
    min: 1,
    max: 100_000,
    description: "kmeans-smote: clusters of all rows",
  },
  clusterBalanceThreshold: {
    type: "number",
    default: null,
    min: 0,
    max: 1,
    description:
      "kmeans-smote: least share of the class in a cluster; default: half its share of the new rows",
  },
  densityExponent: {
    type: "number",
    default: null,
    min: 0,
    max: 1000,
    description:
      "kmeans-smote: exponent of the mean distance in a cluster's sparsity; default: by the cluster's size",
  },
  folds: {
    type: "integer",
    default: 5,
    min: 2,
    max: 100,
    description: "instance-hardness: parts of the cross-validation",
  },
  vote: {
    type: "choice",
    default: "all",
    values: ["all", "mode"],
    description:
      "edited neighbours: whether all of them or most of them must agree with a row for it to stay",
  },
  rounds: {
    type: "integer",
    default: 100,
    min: 1,
    max: 10_000,
    description: "repeated-edited-nearest-neighbours: most rounds",
  },
  cleaningThreshold: {
    type: "number",
    default: 0.5,
    min: 0,
    max: 1e6,
    description:
      "neighbourhood-cleaning: classes above this share of the smallest are cleaned around misjudged rows",
  },
  editNeighbours: {
    type: "integer",
    default: 3,
    min: 1,
    max: 100_000,
    description: "smote-enn: neighbours of the edited nearest neighbours that clean",
  },
  voting: {
    type: "choice",
    default: "soft",
    values: ["soft", "hard"],
    description: "cluster-centroids: the centres themselves, or the row nearest to each",
  },
  scaling: {
    type: "choice",
    default: "none",
    values: ["none", "standard"],
    description:
      "distances of the numbers as they are, or each column divided by its standard deviation first",
  },
  rounding: {
    type: "choice",
    default: "integers",
    values: ["none", "integers", "column"],
    description:
      "new numbers of whole-number columns become whole; `column`: all get at most their column's decimals",
  },
};

/** What of them sequences have, and how far steps that belong together may lie apart. */
export const sequenceOptionRows: Readonly<
  Record<"kNeighbors" | "window" | "scaling" | "rounding", OptionRow>
> = {
  kNeighbors: { ...resampleOptionRows.kNeighbors, description: "neighbours of a sequence" },
  window: {
    type: "number",
    default: 0.1,
    min: 0,
    max: 1,
    description: "how far steps that belong together may lie apart, as a share of the longer sequence",
  },
  scaling: { ...resampleOptionRows.scaling, default: "standard" },
  rounding: resampleOptionRows.rounding,
};

/** What SmoteR and SMOGN have. */
export const regressionOptionRows: Readonly<
  Record<"threshold" | "amount" | "kNeighbors" | "perturbation" | "scaling" | "rounding", OptionRow>
> = {
  threshold: {
    type: "number",
    default: 0.8,
    min: 1e-9,
    max: 1,
    description:
      "values of the target at least this relevant are rare: 1 from the whiskers of its box plot on",
  },
  amount: {
    type: "choice",
    default: "balance",
    values: ["balance", "extreme"],
    description:
      "`balance`: every stretch gets as many rows; `extreme`: rare and usual ones change places in size",
  },
  kNeighbors: { ...resampleOptionRows.kNeighbors, description: "neighbours of a row of the stretch" },
  perturbation: {
    type: "number",
    default: 0.02,
    min: 0,
    max: 100,
    description: "smogn: width of the noise, in standard deviations, at most",
  },
  scaling: resampleOptionRows.scaling,
  rounding: resampleOptionRows.rounding,
};

/** What MLSMOTE has. */
export const multiLabelOptionRows: Readonly<
  Record<"present" | "kNeighbors" | "scaling" | "rounding", OptionRow>
> = {
  present: {
    type: "text",
    default: "true",
    description: "the text that means that a row has a label, in columns of two texts",
  },
  kNeighbors: {
    ...resampleOptionRows.kNeighbors,
    description: "neighbours among the rows that have the label",
  },
  scaling: resampleOptionRows.scaling,
  rounding: resampleOptionRows.rounding,
};

const fewer = [
  "edited-nearest-neighbours",
  "repeated-edited-nearest-neighbours",
  "all-knn",
  "neighbourhood-cleaning",
];

/**
 * Options with defaults filled in.
 * @throws VerisimError `VERISIM_UNKNOWN_OPTION`, `VERISIM_OPTION_VALUE`
 */
export function resolveOptions(
  strategy: Strategy,
  given: Readonly<Record<string, unknown>>,
): ResampleOptions {
  const defaults =
    fewer.includes(strategy.name) || strategy.name.startsWith("near-miss-") ? { kNeighbors: 3 } : {};
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return checkOptions(strategy.name, resampleOptionRows, {
    ...defaults,
    ...options,
  }) as unknown as ResampleOptions;
}

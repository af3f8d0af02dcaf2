// Options that every learned table generator has, one row each. A preset sets many at once: `verisim` is what works best
// here, `reference` what the paper and its reference implementation use; what the caller gives wins over both.

import { checkOptions, type OptionTable } from "@verisim/core";

/** Options of encoding, training and sampling that all learned table generators share. */
export interface LearningOptions {
  /** `verisim` (default): settings that work best here; `reference`: those of the paper. */
  preset?: "verisim" | "reference";
  /** Passes over the training rows, at most. */
  epochs?: number;
  /** Steps that are taken at least, however few rows there are. */
  minSteps?: number;
  /** Rows of one training step. */
  batchSize?: number;
  /** Share of the rows that training never sees, for its own score; 0: none, and the last state is kept. */
  holdoutShare?: number;
  /** Looks at the score without a gain before training stops; 0: never stop early. */
  patience?: number;
  /**
   * How numbers are cut: blocks of equal shares with frequent values apart, a Gaussian mixture (CTGAN, section 4.2), or a
   * mixture of their normal scores under a Gaussian copula.
   */
  numbers?: "blocks" | "mixture" | "copula";
  maxBlocks?: number;
  maxClusters?: number;
  /** Whether places inside of blocks are learnt; without, they are drawn evenly. */
  learnPlaces?: boolean;
  /** Categories with a choice of their own; rarer ones share blocks. */
  maxCategories?: number;
  /** Fewest rows behind a value of a number that may be written again. */
  minGroup?: number;
  /** Whether columns that another column decides are looked up. */
  derive?: boolean;
  /** Whether shares of choices are corrected after training. */
  calibrate?: boolean;
  /** Most candidates per row under a condition. */
  candidates?: number;
  /** Decay of the running means of weights that rows are drawn with; 0: the weights themselves. */
  averageDecay?: number;
  /** Share of the steps, at the end, over which the learning rates fall to zero. */
  cooldown?: number;
  /** Divides the logits that rows are drawn from: below 1 sharper than what was learnt. */
  samplingTemperature?: number;
}

export type ResolvedLearningOptions = Required<LearningOptions>;

export const learningOptions: OptionTable = {
  preset: {
    type: "choice",
    default: "verisim",
    values: ["verisim", "reference"],
    description: "verisim: settings that work best here; reference: those of the paper.",
  },
  epochs: {
    type: "integer",
    default: 300,
    min: 1,
    max: 1_000_000,
    description: "Passes over the training rows, at most.",
  },
  minSteps: {
    type: "integer",
    default: 0,
    min: 0,
    max: 10_000_000,
    description: "Training steps that are taken at least, however few rows there are.",
  },
  batchSize: {
    type: "integer",
    default: 500,
    min: 2,
    max: 100_000,
    description: "Rows of one training step.",
  },
  holdoutShare: {
    type: "number",
    default: 0.1,
    min: 0,
    max: 0.5,
    description: "Share of the rows kept out of training for its own score; 0: none, the last state is kept.",
  },
  patience: {
    type: "integer",
    default: 20,
    min: 0,
    max: 1_000_000,
    description: "Looks at the score without a gain before training stops; 0: never stop early.",
  },
  numbers: {
    type: "choice",
    default: "blocks",
    values: ["blocks", "mixture", "copula"],
    description:
      "Numbers as blocks of equal shares with frequent values apart, as a Gaussian mixture, or as one of normal scores.",
    section: "Xu et al. 2019, 4.2",
  },
  maxBlocks: { type: "integer", default: 32, min: 1, max: 1000, description: "Most blocks of a number." },
  maxClusters: {
    type: "integer",
    default: 10,
    min: 1,
    max: 100,
    description: "Most components of a mixture.",
    section: "Xu et al. 2019, 4.2",
  },
  learnPlaces: {
    type: "boolean",
    default: false,
    description: "Learn where in a block a number lies; without, it is drawn evenly.",
  },
  maxCategories: {
    type: "integer",
    default: 256,
    min: 2,
    max: 10_000,
    description: "Categories with a choice of their own; rarer ones share blocks.",
  },
  minGroup: {
    type: "integer",
    default: 5,
    min: 1,
    max: 1000,
    description: "Fewest rows behind a number that may be written again exactly.",
  },
  derive: {
    type: "boolean",
    default: true,
    description: "Compute columns that follow from others, and learn close ones by their distance.",
  },
  calibrate: {
    type: "boolean",
    default: true,
    description: "Correct the shares of each column's values after training.",
  },
  candidates: {
    type: "integer",
    default: 32,
    min: 1,
    max: 1024,
    description: "Most candidates per row under a condition.",
  },
  averageDecay: {
    type: "number",
    default: 0.995,
    min: 0,
    max: 0.999999,
    description: "Decay of the running means of weights that rows are drawn with; 0: the weights themselves.",
  },
  cooldown: {
    type: "number",
    default: 0.5,
    min: 0,
    max: 1,
    description: "Share of the steps, at the end, over which the learning rates fall to zero.",
  },
  samplingTemperature: {
    type: "number",
    default: 1,
    min: 0.05,
    max: 10,
    description:
      "Divides the logits before a row's alternatives are drawn: 1 draws as learnt, near 0 takes the likeliest.",
  },
};

/** What the preset `reference` of generators of Xu et al. 2019 changes here: the settings of their implementation. */
export const learningReference: LearningOptions = {
  epochs: 300,
  minSteps: 0,
  holdoutShare: 0,
  patience: 0,
  numbers: "mixture",
  derive: false,
  averageDecay: 0,
  cooldown: 0,
};

/**
 * Options with the preset's settings and then all defaults filled in.
 * @param reference what the preset `reference` changes
 * @throws VerisimError as `checkOptions` of @verisim/core
 */
export function resolveByPreset<Options extends object>(
  generator: string,
  rows: OptionTable,
  reference: Partial<Options>,
  given: Options,
): Required<Options> {
  const named = given as Readonly<Record<string, unknown>>;
  const preset = named.preset === "reference" ? (reference as Readonly<Record<string, unknown>>) : {};
  const own = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return checkOptions(generator, rows, { ...preset, ...own }) as Required<Options>;
}

/** A table of options with other defaults. */
export function withDefaults(
  rows: OptionTable,
  defaults: Readonly<Record<string, number | boolean | string | readonly number[]>>,
): OptionTable {
  return Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [
      name,
      Object.hasOwn(defaults, name) ? { ...row, default: defaults[name]! } : row,
    ]),
  );
}

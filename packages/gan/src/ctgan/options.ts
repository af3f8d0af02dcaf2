// The options of CTGAN, one row each: types, checks, flags and documentation come from here. Names and the values of the
// preset `reference` are those of the paper's own implementation.

import type { OptionTable } from "@verisim/core";
import {
  type LearningOptions,
  learningOptions,
  type ResolvedLearningOptions,
  resolveByPreset,
  withDefaults,
} from "@verisim/neural";

export interface CTGANOptions extends LearningOptions {
  /** Width of the noise. */
  embeddingDim?: number;
  /** Widths of the generator's residual blocks. */
  generatorDims?: readonly number[];
  /** Widths of the critic's layers. */
  discriminatorDims?: readonly number[];
  generatorLr?: number;
  generatorDecay?: number;
  discriminatorLr?: number;
  discriminatorDecay?: number;
  /** Critic steps per generator step. */
  discriminatorSteps?: number;
  /** Rows that the critic sees at once. */
  pac?: number;
  /** Weight of the gradient penalty. */
  gradientPenalty?: number;
  /** Share of the critic's units that are left out at random. */
  dropout?: number;
  /** Temperature of the Gumbel-softmax. */
  temperature?: number;
  /** Decay of the running means of the generator's weights that rows are drawn with; 0: the weights themselves. */
  averageDecay?: number;
  /** Share of the steps, at the end, over which the learning rates fall to zero. */
  cooldown?: number;
}

export type ResolvedCTGANOptions = Required<CTGANOptions> & ResolvedLearningOptions;

/** The rows that GANs of this kind have beside those that all learned generators share. */
const ganRows: OptionTable = {
  embeddingDim: {
    type: "integer",
    default: 128,
    min: 1,
    max: 4096,
    description: "Width of the noise.",
    section: "4.4",
  },
  generatorDims: {
    type: "integers",
    default: [256, 256],
    min: 1,
    max: 8192,
    description: "Widths of the generator's residual blocks.",
    section: "4.4",
  },
  discriminatorDims: {
    type: "integers",
    default: [256, 256],
    min: 1,
    max: 8192,
    description: "Widths of the critic's layers.",
    section: "4.4",
  },
  generatorLr: {
    type: "number",
    default: 2e-4,
    min: 1e-8,
    max: 1,
    description: "Learning rate of the generator.",
    section: "4.3",
  },
  generatorDecay: {
    type: "number",
    default: 1e-6,
    min: 0,
    max: 1,
    description: "Weight decay of the generator.",
  },
  discriminatorLr: {
    type: "number",
    default: 2e-4,
    min: 1e-8,
    max: 1,
    description: "Learning rate of the critic.",
    section: "4.3",
  },
  discriminatorDecay: {
    type: "number",
    default: 1e-6,
    min: 0,
    max: 1,
    description: "Weight decay of the critic.",
  },
  discriminatorSteps: {
    type: "integer",
    default: 1,
    min: 1,
    max: 20,
    description: "Critic steps per generator step.",
  },
  pac: {
    type: "integer",
    default: 10,
    min: 1,
    max: 100,
    description: "Rows that the critic sees at once; divides batchSize.",
    section: "4.3 (Lin et al. 2018)",
  },
  gradientPenalty: {
    type: "number",
    default: 10,
    min: 0,
    max: 1000,
    description: "Weight of the gradient penalty.",
    section: "4.3 (Gulrajani et al. 2017)",
  },
  dropout: {
    type: "number",
    default: 0.5,
    min: 0,
    max: 0.95,
    description: "Share of the critic's units left out at random.",
  },
  temperature: {
    type: "number",
    default: 0.2,
    min: 0.01,
    max: 10,
    description: "Temperature of the Gumbel-softmax.",
    section: "4.4",
  },
  averageDecay: {
    type: "number",
    default: 0.999,
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
};

export const ctganOptions: OptionTable = {
  ...withDefaults(learningOptions, { minSteps: 5000, maxBlocks: 20, learnPlaces: true }),
  ...ganRows,
};

/** What the preset `reference` changes: the settings of the paper and of its reference implementation. */
export const ganReference: Partial<CTGANOptions> = {
  minSteps: 0,
  holdoutShare: 0,
  numbers: "mixture",
  derive: false,
  averageDecay: 0,
  cooldown: 0,
};

/** @throws VerisimError as `checkOptions` of @verisim/core; `VERISIM_OPTION_VALUE` where pac does not divide batchSize */
export function resolveCTGAN(options: CTGANOptions): ResolvedCTGANOptions {
  return fittingPac(resolveByPreset("ctgan", ctganOptions, ganReference, options) as ResolvedCTGANOptions);
}

/** A batch that is no multiple of pac is made one: the rows of a step are whole packs. */
export function fittingPac(options: ResolvedCTGANOptions): ResolvedCTGANOptions {
  const { batchSize, pac } = options;
  return { ...options, batchSize: Math.max(1, Math.round(batchSize / pac)) * pac };
}

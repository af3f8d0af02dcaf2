// The options of TVAE, one row each: types, checks, flags and documentation come from here. Names and the values of the
// preset `reference` are those of the paper's own implementation.

import type { OptionTable } from "@verisim/core";
import {
  type LearningOptions,
  learningOptions,
  learningReference,
  type ResolvedLearningOptions,
  resolveByPreset,
  withDefaults,
} from "@verisim/neural";

export interface TVAEOptions extends LearningOptions {
  /** Width of the latent sample. */
  embeddingDim?: number;
  /** Widths of the encoder's layers. */
  compressDims?: readonly number[];
  /** Widths of the decoder's layers. */
  decompressDims?: readonly number[];
  learningRate?: number;
  /** Weight decay. */
  l2scale?: number;
  /** Weight of the reconstruction against the divergence. */
  lossFactor?: number;
}

export type ResolvedTVAEOptions = Required<TVAEOptions> & ResolvedLearningOptions;

export const tvaeOptions: OptionTable = {
  ...withDefaults(learningOptions, { epochs: 150, minSteps: 5000, maxBlocks: 48, averageDecay: 0.999 }),
  embeddingDim: {
    type: "integer",
    default: 128,
    min: 1,
    max: 4096,
    description: "Width of the latent sample.",
    section: "4.5",
  },
  compressDims: {
    type: "integers",
    default: [128, 128],
    min: 1,
    max: 8192,
    description: "Widths of the encoder's layers.",
    section: "4.5",
  },
  decompressDims: {
    type: "integers",
    default: [128, 128],
    min: 1,
    max: 8192,
    description: "Widths of the decoder's layers.",
    section: "4.5",
  },
  learningRate: {
    type: "number",
    default: 1e-3,
    min: 1e-8,
    max: 1,
    description: "Learning rate of both.",
    section: "4.5",
  },
  l2scale: { type: "number", default: 1e-5, min: 0, max: 1, description: "Weight decay." },
  lossFactor: {
    type: "number",
    default: 2,
    min: 0.01,
    max: 1000,
    description: "Weight of the reconstruction against the divergence.",
    section: "4.5",
  },
};

/**
 * What the preset `reference` changes: the settings of the paper and of its reference implementation. That one takes each
 * column's likeliest alternative, which keeps labels to their rows and loses rare ones; half the temperature, with the
 * shares calibrated, keeps both.
 */
export const tvaeReference: Partial<TVAEOptions> = { ...learningReference, samplingTemperature: 0.5 };

/** @throws VerisimError as `checkOptions` of @verisim/core */
export function resolveTVAE(options: TVAEOptions): ResolvedTVAEOptions {
  return resolveByPreset("tvae", tvaeOptions, tvaeReference, options) as ResolvedTVAEOptions;
}

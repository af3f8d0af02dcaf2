// The options of VAM, one row each: types, checks, flags and documentation come from here.

import type { OptionTable } from "@verisim/core";
import {
  type LearningOptions,
  learningOptions,
  type ResolvedLearningOptions,
  resolveByPreset,
  withDefaults,
} from "@verisim/neural";
import type { JointOptions } from "./network/joint-network.ts";

export interface VAMOptions extends LearningOptions {
  /** The modality of each column by name; columns that are not named are of the modality `table`. */
  modalities?: Readonly<Record<string, string>>;
  /** Words of a text modality's vocabulary, at most. */
  maxWords?: number;
  /** Width of the joint latent. */
  embeddingDim?: number;
  /** Widths of the layers of every encoder. */
  compressDims?: readonly number[];
  /** Widths of the layers of every decoder. */
  decompressDims?: readonly number[];
  learningRate?: number;
  /** Weight decay. */
  l2scale?: number;
  /** Weight of the reconstruction against the divergence. */
  lossFactor?: number;
  /** Share of the rows of a step that lose cells and modalities. */
  maskedShare?: number;
  /** Normal distributions of the learnt prior; 0: the prior is standard normal. */
  priorComponents?: number;
  /** Coupling layers of the learnt prior. */
  priorLayers?: number;
  /** Weight of fooling the adversary; 0: none. */
  adversaryWeight?: number;
  /** Widths of the adversary's layers. */
  adversaryDims?: readonly number[];
}

export type ResolvedVAMOptions = Required<VAMOptions> & ResolvedLearningOptions;

export const vamOptions: OptionTable = {
  ...withDefaults(learningOptions, { minSteps: 3000, maxBlocks: 48 }),
  modalities: {
    type: "map",
    default: {},
    description: "Modality of each column; columns that are not named are of the modality table.",
  },
  maxWords: {
    type: "integer",
    default: 1000,
    min: 1,
    max: 100_000,
    description: "Words of a text modality's vocabulary, at most (records of several modalities only).",
  },
  embeddingDim: {
    type: "integer",
    default: 64,
    min: 1,
    max: 4096,
    description: "Width of the joint latent.",
  },
  compressDims: {
    type: "integers",
    default: [128, 128],
    min: 1,
    max: 8192,
    description: "Widths of the layers of every encoder.",
  },
  decompressDims: {
    type: "integers",
    default: [128, 128],
    min: 1,
    max: 8192,
    description: "Widths of the layers of every decoder.",
  },
  learningRate: {
    type: "number",
    default: 1e-3,
    min: 1e-8,
    max: 1,
    description: "Learning rate of all networks.",
  },
  l2scale: { type: "number", default: 1e-5, min: 0, max: 1, description: "Weight decay." },
  lossFactor: {
    type: "number",
    default: 4,
    min: 0.01,
    max: 1000,
    description: "Weight of the reconstruction against the divergence.",
  },
  maskedShare: {
    type: "number",
    default: 0.5,
    min: 0,
    max: 1,
    description: "Share of the rows of a step that lose cells and modalities.",
  },
  priorComponents: {
    type: "integer",
    default: 16,
    min: 0,
    max: 1000,
    description: "Normal distributions of the learnt prior of the joint latent; 0: it is standard normal.",
  },
  priorLayers: {
    type: "integer",
    default: 4,
    min: 0,
    max: 32,
    description: "Coupling layers of the learnt prior of the joint latent.",
  },
  adversaryWeight: {
    type: "number",
    default: 0.1,
    min: 0,
    max: 100,
    description: "Weight of fooling the adversary of the joint latent; 0: none.",
  },
  adversaryDims: {
    type: "integers",
    default: [64],
    min: 1,
    max: 8192,
    description: "Widths of the adversary's layers.",
  },
};

/** What the preset `reference` changes: nothing but what the literature has. */
export const vamReference: Partial<VAMOptions> = {
  minSteps: 0,
  holdoutShare: 0,
  derive: false,
  lossFactor: 1,
  priorComponents: 0,
  averageDecay: 0,
  cooldown: 0,
};

/** @throws VerisimError as `checkOptions` of @verisim/core */
export function resolveVAM(options: VAMOptions): ResolvedVAMOptions {
  return resolveByPreset("vam", vamOptions, vamReference, options) as ResolvedVAMOptions;
}

/** The options of the joint network. */
export function jointOptions(options: ResolvedVAMOptions): JointOptions {
  return {
    latent: options.embeddingDim,
    compress: options.compressDims,
    decompress: options.decompressDims,
    learningRate: options.learningRate,
    weightDecay: options.l2scale,
    lossFactor: options.lossFactor,
    maskedShare: options.maskedShare,
    prior: {
      latent: options.embeddingDim,
      components: options.priorComponents,
      layers: options.priorLayers,
    },
    adversaryWeight: options.adversaryWeight,
    adversaryDims: options.adversaryDims,
    averageDecay: options.averageDecay,
  };
}

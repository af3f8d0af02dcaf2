// The options of the attention-correlation GAN, one row each: types, checks, flags and documentation come from here. Sizes and
// the generator's rate were chosen on parts of the training rows of insurance and crop_recommendation, see docs/benchmarks.md.

import type { OptionTable } from "@verisim/core";
import {
  fittingPac,
  type GanOptions,
  ganReference,
  ganRows,
  type LearningOptions,
  learningOptions,
  type ResolvedLearningOptions,
  resolveByPreset,
  withDefaults,
} from "@verisim/neural";

export interface AttentionGANOptions extends LearningOptions, Partial<Omit<GanOptions, "averageDecay">> {
  /** Width of a column's token; a multiple of `heads`. */
  tokenDim?: number;
  heads?: number;
  layers?: number;
  /** Self-attention over the columns, which corrects what the residual blocks make; without, the generator of CTGAN. */
  attention?: boolean;
  /** Widths of the generator's residual blocks. */
  generatorDims?: readonly number[];
  /** Weight of the difference of correlations in the generator's loss; 0: no constraint. */
  correlationWeight?: number;
}

export type ResolvedAttentionGANOptions = Required<AttentionGANOptions> & ResolvedLearningOptions;

export const attentionGANOptions: OptionTable = {
  ...withDefaults(learningOptions, { epochs: 100, minSteps: 5000, maxBlocks: 20, learnPlaces: true }),
  ...withDefaults(ganRows, { embeddingDim: 64, generatorDims: [128, 128], generatorLr: 6e-4 }),
  attention: {
    type: "boolean",
    default: true,
    description:
      "Self-attention over the columns, which corrects what the residual blocks make; without, the generator of CTGAN.",
  },
  tokenDim: {
    type: "integer",
    default: 32,
    min: 1,
    max: 1024,
    description: "Width of a column's token; a multiple of heads.",
  },
  heads: { type: "integer", default: 4, min: 1, max: 64, description: "Heads of the attention." },
  layers: { type: "integer", default: 2, min: 1, max: 24, description: "Blocks of attention." },
  correlationWeight: {
    type: "number",
    default: 1,
    min: 0,
    max: 1000,
    description: "Weight of the difference of correlations in the generator's loss; 0: no constraint.",
  },
};

/** What the preset `reference` changes: the GAN's own settings. */
export const attentionReference: Partial<AttentionGANOptions> = { ...ganReference, generatorLr: 2e-4 };

/** @throws VerisimError as `checkOptions` of @verisim/core */
export function resolveAttentionGAN(options: AttentionGANOptions): ResolvedAttentionGANOptions {
  const resolved = resolveByPreset<AttentionGANOptions>(
    "attention-gan",
    attentionGANOptions,
    attentionReference,
    options,
  );
  return fittingPac(resolved as ResolvedAttentionGANOptions);
}

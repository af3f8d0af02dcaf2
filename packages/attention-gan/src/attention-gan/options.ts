// The options of the attention-correlation GAN, one row each: types, checks, flags and documentation come from here.

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
  /** Self-attention over the columns; without, the residual generator of CTGAN. */
  attention?: boolean;
  /** Widths of the residual blocks of the generator without attention. */
  generatorDims?: readonly number[];
  /** Weight of the difference of correlations in the generator's loss; 0: no constraint. */
  correlationWeight?: number;
}

export type ResolvedAttentionGANOptions = Required<AttentionGANOptions> & ResolvedLearningOptions;

export const attentionGANOptions: OptionTable = {
  ...withDefaults(learningOptions, { epochs: 100, minSteps: 5000, maxBlocks: 20, learnPlaces: true }),
  ...ganRows,
  attention: {
    type: "boolean",
    default: true,
    description: "Self-attention over the columns; without, the residual generator of CTGAN.",
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

/** @throws VerisimError as `checkOptions` of @verisim/core */
export function resolveAttentionGAN(options: AttentionGANOptions): ResolvedAttentionGANOptions {
  const resolved = resolveByPreset<AttentionGANOptions>(
    "attention-gan",
    attentionGANOptions,
    ganReference,
    options,
  );
  return fittingPac(resolved as ResolvedAttentionGANOptions);
}

// The options of CTGAN, one row each: types, checks, flags and documentation come from here. Names and the values of the
// preset `reference` are those of the paper's own implementation.

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

export interface CTGANOptions extends LearningOptions, Partial<Omit<GanOptions, "averageDecay">> {
  /** Widths of the generator's residual blocks. */
  generatorDims?: readonly number[];
}

export type ResolvedCTGANOptions = Required<CTGANOptions> & ResolvedLearningOptions;

export const ctganOptions: OptionTable = {
  ...withDefaults(learningOptions, { epochs: 100, minSteps: 5000, maxBlocks: 20, learnPlaces: true }),
  ...withDefaults(ganRows, { embeddingDim: 64, generatorDims: [128, 128] }),
};

/** @throws VerisimError as `checkOptions` of @verisim/core; `VERISIM_OPTION_VALUE` where pac does not divide batchSize */
export function resolveCTGAN(options: CTGANOptions): ResolvedCTGANOptions {
  return fittingPac(
    resolveByPreset<CTGANOptions>("ctgan", ctganOptions, ganReference, options) as ResolvedCTGANOptions,
  );
}

// CTGAN (Xu et al. 2019): a conditional Wasserstein GAN over mode-specific encodings, trained by sampling.

import type { GeneratorDefinition } from "@verisim/core";
import { entryOf, ganReference, type LearnedDefinition, LearnedGenerator } from "@verisim/neural";
import { ctganNetwork } from "./network.ts";
import { type CTGANOptions, ctganOptions, type ResolvedCTGANOptions, resolveCTGAN } from "./options.ts";

const definition: LearnedDefinition<CTGANOptions> = {
  name: "ctgan",
  options: ctganOptions,
  formatVersion: 1,
  resolve: resolveCTGAN,
  network: (options) => ctganNetwork(options as ResolvedCTGANOptions),
};

/**
 * Conditional GAN for mixed tables.
 *
 * @example
 * ```ts
 * const model = await new CTGAN({ epochs: 100 }).fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1 });
 * ```
 */
export class CTGAN extends LearnedGenerator<CTGANOptions> {
  constructor(options: CTGANOptions = {}) {
    super(definition, options);
  }
}

/** CTGAN's entry in the list of generators. */
export const ctgan: GeneratorDefinition = entryOf(definition, CTGAN, {
  summary: "A conditional GAN over every column's modes; minutes to fit.",
  paper:
    "Xu, Skoularidou, Cuesta-Infante and Veeramachaneni, Modeling tabular data using conditional GAN, NeurIPS 2019",
  reference: ganReference,
});

// CopulaGAN (of the Synthetic Data Vault): CTGAN over the normal scores of a Gaussian copula, so that every number is as
// easy to learn as a normal one, whatever its distribution.

import type { GeneratorDefinition } from "@verisim/core";
import { entryOf, type LearnedDefinition, LearnedGenerator } from "@verisim/neural";
import { ctganNetwork } from "../ctgan/network.ts";
import {
  type CopulaGANOptions,
  copulaGANOptions,
  copulaGANReference,
  type ResolvedCopulaGANOptions,
  resolveCopulaGAN,
} from "./options.ts";

const definition: LearnedDefinition<CopulaGANOptions> = {
  name: "copulagan",
  options: copulaGANOptions,
  formatVersion: 1,
  resolve: resolveCopulaGAN,
  network: (options) => ctganNetwork(options as ResolvedCopulaGANOptions),
  encoding: ({ defaultMarginal, scores }) => ({ marginal: defaultMarginal, scores }),
};

/**
 * Conditional GAN over normal scores, for mixed tables whose numbers are skewed or heavy-tailed.
 *
 * @example
 * ```ts
 * const model = await new CopulaGAN({ epochs: 100 }).fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1 });
 * ```
 */
export class CopulaGAN extends LearnedGenerator<CopulaGANOptions> {
  constructor(options: CopulaGANOptions = {}) {
    super(definition, options);
  }
}

/** CopulaGAN's entry in the list of generators. */
export const copulagan: GeneratorDefinition = entryOf(definition, CopulaGAN, {
  summary: "CTGAN over the normal scores of a Gaussian copula; minutes to fit.",
  paper:
    "Patki, Wedge and Veeramachaneni, The Synthetic Data Vault, DSAA 2016, for the copula; Xu et al., NeurIPS 2019, for the GAN",
  reference: copulaGANReference,
});

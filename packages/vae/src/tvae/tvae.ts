// TVAE (Xu et al. 2019, section 4.5): a variational autoencoder over encoded rows.

import type { GeneratorDefinition } from "@verisim/core";
import { entryOf, type LearnedDefinition, LearnedGenerator } from "@verisim/neural";
import { tvaeNetwork } from "./network.ts";
import {
  type ResolvedTVAEOptions,
  resolveTVAE,
  type TVAEOptions,
  tvaeOptions,
  tvaeReference,
} from "./options.ts";

const definition: LearnedDefinition<TVAEOptions> = {
  name: "tvae",
  options: tvaeOptions,
  formatVersion: 1,
  resolve: resolveTVAE,
  network: (options) => tvaeNetwork(options as ResolvedTVAEOptions),
};

/**
 * Variational autoencoder for mixed tables.
 *
 * @example
 * ```ts
 * const model = await new TVAE({ epochs: 100 }).fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1 });
 * ```
 */
export class TVAE extends LearnedGenerator<TVAEOptions> {
  constructor(options: TVAEOptions = {}) {
    super(definition, options);
  }
}

/** TVAE's entry in the list of generators. */
export const tvae: GeneratorDefinition = entryOf(definition, TVAE, {
  summary: "A variational autoencoder over encoded rows; the quickest of the neural generators.",
  paper:
    "Xu, Skoularidou, Cuesta-Infante and Veeramachaneni, Modeling tabular data using conditional GAN, NeurIPS 2019",
  reference: tvaeReference,
});

// TVAE (Xu et al. 2019, section 4.5): a variational autoencoder over encoded rows.

import type { Artifact, GeneratorDefinition } from "@verisim/core";
import { type LearnedDefinition, LearnedGenerator } from "@verisim/neural";
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

  /** @throws VerisimError `VERISIM_MODEL_FILE` */
  static fromArtifact(artifact: Artifact): TVAE {
    return new TVAE(artifact.manifest.options as TVAEOptions).load(artifact);
  }
}

/** TVAE's entry in the list of generators. */
export const tvae: GeneratorDefinition = {
  name: definition.name,
  summary: "A variational autoencoder over encoded rows; the quickest of the neural generators.",
  paper:
    "Xu, Skoularidou, Cuesta-Infante and Veeramachaneni, Modeling tabular data using conditional GAN, NeurIPS 2019",
  options: tvaeOptions,
  trains: true,
  presets: { reference: tvaeReference },
  create: (options) => new TVAE((options ?? {}) as TVAEOptions),
  fromArtifact: (artifact) => TVAE.fromArtifact(artifact),
};

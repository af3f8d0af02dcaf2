// The attention-correlation GAN: a conditional Wasserstein GAN whose generator attends over the columns and is held to the
// data's correlations.

import { type GeneratorDefinition, VerisimError } from "@verisim/core";
import {
  conditionalGan,
  correlationConstraint,
  entryOf,
  type LearnedDefinition,
  LearnedGenerator,
  residualGenerator,
  type TableNetwork,
} from "@verisim/neural";
import { attentionGenerator } from "./attention-generator.ts";
import {
  type AttentionGANOptions,
  attentionGANOptions,
  attentionReference,
  type ResolvedAttentionGANOptions,
  resolveAttentionGAN,
} from "./options.ts";

const definition: LearnedDefinition<AttentionGANOptions> = {
  name: "attention-gan",
  options: attentionGANOptions,
  formatVersion: 2,
  resolve: resolveAttentionGAN,
  network: (options) => network(options as ResolvedAttentionGANOptions),
};

function network(options: ResolvedAttentionGANOptions): TableNetwork {
  const { attention, embeddingDim, generatorDims, tokenDim, heads, correlationWeight } = options;
  if (attention && tokenDim % heads !== 0)
    throw new VerisimError(
      "VERISIM_OPTION_VALUE",
      `Expected a tokenDim that heads = ${heads} divides but received ${tokenDim}.`,
      { where: { option: "tokenDim" } },
    );
  const generator = attention ? attentionGenerator(options) : residualGenerator(embeddingDim, generatorDims);
  return conditionalGan(
    options,
    generator,
    correlationWeight > 0 ? correlationConstraint(correlationWeight) : undefined,
  );
}

/**
 * GAN with multi-head self-attention over the columns and a correlation constraint.
 *
 * @example
 * ```ts
 * const model = await new AttentionGAN({ epochs: 100 }).fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1, counts: { column: "label", counts: new Map([["rice", 500]]) } });
 * ```
 */
export class AttentionGAN extends LearnedGenerator<AttentionGANOptions> {
  constructor(options: AttentionGANOptions = {}) {
    super(definition, options);
  }
}

/** The attention-correlation GAN's entry in the list of generators. */
export const attentionGAN: GeneratorDefinition = entryOf(definition, AttentionGAN, {
  summary: "A GAN whose columns attend to each other, held to the data's correlations; minutes to fit.",
  paper:
    "Xu et al., NeurIPS 2019 (the GAN); Vaswani et al., Attention is all you need, NIPS 2017 (the generator)",
  reference: attentionReference,
});

// TabularDiffusion: mixed-type diffusion over the columns of a table.

import type { GeneratorDefinition } from "@verisim/core";
import { AskedSource, entryOf, type LearnedDefinition, LearnedGenerator } from "@verisim/neural";
import { type DiffusionNetwork, diffusionNetwork } from "./network.ts";
import {
  type ResolvedDiffusionOptions,
  resolveDiffusion,
  type TabularDiffusionOptions,
  tabularDiffusionOptions,
} from "./options.ts";

const definition: LearnedDefinition<TabularDiffusionOptions> = {
  name: "tabular-diffusion",
  options: tabularDiffusionOptions,
  formatVersion: 1,
  resolve: resolveDiffusion,
  network: (options, encoding) => diffusionNetwork(options as ResolvedDiffusionOptions, encoding),
  source: (parts, maps) => {
    const { asked } = parts.network as DiffusionNetwork;
    return new AskedSource(
      parts,
      maps,
      asked,
      parts.layout.widths.map((_, column) => column),
    );
  },
};

/**
 * Diffusion model for mixed tables.
 *
 * @example
 * ```ts
 * const model = await new TabularDiffusion().fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1 });
 * ```
 */
export class TabularDiffusion extends LearnedGenerator<TabularDiffusionOptions> {
  constructor(options: TabularDiffusionOptions = {}) {
    super(definition, options);
  }
}

/** TabularDiffusion's entry in the list of generators. */
export const tabularDiffusion: GeneratorDefinition = entryOf(definition, TabularDiffusion, {
  summary: "Diffusion over mixed columns: numbers through noise, categories hidden and shown, in few steps.",
  paper:
    "Shi, Xu, Hua, Zhang, Ermon and Leskovec, TabDiff: a mixed-type diffusion model for tabular data generation, ICLR 2025",
  reference: {},
});

// TabularDiffusion: mixed-type diffusion over the columns of a table.

import type { CompleteOptions, GeneratorDefinition, Table } from "@verisim/core";
import {
  AskedSource,
  completeTable,
  entryOf,
  type LearnedDefinition,
  LearnedGenerator,
  type PlaceMaps,
  type SamplerParts,
} from "@verisim/neural";
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
  source: diffusionSource,
};

function diffusionSource(parts: SamplerParts, maps: PlaceMaps): AskedSource {
  const { asked } = parts.network as DiffusionNetwork;
  const order = parts.layout.widths.map((_, column) => column);
  return new AskedSource(parts, maps, asked, order);
}

/**
 * Diffusion model for mixed tables.
 *
 * @example
 * ```ts
 * const model = await new TabularDiffusion().fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1 });
 * const whole = await model.complete(table);
 * ```
 */
export class TabularDiffusion extends LearnedGenerator<TabularDiffusionOptions> {
  constructor(options: TabularDiffusionOptions = {}) {
    super(definition, options);
  }

  /**
   * A table whose missing cells are drawn from those that are there, and whose missing columns are added; row i is a
   * function of (model, seed, i, the row's cells). Cells that are there stay as they are and are seen without noise. A
   * category that was never seen says as much as a missing cell.
   * @param table some or all of the learnt columns
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_COLUMN_KIND`, `VERISIM_ABORTED`
   */
  async complete(table: Table, options: CompleteOptions = {}): Promise<Table> {
    const { candidates } = resolveDiffusion(this.options);
    const form = await this.sample(0);
    return completeTable({ ...this.exported(), form, candidates, sourceOf: diffusionSource }, table, options);
  }
}

/** TabularDiffusion's entry in the list of generators. */
export const tabularDiffusion: GeneratorDefinition = entryOf(definition, TabularDiffusion, {
  summary: "Diffusion over mixed columns: numbers through noise, categories hidden and shown, in few steps.",
  paper:
    "Shi, Xu, Hua, Zhang, Ermon and Leskovec, TabDiff: a mixed-type diffusion model for tabular data generation, ICLR 2025",
  reference: {},
});

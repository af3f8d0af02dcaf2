// An any-order autoregressive table: every column from any others, so that rows are drawn, conditioned, completed and
// weighed by one network.

import type { GeneratorDefinition } from "@verisim/core";
import { type LearnedDefinition, LearnedGenerator } from "@verisim/neural";
import { chainNetwork } from "./chain-network.ts";
import { ChainSource } from "./chain-source.ts";
import {
  type AutoregressiveTableOptions,
  autoregressiveOptions,
  type ResolvedAutoregressiveOptions,
  resolveAutoregressive,
} from "./options.ts";

const definition: LearnedDefinition<AutoregressiveTableOptions> = {
  name: "autoregressive",
  options: autoregressiveOptions,
  formatVersion: 1,
  resolve: resolveAutoregressive,
  network: (options, encoding) => chainNetwork(options as ResolvedAutoregressiveOptions, encoding),
  source: (parts, maps) => new ChainSource(parts, maps),
};

/**
 * Any-order autoregressive network over the cells of a table.
 *
 * @example
 * ```ts
 * const model = await new AutoregressiveTable().fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1 });
 * ```
 */
export class AutoregressiveTable extends LearnedGenerator<AutoregressiveTableOptions> {
  constructor(options: AutoregressiveTableOptions = {}) {
    super(definition, options);
  }
}

/** The entry in the list of generators. */
export const autoregressive: GeneratorDefinition = {
  name: definition.name,
  summary: "Every column from any others by one small network; close to the data, any condition, fills gaps.",
  paper:
    "Uria, Murray and Larochelle, A deep and tractable density estimator, ICML 2014; Tiwald et al., TabularARGN, 2025",
  options: autoregressiveOptions,
  trains: true,
  create: (options) => new AutoregressiveTable((options ?? {}) as AutoregressiveTableOptions),
  fromArtifact: (artifact) => AutoregressiveTable.fromArtifact(artifact),
};

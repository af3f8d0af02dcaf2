// An any-order autoregressive table: every column from any others, so that rows are drawn, conditioned, completed and
// weighed by one network.

import type { CompleteOptions, GeneratorDefinition, Table } from "@verisim/core";
import { completeTable, type LearnedDefinition, LearnedGenerator } from "@verisim/neural";
import { chainNetwork, chainSource } from "./chain-network.ts";
import {
  type AutoregressiveTableOptions,
  autoregressiveOptions,
  type ResolvedAutoregressiveOptions,
  resolveAutoregressive,
} from "./options.ts";
import { rareWarnings } from "./rare-categories.ts";
import { type Prediction, predictColumn, rowLikelihoods } from "./row-likelihood.ts";

const definition: LearnedDefinition<AutoregressiveTableOptions> = {
  name: "autoregressive",
  options: autoregressiveOptions,
  formatVersion: 1,
  resolve: resolveAutoregressive,
  network: (options, encoding) => chainNetwork(options as ResolvedAutoregressiveOptions, encoding),
  encoding: ({ maxBlocks }, rowCount) => ({ maxBlocks: maxBlocks ?? blocksOf(rowCount) }),
  maxSteps: ({ maxSteps }) => maxSteps,
  source: chainSource,
};

/** Rows behind a block of a number, on average, and the bounds of their number. */
const rowsPerBlock = 40;
const [fewestBlocks, mostBlocks] = [10, 100];

/** Blocks of a number: of few rows a network would learn the rows rather than the column. */
function blocksOf(rowCount: number): number {
  return Math.max(fewestBlocks, Math.min(mostBlocks, Math.ceil(rowCount / rowsPerBlock)));
}

/**
 * Any-order autoregressive network over the cells of a table.
 *
 * @example
 * ```ts
 * const model = await new AutoregressiveTable().fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1 });
 * const whole = await model.complete(table);
 * const { values, probabilities } = await model.predict(table, "income");
 * const logs = await model.logLikelihood(table);
 * ```
 */
export class AutoregressiveTable extends LearnedGenerator<AutoregressiveTableOptions> {
  constructor(options: AutoregressiveTableOptions = {}) {
    super(definition, options);
  }

  override get warnings(): readonly string[] {
    const { encoding, parts } = this.exported();
    return [...super.warnings, ...rareWarnings(encoding, parts)];
  }

  /**
   * A table whose missing cells are drawn from those that are there, and whose missing columns are added; row i is a
   * function of (model, seed, i, the row's cells). Cells that are there stay as they are. A category that was never seen
   * says as much as a missing cell.
   * @param table some or all of the learnt columns
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_COLUMN_KIND`, `VERISIM_ABORTED`
   */
  async complete(table: Table, options: CompleteOptions = {}): Promise<Table> {
    const { candidates } = resolveAutoregressive(this.options);
    const form = await this.sample(0);
    return completeTable({ ...this.exported(), form, candidates, sourceOf: chainSource }, table, options);
  }

  /**
   * The natural logarithm of each row's probability: of its categories, of missing cells, and of the blocks that its numbers
   * are in. Rows of columns that are looked up or never vary count as they must be.
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_COLUMN_KIND`
   */
  async logLikelihood(table: Table): Promise<Float64Array> {
    const { encoding, parts } = this.exported();
    return rowLikelihoods(encoding, parts, table);
  }

  /**
   * How likely each value of a column of categories is, from the other cells of each row; missing ones are left open.
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_UNKNOWN_COLUMN` for a column that is not learnt as categories
   */
  async predict(table: Table, target: string): Promise<Prediction> {
    const { encoding, parts } = this.exported();
    return predictColumn(encoding, parts, table, target);
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

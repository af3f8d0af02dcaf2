// VAM: one variational autoencoder for each modality of a record, an adversary, and linear fusion of what they say. For a
// table the modalities are groups of its columns.

import type { GeneratorDefinition, Table } from "@verisim/core";
import { entryOf, type LearnedDefinition, LearnedGenerator } from "@verisim/neural";
import {
  jointOptions,
  type ResolvedVAMOptions,
  resolveVAM,
  type VAMOptions,
  vamOptions,
  vamReference,
} from "./options.ts";
import { type RecordFitOptions, RecordModel } from "./records/record-model.ts";
import type { Records } from "./records/records.ts";
import { type ImputeOptions, imputeTable } from "./table/impute-table.ts";
import { vamNetwork } from "./table/table-network.ts";
import { tableParts } from "./table/table-parts.ts";

const definition: LearnedDefinition<VAMOptions> = {
  name: "vam",
  options: vamOptions,
  formatVersion: 1,
  resolve: resolveVAM,
  network: (options, encoding) =>
    vamNetwork(encoding, options.modalities, jointOptions(options as ResolvedVAMOptions)),
  // Encoders read where in a block a number lies.
  encoding: () => ({ numbers: "blocks", places: true }),
};

/**
 * Variational autoencoders of several modalities for mixed tables with missing cells.
 *
 * @example
 * ```ts
 * const model = await new VAM({ epochs: 100 }).fit(table, { metadata });
 * const synthetic = await model.sample(1000, { seed: 1 });
 * const whole = await model.impute(table);
 * ```
 */
export class VAM extends LearnedGenerator<VAMOptions> {
  constructor(options: VAMOptions = {}) {
    super(definition, options);
  }

  /**
   * A table of the fitted columns with its missing cells filled from those that are there. Ids, free text and columns that
   * were always missing stay as they are.
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_COLUMN_KIND`, `VERISIM_ABORTED`
   */
  async impute(table: Table, options: ImputeOptions = {}): Promise<Table> {
    const { encoding, parts } = this.exported();
    const resolved = resolveVAM(this.options);
    const filler = parts && {
      parts: tableParts(encoding, resolved.modalities),
      parameters: parts.weights,
      sizes: jointOptions(resolved),
    };
    return imputeTable(encoding, filler, table, options);
  }

  /**
   * Learns from records of several modalities; the generator itself stays as it is.
   * @throws VerisimError as `RecordModel.fit`
   */
  fitRecords(records: Records, options: RecordFitOptions = {}): Promise<RecordModel> {
    return RecordModel.fit(this.options, records, options);
  }
}

/** VAM's entry in the list of generators. */
export const vam: GeneratorDefinition = entryOf(definition, VAM, {
  summary: "Variational autoencoders of several modalities with an adversary; fills missing cells.",
  paper: "Kingma and Welling 2014; Makhzani et al. 2015; Wu and Goodman 2018",
  reference: vamReference,
});

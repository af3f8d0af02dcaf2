// Sequential trees (Reiter 2005; Nowok, Raab and Dibben 2016): columns are drawn one after another, each from a tree that
// looks at those before it. What makes them private and exact is in learnt-columns.ts, fit-trees.ts and allowed-outcomes.ts.

import {
  type Artifact,
  checkedRequest,
  collectBatches,
  drawBatches,
  drawChecked,
  type FitOptions,
  ForcedRows,
  type Generator,
  type GeneratorDefinition,
  notFitted,
  type SampleOptions,
  type StreamKey,
  streamKey,
  type Table,
  type TableMetadata,
  withNotes,
} from "@verisim/core";
import type { NoiseArray, SamplerOnnxOptions } from "@verisim/onnx";
import { relationTexts } from "@verisim/transforms";
import { modelFromArtifact, modelToArtifact } from "./artifact.ts";
import { type TreesNoiseRequest, treesNoise, treesOnnx } from "./export/index.ts";
import { fitModel } from "./fit-model.ts";
import { resolveOptions, type SequentialTreesOptions, sequentialTreesOptions } from "./options.ts";
import { planRequest, type RequestPlan } from "./request.ts";
import { TableSampler, type TreesModel } from "./table-sampler.ts";

/**
 * Sequential trees: fast, close to the data, with exact conditions.
 *
 * @example
 * ```ts
 * const trees = await new SequentialTrees().fit(table, { metadata });
 * const synthetic = await trees.sample(1000, { seed: 1 });
 * ```
 */
export class SequentialTrees implements Generator {
  readonly name = "sequential-trees";
  readonly options: SequentialTreesOptions;
  #fitted: { readonly model: TreesModel; sampler?: TableSampler } | null = null;

  constructor(options: SequentialTreesOptions = {}) {
    this.options = options;
  }

  get metadata(): TableMetadata {
    return this.#model().metadata;
  }

  get warnings(): readonly string[] {
    return this.#model().warnings;
  }

  get relations(): readonly string[] {
    return relationTexts(this.#model().transformer);
  }

  async fit(table: Table, options: FitOptions): Promise<this> {
    const resolved = resolveOptions(this.options, table.columnNames);
    this.#fitted = { model: await fitModel(table, options, resolved) };
    return this;
  }

  sample(rowCount: number, options: SampleOptions = {}): Promise<Table> {
    return collectBatches(this.sampleBatches(rowCount, options));
  }

  async *sampleBatches(rowCount: number, options: SampleOptions = {}): AsyncGenerator<Table> {
    const model = this.#model();
    const sampler = this.#sampler();
    const { tries } = resolveOptions(this.options);
    const { seed = 0, signal } = options;
    const keyOf = (purpose: string): StreamKey => streamKey(seed, model.tableName, purpose);
    const request = checkedRequest(options, sampler.conditionColumns(), sampler.lateColumns());
    let plan: Promise<RequestPlan | undefined> | undefined;
    let counted: ForcedRows | undefined;
    const batches = drawBatches(rowCount, options, async (stretch) => {
      plan ??= planRequest(rowCount, request.options, sampler, keyOf);
      const dealt = await plan;
      const { table, forced } = await drawChecked(stretch, request.check, (part, attempt) =>
        sampler.draw({
          ...part,
          seed,
          attempt,
          tries,
          ...(dealt ? { plan: dealt } : {}),
          ...(signal ? { signal } : {}),
        }),
      );
      if (dealt) {
        counted ??= new ForcedRows(dealt.requests);
        counted.countStretch(stretch, forced, (row) => dealt.requestOf(row));
      }
      return table;
    });
    yield* withNotes(batches, options, () => counted?.notes(tries) ?? []);
  }

  toArtifact(): Artifact {
    return modelToArtifact(this.#model(), this.options);
  }

  /**
   * The whole sampler as one ONNX file: from uniforms and conditions to the table's own columns. `samplerNoise` gives the
   * inputs with which it yields the rows of `sample`.
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_ONNX_SIZE` above 2 GiB
   */
  async toOnnx(options: SamplerOnnxOptions = {}): Promise<Uint8Array> {
    return treesOnnx(this.name, this.#model(), options);
  }

  /** Inputs of the file, by name, with which it yields the rows of `sample`. @throws VerisimError `VERISIM_NOT_FITTED` */
  async samplerNoise(request: TreesNoiseRequest): Promise<Record<string, NoiseArray>> {
    return treesNoise(this.#model(), request);
  }

  /** @throws VerisimError `VERISIM_MODEL_FILE` for another generator, a later format or a part that does not fit */
  static fromArtifact(artifact: Artifact): SequentialTrees {
    const { sampler, options } = modelFromArtifact(artifact);
    const trees = new SequentialTrees(options);
    trees.#fitted = { model: sampler.model, sampler };
    return trees;
  }

  #model(): TreesModel {
    if (!this.#fitted) throw notFitted(this);
    return this.#fitted.model;
  }

  /** The native chain is made when rows are first asked for. */
  #sampler(): TableSampler {
    const fitted = this.#fitted!;
    fitted.sampler ??= new TableSampler(fitted.model);
    return fitted.sampler;
  }
}

/** The entry in the list of generators. */
export const sequentialTrees: GeneratorDefinition = {
  name: "sequential-trees",
  summary: "One tree per column over those before it; seconds to fit, closest to the data, exact conditions.",
  paper:
    "Reiter, Using CART to generate partially synthetic public use microdata, JOS 2005; Nowok, Raab and Dibben, synthpop, JSS 2016",
  options: sequentialTreesOptions,
  create: (options) => new SequentialTrees((options ?? {}) as SequentialTreesOptions),
  fromArtifact: (artifact) => SequentialTrees.fromArtifact(artifact),
};

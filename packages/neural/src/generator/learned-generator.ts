// The part that all learned table generators are alike in: encode, train, calibrate, sample under conditions, travel as a
// model file. A generator of this family brings its options and its network (network/table-network.ts), nothing else.

import {
  type Artifact,
  attemptSeed,
  checkedRequest,
  collectBatches,
  type DrawnTable,
  drawBatches,
  drawChecked,
  type FitOptions,
  ForcedRows,
  type Generator,
  notFitted,
  type OptionTable,
  type SampleOptions,
  type StreamKey,
  type Stretch,
  seedOf,
  streamKey,
  type Table,
  type TableMetadata,
  withNotes,
} from "@verisim/core";
import type { NoiseArray, NoiseRequest, SamplerOnnxOptions } from "@verisim/onnx";
import type { DrawnRows, EncodingOptions } from "../encoding/layout.ts";
import type { TableEncoding } from "../encoding/table-encoding.ts";
import { type ExportedSampler, samplerNoise, samplerOnnx } from "../export/index.ts";
import type { TableNetwork } from "../network/table-network.ts";
import { planBoxes } from "../sampling/box-plan.ts";
import { PlaceMaps } from "../sampling/place-maps.ts";
import { RowRoom } from "../sampling/plain-rows.ts";
import { RowSampler, type SamplerParts } from "../sampling/row-sampler.ts";
import { networkSource, type RowSource } from "../sampling/row-source.ts";
import { modelFromArtifact, modelToArtifact } from "./artifact.ts";
import { fitModel, type LearnedModel } from "./fit-model.ts";
import { networkOf } from "./network-of.ts";
import type { ResolvedLearningOptions } from "./options.ts";

/** What tells one learned generator from another. */
export interface LearnedDefinition<Options extends object = object> {
  readonly name: string;
  readonly options: OptionTable;
  /** Version of the model file's content. */
  readonly formatVersion: number;
  /** Options with defaults filled in. @throws VerisimError as `checkOptions` */
  resolve(options: Options): Required<Options> & ResolvedLearningOptions;
  /** The network for these options. @param encoding of the table that it learns or has learnt */
  network(options: Required<Options> & ResolvedLearningOptions, encoding: TableEncoding): TableNetwork;
  /** How the table is encoded, where that is not what the shared options say. */
  encoding?(options: Required<Options> & ResolvedLearningOptions, rowCount: number): Partial<EncodingOptions>;
  /** Training steps that the passes over many rows take at most, where there is such a number. */
  maxSteps?(options: Required<Options> & ResolvedLearningOptions): number;
  /** How rows are drawn by what has been learnt, where not column by column from a network's logits. */
  source?(parts: SamplerParts, maps: PlaceMaps): RowSource;
}

/** A generator made of a definition. Each algorithm's class extends it. */
export class LearnedGenerator<Options extends object = object> implements Generator {
  readonly name: string;
  readonly options: Options;
  readonly #definition: LearnedDefinition<Options>;
  #fitted: { readonly model: LearnedModel; source?: RowSource } | null = null;

  constructor(definition: LearnedDefinition<Options>, options: Options) {
    this.name = definition.name;
    this.options = options;
    this.#definition = definition;
  }

  get metadata(): TableMetadata {
    return this.#model().encoding.metadata;
  }

  get warnings(): readonly string[] {
    return this.#model().warnings;
  }

  get relations(): readonly string[] {
    return this.#model().encoding.relations;
  }

  /** What training saw and did; undefined where there was nothing to train. */
  get training(): LearnedModel["training"] {
    return this.#model().training;
  }

  async fit(table: Table, options: FitOptions): Promise<this> {
    const resolved = this.#definition.resolve(this.options);
    this.#fitted = { model: await fitModel(this.#definition, resolved, table, options) };
    return this;
  }

  sample(rowCount: number, options: SampleOptions = {}): Promise<Table> {
    return collectBatches(this.sampleBatches(rowCount, options));
  }

  async *sampleBatches(rowCount: number, options: SampleOptions = {}): AsyncGenerator<Table> {
    const model = this.#model();
    const source = this.#source();
    const { seed = 0, signal } = options;
    const { encoding } = model;
    const keyOf = (purpose: string): StreamKey => streamKey(seed, encoding.tableName, purpose);
    const programSeed = (attempt: number): number =>
      seedOf(attemptSeed(seed, attempt), encoding.tableName, "rows");
    const request = checkedRequest(options, encoding.conditionColumns(), encoding.lateColumns());
    const run = signal ? { signal } : {};
    const { from = 0 } = options;
    // One stretch is decoded while the next is drawn; then their memory changes places.
    const rooms = [new RowRoom(), new RowRoom()];
    const start = (stretch: Stretch, attempt = 0): Promise<DrawnRows> => {
      rooms.reverse();
      return source.plain({ ...stretch, seed: programSeed(attempt), room: rooms[0]!, ...run });
    };
    let ahead: { readonly rowStart: number; readonly rows: Promise<DrawnRows> } | undefined;
    /** The rows of a stretch; those of the next one are begun, so that they are drawn while these are decoded. */
    const plain = async (stretch: Stretch): Promise<DrawnRows> => {
      const rows = await (ahead?.rowStart === stretch.rowStart ? ahead.rows : start(stretch));
      const rowStart = stretch.rowStart + stretch.rowCount;
      const left = from + rowCount - rowStart;
      ahead = undefined;
      if (left > 0) {
        const next = start({ rowStart, rowCount: Math.min(stretch.rowCount, left) });
        // Should nobody take these rows, their error has been seen.
        next.catch(() => undefined);
        ahead = { rowStart, rows: next };
      }
      return rows;
    };
    const { candidates } = this.#definition.resolve(this.options);
    let plan: ReturnType<typeof planBoxes> | undefined;
    let counted: ForcedRows | undefined;
    /** Rows of a stretch, and those by force. */
    const attemptOf = async (stretch: Stretch, attempt: number): Promise<DrawnTable> => {
      plan ??= planBoxes(rowCount, request.options, encoding, keyOf, (boxes) => source.weigh(boxes));
      const dealt = await plan;
      const context = { seed, rowStart: stretch.rowStart };
      const forced = new Uint8Array(stretch.rowCount);
      if (dealt === undefined) {
        const rows = request.check ? await start(stretch, attempt) : await plain(stretch);
        return { table: await encoding.decode(rows, context), forced };
      }
      const boxOf = (row: number) => dealt.boxOf(row);
      const { rows, forced: places } = await source.conditioned({
        ...stretch,
        seed: programSeed(attempt),
        key: streamKey(attemptSeed(seed, attempt), encoding.tableName, "choices"),
        boxOf,
        candidates,
        ...run,
      });
      for (const place of places) forced[place] = 1;
      const table = await encoding.decode(rows, {
        ...context,
        snap: (row) => boxOf(stretch.rowStart + row),
      });
      return { table, forced };
    };
    const draw = async (stretch: Stretch): Promise<Table> => {
      const { table, forced } = await drawChecked(stretch, request.check, attemptOf);
      const dealt = await plan;
      if (dealt) {
        counted ??= new ForcedRows(dealt.requests);
        counted.countStretch(stretch, forced, (row) => dealt.requestOf(row));
      }
      return table;
    };
    yield* withNotes(drawBatches(rowCount, options, draw), options, () => counted?.notes(candidates) ?? []);
  }

  toArtifact(): Artifact {
    return modelToArtifact(this.#definition, this.#model(), this.options);
  }

  /**
   * The whole sampler as one ONNX file: from noise and conditions to the table's own columns. `samplerNoise` gives the
   * inputs with which it yields the rows of `sample`.
   * @throws VerisimError the codes of `samplerOnnx`; `VERISIM_NOT_FITTED`
   */
  async toOnnx(options: SamplerOnnxOptions = {}): Promise<Uint8Array> {
    return samplerOnnx(this.exported(), options);
  }

  /** Inputs of the file, by name, with which it yields the rows of `sample`. @throws VerisimError `VERISIM_NOT_FITTED` */
  samplerNoise(request: NoiseRequest): Promise<Record<string, NoiseArray>> {
    return samplerNoise(this.exported(), request);
  }

  /** What leaves for other runtimes. @throws VerisimError `VERISIM_NOT_FITTED` */
  exported(): ExportedSampler {
    const { encoding, calibration } = this.#model();
    return { generator: this.name, encoding, calibration, parts: this.#samplerParts() };
  }

  /** A generator of this class with the model of an artifact. @throws VerisimError `VERISIM_MODEL_FILE` */
  static fromArtifact<Options extends object, G extends LearnedGenerator<Options>>(
    this: new (
      options?: Options,
    ) => G,
    artifact: Artifact,
  ): G {
    const generator = new this(artifact.manifest.options as Options);
    generator.#fitted = { model: modelFromArtifact(generator.#definition, artifact).model };
    return generator;
  }

  #model(): LearnedModel {
    if (!this.#fitted) throw notFitted(this);
    return this.#fitted.model;
  }

  /** Its programs are built when rows are first asked for. */
  #source(): RowSource {
    const fitted = this.#fitted!;
    if (fitted.source) return fitted.source;
    const { encoding, calibration } = fitted.model;
    const maps = new PlaceMaps(encoding.layout, calibration);
    const parts = this.#samplerParts();
    fitted.source =
      parts && this.#definition.source
        ? this.#definition.source(parts, maps)
        : networkSource(parts ? new RowSampler(parts) : undefined, maps, encoding.layout);
    return fitted.source;
  }

  #samplerParts(): SamplerParts | null {
    const { weights, encoding, calibration, shares } = this.#model();
    if (weights === null) return null;
    const network = networkOf(this.#definition, this.#definition.resolve(this.options), encoding);
    return { network, layout: encoding.layout, weights, bias: calibration.bias, shares };
  }
}

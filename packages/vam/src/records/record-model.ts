// A model of whole records: learnt from several modalities at once, it makes up records, fills what is missing in some, and
// generates any modality from any others.

import {
  type Artifact,
  type Json,
  type JsonObject,
  packState,
  type RunOptions,
  type StateValue,
  type TableMetadata,
  throwIfAborted,
  unpackState,
  VerisimError,
} from "@verisim/core";
import {
  CheckpointFile,
  coolingSchedule,
  type StateTree,
  type TrainingOutcome,
  treeFromTensors,
  treeTensors,
} from "@verisim/neural";
import type { NoiseArray, NoiseRequest, SamplerOnnxOptions } from "@verisim/onnx";
import { isTensorData, leavesOf } from "@verisim/tensor";
import { recordNoise } from "../export/records-noise.ts";
import { type ExportedRecords, recordsOnnx } from "../export/records-onnx.ts";
import { jointOptions, resolveVAM, type VAMOptions } from "../options.ts";
import { type Said, sayOfRows } from "./fill-records.ts";
import { ImageModality } from "./image-modality.ts";
import type { FillRun, Modality } from "./modality.ts";
import { checkRecords, modalityNames, type Records, recordError } from "./records.ts";
import { TableModality } from "./table-modality.ts";
import { TextModality } from "./text-modality.ts";
import { trainRecords } from "./train-records.ts";
import { VectorModality } from "./vector-modality.ts";

export interface RecordFitOptions extends RunOptions {
  /** Of the table, where there is one. */
  readonly metadata?: TableMetadata;
  /** Name of the table; part of its random streams' keys. Default `table`. */
  readonly tableName?: string;
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  /** Wall-clock milliseconds after which training stops at its best state. */
  readonly maxTimeMs?: number;
  /** Bytes that training may take, estimated before it starts. Default: any. */
  readonly maxMemoryBytes?: number;
  /** A file that training is kept in as it goes, and taken up from if it is there: to the bit what it would have been in one go. */
  readonly checkpoint?: string;
}

export interface RecordSampleOptions {
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  /** First record of the endless sequence of the seed. Default 0. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

export interface RecordImputeOptions extends RecordSampleOptions {
  /** `mean` (default): the likeliest categories and words, means of numbers and pixels; `draw`: a draw. */
  readonly fill?: "mean" | "draw";
}

export interface RecordOnnxOptions extends SamplerOnnxOptions {
  /** Names of modalities that the file is given; it makes the others. Default none. */
  readonly given?: readonly string[];
}

export interface RecordNoiseOptions {
  /** Names of modalities that are given, as the file was written. Default none. */
  readonly given?: readonly string[];
  readonly records?: Records;
}

const generator = "vam-records";
const formatVersion = 1;

/**
 * A fitted model of records.
 *
 * @example
 * const model = await new VAM({ minSteps: 1000 }).fitRecords({ rowCount, vectors: { pix: { values, dims: 240 } }, texts: { name } });
 * const whole = await model.impute(records);
 */
export class RecordModel {
  readonly options: VAMOptions;
  readonly training: TrainingOutcome | undefined;
  readonly #modalities: readonly Modality[];
  readonly #parameters: StateTree;

  private constructor(
    options: VAMOptions,
    modalities: readonly Modality[],
    parameters: StateTree,
    training: TrainingOutcome | undefined,
  ) {
    this.options = options;
    this.training = training;
    this.#modalities = modalities;
    this.#parameters = parameters;
  }

  /**
   * Learns from records.
   * @throws VerisimError `VERISIM_RECORD_SHAPE`, the codes of options and of `TableTransformer.fit`, `VERISIM_ABORTED`,
   * `VERISIM_TRAINING_DIVERGED`, `VERISIM_MEMORY_BUDGET`, `VERISIM_CHECKPOINT` for the file of another training
   */
  static async fit(options: VAMOptions, records: Records, fit: RecordFitOptions = {}): Promise<RecordModel> {
    const resolved = resolveVAM(options);
    checkRecords(records);
    const { seed = 0, tableName = "table", metadata, signal, onProgress, maxTimeMs, maxMemoryBytes } = fit;
    const started = performance.now();
    throwIfAborted(signal);
    const run = signal ? { signal } : {};
    const modalities = modalityNames(records).map((name): Modality => {
      if (records.vectors && Object.hasOwn(records.vectors, name)) return VectorModality.fit(name, records);
      if (records.images && Object.hasOwn(records.images, name)) return ImageModality.fit(name, records);
      if (records.texts && Object.hasOwn(records.texts, name))
        return TextModality.fit(name, records, resolved.maxWords);
      if (metadata === undefined) throw recordError("table", "the table's metadata", "none");
      const { maxBlocks, maxClusters, maxCategories, minGroup, derive } = resolved;
      return TableModality.fit(records.table!, {
        metadata,
        encoding: {
          numbers: "blocks",
          places: true,
          maxBlocks,
          maxClusters,
          maxCategories,
          minGroup,
          derive,
        },
        modalities: resolved.modalities,
        seed,
        tableName,
        ...run,
      });
    });
    const parts = modalities.flatMap((modality) => modality.parts);
    if (parts.length === 0 || records.rowCount === 0)
      throw recordError("table", "records with something that varies", `${records.rowCount} records`);
    const rows = modalities.flatMap((modality) => modality.rows(records));
    const checkpoint =
      fit.checkpoint === undefined
        ? undefined
        : new CheckpointFile(fit.checkpoint, generator, {
            settings: [resolved, seed, tableName, modalities.map(({ name }) => name), records.rowCount],
            arrays: leavesOf(rows, isTensorData).map(({ value }) => value.data),
          });
    const from = await checkpoint?.read();
    const spent = performance.now() - started;
    const epochSteps = Math.ceil(records.rowCount / resolved.batchSize);
    const { parameters, outcome } = await trainRecords(
      {
        parts,
        rows,
        rowCount: records.rowCount,
        options: jointOptions(resolved),
        batchSize: resolved.batchSize,
        steps: Math.max(resolved.minSteps, resolved.epochs * epochSteps),
        holdoutShare: resolved.holdoutShare,
        patience: resolved.patience,
        schedule: coolingSchedule(resolved.cooldown),
        seed,
        ...(maxTimeMs === undefined ? {} : { maxTimeMs: Math.max(0, maxTimeMs - spent) }),
        ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
      },
      {
        ...run,
        ...(onProgress ? { onProgress } : {}),
        ...(from ? { from } : {}),
        ...(checkpoint ? { onCheckpoint: (state) => checkpoint.write(state) } : {}),
      },
    );
    await checkpoint?.remove();
    return new RecordModel(options, modalities, parameters, outcome);
  }

  /** The names of the modalities. */
  get modalities(): readonly string[] {
    return this.#modalities.map(({ name }) => name);
  }

  /** Made-up records [from, from + rowCount) of a seed. @throws VerisimError `VERISIM_ABORTED` */
  sample(rowCount: number, { seed = 0, from = 0, signal }: RecordSampleOptions = {}): Promise<Records> {
    const records = this.#withBlanks({ rowCount });
    return this.#fill(records, {
      seed,
      from,
      fill: "draw",
      mayBeMissing: true,
      ...(signal ? { signal } : {}),
    });
  }

  /**
   * Records with everything that is missing filled from what is there; what is there stays. Modalities that are absent from
   * `records` are filled in every record.
   * @throws VerisimError `VERISIM_RECORD_SHAPE`, `VERISIM_ABORTED`
   */
  async impute(records: Records, options: RecordImputeOptions = {}): Promise<Records> {
    const { seed = 0, from = 0, fill = "mean", signal } = options;
    if (modalityNames(records).length > 0) checkRecords(records);
    const whole = this.#withBlanks(records);
    return this.#fill(whole, { seed, from, fill, mayBeMissing: false, ...(signal ? { signal } : {}) });
  }

  /**
   * A draw of all modalities but the given ones, from the given ones.
   * @param given names of modalities that are looked at and kept
   * @throws VerisimError `VERISIM_RECORD_SHAPE`, `VERISIM_ABORTED`
   */
  async generateFrom(
    records: Records,
    given: readonly string[],
    options: RecordSampleOptions = {},
  ): Promise<Records> {
    this.#checkGiven(given);
    const { rowCount } = records;
    const others = this.modalities.filter((name) => !given.includes(name));
    const hidden = Object.fromEntries(others.map((name) => [name, new Uint8Array(rowCount)]));
    const whole = this.#withBlanks(records);
    const seen = { ...whole, known: { ...whole.known, ...hidden } };
    const { seed = 0, from = 0, signal } = options;
    return this.#fill(seen, { seed, from, fill: "draw", mayBeMissing: false, ...(signal ? { signal } : {}) });
  }

  /**
   * One ONNX file that makes records of any number of them, without random numbers of its own: every modality but the given
   * ones, as {@link RecordModel.sample} does without given ones and {@link RecordModel.generateFrom} with them.
   * {@link RecordModel.samplerNoise} gives the inputs with which it yields their records.
   * @param given names of modalities that the file is given. Default none
   * @throws VerisimError `VERISIM_RECORD_SHAPE` for a name that no modality has, or where nothing is left to be made;
   * `VERISIM_ONNX_SIZE` above 2 GiB
   */
  async toOnnx({ given = [], name = generator }: RecordOnnxOptions = {}): Promise<Uint8Array> {
    this.#checkGiven(given);
    if (given.length >= this.modalities.length)
      throw recordError(given[0]!, "a modality that is left to be made", "all of them as given");
    return recordsOnnx(this.#exported(), given, name);
  }

  /**
   * Inputs of the file by name: what is drawn for records [rowStart, rowStart + rowCount) of a seed, and the given modalities.
   * A file takes those of them that are among its inputs.
   * @param records holds the given modalities, `rowCount` records long
   * @throws VerisimError `VERISIM_RECORD_SHAPE`
   */
  async samplerNoise(
    request: NoiseRequest,
    { given = [], records = { rowCount: request.rowCount } }: RecordNoiseOptions = {},
  ): Promise<Record<string, NoiseArray>> {
    this.#checkGiven(given);
    if (records.rowCount !== request.rowCount)
      throw recordError(given[0] ?? "table", `${request.rowCount} records`, String(records.rowCount));
    return recordNoise(this.#exported(), request, given, this.#withBlanks(records));
  }

  #exported(): ExportedRecords {
    const sizes = jointOptions(resolveVAM(this.options));
    return { generator, modalities: this.#modalities, parameters: this.#parameters, sizes };
  }

  #checkGiven(given: readonly string[]): void {
    const unknown = given.find((name) => !this.modalities.includes(name));
    if (unknown !== undefined) throw recordError(unknown, `one of ${this.modalities.join(", ")}`, unknown);
  }

  async #fill(records: Records, run: FillRun): Promise<Records> {
    let next = 0;
    const owned = this.#modalities.map((modality) => {
      const first = next;
      next += modality.parts.length;
      const trees = this.#parameters.parts.slice(first, next) as { decoder: StateTree }[];
      const decoders = trees.map(({ decoder }) => decoder);
      return { first, end: next, filling: modality.fill(records, decoders, run) };
    });
    const filler = {
      parts: this.#modalities.flatMap(({ parts }) => parts),
      parameters: this.#parameters,
      sizes: jointOptions(resolveVAM(this.options)),
    };
    const rows = this.#modalities.flatMap((modality) => modality.rows(records));
    const { seed, from, fill, signal } = run;
    if (records.rowCount > 0)
      await sayOfRows(
        filler,
        rows,
        { seed, from, draw: fill === "draw", ...(signal ? { signal } : {}) },
        (said: Said, rowStart, rowCount) => {
          for (const { first, end, filling } of owned)
            filling.take(said.slice(first, end), rowStart, rowCount);
        },
      );
    const made = await Promise.all(owned.map(({ filling }) => filling.finish()));
    const { known: _, ...filled } = merged([{ rowCount: records.rowCount }, ...made]);
    return filled;
  }

  /** Records with modalities that they lack as missing ones. */
  #withBlanks(records: Records): Records {
    const there = modalityNames(records);
    const lacking = this.#modalities.filter(({ name }) => !there.includes(name));
    return merged([...lacking.map((modality) => modality.blank(records.rowCount)), records]);
  }

  /** Plain data and arrays for `writeModelFile`. */
  toArtifact(): Artifact {
    const states = this.#modalities.map((modality) => ({
      kind: modality.kind,
      name: modality.name,
      state: modality.toState(),
    }));
    const packed = packState({ states: states as unknown as StateValue }, "modalities");
    return {
      generator,
      formatVersion,
      manifest: { options: this.options as unknown as Json, modalities: packed.json },
      tensors: { ...packed.tensors, ...treeTensors(this.#parameters, "weights") },
    };
  }

  /** @throws VerisimError `VERISIM_MODEL_FILE` for another kind of model, a later format or parts that do not fit */
  static fromArtifact(artifact: Artifact): RecordModel {
    if (artifact.generator !== generator || artifact.formatVersion !== formatVersion)
      throw new VerisimError(
        "VERISIM_MODEL_FILE",
        `Expected a ${generator} model of format ${formatVersion} but received ${artifact.generator} of format ${artifact.formatVersion}.`,
      );
    const { manifest, tensors } = artifact;
    const { states } = unpackState(manifest.modalities as JsonObject, tensors) as unknown as {
      states: { kind: Modality["kind"]; name: string; state: { readonly [key: string]: StateValue } }[];
    };
    const modalities = states.map(({ kind, name, state }): Modality => {
      if (kind === "vectors") return VectorModality.fromState(name, state);
      if (kind === "images") return ImageModality.fromState(name, state);
      if (kind === "texts") return TextModality.fromState(name, state);
      return TableModality.fromState(state);
    });
    const options = manifest.options as unknown as VAMOptions;
    resolveVAM(options);
    return new RecordModel(options, modalities, treeFromTensors(tensors, "weights"), undefined);
  }
}

/** Modalities of several records-like objects together; later ones win. */
function merged(all: readonly Partial<Records>[]): Records {
  const over = <K extends "vectors" | "images" | "texts" | "known">(key: K): NonNullable<Records[K]> =>
    Object.assign({}, ...all.map((one) => one[key] ?? {})) as NonNullable<Records[K]>;
  const table = all.findLast((one) => one.table)?.table;
  return {
    rowCount: all.findLast((one) => one.rowCount !== undefined)?.rowCount ?? 0,
    ...(table ? { table } : {}),
    vectors: over("vectors"),
    images: over("images"),
    texts: over("texts"),
    known: over("known"),
  };
}

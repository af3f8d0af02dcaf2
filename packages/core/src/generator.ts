// The contract every generator keeps: learn from a table, sample any rows of an endless synthetic table, travel as data.

import type { Artifact } from "./artifact.ts";
import type { Condition, LabelCounts } from "./condition.ts";
import type { Fairness } from "./fair-request.ts";
import type { TableMetadata } from "./metadata.ts";
import type { SamplingNote } from "./sampling-notes.ts";
import type { Table } from "./table.ts";

/** A report from a long-running call; `done` and `total` count in `unit`s. */
export interface Progress {
  phase: "read" | "fit" | "sample" | "write" | "evaluate" | "report";
  done: number;
  total: number;
  unit: string;
  /** What is being worked on, for example a column's name. */
  detail?: string;
  /** What training lowers, by name: the latest figures. */
  losses?: Readonly<Record<string, number>>;
  /** Quality of what training makes now and the best so far, higher is better, about 0 to 1. */
  quality?: { readonly now: number; readonly best: number };
  /** Milliseconds until a time budget ends the work, where one was given. */
  budgetLeftMs?: number;
}

export interface RunOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface FitOptions extends RunOptions {
  metadata: TableMetadata;
  /** Name of the table; part of every random stream's key. Default `table`. */
  tableName?: string;
  /** Any safe integer. Default 0. The same seed and data give the same model on one kind of machine. */
  seed?: number;
  /** Wall-clock milliseconds after which training stops at its best state. A model cut short by it is not a function of the seed. */
  maxTimeMs?: number;
  /** Bytes that training may take, estimated before it starts; `VERISIM_MEMORY_BUDGET` where that is too little. */
  maxMemoryBytes?: number;
  /** A file that training is kept in as it goes, and taken up from if it is there: to the bit what it would have been in one go. */
  checkpoint?: string;
}

export interface SampleOptions extends RunOptions {
  /** Any safe integer. Default 0. */
  seed?: number;
  /** First row of the endless synthetic table to return. Default 0. */
  from?: number;
  /** Only rows for which this holds; all of them do. */
  where?: Condition;
  /** Exact numbers of rows per label. Rows beyond their sum take the labels that are not named. */
  counts?: LabelCounts;
  /** Rows in which a column owes nothing to sensitive ones. Not with `counts`. */
  fairness?: Fairness;
  /** With `counts`: the length of the whole request, of which [from, from + rowCount) is returned. Default from + rowCount. */
  totalRows?: number;
  /** Rows per batch of `sampleBatches`; never changes a cell. Default 32,768. */
  batchSize?: number;
  /** Told what the run did beside giving rows, when it has given the last of them; see {@link SamplingNote}. */
  onNote?: (note: SamplingNote) => void;
}

export interface CompleteOptions {
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** What a training did, without a clock. */
export interface TrainingStory {
  /** Steps taken. */
  readonly step: number;
  /** The step whose state was kept, where rows were held out to judge by; else the last one is. */
  readonly bestStep: number;
  /** Quality at that step, about 0 to 1; null where no rows were held out. */
  readonly best: number | null;
  /** Rows that training never saw. */
  readonly heldRows: number;
  /** Times that training went back to an earlier state. */
  readonly recoveries: number;
  /** `steps`: all were taken; `quality`: nothing more was gained; `time`: the budget was used up. */
  readonly stopped: string;
}

/** What a generator that chooses among others took. */
export interface GeneratorChoice {
  /** Name of the generator that learnt. */
  readonly name: string;
  /** What it was given beside its defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Why, in one line without a full stop. */
  readonly reason: string;
  /** Those that were better suited and why they were passed over, best first. */
  readonly passedOver: readonly { readonly name: string; readonly reason: string }[];
}

export interface Generator {
  /** The name the command line knows it by. */
  readonly name: string;
  /**
   * Learns from a table; a second call forgets the first.
   * @throws VerisimError `VERISIM_ABORTED` when the signal fires; the generator is then as it was before.
   */
  fit(table: Table, options: FitOptions): Promise<this>;
  /** Metadata of the table that it was fitted to. @throws VerisimError `VERISIM_NOT_FITTED` */
  readonly metadata: TableMetadata;
  /** What the fit left out or could not learn, in words. */
  readonly warnings: readonly string[];
  /** Columns that are computed from others, as formulas: `total = price * quantity`. Default none. */
  readonly relations?: readonly string[];
  /** How the training of the fit went; undefined for generators that do not train, and where there was nothing to train. */
  readonly training?: TrainingStory | undefined;
  /** What was chosen and why, of a generator that chooses among others. */
  readonly choice?: GeneratorChoice | undefined;
  /**
   * Rows [from, from + rowCount) of the synthetic table of `seed`: the same bytes however they are cut.
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_CONDITION_IMPOSSIBLE`, `VERISIM_ABORTED`
   */
  sample(rowCount: number, options?: SampleOptions): Promise<Table>;
  sampleBatches(rowCount: number, options?: SampleOptions): AsyncIterable<Table>;
  toArtifact(): Artifact;
  /**
   * Partial rows made whole: cells that are there stay as they are, missing cells and missing columns are drawn from them;
   * absent where a generator cannot.
   * @param table some or all of the learnt columns
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_COLUMN_KIND`, `VERISIM_ABORTED`
   */
  complete?(table: Table, options?: CompleteOptions): Promise<Table>;
  /**
   * The whole sampler as one ONNX file, from noise to the table's own columns; absent where a generator has none.
   * @throws VerisimError `VERISIM_NOT_FITTED`
   */
  readonly toOnnx?: (() => Promise<Uint8Array>) | undefined;
}

/** One row per option of a generator: types, checks, flags and documentation all come from it. */
export interface OptionRow {
  readonly type: "integer" | "number" | "boolean" | "text" | "choice" | "map" | "integers";
  readonly default: number | boolean | string | Readonly<Record<string, string>> | readonly number[] | null;
  readonly description: string;
  /** Inclusive range of numbers, and of each number of a list. */
  readonly min?: number;
  readonly max?: number;
  /** The values of a choice, or the values allowed in a map. */
  readonly values?: readonly string[];
  /** Section or equation of the paper it comes from. */
  readonly section?: string;
}

export type OptionTable = Readonly<Record<string, OptionRow>>;

/** An entry of the list of generators: what the command line, the server and the studio know about one. */
export interface GeneratorDefinition {
  readonly name: string;
  readonly summary: string;
  readonly paper: string;
  readonly options: OptionTable;
  /**
   * True for generators that learn in steps: they report epochs, losses and quality, and heed `maxTimeMs`,
   * `maxMemoryBytes` and `checkpoint`. Default false.
   */
  readonly trains?: boolean;
  /** What each value of the option `preset` sets, beside the defaults; options that are given win over it. */
  readonly presets?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  create(options?: Readonly<Record<string, unknown>>): Generator;
  fromArtifact(artifact: Artifact): Generator;
}

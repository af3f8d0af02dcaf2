// What a kind of noise is: its options as one table, and what it does to the columns that it is given. Every random
// number is that of a row, so that a step more or a column less leaves the other cells as they were.

import {
  type Column,
  type ColumnMetadata,
  type OptionTable,
  Permutation,
  type StreamKey,
  streamKey,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";
import { randomNormals, randomUniforms } from "@verisim/tensor/arrays";

/** One thing that is done to a table. */
export interface NoiseStep {
  /** The name of a kind, see {@link noiseKinds}. */
  readonly kind: string;
  /** Default: every column that the kind is made for. */
  readonly columns?: readonly string[];
  /** Options of the kind. */
  readonly [option: string]: unknown;
}

/** The columns of a table while they are changed. */
export class NoisyTable {
  readonly metadata: TableMetadata;
  readonly seed: number;
  rowCount: number;
  readonly #columns: Map<string, Column>;
  readonly #changes = new Map<string, Uint8Array>();
  readonly #warnings: string[] = [];

  constructor(columns: readonly Column[], rowCount: number, metadata: TableMetadata, seed: number) {
    this.#columns = new Map(columns.map((column) => [column.name, column]));
    this.rowCount = rowCount;
    this.metadata = metadata;
    this.seed = seed;
  }

  get columns(): readonly Column[] {
    return [...this.#columns.values()];
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  warn(text: string): void {
    this.#warnings.push(text);
  }

  column(name: string): Column {
    return this.#columns.get(name)!;
  }

  metadataOf(name: string): ColumnMetadata {
    return this.metadata.columns[name] ?? { sdtype: "unknown" };
  }

  /** Puts a changed column in the place of the old one. */
  replace(column: Column): void {
    this.#columns.set(column.name, column);
  }

  /** A row for each change: flags of rows under what was done. */
  flags(label: string): Uint8Array {
    let flags = this.#changes.get(label);
    if (!flags) {
      flags = new Uint8Array(this.rowCount);
      this.#changes.set(label, flags);
    }
    return flags;
  }

  get changes(): ReadonlyMap<string, Uint8Array> {
    return this.#changes;
  }

  /** Takes rows by their numbers, in all columns and in what is known of their changes. */
  takeRows(rows: Int32Array, take: (column: Column) => Column): void {
    for (const column of this.columns) this.#columns.set(column.name, take(column));
    for (const [label, flags] of this.#changes)
      this.#changes.set(
        label,
        Uint8Array.from(rows, (row) => flags[row]!),
      );
    this.rowCount = rows.length;
  }
}

/** What a kind gets to work with. */
export interface NoiseContext {
  readonly table: NoisyTable;
  readonly columns: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
  /** The key of draws of a column, or of all columns together. */
  key(purpose: string): StreamKey;
  uniforms(purpose: string): Promise<Float64Array>;
  normals(purpose: string): Promise<Float64Array>;
  /** Exactly round(rate x cells) of the given rows, ascending. */
  choose(rows: Int32Array, rate: number, purpose: string): Int32Array;
  /** Notes that a column was changed in a row. */
  mark(column: string): Uint8Array;
}

export interface NoiseKind {
  readonly name: string;
  readonly summary: string;
  /** `numbers` are numerical columns, `dates` datetimes, `texts` all else, `any` all. */
  readonly takes: "numbers" | "dates" | "texts" | "any" | "none";
  readonly options: OptionTable;
  apply(context: NoiseContext): Promise<void>;
}

/** Whether a kind can do something with a column. */
export function fitsKind(kind: NoiseKind, column: Column, metadata: ColumnMetadata): boolean {
  switch (kind.takes) {
    case "numbers":
      return column.kind === "number" && metadata.sdtype !== "datetime";
    case "dates":
      return column.kind === "number" && metadata.sdtype === "datetime";
    case "texts":
      return column.kind === "dictionary";
    case "any":
      return true;
    case "none":
      return false;
  }
}

/** The context of a step. @param label tells steps of one kind apart */
export function noiseContext(
  table: NoisyTable,
  kind: NoiseKind,
  label: string,
  columns: readonly string[],
  options: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): NoiseContext {
  const key = (purpose: string): StreamKey => streamKey(table.seed, "noise", label, purpose);
  const run = signal ? { signal } : {};
  return {
    table,
    columns,
    options,
    signal,
    key,
    uniforms: (purpose) =>
      randomUniforms(new Float64Array(table.rowCount), [key(purpose)], 0, table.rowCount, run),
    normals: (purpose) =>
      randomNormals(new Float64Array(table.rowCount), [key(purpose)], 0, table.rowCount, run),
    choose: (rows, rate, purpose) => {
      const count = Math.round(rate * rows.length);
      if (count === 0) return new Int32Array(0);
      const order = new Permutation(rows.length, key(`${purpose} rows`));
      return Int32Array.from({ length: count }, (_, i) => rows[order.at(i)]!).sort();
    },
    mark: (column) => table.flags(`${kind.name}:${column}`),
  };
}

/** Numbers of the rows in which a column has a cell. */
export function presentRows(column: Column): Int32Array {
  const length = column.kind === "number" ? column.values.length : column.codes.length;
  const rows = new Int32Array(length);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const present = column.kind === "number" ? !Number.isNaN(column.values[row]) : column.codes[row]! >= 0;
    if (present) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** The error of options that do not go together. */
export function optionConflict(option: string, message: string): VerisimError {
  return new VerisimError("VERISIM_OPTION_VALUE", message, { where: { option } });
}

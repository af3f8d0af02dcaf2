// A generator that breaks one promise and keeps the others: what the conformance suite is tested on.

import {
  type Artifact,
  type Column,
  type FitOptions,
  type Generator,
  numberColumn,
  type SampleOptions,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import type { GeneratorSubject } from "./generator-subject.ts";
import { IndependentColumns } from "./independent-columns.ts";

/** What a broken generator does otherwise than the sound one inside it. */
export interface Breakage {
  fit?(inner: Generator, table: Table, options: FitOptions): Promise<unknown>;
  /** Changes the request. */
  request?(rowCount: number, options: SampleOptions): [number, SampleOptions];
  /** Changes what was sampled. */
  table?(table: Table, options: SampleOptions, rowCount: number): Table;
  sample?(inner: Generator, rowCount: number, options: SampleOptions): Promise<Table>;
  warnings?(warnings: readonly string[]): readonly string[];
  metadata?(inner: Generator): TableMetadata;
  artifact?(artifact: Artifact): Artifact;
  load?(artifact: Artifact): Artifact;
}

class BrokenGenerator implements Generator {
  readonly name = "independent-columns";
  readonly #inner: IndependentColumns;
  readonly #breakage: Breakage;

  constructor(inner: IndependentColumns, breakage: Breakage) {
    this.#inner = inner;
    this.#breakage = breakage;
  }

  get metadata(): TableMetadata {
    return this.#breakage.metadata?.(this.#inner) ?? this.#inner.metadata;
  }

  get warnings(): readonly string[] {
    const { warnings } = this.#inner;
    return this.#breakage.warnings?.(warnings) ?? warnings;
  }

  async fit(table: Table, options: FitOptions): Promise<this> {
    await (this.#breakage.fit?.(this.#inner, table, options) ?? this.#inner.fit(table, options));
    return this;
  }

  async sample(rowCount: number, options: SampleOptions = {}): Promise<Table> {
    const [rows, request] = this.#breakage.request?.(rowCount, options) ?? [rowCount, options];
    const table = await (this.#breakage.sample?.(this.#inner, rows, request) ??
      this.#inner.sample(rows, request));
    return this.#breakage.table?.(table, options, rowCount) ?? table;
  }

  async *sampleBatches(rowCount: number, options: SampleOptions = {}): AsyncGenerator<Table> {
    const [rows, request] = this.#breakage.request?.(rowCount, options) ?? [rowCount, options];
    for await (const batch of this.#inner.sampleBatches(rows, request))
      yield this.#breakage.table?.(batch, options, rowCount) ?? batch;
  }

  toArtifact(): Artifact {
    const artifact = this.#inner.toArtifact();
    return this.#breakage.artifact?.(artifact) ?? artifact;
  }
}

/** The reference generator with one promise broken; `make` is called once per generator. */
export function brokenSubject(make: () => Breakage): GeneratorSubject {
  return {
    name: "independent-columns",
    create: () => new BrokenGenerator(new IndependentColumns(), make()),
    fromArtifact: (artifact) => {
      const breakage = make();
      const inner = IndependentColumns.fromArtifact(breakage.load?.(artifact) ?? artifact);
      return new BrokenGenerator(inner, breakage);
    },
  };
}

/** A request that tells of no more rows than one batch has. */
export function notesOfOneBatch(rowCount: number, options: SampleOptions): [number, SampleOptions] {
  const rows = Math.min(rowCount, options.batchSize ?? rowCount);
  options.onNote?.({ code: "VERISIM_NOTE_X", message: "X.", rows, ofRows: rows, condition: "x = 1" });
  return [rowCount, options];
}

/** The table with one column changed, if it has it. */
export function withColumn(table: Table, name: string, change: (column: Column) => Column): Table {
  return new Table(
    table.columns.map((column) => (column.name === name ? change(column) : column)),
    table.rowCount,
  );
}

export function withNumbers(
  table: Table,
  name: string,
  change: (value: number, row: number) => number,
): Table {
  return withColumn(table, name, (column) =>
    column.kind === "number" ? numberColumn(name, column.values.map(change)) : column,
  );
}

export function withTexts(
  table: Table,
  name: string,
  change: (text: string | null, row: number) => string | null,
): Table {
  return withColumn(table, name, (column) => {
    if (column.kind === "number") return column;
    const texts = Array.from(column.codes, (code, row) => change(column.dictionary[code] ?? null, row));
    return textColumn(name, texts);
  });
}

export const without = (options: SampleOptions, ...names: (keyof SampleOptions)[]): SampleOptions =>
  Object.fromEntries(
    Object.entries(options).filter(([name]) => !names.includes(name as keyof SampleOptions)),
  );

/** Stumbles over some tables. */
export function failingFit(when: (table: Table) => boolean): Breakage {
  return {
    fit: async (inner, table, options) => {
      if (when(table)) throw new TypeError("cannot read properties of undefined");
      await inner.fit(table, options);
    },
  };
}

export function withManifest(artifact: Artifact, more: Artifact["manifest"]): Artifact {
  return { ...artifact, manifest: { ...artifact.manifest, ...more } };
}

// Rows on their way to a file wait in tables of an embedded database, as numbers and codes, until the file is written in
// one go. The tables move to the disk where they would not fit in memory.

import type { DuckDBAppender, DuckDBDataChunk } from "@duckdb/node-api";
import {
  type Column,
  type DictionaryColumn,
  type NumberColumn,
  type Table,
  throwIfAborted,
} from "@verisim/core";
import { type Database, sqlText } from "./database.ts";
import { canBeEnum } from "./enum-members.ts";

/** How the cells of a column wait: as DOUBLE (NaN where missing), as ENUM, or as VARCHAR. */
export type Form = "number" | "category" | "text";

/** What staging has to know of a column. */
export interface StagedColumn {
  /** True where all these numbers can wait as such; otherwise they wait as texts. */
  readonly holds: (values: Float64Array) => boolean;
  readonly textOf: (value: number) => string;
}

/** A table of rows that wait in one way. */
export interface Segment {
  readonly table: string;
  readonly forms: readonly Form[];
}

interface OpenSegment extends Segment {
  readonly dictionaries: readonly (readonly string[] | null)[];
  readonly appender: DuckDBAppender;
  readonly chunk: DuckDBDataChunk;
}

/** The vectors of the pinned version of the library, as far as they are filled here. */
interface RawVector {
  readonly vector: Parameters<Database["bindings"]["vector_assign_string_element_len"]>[0];
  readonly items: Float64Array | Uint8Array | Uint16Array | Uint32Array;
  readonly validity: { data: BigUint64Array | null; flush: (vector: RawVector["vector"]) => void };
  flush(): void;
}

/** Rows per chunk: DuckDB's vector size. */
const chunkRows = 2048;
const rememberedTexts = 1 << 14;

export class Staging {
  readonly #database: Database;
  readonly #columns: readonly StagedColumn[];
  readonly #signal: AbortSignal | undefined;
  readonly #segments: Segment[] = [];
  /** Columns that have been texts once stay so: there are few segments, whatever the batches. */
  readonly #texts: boolean[];
  readonly #encoded: TextCells[];
  #open: OpenSegment | undefined;

  constructor(database: Database, columns: readonly StagedColumn[], signal: AbortSignal | undefined) {
    this.#database = database;
    this.#columns = columns;
    this.#signal = signal;
    this.#texts = columns.map(() => false);
    this.#encoded = columns.map((column) => new TextCells(column.textOf));
  }

  async append(batch: Table): Promise<void> {
    const forms = batch.columns.map((column, index) => this.#formOf(column, index));
    if (!this.#open || forms.some((form, index) => form !== this.#open!.forms[index]))
      await this.#begin(batch, forms);
    for (let from = 0; from < batch.rowCount; from += chunkRows) {
      throwIfAborted(this.#signal);
      this.#chunk(this.#open!, batch, from, Math.min(chunkRows, batch.rowCount - from));
    }
  }

  /** The tables, in the order of their rows; nothing can be appended any more. */
  finish(): readonly Segment[] {
    this.#close();
    return this.#segments;
  }

  #formOf(column: Column, index: number): Form {
    if (this.#texts[index]) return "text";
    const fits =
      column.kind === "number" ? this.#columns[index]!.holds(column.values) : this.#isCategory(column, index);
    if (fits) return column.kind === "number" ? "number" : "category";
    this.#texts[index] = true;
    return "text";
  }

  #isCategory({ dictionary }: DictionaryColumn, index: number): boolean {
    if (!this.#open) return canBeEnum(dictionary);
    const known = this.#open.dictionaries[index];
    if (known === dictionary) return true;
    return (
      known?.length === dictionary.length && dictionary.every((text, code) => text === known[code]) === true
    );
  }

  async #begin(batch: Table, forms: readonly Form[]): Promise<void> {
    this.#close();
    const table = `stage_${this.#segments.length}`;
    const types = batch.columns.map((column, index) => {
      if (forms[index] === "number") return "DOUBLE";
      if (forms[index] === "text") return "VARCHAR";
      return `ENUM (${(column as DictionaryColumn).dictionary.map(sqlText).join(", ")})`;
    });
    await this.#database.run(
      `CREATE TABLE ${table} (${types.map((type, index) => `c${index} ${type}`).join(", ")})`,
    );
    const appender = await this.#database.appender(table);
    const columnTypes = types.map((_, index) => appender.columnType(index));
    this.#open = {
      table,
      forms,
      dictionaries: batch.columns.map((column) => (column.kind === "number" ? null : column.dictionary)),
      appender,
      chunk: this.#database.api.DuckDBDataChunk.create(columnTypes),
    };
    this.#segments.push(this.#open);
  }

  #close(): void {
    this.#open?.appender.closeSync();
    this.#open = undefined;
  }

  #chunk({ appender, chunk, forms }: OpenSegment, batch: Table, from: number, rows: number): void {
    chunk.reset();
    chunk.rowCount = rows;
    for (let index = 0; index < forms.length; index++) {
      const column = batch.columns[index]!;
      const raw = chunk.getColumnVector(index) as unknown as RawVector;
      if (forms[index] === "text") this.#fillTexts(raw, this.#encoded[index]!, column, from, rows);
      else if (column.kind === "number") fillNumbers(raw, column, from, rows);
      else fillCodes(raw, column, from, rows);
    }
    appender.appendDataChunk(chunk);
  }

  #fillTexts(raw: RawVector, cells: TextCells, column: Column, from: number, rows: number): void {
    const assign = this.#database.bindings.vector_assign_string_element_len;
    const missing = new MissingRows(rows);
    for (let row = 0; row < rows; row++) {
      const bytes = cells.at(column, from + row);
      if (bytes) assign(raw.vector, row, bytes);
      else missing.add(row);
    }
    missing.store(raw);
    raw.validity.flush(raw.vector);
  }
}

/** Texts as bytes; those of a dictionary, and instants and numbers that return, are encoded once. */
class TextCells {
  readonly #textOf: (value: number) => string;
  readonly #numbers = new Map<number, Buffer>();
  #source: readonly string[] | undefined;
  #bytes: (Buffer | undefined)[] = [];

  constructor(textOf: (value: number) => string) {
    this.#textOf = textOf;
  }

  at(column: Column, row: number): Buffer | undefined {
    if (column.kind === "number") {
      const value = column.values[row]!;
      return Number.isNaN(value) ? undefined : this.#number(value);
    }
    if (this.#source !== column.dictionary) {
      this.#source = column.dictionary;
      this.#bytes = [];
    }
    const code = column.codes[row]!;
    if (code < 0) return undefined;
    let bytes = this.#bytes[code];
    if (!bytes) {
      bytes = Buffer.from(column.dictionary[code]!, "utf8");
      this.#bytes[code] = bytes;
    }
    return bytes;
  }

  #number(value: number): Buffer {
    let bytes = this.#numbers.get(value);
    if (!bytes) {
      bytes = Buffer.from(this.#textOf(value), "utf8");
      if (this.#numbers.size === rememberedTexts) this.#numbers.clear();
      this.#numbers.set(value, bytes);
    }
    return bytes;
  }
}

/** The validity bits of a chunk of one column. */
class MissingRows {
  readonly #bits: Uint8Array<ArrayBuffer>;
  #any = false;

  constructor(rows: number) {
    this.#bits = new Uint8Array(Math.ceil(rows / 64) * 8).fill(255);
  }

  add(row: number): void {
    this.#any = true;
    this.#bits[row >> 3]! &= ~(1 << (row & 7));
  }

  store(raw: RawVector): void {
    if (this.#any) raw.validity.data = new BigUint64Array(this.#bits.buffer);
  }
}

function fillNumbers(raw: RawVector, { values }: NumberColumn, from: number, rows: number): void {
  raw.items.set(values.subarray(from, from + rows));
  raw.flush();
}

function fillCodes(raw: RawVector, { codes }: DictionaryColumn, from: number, rows: number): void {
  const missing = new MissingRows(rows);
  const items = raw.items;
  for (let row = 0; row < rows; row++) {
    const code = codes[from + row]!;
    if (code < 0) missing.add(row);
    else items[row] = code;
  }
  missing.store(raw);
  raw.flush();
}

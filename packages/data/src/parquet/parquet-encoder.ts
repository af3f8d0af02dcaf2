// Writes Parquet as its rows come: they are copied into memory that a second thread shares, which encodes them with DuckDB
// while the next ones are made. Memory is that of a few blocks and one row group, whatever the length of the table.
//
// DuckDB asks for the columns' types before the first row. The first blocks are therefore kept until it is known which
// columns have all of their texts already (an ENUM, which Parquet encodes ten times as fast). Where such a column gets a
// new text later, the file ends and another one begins; in the end they are put together.

import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type ColumnMetadata,
  type Table,
  type TableMetadata,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import { Database, sqlName, sqlText } from "../duckdb/database.ts";
import { writeFault } from "../duckdb/write-fault.ts";
import type { AtomicFile } from "../write/atomic-file.ts";
import { type PhysicalType, physicalTypeOf } from "../write/physical-type.ts";
import type { TableEncoder } from "../write/table-writer.ts";
import { CodeColumn, type Effect, strongest } from "./code-column.ts";
import { cellSql, numberVector, type VectorSpec, wireOf } from "./column-forms.ts";
import { cellMismatch, findMismatch } from "./mismatch.ts";
import { RowSlots, vectorRows } from "./row-slots.ts";
import { ParquetThread, ThreadFault } from "./thread-handle.ts";
import type { ToThread } from "./thread-messages.ts";

/** What DuckDB may hold of a row group before it moves to the disk. */
const memoryLimit = "192MB";
/** DuckDB's own number of rows in a row group; fewer where there are many columns. */
const mostGroupRows = 60 * vectorRows;
const groupBytes = 96 << 20;
/** Rows by which it shows whether a column's texts are all there. */
const trialRows = 16 * vectorRows;

export class ParquetEncoder implements TableEncoder {
  readonly #file: AtomicFile;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  readonly #thread: ParquetThread = new ParquetThread();
  #names: readonly string[] = [];
  #types: readonly PhysicalType[] = [];
  #columns: readonly (CodeColumn | NumberRange)[] = [];
  #slots: RowSlots | undefined;
  /** The slot that is being filled, and how many rows it has. */
  #slot = -1;
  #filled = 0;
  /** Slots that wait for the beginning of the file. */
  #held: { readonly slot: number; readonly rows: number }[] = [];
  #batches = 0;
  #vectors: readonly VectorSpec[] | undefined;
  #parts: string[] = [];
  #written = 0;

  constructor(file: AtomicFile, metadata: TableMetadata, signal: AbortSignal | undefined) {
    this.#file = file;
    this.#metadata = metadata;
    this.#signal = signal;
  }

  async append(batch: Table): Promise<void> {
    await this.#checked(async () => {
      if (!this.#slots) this.#open(batch);
      this.#batches++;
      await this.#adapt(batch);
      for (let from = 0; from < batch.rowCount; ) from += await this.#copy(batch, from);
      this.#written += batch.rowCount;
      if (!this.#vectors && this.#batches > 1 && this.#written >= trialRows) await this.#begin();
    });
  }

  async finish(): Promise<void> {
    await this.#checked(async () => {
      this.#flush();
      if (!this.#vectors) await this.#begin();
      await this.#end();
      this.#thread.send({ kind: "quit" });
      if (this.#parts.length > 1 || !this.#file.isRegular) await this.#join();
    });
  }

  async stop(): Promise<void> {
    await this.#thread.stop();
  }

  #open(batch: Table): void {
    this.#names = batch.columnNames;
    refuseEqualNames(this.#names, this.#file.path);
    this.#types = batch.columns.map((column) => physicalTypeOf(column, this.#metadataOf(column.name)));
    this.#columns = batch.columns.map((column, index) =>
      column.kind === "number" ? new NumberRange() : new CodeColumn(index, this.#types[index]!),
    );
    this.#slots = new RowSlots(batch.columns.map(wireOf));
    this.#thread.addSlots(this.#slots.count);
  }

  #metadataOf(name: string): ColumnMetadata | undefined {
    return Object.hasOwn(this.#metadata.columns, name) ? this.#metadata.columns[name] : undefined;
  }

  /** Makes ready for the batch's dictionaries. */
  async #adapt(batch: Table): Promise<void> {
    const changes = batch.columns.flatMap((column, index) => {
      const known = this.#columns[index]!;
      if ((column.kind === "number") !== known instanceof NumberRange) throw kindChanged(column.name);
      return column.kind === "number" || known instanceof NumberRange
        ? []
        : [known.change(column.dictionary)];
    });
    const effect = changes.reduce<Effect>((most, change) => strongest(most, change.effect), "none");
    if (effect !== "none") this.#flush();
    for (const change of changes) change.apply();
    if (effect !== "file") return;
    await this.#end();
    await this.#begin();
  }

  /** Copies rows into the slot under way; how many. */
  async #copy(batch: Table, from: number): Promise<number> {
    throwIfAborted(this.#signal);
    if (this.#slot < 0) this.#slot = await this.#freeSlot();
    const slots = this.#slots!;
    const at = this.#filled;
    const rows = Math.min(slots.rows - at, batch.rowCount - from);
    batch.columns.forEach((column, index) => {
      const known = this.#columns[index]!;
      if (column.kind === "number") {
        const values = column.values.subarray(from, from + rows);
        if (known instanceof NumberRange && this.#isConverted(index)) known.add(values);
        slots.numbers(this.#slot, index).set(values, at);
      } else
        (known as CodeColumn).write(
          column.codes.subarray(from, from + rows),
          slots.codes(this.#slot, index),
          at,
        );
    });
    this.#filled += rows;
    if (this.#filled === slots.rows) this.#flush();
    return rows;
  }

  #isConverted(index: number): boolean {
    const type = this.#types[index]!;
    return cellSql(type, numberVector(type), "c") !== "c";
  }

  async #freeSlot(): Promise<number> {
    const slot = this.#thread.takeSlot();
    if (slot !== undefined) return slot;
    if (!this.#vectors) await this.#begin();
    return this.#thread.waitForSlot();
  }

  /** Sends the slot under way. */
  #flush(): void {
    if (this.#slot < 0 || this.#filled === 0) return;
    const held = { slot: this.#slot, rows: this.#filled };
    this.#slot = -1;
    this.#filled = 0;
    if (this.#vectors) this.#send(held);
    else this.#held.push(held);
  }

  #send({ slot, rows }: { readonly slot: number; readonly rows: number }): void {
    const blocks = this.#columns.flatMap((column) => (column instanceof CodeColumn ? column.news() : []));
    this.#thread.send({ kind: "rows", slot, rows, blocks });
  }

  async #begin(): Promise<void> {
    const columns = this.#columns;
    this.#types = columns.map((column, index) =>
      column instanceof CodeColumn ? column.type : this.#types[index]!,
    );
    const vectors = columns.map((column, index) =>
      column instanceof CodeColumn ? column.begin() : numberVector(this.#types[index]!),
    );
    const path = await this.#nextPath();
    const message: ToThread = {
      kind: "begin",
      path,
      vectors,
      memory: this.#slots!.memory,
      select: vectors
        .map((spec, index) => {
          const cell = cellSql(this.#types[index]!, spec, `c${index}`);
          return `${cell} AS ${sqlName(this.#names[index]!)}`;
        })
        .join(", "),
      rowGroupRows: groupRows(vectors.length),
      memoryLimit,
      overflowFolder: join(this.#file.overflowFolder, `spill-${this.#parts.length}`),
    };
    this.#vectors = vectors;
    this.#parts.push(path);
    this.#thread.send(message);
    for (const held of this.#held.splice(0)) this.#send(held);
  }

  /** The file itself, and others beside it where one is not enough or the file takes its bytes but once. */
  async #nextPath(): Promise<string> {
    const part = this.#parts.length;
    if (part === 0 && this.#file.isRegular) return this.#file.writingPath;
    await mkdir(this.#file.overflowFolder, { recursive: true });
    return join(this.#file.overflowFolder, `part-${part}.parquet`);
  }

  async #end(): Promise<void> {
    this.#thread.send({ kind: "end" });
    await this.#thread.waitForFile();
  }

  /** Puts the parts together. */
  async #join(): Promise<void> {
    const { writingPath, overflowFolder, isRegular } = this.#file;
    if (isRegular) {
      const first = join(overflowFolder, "part-0.parquet");
      await copyFile(writingPath, first);
      this.#parts[0] = first;
    }
    const cells = this.#names.map((name, index) => {
      const isText = this.#types[index]!.kind === "text";
      return isText ? `${sqlName(name)}::VARCHAR AS ${sqlName(name)}` : sqlName(name);
    });
    const rows = this.#parts.map((path) => `SELECT ${cells.join(", ")} FROM read_parquet(${sqlText(path)})`);
    await Database.use(
      {
        paths: [...this.#parts, writingPath],
        memoryLimit,
        overflowFolder: join(overflowFolder, "spill"),
        signal: this.#signal,
      },
      (database) =>
        database.run(
          `COPY (${rows.join(" UNION ALL ")}) TO ${sqlText(writingPath)} (FORMAT parquet, ROW_GROUP_SIZE ${groupRows(this.#names.length)},
           USE_TMP_FILE false)`,
        ),
    );
    await rm(overflowFolder, { force: true, recursive: true });
  }

  async #checked(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      throw await this.#fault(cause);
    }
  }

  async #fault(cause: unknown): Promise<unknown> {
    throwIfAborted(this.#signal);
    if (cause instanceof ThreadFault && cause.cell) {
      const { column, value } = cause.cell;
      return cellMismatch(String(value), this.#types[column]!, this.#names[column]!, cause);
    }
    if (cause instanceof ThreadFault) {
      const found = await findMismatch(cause, this.#converted());
      if (found) return found;
    }
    return writeFault(cause, this.#file.path);
  }

  #converted(): Parameters<typeof findMismatch>[1] {
    return (this.#vectors ?? []).flatMap((spec, index) => {
      const type = this.#types[index]!;
      if (cellSql(type, spec, "c") === "c") return [];
      const known = this.#columns[index]!;
      const texts = known instanceof CodeColumn ? known.texts : known.ends;
      return [{ name: this.#names[index]!, type, form: spec.form, texts }];
    });
  }
}

/** The least and the greatest of a column's numbers. */
class NumberRange {
  #least = Number.POSITIVE_INFINITY;
  #greatest = Number.NEGATIVE_INFINITY;

  add(values: Float64Array): void {
    for (const value of values) {
      if (value < this.#least) this.#least = value;
      if (value > this.#greatest) this.#greatest = value;
    }
  }

  get ends(): readonly string[] {
    return this.#least > this.#greatest ? [] : [String(this.#least), String(this.#greatest)];
  }
}

function groupRows(columns: number): number {
  const vectors = Math.floor(groupBytes / (8 * columns) / vectorRows);
  return Math.min(mostGroupRows, Math.max(1, vectors) * vectorRows);
}

function kindChanged(column: string): VerisimError {
  return new VerisimError("VERISIM_TABLE_SHAPE", "Expected batches whose columns are of one kind each.", {
    where: { column },
  });
}

/** DuckDB would rename columns whose names differ in case alone. */
function refuseEqualNames(names: readonly string[], file: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    const plain = name.toLowerCase();
    if (name === "" || seen.has(plain))
      throw new VerisimError(
        "VERISIM_DUPLICATE_COLUMN",
        `Expected names that differ in more than case, and are not empty, but received ${JSON.stringify(name)}.`,
        { where: { file, column: name }, hint: "Rename the column, or write CSV, JSON or Arrow." },
      );
    seen.add(plain);
  }
}

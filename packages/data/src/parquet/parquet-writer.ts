// Streams batches into a Parquet file, a row group at a time; memory holds one row group. The bytes are written here
// rather than by a database, because the table is already what a row group is: dictionaries and codes.

import { Table, type TableMetadata, throwIfAborted, VerisimError } from "@verisim/core";
import { AtomicFile } from "../write/atomic-file.ts";
import { type PhysicalType, physicalTypeOf } from "../write/physical-type.ts";
import type { TableWriter } from "../write/table-writer.ts";
import { encodeChunk } from "./parquet-chunk.ts";
import { parquetTypeOf, schemaElement } from "./parquet-values.ts";
import { binary, encodeThrift, i32, i64, list, struct, type ThriftValue } from "./thrift.ts";

/** Batches are collected until a row group has this many rows. */
const groupRows = 1 << 16;
const magic = Buffer.from("PAR1");

export class ParquetTableWriter implements TableWriter {
  readonly #file: AtomicFile;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  #names: readonly string[] | undefined;
  #types: readonly PhysicalType[] = [];
  #pending: Table[] = [];
  #pendingRows = 0;
  #rows = 0;
  #offset = magic.length;
  readonly #groups: ThriftValue[] = [];
  #writing: Promise<void> = Promise.resolve();
  #done = false;

  private constructor(file: AtomicFile, metadata: TableMetadata, signal: AbortSignal | undefined) {
    this.#file = file;
    this.#metadata = metadata;
    this.#signal = signal;
  }

  static async open(
    path: string,
    metadata: TableMetadata,
    signal: AbortSignal | undefined,
  ): Promise<ParquetTableWriter> {
    throwIfAborted(signal);
    const writer = new ParquetTableWriter(await AtomicFile.open(path), metadata, signal);
    await writer.#guarded(() => writer.#file.write(magic));
    return writer;
  }

  async append(batch: Table): Promise<void> {
    await this.#guarded(async () => {
      if (batch.rowCount === 0) return;
      this.#begin(batch);
      this.#pending.push(batch.select(this.#names!));
      this.#pendingRows += batch.rowCount;
      if (this.#pendingRows >= groupRows) await this.#writeGroups();
    });
  }

  async close(): Promise<void> {
    await this.#guarded(async () => {
      if (this.#pendingRows > 0) await this.#writeGroups();
      this.#begin(
        new Table(
          Object.keys(this.#metadata.columns).map((name) => this.#emptyColumn(name)),
          0,
        ),
      );
      await this.#writing;
      const footer = this.#footer();
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      await this.#file.write(Buffer.concat([footer, length, magic]));
      this.#done = true;
      await this.#file.commit();
    });
  }

  async abort(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    this.#pending = [];
    await this.#writing.catch(() => undefined);
    await this.#file.discard();
  }

  /** Leaves nothing behind when `work` fails. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    if (this.#done)
      throw new VerisimError("VERISIM_WRITER_CLOSED", "The file has been closed.", {
        where: { file: this.#file.path },
      });
    try {
      throwIfAborted(this.#signal);
      await work();
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  #begin(batch: Table): void {
    if (this.#names) return;
    this.#names = batch.columnNames;
    this.#types = batch.columns.map((column) => physicalTypeOf(column, this.#columnMetadata(column.name)));
  }

  #columnMetadata(name: string): TableMetadata["columns"][string] | undefined {
    return Object.hasOwn(this.#metadata.columns, name) ? this.#metadata.columns[name] : undefined;
  }

  #emptyColumn(name: string): Table["columns"][number] {
    const sdtype = this.#columnMetadata(name)?.sdtype;
    return sdtype === "numerical" || sdtype === "datetime"
      ? { kind: "number", name, values: new Float64Array() }
      : { kind: "dictionary", name, codes: new Int32Array(), dictionary: [] };
  }

  async #writeGroups(): Promise<void> {
    const table = Table.concat(this.#pending);
    this.#pending = [];
    this.#pendingRows = 0;
    for (let from = 0; from < table.rowCount; from += groupRows) {
      // A rest of less than half a group joins the group before it.
      const rest = table.rowCount - from;
      const end = rest < groupRows * 1.5 ? table.rowCount : from + groupRows;
      await this.#writeGroup(table.slice(from, end));
      if (end === table.rowCount) break;
    }
  }

  async #writeGroup(table: Table): Promise<void> {
    const columns: ThriftValue[] = [];
    const parts: Uint8Array[] = [];
    const start = this.#offset;
    for (let index = 0; index < table.columns.length; index++) {
      throwIfAborted(this.#signal);
      const type = this.#types[index]!;
      const chunk = encodeChunk(table.columns[index]!, type);
      const at = this.#offset;
      columns.push(
        struct([
          [2, i64(at)],
          [
            3,
            struct([
              [1, i32(parquetTypeOf(type).type)],
              [2, list("i32", chunk.encodings.map(i32))],
              [3, list("binary", [binary(this.#names![index]!)])],
              [4, i32(0)],
              [5, i64(table.rowCount)],
              [6, i64(chunk.bytes)],
              [7, i64(chunk.bytes)],
              [9, i64(at + chunk.dataOffset)],
              [11, chunk.hasDictionary ? i64(at) : undefined],
            ]),
          ],
        ]),
      );
      this.#offset += chunk.bytes;
      parts.push(...chunk.parts);
    }
    this.#groups.push(
      struct([
        [1, list("struct", columns)],
        [2, i64(this.#offset - start)],
        [3, i64(table.rowCount)],
      ]),
    );
    this.#rows += table.rowCount;
    // The disk works while the next group is made; one group waits at most.
    await this.#writing;
    this.#writing = this.#file.write(Buffer.concat(parts));
    this.#writing.catch(() => undefined);
  }

  #footer(): Uint8Array {
    const root = struct([
      [4, binary("schema")],
      [5, i32(this.#names!.length)],
    ]);
    return encodeThrift([
      [1, i32(2)],
      [
        2,
        list("struct", [
          root,
          ...this.#names!.map((name, index) => schemaElement(name, this.#types[index]!)),
        ]),
      ],
      [3, i64(this.#rows)],
      [4, list("struct", this.#groups)],
      [6, binary("Verisim")],
    ]);
  }
}

// Streams batches into a Parquet file, a row group at a time; memory holds one row group. The bytes are written here
// rather than by a database, because the table is already what a row group is: dictionaries and codes.

import { Table, type TableMetadata, throwIfAborted } from "@verisim/core";
import type { AtomicFile } from "../write/atomic-file.ts";
import { type PhysicalType, physicalTypeOf } from "../write/physical-type.ts";
import type { TableEncoder } from "../write/table-writer.ts";
import { encodeChunk } from "./parquet-chunk.ts";
import { parquetTypeOf, schemaElement } from "./parquet-values.ts";
import { binary, encodeThrift, i32, i64, list, struct, type ThriftValue } from "./thrift.ts";

/** Batches are collected until a row group has this many rows. */
const groupRows = 1 << 16;
const magic = Buffer.from("PAR1");

export class ParquetEncoder implements TableEncoder {
  readonly #file: AtomicFile;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  #names: readonly string[] | undefined;
  #types: readonly PhysicalType[] = [];
  #pending: Table[] = [];
  #pendingRows = 0;
  #rows = 0;
  #offset = 0;
  readonly #groups: ThriftValue[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(file: AtomicFile, metadata: TableMetadata, signal: AbortSignal | undefined) {
    this.#file = file;
    this.#metadata = metadata;
    this.#signal = signal;
  }

  async append(batch: Table): Promise<void> {
    if (!this.#names) {
      this.#names = batch.columnNames;
      this.#types = batch.columns.map((column) => physicalTypeOf(column, this.#columnMetadata(column.name)));
      await this.#file.write(magic);
      this.#offset = magic.length;
    }
    if (batch.rowCount === 0) return;
    this.#pending.push(batch);
    this.#pendingRows += batch.rowCount;
    if (this.#pendingRows >= groupRows) await this.#writeGroups();
  }

  async finish(): Promise<void> {
    if (this.#pendingRows > 0) await this.#writeGroups();
    await this.#writing;
    const footer = this.#footer();
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await this.#file.write(Buffer.concat([footer, length, magic]));
  }

  async stop(): Promise<void> {
    this.#pending = [];
    await this.#writing.catch(() => undefined);
  }

  #columnMetadata(name: string): TableMetadata["columns"][string] | undefined {
    return Object.hasOwn(this.#metadata.columns, name) ? this.#metadata.columns[name] : undefined;
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

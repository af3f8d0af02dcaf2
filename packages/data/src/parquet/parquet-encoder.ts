// Writes Parquet row group by row group as batches come, so that memory does not follow the rows. It knows the types that
// made tables have; for others the database writes the file.

import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { type Table, type TableMetadata, throwIfAborted, VerisimError } from "@verisim/core";
import type { AtomicFile } from "../write/atomic-file.ts";
import { type PhysicalType, physicalTypeOf } from "../write/physical-type.ts";
import type { TableEncoder } from "../write/table-writer.ts";
import {
  type ColumnValues,
  columnValues,
  type EncodedValues,
  encodings,
  parquetTypeOf,
} from "./column-values.ts";
import { encodeThrift, type ThriftStruct, type ThriftValue } from "./compact-thrift.ts";

/** Rows of a row group, or fewer where their cells take more than that. */
const groupRows = 131_072;
const groupBytes = 64 * 2 ** 20;
const magic = Buffer.from("PAR1");
const zstdCodec = 6;

/** Absent before Node 22.15. */
const compress = zlib.zstdCompress as typeof zlib.zstdCompress | undefined;
const compressAsync = compress && promisify(compress);
/** Level 1: on columns of numbers higher ones take several times as long for a few per cent. */
const level = compress && { [zlib.constants.ZSTD_c_compressionLevel]: 1 };

/** In large pieces: those of the usual 16 kB come back to this thread one by one. */
function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  return compressAsync!(bytes, { params: level!, chunkSize: Math.max(1024, bytes.length >> 1) });
}

interface FileColumn {
  readonly name: string;
  readonly type: PhysicalType;
  readonly parquetType: number;
  readonly values: ColumnValues;
}

/** Whether this writer can write columns as those of a batch. */
export function canEncodeParquet(batch: Table, metadata: TableMetadata): boolean {
  return (
    compress !== undefined &&
    batch.columns.length > 0 &&
    batch.columns.every((column) => {
      const type = physicalTypeOf(column, metadataOf(metadata, column.name));
      return parquetTypeOf(type, column) !== undefined;
    })
  );
}

const metadataOf = (metadata: TableMetadata, name: string) =>
  Object.hasOwn(metadata.columns, name) ? metadata.columns[name] : undefined;

export class ParquetEncoder implements TableEncoder {
  readonly #file: AtomicFile;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  #columns: FileColumn[] = [];
  #rows = 0;
  #allRows = 0;
  #offset = 0;
  readonly #groups: ThriftValue[] = [];
  /** The row group that is being compressed and written while the next one gathers. */
  #writing: Promise<void> = Promise.resolve();

  constructor(file: AtomicFile, metadata: TableMetadata, signal: AbortSignal | undefined) {
    this.#file = file;
    this.#metadata = metadata;
    this.#signal = signal;
  }

  async append(batch: Table): Promise<void> {
    if (this.#columns.length === 0) this.#begin(batch);
    for (let from = 0; from < batch.rowCount; ) {
      throwIfAborted(this.#signal);
      const count = Math.min(batch.rowCount - from, groupRows - this.#rows);
      const part = count === batch.rowCount ? batch : batch.slice(from, from + count);
      part.columns.forEach((column, i) => {
        this.#columns[i]!.values.append(column);
      });
      this.#rows += count;
      from += count;
      const size = this.#columns.reduce((sum, { values }) => sum + values.sizeBytes, 0);
      if (this.#rows === groupRows || size >= groupBytes) await this.#flush();
    }
  }

  async finish(): Promise<void> {
    if (this.#rows > 0) await this.#flush();
    await this.#writing;
    await this.#write(this.#footer());
  }

  async stop(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  #begin(batch: Table): void {
    this.#columns = batch.columns.map((column) => {
      const type = physicalTypeOf(column, metadataOf(this.#metadata, column.name));
      const parquetType = parquetTypeOf(type, column);
      if (parquetType === undefined) throw new Error("internal: a type that this writer does not know");
      const refuse = (cell: string): never => {
        throw new VerisimError(
          "VERISIM_TYPE_MISMATCH",
          `Expected a value of type ${type.word} but received ${JSON.stringify(cell.slice(0, 100))}.`,
          {
            where: { column: column.name },
            hint: "Leave the physical type out of the column's metadata to write text.",
          },
        );
      };
      return {
        name: column.name,
        type,
        parquetType,
        values: columnValues(parquetType, type, groupRows, refuse),
      };
    });
    this.#writing = this.#write(magic);
    this.#writing.catch(() => undefined);
  }

  /** Hands the gathered rows over; waits for those before them. */
  async #flush(): Promise<void> {
    const rows = this.#rows;
    const encoded = this.#columns.map(({ values }) => values.take());
    this.#rows = 0;
    this.#allRows += rows;
    const pages = Promise.all(encoded.map((column) => pagesOf(column, rows)));
    await this.#writing;
    this.#writing = pages.then((columns) => this.#writeGroup(columns, encoded, rows));
    this.#writing.catch(() => undefined);
  }

  async #writeGroup(
    columns: readonly Pages[],
    encoded: readonly EncodedValues[],
    rows: number,
  ): Promise<void> {
    const chunks: ThriftValue[] = [];
    let total = 0;
    for (const [i, { parts, dictionaryBytes, plainBytes }] of columns.entries()) {
      const start = this.#offset;
      for (const part of parts) await this.#write(part);
      const { missing, range, encoding, dictionary } = encoded[i]!;
      total += plainBytes;
      const column = this.#columns[i]!;
      const statistics: ThriftStruct = [
        [3, { i64: missing }],
        [5, range && { binary: range[1] }],
        [6, range && { binary: range[0] }],
      ];
      const metadata: ThriftStruct = [
        [1, { i32: column.parquetType }],
        [2, { list: [...new Set([encodings.plain, encodings.rle, encoding])].map((one) => ({ i32: one })) }],
        [3, { list: [{ binary: column.name }] }],
        [4, { i32: zstdCodec }],
        [5, { i64: rows }],
        [6, { i64: plainBytes }],
        [7, { i64: this.#offset - start }],
        [9, { i64: start + dictionaryBytes }],
        [11, dictionary && { i64: start }],
        [12, { struct: statistics }],
      ];
      chunks.push({
        struct: [
          [2, { i64: start }],
          [3, { struct: metadata }],
        ],
      });
    }
    this.#groups.push({
      struct: [
        [1, { list: chunks }],
        [2, { i64: total }],
        [3, { i64: rows }],
      ],
    });
  }

  #footer(): Uint8Array {
    const root: ThriftValue = {
      struct: [
        [4, { binary: "schema" }],
        [5, { i32: this.#columns.length }],
      ],
    };
    const footer = encodeThrift([
      [1, { i32: 1 }],
      [2, { list: [root, ...this.#columns.map(schemaElement)] }],
      [3, { i64: this.#allRows }],
      [4, { list: this.#groups }],
      [6, { binary: "verisim" }],
      // The order of a type is its own: what readers need to trust the least and the greatest values.
      [7, { list: this.#columns.map(() => ({ struct: [[1, { struct: [] }]] })) }],
    ]);
    const end = Buffer.alloc(8);
    end.writeUInt32LE(footer.length, 0);
    magic.copy(end, 4);
    return Buffer.concat([footer, end]);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes);
    this.#offset += bytes.length;
  }
}

interface Pages {
  readonly parts: readonly Uint8Array[];
  readonly dictionaryBytes: number;
  readonly plainBytes: number;
}

/** The pages of a column chunk, compressed on other threads, each behind its header. */
async function pagesOf({ dictionary, page, encoding }: EncodedValues, rows: number): Promise<Pages> {
  const [dictionaryData, data] = await Promise.all([
    dictionary && compressed(dictionary.bytes),
    compressed(page),
  ]);
  const parts: Uint8Array[] = [];
  let plainBytes = 0;
  const add = (
    type: number,
    plain: Uint8Array,
    packed: Uint8Array,
    field: number,
    header: ThriftStruct,
  ): void => {
    const head = encodeThrift([
      [1, { i32: type }],
      [2, { i32: plain.length }],
      [3, { i32: packed.length }],
      [field, { struct: header }],
    ]);
    parts.push(head, packed);
    plainBytes += head.length + plain.length;
  };
  if (dictionary)
    add(2, dictionary.bytes, dictionaryData!, 7, [
      [1, { i32: dictionary.count }],
      [2, { i32: encodings.plain }],
    ]);
  const dictionaryBytes = parts.reduce((sum, part) => sum + part.length, 0);
  add(0, page, data, 5, [
    [1, { i32: rows }],
    [2, { i32: encoding }],
    [3, { i32: encodings.rle }],
    [4, { i32: encodings.rle }],
  ]);
  return { parts, dictionaryBytes, plainBytes };
}

/** The column in the schema, with the older and the newer way to say what its numbers are. */
function schemaElement({ name, type, parquetType }: FileColumn): ThriftValue {
  const older = { text: 0, date: 6, timestamp: 10 } as Readonly<Record<string, number>>;
  const newer: Readonly<Record<string, ThriftStruct>> = {
    text: [[1, { struct: [] }]],
    date: [[6, { struct: [] }]],
    timestamp: [
      [
        8,
        {
          struct: [
            [1, { boolean: type.utc }],
            [2, { struct: [[2, { struct: [] }]] }],
          ],
        },
      ],
    ],
  };
  const logical = newer[type.kind];
  // Older readers take the older word for instants of UTC, so that it stands only where they are.
  const converted = type.kind === "timestamp" && !type.utc ? undefined : older[type.kind];
  return {
    struct: [
      [1, { i32: parquetType }],
      [3, { i32: 1 }],
      [4, { binary: name }],
      [6, converted === undefined ? undefined : { i32: converted }],
      [10, logical && { struct: logical }],
    ],
  };
}

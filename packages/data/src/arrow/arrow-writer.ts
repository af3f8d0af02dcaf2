// Streams batches into an Arrow IPC file, a record batch at a time. The library frames the batches; the arrays in them
// are made here from the table's own.

import {
  type Column,
  type ColumnMetadata,
  isMissing,
  type Table,
  type TableMetadata,
  throwIfAborted,
  validityBits,
} from "@verisim/core";
import type { Data, DataType, RecordBatch, RecordBatchFileWriter, Schema, TypeMap } from "apache-arrow";
import type { AtomicFile } from "../write/atomic-file.ts";
import { type PhysicalType, physicalTypeOf } from "../write/physical-type.ts";
import type { TableEncoder } from "../write/table-writer.ts";
import { textBytes, wholeValue } from "./arrow-values.ts";

type Arrow = typeof import("apache-arrow");

/** Rows per record batch at most. */
const batchRows = 1 << 16;

export class ArrowEncoder implements TableEncoder {
  readonly #arrow: Arrow;
  readonly #file: AtomicFile;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  readonly #writer: RecordBatchFileWriter;
  readonly #drained: Promise<void>;
  #written = 0;
  #schema: Schema | undefined;
  #types: readonly PhysicalType[] = [];

  private constructor(
    arrow: Arrow,
    file: AtomicFile,
    metadata: TableMetadata,
    signal: AbortSignal | undefined,
  ) {
    this.#arrow = arrow;
    this.#file = file;
    this.#metadata = metadata;
    this.#signal = signal;
    this.#writer = new arrow.RecordBatchFileWriter();
    this.#drained = this.#drain();
    // Awaited at the end; a fault before that is met there.
    this.#drained.catch(() => undefined);
  }

  static async create(
    file: AtomicFile,
    metadata: TableMetadata,
    signal: AbortSignal | undefined,
  ): Promise<ArrowEncoder> {
    return new ArrowEncoder(await import("apache-arrow"), file, metadata, signal);
  }

  async append(batch: Table): Promise<void> {
    if (!this.#schema) this.#schema = this.#begin(batch);
    for (let from = 0; from < batch.rowCount; from += batchRows)
      await this.#write(batch.slice(from, Math.min(batch.rowCount, from + batchRows)), this.#schema);
    if (batch.rowCount === 0) await this.#write(batch, this.#schema);
  }

  async finish(): Promise<void> {
    this.#writer.finish();
    this.#writer.close();
    await this.#drained;
  }

  async stop(): Promise<void> {
    this.#writer.close();
    await this.#drained.catch(() => undefined);
  }

  async #drain(): Promise<void> {
    for await (const piece of this.#writer) {
      await this.#file.write(piece as Uint8Array);
      this.#written++;
    }
  }

  #begin(batch: Table): Schema {
    this.#types = batch.columns.map((column) => physicalTypeOf(column, this.#metadataOf(column.name)));
    const fields = batch.columns.map(
      (column, index) =>
        new this.#arrow.Field(
          column.name,
          arrowType(this.#arrow, this.#types[index]!, this.#metadataOf(column.name)),
          true,
        ),
    );
    return new this.#arrow.Schema(fields);
  }

  #metadataOf(name: string): ColumnMetadata | undefined {
    return Object.hasOwn(this.#metadata.columns, name) ? this.#metadata.columns[name] : undefined;
  }

  async #write(batch: Table, schema: Schema): Promise<void> {
    throwIfAborted(this.#signal);
    const arrow = this.#arrow;
    const fields = schema.fields;
    const children = fields.map((field, index) =>
      columnData(arrow, batch.column(field.name), this.#types[index]!, field.type),
    );
    const data = arrow.makeData({
      type: new arrow.Struct(fields),
      length: batch.rowCount,
      nullCount: 0,
      children,
    });
    this.#writer.write(new arrow.RecordBatch(schema, data as never) as RecordBatch<TypeMap>);
    // The queue has no end of its own: let the disk follow, one batch behind at most.
    await Promise.race([this.#drained, this.#settle()]);
  }

  async #settle(): Promise<void> {
    const before = this.#written;
    for (let turn = 0; turn < 50 && this.#written === before; turn++)
      await new Promise((resolve) => setImmediate(resolve));
  }
}

function arrowType(arrow: Arrow, physical: PhysicalType, metadata: ColumnMetadata | undefined): DataType {
  switch (physical.kind) {
    case "boolean":
      return new arrow.Bool();
    case "integer":
      return new arrow.Int(physical.signed as never, physical.bits as never);
    case "float":
      return new arrow.Float32();
    case "double":
      return new arrow.Float64();
    case "decimal":
      return new arrow.Decimal(physical.scale, physical.precision, 128);
    case "date":
      return new arrow.DateDay();
    case "time":
      return new arrow.TimeMicrosecond();
    case "timestamp": {
      const named = /^[A-Z][A-Za-z_]+\//.test(metadata?.timeZone ?? "");
      const zone = physical.utc ? (named ? metadata!.timeZone! : "UTC") : null;
      const unit = physical.ticks === 1e3 ? 1 : physical.ticks === 1e9 ? 3 : 2;
      return new arrow.Timestamp(unit, zone);
    }
    case "blob":
      return new arrow.Binary();
    default:
      return new arrow.Utf8();
  }
}

function columnData(arrow: Arrow, column: Column, physical: PhysicalType, type: DataType): Data {
  const bits = validityBits(column);
  const rows = column.kind === "number" ? column.values.length : column.codes.length;
  const common = { type, length: rows, nullBitmap: bits ?? undefined };
  if (type.typeId === arrow.Type.Utf8 || type.typeId === arrow.Type.Binary) {
    const { offsets, bytes } = gatherTexts(column, physical);
    return arrow.makeData({ ...common, valueOffsets: offsets, data: bytes } as never);
  }
  if (physical.kind === "boolean") {
    const flags = new Uint8Array((rows + 7) >> 3);
    const words = parsedEntries(column, physical);
    for (let row = 0; row < rows; row++)
      if (!isMissing(column, row) && entryAt(column, words, row) === 1n) flags[row >> 3]! |= 1 << (row & 7);
    return arrow.makeData({ ...common, data: flags } as never);
  }
  return arrow.makeData({ ...common, data: fixedValues(column, physical, rows) } as never);
}

function gatherTexts(column: Column, physical: PhysicalType): { offsets: Int32Array; bytes: Uint8Array } {
  if (column.kind === "number") throw new Error("internal: numbers are not written as text");
  const { codes } = column;
  const entries = column.dictionary.map((text) => textBytes(text, physical));
  const offsets = new Int32Array(codes.length + 1);
  for (let row = 0; row < codes.length; row++)
    offsets[row + 1] = offsets[row]! + (codes[row]! < 0 ? 0 : entries[codes[row]!]!.length);
  const bytes = new Uint8Array(offsets[codes.length]!);
  for (let row = 0; row < codes.length; row++)
    if (codes[row]! >= 0) bytes.set(entries[codes[row]!]!, offsets[row]);
  return { offsets, bytes };
}

/** The dictionary's texts as whole numbers of the column's type. */
function parsedEntries(column: Column, physical: PhysicalType): readonly bigint[] {
  if (column.kind === "number") return [];
  return column.dictionary.map((text) => wholeValue(text, physical, column.name));
}

function entryAt(column: Column, words: readonly bigint[], row: number): bigint {
  return column.kind === "dictionary" && column.codes[row]! >= 0 ? words[column.codes[row]!]! : 0n;
}

function fixedValues(column: Column, physical: PhysicalType, rows: number): ArrayBufferView {
  if (physical.kind === "double" || physical.kind === "float") {
    const out = physical.kind === "double" ? new Float64Array(rows) : new Float32Array(rows);
    for (let row = 0; row < rows; row++)
      out[row] =
        column.kind === "number" ? column.values[row]! : Number(column.dictionary[column.codes[row]!] ?? 0);
    return out;
  }
  const words = parsedEntries(column, physical);
  const scale =
    physical.kind === "decimal"
      ? 10 ** physical.scale
      : physical.kind === "date"
        ? 1 / 86_400e6
        : physical.kind === "timestamp"
          ? physical.ticks / 1e6
          : 1;
  const whole = (row: number): number => {
    if (column.kind !== "number") return Number(entryAt(column, words, row));
    const value = column.values[row]! * scale;
    return Number.isNaN(value) ? 0 : physical.kind === "date" ? Math.floor(value) : Math.round(value);
  };
  const exact = (row: number): bigint =>
    column.kind === "number" ? BigInt(whole(row)) : entryAt(column, words, row);
  if (physical.kind === "decimal") {
    const out = new BigInt64Array(rows * 2);
    for (let row = 0; row < rows; row++) {
      const value = exact(row);
      out[row * 2] = BigInt.asIntN(64, value);
      out[row * 2 + 1] = value >> 64n;
    }
    return new Uint32Array(out.buffer);
  }
  if (physical.kind === "date" || (physical.kind === "integer" && physical.bits < 64)) {
    const out = narrowArray(physical, rows);
    for (let row = 0; row < rows; row++) out[row] = whole(row);
    return out;
  }
  const out =
    physical.kind === "integer" && !physical.signed ? new BigUint64Array(rows) : new BigInt64Array(rows);
  for (let row = 0; row < rows; row++) out[row] = exact(row);
  return out;
}

function narrowArray(
  { kind, bits, signed }: PhysicalType,
  rows: number,
): Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array {
  if (kind === "date") return new Int32Array(rows);
  if (bits === 8) return signed ? new Int8Array(rows) : new Uint8Array(rows);
  if (bits === 16) return signed ? new Int16Array(rows) : new Uint16Array(rows);
  return signed ? new Int32Array(rows) : new Uint32Array(rows);
}

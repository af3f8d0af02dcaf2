// Reads Arrow IPC files and streams (Feather 2). Numbers are taken from Arrow's own arrays; texts are interned as
// bytes; the library is loaded only when an Arrow file is met.

import { readFile } from "node:fs/promises";
import * as zlib from "node:zlib";
import { DatePattern, throwIfAborted, VerisimError } from "@verisim/core";
import type {
  Data,
  DataType,
  Decimal,
  Field,
  FixedSizeBinary,
  Int,
  Time,
  Timestamp,
  Vector,
} from "apache-arrow";
import { isIdName } from "../detect/sdtype.ts";
import { fileError } from "../text/byte-source.ts";
import type { TextReadOptions } from "../text/text-columns.ts";
import { hashBytes, TextPool } from "../text/text-pool.ts";
import type { TypedColumns, TypedSource } from "../typed-columns.ts";
import { positionalText } from "../values/number-text.ts";
import { decodeLz4Frame } from "./lz4-frame.ts";

type Arrow = typeof import("apache-arrow");

/** Ticks per second of Arrow's time units, by their number. */
const unitTicks = [1, 1e3, 1e6, 1e9];
/** Number columns with at most this many different values may be categories. */
const fewValues = 11;

/** @throws VerisimError `VERISIM_FILE_DAMAGED`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_FILE_ACCESS`, `VERISIM_ABORTED` */
export async function readArrow(path: string, options: TextReadOptions): Promise<TypedColumns> {
  const arrow = await import("apache-arrow");
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw fileError(cause, path);
  });
  throwIfAborted(options.signal);
  registerCodecs(arrow);
  try {
    const table = arrow.tableFromIPC(bytes);
    const names = new Set<string>();
    const columns = table.schema.fields.map((field, index): TypedSource => {
      throwIfAborted(options.signal);
      if (names.has(field.name))
        throw new VerisimError(
          "VERISIM_DUPLICATE_COLUMN",
          `Expected column names to differ but received ${JSON.stringify(field.name)} twice.`,
          { where: { file: path, column: field.name }, hint: "Rename one of the two columns." },
        );
      names.add(field.name);
      refuseShortBuffers(arrow, field, table.getChildAt(index)!);
      return readColumn(arrow, field, table.getChildAt(index)!);
    });
    options.onBytes?.(bytes.length);
    return { columns, rowCount: table.numRows, warnings: [] };
  } catch (cause) {
    if (VerisimError.isInstance(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new VerisimError("VERISIM_FILE_DAMAGED", `The file cannot be read as Arrow IPC: ${reason}`, {
      where: { file: path },
      hint: "It is cut off, damaged, or of another format: fetch it again or check its ending.",
      cause,
    });
  }
}

/** A damaged header may claim more rows than there are bytes; the library does not look. */
function refuseShortBuffers(arrow: Arrow, field: Field, vector: Vector): void {
  const { DataType: types } = arrow;
  for (const data of vector.data as readonly Data[]) {
    const rows = data.offset + data.length;
    const { type } = data;
    let held = rows;
    if (data.valueOffsets) held = data.valueOffsets.length - 1;
    else if (types.isBool(type)) held = (data.values as Uint8Array).length * 8;
    else if (types.isUtf8View(type) || types.isBinaryView(type))
      held = (data.values as Uint8Array).length / 16;
    else if (data.values && !types.isStruct(type) && !types.isNull(type))
      held = (data.values as Uint8Array).length / data.stride;
    const bits = data.nullBitmap && data.nullBitmap.length > 0 ? data.nullBitmap.length * 8 : rows;
    if (held < data.length || bits < data.length || data.length > 2 ** 31)
      throw new Error(`column ${JSON.stringify(field.name)} is shorter than the file says`);
  }
}

function registerCodecs(arrow: Arrow): void {
  const { compressionRegistry, CompressionType } = arrow;
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decodeLz4Frame });
  const zstd = (zlib as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array }).zstdDecompressSync;
  if (zstd) compressionRegistry.set(CompressionType.ZSTD, { decode: zstd });
}

function readColumn(arrow: Arrow, field: Field, vector: Vector): TypedSource {
  const { DataType: types } = arrow;
  const { type } = field;
  const word = physicalWord(arrow, type);
  if (types.isInt(type) && word !== null) return wholeNumbers(field.name, word, vector, type);
  if (types.isFloat(type)) return few(field.name, word!, toDoubles(vector, Number));
  if (types.isDate(type) || types.isTimestamp(type)) {
    const scale = types.isDate(type)
      ? type.unit === 0
        ? 86_400e6
        : 1e3
      : 1e6 / unitTicks[(type as Timestamp).unit]!;
    const zone = types.isTimestamp(type) ? (type as Timestamp).timezone : null;
    return {
      kind: "number",
      name: field.name,
      physical: word!,
      values: toDoubles(vector, (raw) => Number(raw) * scale),
      ...(zone ? { zone } : {}),
    };
  }
  if (types.isDecimal(type)) return decimals(field.name, word!, vector, type);
  if (types.isDictionary(type)) return dictionary(arrow, field, vector);
  return texts(field.name, word ?? "JSON", vector, textOf(arrow, type));
}

/** DuckDB's word for an Arrow type, or null for nested ones. */
function physicalWord(arrow: Arrow, type: DataType): string | null {
  const { DataType: types } = arrow;
  if (types.isInt(type)) {
    const sizes: Record<number, string> = { 8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT" };
    return `${(type as Int).isSigned ? "" : "U"}${sizes[(type as Int).bitWidth]}`;
  }
  if (types.isFloat(type)) return type.precision === 2 ? "DOUBLE" : "FLOAT";
  if (types.isBool(type)) return "BOOLEAN";
  if (types.isDecimal(type)) return `DECIMAL(${(type as Decimal).precision},${(type as Decimal).scale})`;
  if (types.isDate(type)) return "DATE";
  if (types.isTime(type)) return "TIME";
  if (types.isTimestamp(type)) {
    if ((type as Timestamp).timezone) return "TIMESTAMP WITH TIME ZONE";
    const units = ["TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP", "TIMESTAMP_NS"];
    return units[(type as Timestamp).unit]!;
  }
  if (types.isBinary(type) || types.isLargeBinary(type) || types.isFixedSizeBinary(type)) return "BLOB";
  if (types.isUtf8(type) || types.isLargeUtf8(type) || types.isUtf8View(type)) return "VARCHAR";
  return null;
}

/** Raw numbers of every cell, scaled; NaN where missing. */
function toDoubles(vector: Vector, convert: (raw: number | bigint) => number): Float64Array {
  const out = new Float64Array(vector.length);
  let at = 0;
  for (const data of vector.data as readonly Data[]) {
    const raw = data.values as ArrayLike<number | bigint>;
    const half = (data.type as { precision?: number }).precision === 0;
    for (let row = 0; row < data.length; row++)
      out[at++] = data.getValid(row) ? convert(half ? halfFloat(raw[row] as number) : raw[row]!) : Number.NaN;
  }
  return out;
}

/** IEEE 754 binary16. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction
          ? Number.NaN
          : Number.POSITIVE_INFINITY
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}

function wholeNumbers(name: string, physical: string, vector: Vector, type: Int): TypedSource {
  if (type.bitWidth < 64) return few(name, physical, toDoubles(vector, Number));
  const values = toDoubles(vector, Number);
  if (values.every((value) => Number.isNaN(value) || Math.abs(value) <= Number.MAX_SAFE_INTEGER))
    return few(name, physical, values);
  return texts(name, physical, vector, (data, row) => String((data.values as BigInt64Array)[row]));
}

/** Numbers of which few differ, or that only ids are, as texts: detection decides what they are. */
function few(name: string, physical: string, values: Float64Array): TypedSource {
  const seen = new Set<number>();
  const whole = /INT/.test(physical);
  for (const value of values) {
    if (!Number.isNaN(value)) seen.add(value);
    if (seen.size > fewValues && !whole) break;
    if (seen.size > fewValues && !isIdName(name)) break;
  }
  if (seen.size > fewValues && !(whole && isIdName(name))) return { kind: "number", name, physical, values };
  const entries = [...seen].sort((a, b) => a - b);
  const places = new Map(entries.map((value, code) => [value, code]));
  return {
    kind: "text",
    name,
    physical,
    texts: entries.map((value) => positionalText(value)),
    codes: Int32Array.from(values, (value) => places.get(value) ?? -1),
  };
}

function decimals(name: string, physical: string, vector: Vector, type: Decimal): TypedSource {
  const words = type.bitWidth / 32;
  const text = (data: Data, row: number): string => {
    const raw = data.values as Uint32Array;
    let value = 0n;
    for (let word = words - 1; word >= 0; word--) value = (value << 32n) | BigInt(raw[row * words + word]!);
    value = BigInt.asIntN(type.bitWidth, value);
    const digits = (value < 0n ? -value : value).toString().padStart(type.scale + 1, "0");
    const whole = digits.slice(0, digits.length - type.scale);
    return `${value < 0n ? "-" : ""}${whole}${type.scale > 0 ? `.${digits.slice(digits.length - type.scale)}` : ""}`;
  };
  return texts(name, physical, vector, text);
}

/** Interns the text of every cell. */
function texts(
  name: string,
  physical: string,
  vector: Vector,
  textAt: (data: Data, row: number) => string | Uint8Array,
): TypedSource {
  const pool = new TextPool();
  for (const data of vector.data as readonly Data[]) {
    for (let row = 0; row < data.length; row++) {
      if (!data.getValid(row)) {
        pool.addMissing();
        continue;
      }
      const cell = textAt(data, row);
      const bytes = typeof cell === "string" ? Buffer.from(cell, "utf8") : cell;
      pool.add(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
    }
  }
  return { kind: "text", name, physical, texts: pool.texts(), codes: pool.codes };
}

function dictionary(arrow: Arrow, field: Field, vector: Vector): TypedSource {
  const type = field.type as unknown as { dictionary: DataType };
  const inner = physicalWord(arrow, type.dictionary) ?? "JSON";
  const textAt = textOf(arrow, type.dictionary);
  const pools = new Map<Vector, (string | Uint8Array | null)[]>();
  return texts(field.name, inner === "VARCHAR" ? "VARCHAR" : inner, vector, (data, row) => {
    const source = data.dictionary!;
    let entries = pools.get(source);
    if (!entries) {
      entries = (source.data as readonly Data[]).flatMap((part) =>
        Array.from({ length: part.length }, (_, entry) =>
          part.getValid(entry) ? textAt(part, entry) : null,
        ),
      );
      pools.set(source, entries);
    }
    return entries[Number((data.values as ArrayLike<number | bigint>)[row])] ?? "";
  });
}

const clock = new DatePattern("%H:%M:%S");
const fineClock = new DatePattern("%H:%M:%S.%f");

/** How a cell of a type that is not a number is written as text. */
function textOf(arrow: Arrow, type: DataType): (data: Data, row: number) => string | Uint8Array {
  const { DataType: types } = arrow;
  if (types.isUtf8(type) || types.isLargeUtf8(type))
    return (data, row) => {
      const offsets = data.valueOffsets as ArrayLike<number | bigint>;
      return (data.values as Uint8Array).subarray(Number(offsets[row]), Number(offsets[row + 1]));
    };
  if (types.isBool(type))
    return (data, row) => {
      const at = data.offset + row;
      return ((data.values as Uint8Array)[at >> 3]! >> (at & 7)) & 1 ? "true" : "false";
    };
  if (types.isTime(type)) {
    const scale = 1e6 / unitTicks[(type as Time).unit]!;
    return (data, row) => {
      const micros = Number((data.values as ArrayLike<number | bigint>)[row]) * scale;
      return (micros % 1e6 === 0 ? clock : fineClock).format(micros);
    };
  }
  const cells = new Map<Data, Vector>();
  const cellOf = (data: Data, row: number): unknown => {
    let vector = cells.get(data);
    if (!vector) {
      vector = new arrow.Vector([data]);
      cells.set(data, vector);
    }
    return vector.get(row);
  };
  if (types.isBinary(type) || types.isLargeBinary(type) || types.isFixedSizeBinary(type as FixedSizeBinary))
    return (data, row) =>
      Array.from(cellOf(data, row) as Uint8Array, (byte) =>
        byte >= 32 && byte < 127 && byte !== 92
          ? String.fromCharCode(byte)
          : `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`,
      ).join("");
  return (data, row) => {
    const cell = cellOf(data, row);
    return typeof cell === "string"
      ? cell
      : JSON.stringify(cell, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
  };
}

// Values in Parquet's PLAIN encoding: numbers of a column, or the texts of a dictionary parsed into its type.

import { VerisimError } from "@verisim/core";
import { DatePattern } from "../values/date-pattern.ts";
import type { PhysicalType } from "../write/physical-type.ts";
import { binary, bool, i8, i32, struct, type ThriftValue } from "./thrift.ts";

/** Parquet's physical types by their numbers. */
export const parquetTypes = {
  boolean: 0,
  int32: 1,
  int64: 2,
  float: 4,
  double: 5,
  byteArray: 6,
  fixedBytes: 7,
} as const;

export interface ParquetType {
  readonly type: number;
  /** Bytes per value; 0 for byte arrays. */
  readonly width: number;
}

export function parquetTypeOf(physical: PhysicalType): ParquetType {
  switch (physical.kind) {
    case "boolean":
      return { type: parquetTypes.boolean, width: 1 };
    case "integer":
      return physical.bits === 64
        ? { type: parquetTypes.int64, width: 8 }
        : { type: parquetTypes.int32, width: 4 };
    case "float":
      return { type: parquetTypes.float, width: 4 };
    case "double":
      return { type: parquetTypes.double, width: 8 };
    case "decimal":
      if (physical.bits === 128) return { type: parquetTypes.fixedBytes, width: 16 };
      return physical.bits === 64
        ? { type: parquetTypes.int64, width: 8 }
        : { type: parquetTypes.int32, width: 4 };
    case "date":
      return { type: parquetTypes.int32, width: 4 };
    case "time":
    case "timestamp":
      return { type: parquetTypes.int64, width: 8 };
    case "uuid":
      return { type: parquetTypes.fixedBytes, width: 16 };
    case "blob":
    case "json":
    case "text":
      return { type: parquetTypes.byteArray, width: 0 };
  }
}

const empty = struct([]);

/** The schema element of a column: physical type, converted type (for old readers) and logical type. */
export function schemaElement(name: string, physical: PhysicalType): ThriftValue {
  const { type, width } = parquetTypeOf(physical);
  let converted: number | undefined;
  let logical: ThriftValue | undefined;
  switch (physical.kind) {
    case "integer": {
      const step = Math.log2(physical.bits) - 3;
      converted = (physical.signed ? 15 : 11) + step;
      logical = struct([
        [
          10,
          struct([
            [1, i8(physical.bits)],
            [2, bool(physical.signed)],
          ]),
        ],
      ]);
      break;
    }
    case "decimal":
      converted = 5;
      logical = struct([
        [
          5,
          struct([
            [1, i32(physical.scale)],
            [2, i32(physical.precision)],
          ]),
        ],
      ]);
      break;
    case "date":
      converted = 6;
      logical = struct([[6, empty]]);
      break;
    case "time":
    case "timestamp": {
      const unit = physical.ticks === 1e3 ? 1 : physical.ticks === 1e9 ? 3 : 2;
      if (physical.kind === "time") converted = 8;
      else if (physical.utc && unit < 3) converted = unit === 1 ? 9 : 10;
      const instant = struct([
        [1, bool(physical.utc)],
        [2, struct([[unit, empty]])],
      ]);
      logical = struct([[physical.kind === "time" ? 7 : 8, instant]]);
      break;
    }
    case "uuid":
      logical = struct([[14, empty]]);
      break;
    case "json":
      converted = 19;
      logical = struct([[12, empty]]);
      break;
    case "text":
      converted = 0;
      logical = struct([[1, empty]]);
      break;
  }
  const decimal = physical.kind === "decimal";
  return struct([
    [1, i32(type)],
    [2, type === parquetTypes.fixedBytes ? i32(width) : undefined],
    [3, i32(1)],
    [4, binary(name)],
    [6, converted === undefined ? undefined : i32(converted)],
    [7, decimal ? i32(physical.scale) : undefined],
    [8, decimal ? i32(physical.precision) : undefined],
    [10, logical],
  ]);
}

const twoTo32 = 2 ** 32;

/** Writes a number as its column's type; the inverse of what readers do with the logical type. */
export function writeNumber(view: DataView, at: number, value: number, physical: PhysicalType): void {
  switch (physical.kind) {
    case "double":
      view.setFloat64(at, value, true);
      break;
    case "float":
      view.setFloat32(at, value, true);
      break;
    case "date":
      view.setInt32(at, Math.floor(value / 86_400e6), true);
      break;
    case "decimal":
      writeWhole(view, at, Math.round(value * 10 ** physical.scale), physical.bits);
      break;
    case "timestamp":
      if (physical.ticks === 1e9) view.setBigInt64(at, BigInt(Math.round(value)) * 1000n, true);
      else writeWhole(view, at, Math.round(physical.ticks === 1e3 ? value / 1e3 : value), 64);
      break;
    default:
      writeWhole(view, at, Math.round(value), physical.bits || 64);
  }
}

function writeWhole(view: DataView, at: number, value: number, bits: number): void {
  if (bits <= 32) view.setInt32(at, value | 0, true);
  else if (bits === 64) {
    // `>>> 0` is the value modulo 2^32, for whole numbers of any size.
    view.setUint32(at, value >>> 0, true);
    view.setInt32(at + 4, Math.floor(value / twoTo32), true);
  } else writeBigEndian(view, at, BigInt(value));
}

function writeBigEndian(view: DataView, at: number, value: bigint): void {
  view.setBigInt64(at, value >> 64n, false);
  view.setBigUint64(at + 8, value & 0xffffffffffffffffn, false);
}

const patterns = {
  date: new DatePattern("%Y-%m-%d"),
  timestamp: [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S.%f%z",
    "%Y-%m-%d",
  ].map((pattern) => new DatePattern(pattern)),
  time: ["%H:%M:%S", "%H:%M:%S.%f", "%H:%M"].map((pattern) => new DatePattern(pattern)),
};

/**
 * Writes a text as a value of its column's type (fixed-width types only).
 * @throws VerisimError `VERISIM_TYPE_MISMATCH`
 */
export function writeParsed(
  view: DataView,
  at: number,
  text: string,
  physical: PhysicalType,
  column: string,
): void {
  const fail = (): never => {
    throw mismatch(text, physical, column);
  };
  const number = (value: number): void => {
    if (Number.isNaN(value)) fail();
    writeNumber(view, at, value, physical);
  };
  switch (physical.kind) {
    case "boolean": {
      if (!/^(?:true|false|1|0)$/i.test(text)) fail();
      view.setUint8(at, /^(?:true|1)$/i.test(text) ? 1 : 0);
      break;
    }
    case "integer": {
      if (!/^[+-]?\d{1,20}$/.test(text)) fail();
      if (physical.bits === 64) view.setBigInt64(at, BigInt.asIntN(64, BigInt(text)), true);
      else number(Number(text));
      break;
    }
    case "decimal": {
      const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
      if (!match || (match[3] ?? "").length > physical.scale) throw mismatch(text, physical, column);
      const digits = BigInt(`${match[2]}${(match[3] ?? "").padEnd(physical.scale, "0")}` || "0");
      const value = match[1] === "-" ? -digits : digits;
      if (physical.bits === 128) writeBigEndian(view, at, value);
      else if (physical.bits === 64) view.setBigInt64(at, value, true);
      else view.setInt32(at, Number(value), true);
      break;
    }
    case "float":
    case "double":
      if (text.trim() === "") fail();
      number(Number(text));
      break;
    case "date":
      number(patterns.date.parse(text));
      break;
    case "time":
    case "timestamp": {
      const parsed = patterns[physical.kind].map((pattern) => pattern.parse(text));
      number(parsed.find((value) => !Number.isNaN(value)) ?? Number.NaN);
      break;
    }
    case "uuid": {
      const digits = text.replaceAll("-", "");
      if (!/^[0-9a-f]{32}$/i.test(digits)) fail();
      writeBigEndian(view, at, BigInt(`0x${digits}`));
      break;
    }
    default:
      fail();
  }
}

function mismatch(text: string, physical: PhysicalType, column: string): VerisimError {
  return new VerisimError(
    "VERISIM_TYPE_MISMATCH",
    `Expected a value of type ${physical.kind} but received ${JSON.stringify(text.slice(0, 100))}.`,
    { where: { column }, hint: "Leave the physical type out of the column's metadata to write text." },
  );
}

/** The bytes of a text as a byte array; blobs are written `\xAB` as DuckDB prints them. */
export function textBytes(text: string, physical: PhysicalType): Buffer {
  if (physical.kind !== "blob") return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  for (const match of text.matchAll(/\\x([0-9A-Fa-f]{2})|[^\\]+|\\/g))
    parts.push(match[1] ? Buffer.from([Number.parseInt(match[1], 16)]) : Buffer.from(match[0], "utf8"));
  return Buffer.concat(parts);
}

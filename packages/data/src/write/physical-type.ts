// The type a column has in a typed file: the one it came with, or the one its metadata asks for.

import type { Column, ColumnMetadata } from "@verisim/core";
import { DatePattern } from "@verisim/core";

export type PhysicalKind =
  | "boolean"
  | "integer"
  | "float"
  | "double"
  | "decimal"
  | "date"
  | "time"
  | "timestamp"
  | "uuid"
  | "blob"
  | "json"
  | "text";

export interface PhysicalType {
  readonly kind: PhysicalKind;
  /** DuckDB's word for the type. */
  readonly word: string;
  /** integer: 8 to 64; decimal: 32, 64 or 128. */
  readonly bits: number;
  readonly signed: boolean;
  readonly precision: number;
  /** decimal: digits after the point. */
  readonly scale: number;
  /** timestamp: the instants are UTC rather than a wall clock. */
  readonly utc: boolean;
  /** timestamp: ticks per second. */
  readonly ticks: 1e3 | 1e6 | 1e9;
}

/** Text, which every column can be. */
export const textType: PhysicalType = {
  kind: "text",
  word: "VARCHAR",
  bits: 0,
  signed: true,
  precision: 0,
  scale: 0,
  utc: false,
  ticks: 1e6,
};

const integers: Readonly<Record<string, { bits: number; signed: boolean }>> = {
  TINYINT: { bits: 8, signed: true },
  SMALLINT: { bits: 16, signed: true },
  INTEGER: { bits: 32, signed: true },
  BIGINT: { bits: 64, signed: true },
  UTINYINT: { bits: 8, signed: false },
  USMALLINT: { bits: 16, signed: false },
  UINTEGER: { bits: 32, signed: false },
  UBIGINT: { bits: 64, signed: false },
};

/** DuckDB's word for a type as {@link PhysicalType}; null for words that are not known (nested types, for example). */
export function parsePhysical(word: string): PhysicalType | null {
  if (Object.hasOwn(integers, word)) return { ...textType, kind: "integer", word, ...integers[word]! };
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(word);
  if (decimal) {
    const precision = Number(decimal[1]);
    const bits = precision <= 9 ? 32 : precision <= 18 ? 64 : 128;
    return { ...textType, kind: "decimal", word, bits, precision, scale: Number(decimal[2]) };
  }
  switch (word) {
    case "BOOLEAN":
      return { ...textType, word, kind: "boolean" };
    case "DOUBLE":
      return { ...textType, word, kind: "double" };
    case "FLOAT":
      return { ...textType, word, kind: "float" };
    case "DATE":
      return { ...textType, word, kind: "date" };
    case "TIME":
      return { ...textType, word, kind: "time" };
    case "TIMESTAMP":
    case "TIMESTAMP_S":
      return { ...textType, word, kind: "timestamp" };
    case "TIMESTAMP_MS":
      return { ...textType, word, kind: "timestamp", ticks: 1e3 };
    case "TIMESTAMP_NS":
      return { ...textType, word, kind: "timestamp", ticks: 1e9 };
    case "TIMESTAMP WITH TIME ZONE":
      return { ...textType, word, kind: "timestamp", utc: true };
    case "UUID":
      return { ...textType, word, kind: "uuid" };
    case "BLOB":
      return { ...textType, word, kind: "blob" };
    case "VARCHAR":
      return textType;
    default:
      return null;
  }
}

const wholeNumbers: PhysicalType = { ...textType, kind: "integer", word: "BIGINT", bits: 64 };

/** The type for a column of a file that keeps types. Nested values are kept as JSON text. */
export function physicalTypeOf(column: Column, metadata: ColumnMetadata | undefined): PhysicalType {
  const declared = metadata?.physical === undefined ? null : parsePhysical(metadata.physical);
  if (declared && fits(declared.kind, column, metadata)) return declared;
  if (column.kind === "number") {
    if (metadata?.sdtype === "datetime") return datetimeType(metadata);
    return metadata?.numberStyle === "integer"
      ? wholeNumbers
      : { ...textType, kind: "double", word: "DOUBLE" };
  }
  if (metadata?.physical !== undefined && !declared) return { ...textType, kind: "json", word: "JSON" };
  if (metadata?.physical === undefined && holdsWholeNumbers(metadata)) return wholeNumbers;
  return textType;
}

/** True for categories that are whole numbers in a file without types. */
export function holdsWholeNumbers(metadata: ColumnMetadata | undefined): boolean {
  const categories = metadata?.rangeValues ?? [];
  return categories.length > 0 && categories.every((text) => /^-?(?:0|[1-9]\d{0,14})$/.test(text));
}

function fits(kind: PhysicalKind, column: Column, metadata: ColumnMetadata | undefined): boolean {
  if (column.kind === "dictionary") return true;
  const instants = kind === "date" || kind === "time" || kind === "timestamp";
  return metadata?.sdtype === "datetime"
    ? instants
    : ["integer", "float", "double", "decimal"].includes(kind);
}

function datetimeType(metadata: ColumnMetadata): PhysicalType {
  const pattern = new DatePattern(metadata.datetimeFormat ?? "%Y-%m-%d %H:%M:%S");
  if (pattern.hasZone) return parsePhysical("TIMESTAMP WITH TIME ZONE")!;
  if (!/%[-^]?[Yy]/.test(pattern.pattern)) return parsePhysical("TIME")!;
  return parsePhysical(pattern.hasTime ? "TIMESTAMP" : "DATE")!;
}

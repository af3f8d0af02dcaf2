// How each column reaches DuckDB: the type of its vectors, how its cells travel there, and the SQL that makes the file's
// cells of them. Most vectors are of the file's own type; what DuckDB has to convert is left to it.

import type { Column } from "@verisim/core";
import { typedColumn } from "../duckdb/cell-sql.ts";
import type { PhysicalType } from "../write/physical-type.ts";
import type { Wire } from "./row-slots.ts";

/**
 * - `number`: doubles, made the vector's type here;
 * - `values`: codes of booleans and whole numbers;
 * - `categories`: codes of the members of an ENUM, all of which are known before the first row is written;
 * - `texts`: codes of texts of which more may come.
 */
export type Form = "number" | "values" | "categories" | "texts";

/** DuckDB's types of the vectors that are filled here. */
export type VectorType =
  | "BOOLEAN"
  | "TINYINT"
  | "SMALLINT"
  | "INTEGER"
  | "BIGINT"
  | "UTINYINT"
  | "USMALLINT"
  | "UINTEGER"
  | "UBIGINT"
  | "DOUBLE"
  | "DATE"
  | "TIMESTAMP"
  | "TIMESTAMP_TZ"
  | "ENUM"
  | "VARCHAR";

export interface VectorSpec {
  readonly wire: Wire;
  readonly form: Form;
  readonly type: VectorType;
  /** The members of an ENUM. */
  readonly members?: readonly string[];
}

export const wireOf = (column: Column): Wire => (column.kind === "number" ? "number" : "code");

/** The vectors that doubles of a column become; those of DOUBLE are converted by {@link cellSql}. */
export function numberVector(type: PhysicalType): VectorSpec {
  return { wire: "number", form: "number", type: directType(type) ?? "DOUBLE" };
}

function directType({ kind, word, utc, ticks }: PhysicalType): VectorType | undefined {
  switch (kind) {
    case "integer":
      return word as VectorType;
    case "double":
      return "DOUBLE";
    case "date":
      return "DATE";
    case "timestamp":
      return ticks !== 1e6 || word === "TIMESTAMP_S" ? undefined : utc ? "TIMESTAMP_TZ" : "TIMESTAMP";
    default:
      return undefined;
  }
}

/** True for columns whose texts may all stand for values that are looked up here. */
export const canLookUp = ({ kind }: PhysicalType): boolean => kind === "boolean" || kind === "integer";

/** The value that a text stands for in a column of booleans or whole numbers; undefined where DuckDB should say. */
export function wholeValueOf(text: string, { kind, bits, signed }: PhysicalType): bigint | undefined {
  if (kind === "boolean") return text === "true" ? 1n : text === "false" ? 0n : undefined;
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  const fits = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return fits === value ? value : undefined;
}

export function codeVector(
  form: Exclude<Form, "number">,
  type: PhysicalType,
  members: readonly string[],
): VectorSpec {
  if (form === "values") return { wire: "code", form, type: type.word as VectorType };
  if (form === "categories") return { wire: "code", form, type: "ENUM", members };
  return { wire: "code", form, type: "VARCHAR" };
}

/** The file's cell of the vector column `c`. */
export function cellSql(type: PhysicalType, spec: VectorSpec, c: string): string {
  if (spec.form === "values" || (spec.form === "number" && directType(type))) return c;
  return typedColumn(type).cell(spec.form === "number" ? "number" : "text", c);
}

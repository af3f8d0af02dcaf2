// The columns of SDV's metadata JSON, field by field: what each field is called there, for which sdtypes SDV takes it, and
// how it is checked. sdv-metadata.ts does tables, keys and relationships.

import { isPlainObject } from "./canonical-json.ts";
import { parseDatetime } from "./datetime.ts";
import { type ErrorPlace, VerisimError } from "./errors.ts";
import type { Json, JsonObject } from "./json.ts";
import { type ColumnMetadata, modelledSdtypes } from "./metadata.ts";

/** Fields that were read and are not ours travel under this key, so that writing gives them back. */
export const foreignFields: unique symbol = Symbol.for("verisim.foreign-fields");

/** Something that may carry fields of other programs. */
export interface WithForeignFields {
  [foreignFields]?: JsonObject;
}

/** The key of our own fields in a column, written on request only: SDV's validate() does not know it. */
export const extensionKey = "verisim";

export function metadataError(
  where: ErrorPlace,
  field: string,
  expected: string,
  received: unknown,
): VerisimError {
  const shown = received === undefined ? "nothing" : (JSON.stringify(received) ?? typeof received);
  const cut = shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
  return new VerisimError(
    "VERISIM_METADATA",
    `Expected ${expected} as ${JSON.stringify(field)} but received ${cut}.`,
    { where },
  );
}

type Reader<Value> = (value: unknown, field: string, where: ErrorPlace) => Value;

const text: Reader<string> = (value, field, where) => {
  if (typeof value === "string") return value;
  throw metadataError(where, field, "text", value);
};
const truth: Reader<boolean> = (value, field, where) => {
  if (typeof value === "boolean") return value;
  throw metadataError(where, field, "true or false", value);
};
const number: Reader<number> = (value, field, where) => {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw metadataError(where, field, "a number", value);
};
const digits: Reader<number> = (value, field, where) => {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 15) return value as number;
  throw metadataError(where, field, "a whole number from 0 to 15", value);
};
export const texts: Reader<string[]> = (value, field, where) => {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
  throw metadataError(where, field, "a list of text", value);
};
/** Categories: SDV also lists numbers and truth values; ours are text. */
const categories: Reader<string[]> = (value, field, where) => {
  const plain = (item: unknown): boolean => ["string", "number", "boolean"].includes(typeof item);
  if (Array.isArray(value) && value.every(plain)) return value.map(String);
  throw metadataError(where, field, "a list of text, numbers or truth values", value);
};
const styles: Reader<NonNullable<ColumnMetadata["numberStyle"]>> = (value, field, where) => {
  if (value === "integer" || value === "fixed" || value === "shortest" || value === "point") return value;
  throw metadataError(where, field, "integer, fixed, shortest or point", value);
};

interface Field {
  readonly ours: keyof ColumnMetadata;
  /** Its name in SDV's JSON; null for fields that SDV does not have. */
  readonly sdv: string | null;
  /** Its name inside the extension. */
  readonly extension: string;
  readonly read: Reader<unknown>;
  /** Whether SDV takes the field for this sdtype. */
  readonly allowed: (sdtype: string) => boolean;
  /** The first version of SDV's JSON that has it. Default V1. */
  readonly since?: "V2";
}

/** Versions of SDV's JSON that are written. */
export type SdvVersion = "V1" | "V2";

const only =
  (...names: string[]) =>
  (sdtype: string): boolean =>
    names.includes(sdtype);

const fields: readonly Field[] = [
  {
    ours: "pii",
    sdv: "pii",
    extension: "pii",
    read: truth,
    allowed: (sdtype) => !modelledSdtypes.has(sdtype) && sdtype !== "id",
  },
  {
    ours: "datetimeFormat",
    sdv: "datetime_format",
    extension: "datetime_format",
    read: text,
    allowed: only("datetime"),
  },
  { ours: "regexFormat", sdv: "regex_format", extension: "regex_format", read: text, allowed: only("id") },
  { ours: "regexLearnt", sdv: null, extension: "regex_learnt", read: truth, allowed: () => false },
  {
    ours: "decimals",
    sdv: "decimal_places",
    extension: "decimals",
    read: digits,
    allowed: only("numerical"),
    since: "V2",
  },
  {
    ours: "nullable",
    sdv: "range_is_nullable",
    extension: "nullable",
    read: truth,
    allowed: () => true,
    since: "V2",
  },
  {
    ours: "rangeValues",
    sdv: "range_values",
    extension: "range_values",
    read: categories,
    allowed: only("categorical", "ordinal"),
    since: "V2",
  },
  { ours: "numberStyle", sdv: null, extension: "number_style", read: styles, allowed: () => false },
  { ours: "physical", sdv: null, extension: "physical", read: text, allowed: () => false },
  { ours: "missingText", sdv: null, extension: "missing_text", read: text, allowed: () => false },
  { ours: "timeZone", sdv: null, extension: "time_zone", read: text, allowed: () => false },
  { ours: "locales", sdv: null, extension: "locales", read: texts, allowed: () => false },
];

const ranges = [
  ["rangeMin", "range_min"],
  ["rangeMax", "range_max"],
] as const;

/** One column of SDV's JSON. @throws VerisimError `VERISIM_METADATA` */
export function readColumn(value: unknown, where: ErrorPlace): ColumnMetadata {
  if (!isPlainObject(value)) throw metadataError(where, String(where.column), "an object", value);
  const rest = new Map(Object.entries(value));
  const take = (field: string): unknown => {
    const found = rest.get(field);
    rest.delete(field);
    return found;
  };
  let sdtype = text(take("sdtype"), "sdtype", where);
  if (sdtype === "") throw metadataError(where, "sdtype", "an sdtype", "");
  const column: Partial<Record<keyof ColumnMetadata, unknown>> & WithForeignFields = {};
  const foreign: Record<string, Json> = {};

  const order = take("order");
  const orderBy = take("order_by");
  if (sdtype === "categorical" && (order !== undefined || orderBy !== undefined)) {
    sdtype = "ordinal";
    if (orderBy !== undefined) foreign.order_by = orderBy as Json;
    if (order !== undefined && rest.get("range_values") === undefined) rest.set("range_values", order);
  }
  column.sdtype = sdtype;
  for (const { ours, sdv, read } of fields) {
    if (sdv === null || !rest.has(sdv)) continue;
    const raw = take(sdv);
    if (raw === null) continue;
    column[ours] = read(raw, sdv, where);
    if (ours === "rangeValues" && (raw as unknown[]).some((item) => typeof item !== "string"))
      foreign[sdv] = raw as Json;
  }
  for (const [ours, sdv] of ranges) {
    const raw = take(sdv);
    if (raw === undefined || raw === null) continue;
    if (sdtype === "datetime" && typeof raw === "string") {
      const micros = parseDatetime(raw, column.datetimeFormat as string | undefined);
      if (micros === undefined) throw metadataError(where, sdv, "a date in the column's format", raw);
      column[ours] = micros;
      foreign[sdv] = raw;
    } else {
      column[ours] = number(raw, sdv, where);
    }
  }
  const nullable = take("nullable");
  if (nullable !== undefined && nullable !== null) column.nullable ??= truth(nullable, "nullable", where);
  const representation = rest.get("computer_representation");
  if (sdtype === "numerical" && typeof representation === "string" && /^U?Int/.test(representation))
    column.numberStyle = "integer";
  const extension = take(extensionKey);
  if (extension !== undefined) readExtension(extension, column, where);
  for (const [name, other] of rest) foreign[name] = other as Json;
  if (Object.keys(foreign).length > 0) column[foreignFields] = foreign;
  return column as ColumnMetadata;
}

function readExtension(
  value: unknown,
  column: Partial<Record<keyof ColumnMetadata, unknown>>,
  where: ErrorPlace,
): void {
  if (!isPlainObject(value)) throw metadataError(where, extensionKey, "an object", value);
  for (const { ours, extension, read } of fields) {
    const raw = Object.hasOwn(value, extension) ? value[extension] : undefined;
    if (raw !== undefined) column[ours] = read(raw, `${extensionKey}.${extension}`, where);
  }
  for (const [ours, sdv] of ranges) {
    const raw = Object.hasOwn(value, sdv) ? value[sdv] : undefined;
    if (raw !== undefined) column[ours] = number(raw, `${extensionKey}.${sdv}`, where);
  }
}

/** A column as SDV's JSON has it. `extensions` adds what that version has no field for under the key `verisim`. */
export function writeColumn(
  column: ColumnMetadata & WithForeignFields,
  version: SdvVersion,
  extensions: boolean,
): JsonObject {
  const foreign = column[foreignFields] ?? {};
  const result = new Map<string, Json>([["sdtype", column.sdtype]]);
  const extension: Record<string, Json> = {};
  const values = sameTexts(foreign.range_values, column.rangeValues)
    ? foreign.range_values!
    : column.rangeValues;
  for (const { ours, sdv, extension: ownName, allowed, since = "V1" } of fields) {
    const value = ours === "rangeValues" ? values : (column[ours] as Json | undefined);
    if (value === undefined) continue;
    if (sdv !== null && allowed(column.sdtype) && since <= version) result.set(sdv, value);
    else extension[ownName] = value;
  }
  for (const [ours, sdv] of ranges) {
    const value = column[ours];
    if (value === undefined) continue;
    const written = rangeEnd(column, value, foreign[sdv]);
    if (written !== undefined && version === "V2") result.set(sdv, written);
    else extension[sdv] = value;
  }
  if (column.sdtype === "ordinal" && version === "V1") {
    // Ordinal columns are V2's; V1 has an order of categories.
    result.set("sdtype", "categorical");
    if (values) result.set("order", values);
    else result.set("order_by", foreign.order_by ?? "alphabetical");
    delete extension.range_values;
  }
  for (const [name, value] of Object.entries(foreign)) {
    const ours = name.startsWith("range_") || name === "order_by";
    const gone = name === "computer_representation" && (version === "V2" || column.sdtype !== "numerical");
    if (!result.has(name) && value !== undefined && !ours && !gone) result.set(name, value);
  }
  if (extensions && Object.keys(extension).length > 0) result.set(extensionKey, extension);
  return Object.fromEntries(result);
}

/** A range's end as SDV writes it; dates as they were read, or in ISO 8601 where the column's format can say that. */
function rangeEnd(column: ColumnMetadata, value: number, read: Json | undefined): Json | undefined {
  if (column.sdtype === "numerical") return value;
  if (column.sdtype !== "datetime") return undefined;
  if (typeof read === "string" && parseDatetime(read, column.datetimeFormat) === value) return read;
  return isoDate(value);
}

function sameTexts(raw: Json | undefined, current: readonly string[] | undefined): boolean {
  return (
    Array.isArray(raw) &&
    current !== undefined &&
    raw.length === current.length &&
    raw.every((item, i) => String(item) === current[i])
  );
}

/** ISO 8601 of microseconds since 1970, as short as it can be; undefined beyond the years that dates can have. */
function isoDate(micros: number): string | undefined {
  const date = new Date(Math.floor(micros / 1000));
  if (Number.isNaN(date.getTime())) return undefined;
  const whole = date.toISOString();
  if (micros % 86_400_000_000 === 0) return whole.slice(0, -14);
  const rest = ((micros % 1_000_000) + 1_000_000) % 1_000_000;
  const seconds = whole.slice(0, -5);
  return rest === 0 ? seconds : `${seconds}.${String(rest).padStart(6, "0")}`;
}

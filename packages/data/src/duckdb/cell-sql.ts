// How cells are written, as SQL over the staged columns: the same characters as numberText and DatePattern give, made by
// the database. What SQL cannot say (named zones, numbers beyond 15 digits) waits as text and is only copied.

import type { ColumnMetadata } from "@verisim/core";
import { DatePattern, zoneOffset } from "@verisim/core";
import { type NumberFormat, numberText } from "../values/number-text.ts";
import { holdsWholeNumbers, type PhysicalType } from "../write/physical-type.ts";
import { sqlText } from "./database.ts";
import type { Form, StagedColumn } from "./staging.ts";

/** A column of a file: how it waits and what becomes of it. */
export interface FileColumn extends StagedColumn {
  /** The cell of the staged column `c`; NULL where it is missing. */
  readonly cell: (form: Form, c: string) => string;
}

/** ISO dates and times where the metadata has no format of its own. */
const defaultDateFormat = "%Y-%m-%d %H:%M:%S";
/** Beyond this, two decimals of as many digits may be one double. */
const exactScaled = 1e15;
/** Instants of the years 1 to 9999, whose years have four digits. */
const firstInstant = -62_135_596_800e6;
const lastInstant = 253_402_300_799e6;

/** The number of a staged column, NULL where it is missing. */
const present = (c: string): string => `nullif(${c}, 'NaN'::DOUBLE)`;

/** A column of a text file. */
export function textColumn(metadata: ColumnMetadata | undefined): FileColumn {
  return metadata?.sdtype === "datetime" ? dateColumn(metadata) : numberColumn(metadata);
}

function numberColumn(metadata: ColumnMetadata | undefined): FileColumn {
  const format: NumberFormat = {
    style: metadata?.numberStyle ?? "shortest",
    decimals: metadata?.decimals,
  };
  const decimals = format.style === "integer" ? 0 : format.decimals;
  const limit = decimals === undefined || decimals > 15 ? 0 : exactScaled / 10 ** decimals;
  return {
    holds: (values) => values.every((value) => Number.isNaN(value) || Math.abs(value) < limit),
    textOf: (value) => numberText(value, format),
    cell: (form, c) => (form === "number" ? numberSql(format, c) : `${c}::VARCHAR`),
  };
}

function numberSql({ style, decimals = 0 }: NumberFormat, c: string): string {
  if (style === "integer") return `floor(${present(c)} + 0.5)::BIGINT::VARCHAR`;
  const fixed = `${present(c)}::DECIMAL(18,${decimals})::VARCHAR`;
  if (style === "fixed") return fixed;
  if (decimals === 0) return style === "point" ? `${fixed} || '.0'` : fixed;
  const trimmed = `rtrim(${fixed}, '0')`;
  return style === "point"
    ? `CASE WHEN suffix(${trimmed}, '.') THEN ${trimmed} || '0' ELSE ${trimmed} END`
    : `rtrim(${trimmed}, '.')`;
}

function dateColumn(metadata: ColumnMetadata): FileColumn {
  const pattern = new DatePattern(metadata.datetimeFormat ?? defaultDateFormat);
  const zone = metadata.timeZone;
  const sql = strftimePattern(pattern, zone);
  const offset = pattern.hasZone ? zoneOffset(zone ?? "Z") : 0;
  return {
    holds: (values) =>
      sql !== null &&
      values.every((value) => Number.isNaN(value) || (value >= firstInstant && value <= lastInstant)),
    textOf: (value) => pattern.format(value, zone),
    cell: (form, c) =>
      form === "number"
        ? `strftime(make_timestamp(round(${present(c)})::BIGINT + ${offset}), ${sqlText(sql!)})`
        : `${c}::VARCHAR`,
  };
}

/** The pattern in DuckDB's words, or null where it has none. */
function strftimePattern({ pattern }: DatePattern, zone = "Z"): string | null {
  if (pattern.includes("%z") && Number.isNaN(zoneOffset(zone))) return null;
  let known = true;
  const sql = pattern.replace(/%([-^1-9]?)([A-Za-z%])/g, (directive, flag: string, code: string) => {
    if (code === "z") return zone.replaceAll("%", "%%");
    if (directive === "%3f") return "%g";
    known &&= flag === "" ? /[YymdHIMSfpbBaA%]/.test(code) : flag === "-" && /[mdHIMS]/.test(code);
    return directive;
  });
  return known ? sql : null;
}

/** A column of a file of JSON rows: its cells are JSON. */
export function jsonColumn(metadata: ColumnMetadata | undefined): FileColumn {
  const column = textColumn(metadata);
  const quoted = (text: string): string => `to_json(${text})::VARCHAR`;
  return {
    ...column,
    cell: (form, c) => {
      const text = column.cell(form, c);
      if (form === "number") return metadata?.sdtype === "datetime" ? quoted(text) : text;
      if (metadata?.sdtype === "datetime" || !standsBare(metadata)) return quoted(text);
      // Line breaks between the parts of a nested value would end the row.
      return `CASE WHEN NOT json_valid(${text}) THEN ${quoted(text)}
        WHEN contains(${text}, chr(10)) OR contains(${text}, chr(13)) THEN json(${text})::VARCHAR ELSE ${text} END`;
    },
  };
}

const bareTypes =
  /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|DECIMAL|BOOLEAN|JSON|STRUCT|MAP|.*\[\d*\]$)/;

/** Texts of columns that were numbers, booleans or nested values in their file stand without quotes. */
function standsBare(metadata: ColumnMetadata | undefined): boolean {
  if (metadata?.sdtype === "numerical") return true;
  if (metadata?.physical !== undefined) return bareTypes.test(metadata.physical);
  return holdsWholeNumbers(metadata);
}

/** A column of a file that keeps types. */
export function typedColumn(type: PhysicalType): FileColumn {
  return {
    holds: () => true,
    textOf: String,
    cell: (form, c) => (form === "number" ? numberAs(type, present(c)) : textAs(type, c)),
  };
}

function numberAs(type: PhysicalType, x: string): string {
  const micros = `round(${x})::BIGINT`;
  switch (type.kind) {
    case "double":
      return x;
    case "integer":
      return `round(${x})::${type.word}`;
    case "date":
    case "time":
      return `make_timestamp(${micros})::${type.word}`;
    case "timestamp":
      return type.utc ? `make_timestamptz(${micros})` : `make_timestamp(${micros})::${type.word}`;
    default:
      return `${x}::${type.word}`;
  }
}

function textAs(type: PhysicalType, c: string): string {
  if (type.kind === "text") return c;
  return `${c}::VARCHAR::${type.word}`;
}

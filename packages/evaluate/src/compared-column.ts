// One column of the real table and of every table that is held against it, brought to one form: numbers, or codes of
// one dictionary that all tables share. Every score is computed from this form, so that the kind in which a table
// happens to store a column (numbers as text, categories as numbers) decides nothing.

import {
  type Column,
  type ColumnMetadata,
  type DictionaryColumn,
  missingCount,
  type NumberColumn,
  type Sdtype,
  type Table,
} from "@verisim/core";

/** Table 0 is the real one; the tables after it are judged against it. */
interface Compared {
  readonly name: string;
  readonly sdtype: Sdtype;
  /** Missing cells per table. */
  readonly missing: readonly number[];
}

/** numerical and datetime columns; NaN marks a missing cell. Datetimes are microseconds. */
export interface ComparedNumbers extends Compared {
  readonly kind: "number";
  readonly values: readonly Float64Array[];
  /** Smallest and largest value per table; null where all cells are missing. */
  readonly ranges: readonly (Range | null)[];
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** categorical, ordinal and boolean columns. */
export interface ComparedCategories extends Compared {
  readonly kind: "category";
  /** Code per row; a missing cell has the code `labels.length`. */
  readonly codes: readonly Int32Array[];
  /** The categories that occur in any of the tables, those of the real table first. */
  readonly labels: readonly string[];
  /** Rows per table and code; the last entry counts missing cells. */
  readonly counts: readonly Float64Array[];
}

/** A column without scores: `reason` says why, null where its sdtype has none (ids, text, PII). */
export interface UnscoredColumn extends Compared {
  readonly kind: "unscored";
  readonly reason: string | null;
}

export type ComparedColumn = ComparedNumbers | ComparedCategories | UnscoredColumn;

const numberSdtypes: ReadonlySet<Sdtype> = new Set(["numerical", "datetime"]);
const categorySdtypes: ReadonlySet<Sdtype> = new Set(["categorical", "ordinal", "boolean"]);

/** Brings one column of all tables to one form. The real table must have it. */
export function compareColumn(
  tables: readonly Table[],
  name: string,
  metadata: ColumnMetadata,
): ComparedColumn {
  const { sdtype } = metadata;
  const first = tables[0]!.column(name);
  const lacking = tables.findIndex((table) => !table.has(name));
  const parts = tables.map((table) => (table.has(name) ? table.column(name) : first));
  const base = { name, sdtype };
  const unscored = (reason: string | null): UnscoredColumn => ({
    ...base,
    kind: "unscored",
    missing: parts.map(missingCount),
    reason,
  });
  const isNumber = numberSdtypes.has(sdtype);
  if (!isNumber && !categorySdtypes.has(sdtype)) return unscored(null);
  if (lacking > 0) return unscored(`the ${lacking === 1 ? "synthetic" : "holdout"} table has no such column`);
  if (!isNumber) return { ...base, kind: "category", ...uniteCategories(parts, sdtype === "boolean") };
  const values: Float64Array[] = [];
  for (const part of parts) {
    const numbers = sdtype === "numerical" || part.kind === "number" ? numbersOf(part) : null;
    if (!numbers)
      return unscored(`its cells are text and not ${sdtype === "datetime" ? "dates" : "numbers"}`);
    values.push(numbers);
  }
  const summaries = values.map(summarise);
  return {
    ...base,
    kind: "number",
    values,
    missing: summaries.map(({ missing }) => missing),
    ranges: summaries.map(({ range }) => range),
  };
}

function summarise(values: Float64Array): { missing: number; range: Range | null } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let missing = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value < min) min = value;
    if (value > max) max = value;
    if (Number.isNaN(value)) missing++;
  }
  return { missing, range: missing === values.length ? null : { min, max } };
}

/** The numbers of a column, or null when a cell is text that is not a number. */
function numbersOf(column: Column): Float64Array | null {
  if (column.kind === "number") return column.values;
  const parsed = Float64Array.from(column.dictionary, numberOfText);
  const values = new Float64Array(column.codes.length);
  for (let row = 0; row < values.length; row++) {
    const code = column.codes[row]!;
    if (code >= 0 && Number.isNaN(parsed[code])) return null;
    values[row] = code < 0 ? Number.NaN : parsed[code]!;
  }
  return values;
}

function numberOfText(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

/** What tells categories apart: the text, or the number where cells are numbers in one of the tables. */
type Key = string | number;

/** Codes of one column before all categories are known: -1 marks a missing cell. */
interface LocalCodes {
  readonly codes: Int32Array;
  /** United code per local code; -1 where the local code does not occur. */
  readonly united: Int32Array;
  /** Rows per local code. */
  readonly counts: Float64Array;
  readonly missing: number;
}

/** A number as programs write it: without leading zeros, which make a code of it. */
const writtenNumber = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** Whether the real categories are numbers, none of them written in two ways: then `0` and `0.0` are one category. */
function areNumbers({ codes, dictionary }: DictionaryColumn): boolean {
  const occurs = new Uint8Array(dictionary.length);
  for (const code of codes) if (code >= 0) occurs[code] = 1;
  const texts = dictionary.filter((_, code) => occurs[code] === 1);
  const numbers = new Set(texts.map(numberOfText));
  return (
    texts.length > 0 &&
    numbers.size === new Set(texts).size &&
    texts.every((text) => writtenNumber.test(text))
  );
}

/**
 * @param isBoolean `TRUE`, `True` and `true` are one category. How a program writes truth, or a number, is no property of
 * the data.
 */
function uniteCategories(
  parts: readonly Column[],
  isBoolean: boolean,
): Pick<ComparedCategories, "codes" | "labels" | "counts" | "missing"> {
  const [real] = parts;
  const byNumber =
    parts.some((part) => part.kind === "number") || (real?.kind === "dictionary" && areNumbers(real));
  const index = new Map<Key, number>();
  const labels: string[] = [];
  const codeOf = (written: Key, label: string = String(written)): number => {
    const key = isBoolean && typeof written === "string" ? written.trim().toLowerCase() : written;
    let code = index.get(key);
    if (code === undefined) {
      code = index.size;
      index.set(key, code);
      labels.push(label);
    }
    return code;
  };
  const local = parts.map((part) =>
    part.kind === "number" ? codesOfNumbers(part, codeOf) : codesOfDictionary(part, byNumber, codeOf),
  );
  return {
    codes: local.map((part) => unitedCodes(part, labels.length)),
    counts: local.map((part) => {
      const counts = new Float64Array(labels.length + 1);
      for (let code = 0; code < part.united.length; code++)
        if (part.united[code]! >= 0) counts[part.united[code]!]! += part.counts[code]!;
      counts[labels.length] = part.missing;
      return counts;
    }),
    labels,
    missing: local.map(({ missing }) => missing),
  };
}

function codesOfDictionary(
  { codes, dictionary }: DictionaryColumn,
  byNumber: boolean,
  codeOf: (key: Key, label?: string) => number,
): LocalCodes {
  const counts = new Float64Array(dictionary.length);
  let missing = 0;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code < 0) missing++;
    else counts[code]!++;
  }
  const united = Int32Array.from(dictionary, (text, code) => {
    if (counts[code] === 0) return -1;
    const number = byNumber ? numberOfText(text) : Number.NaN;
    return codeOf(Number.isNaN(number) ? text : number, text);
  });
  return { codes, united, counts, missing };
}

/** Numbers below this are looked up in an array instead of a map. */
const smallNumbers = 4096;

function codesOfNumbers({ values }: NumberColumn, codeOf: (key: Key) => number): LocalCodes {
  const own = new Map<number, number>();
  const small = new Int32Array(smallNumbers).fill(-1);
  const counts: number[] = [];
  const codes = new Int32Array(values.length);
  let missing = 0;
  const codeOfOwn = (value: number): number => {
    const known = own.get(value);
    if (known !== undefined) return known;
    own.set(value, counts.length);
    return counts.push(0) - 1;
  };
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) {
      codes[row] = -1;
      missing++;
      continue;
    }
    const index = value | 0;
    const isSmall = index === value && index >= 0 && index < smallNumbers;
    let code = isSmall ? small[index]! : -1;
    if (code < 0) {
      code = codeOfOwn(value);
      if (isSmall) small[index] = code;
    }
    codes[row] = code;
    counts[code]!++;
  }
  return {
    codes,
    united: Int32Array.from(own.keys(), (value) => codeOf(value)),
    counts: Float64Array.from(counts),
    missing,
  };
}

/** The local codes themselves where they are the united ones already: columns are never changed. */
function unitedCodes({ codes, united, missing }: LocalCodes, missingCode: number): Int32Array {
  if (missing === 0 && united.every((code, own) => code === own || code < 0)) return codes;
  const out = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    out[row] = code < 0 ? missingCode : united[code]!;
  }
  return out;
}

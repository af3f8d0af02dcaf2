// One column of the real table and of every table that is held against it, brought to one form: numbers, or codes of
// one dictionary that all tables share. Every score is computed from this form, so that the kind in which a table
// happens to store a column (numbers as text, categories as numbers) decides nothing.

import {
  type Column,
  type ColumnMetadata,
  columnLength,
  missingCount,
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
  const base = { name, sdtype, missing: parts.map(missingCount) };
  const isNumber = numberSdtypes.has(sdtype);
  if (!isNumber && !categorySdtypes.has(sdtype)) return { ...base, kind: "unscored", reason: null };
  if (lacking > 0) {
    const table = lacking === 1 ? "synthetic" : "holdout";
    return { ...base, kind: "unscored", reason: `the ${table} table has no such column` };
  }
  if (!isNumber) return { ...base, kind: "category", ...uniteCategories(parts) };
  const values: Float64Array[] = [];
  for (const part of parts) {
    const numbers = sdtype === "numerical" || part.kind === "number" ? numbersOf(part) : null;
    if (!numbers) {
      const expected = sdtype === "datetime" ? "dates" : "numbers";
      return { ...base, kind: "unscored", reason: `its cells are text and not ${expected}` };
    }
    values.push(numbers);
  }
  return { ...base, kind: "number", values };
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

function uniteCategories(parts: readonly Column[]): Pick<ComparedCategories, "codes" | "labels" | "counts"> {
  const byNumber = parts.some((part) => part.kind === "number");
  const index = new Map<Key, number>();
  const codeOf = (key: Key): number => {
    let code = index.get(key);
    if (code === undefined) {
      code = index.size;
      index.set(key, code);
    }
    return code;
  };
  // A dictionary that two tables share (a generator's own categories) is looked up once.
  const known = new Map<readonly string[], Int32Array>();
  const codes = parts.map((part) => {
    const out = new Int32Array(columnLength(part));
    if (part.kind === "number") {
      for (let row = 0; row < out.length; row++) {
        const value = part.values[row]!;
        out[row] = Number.isNaN(value) ? -1 : codeOf(value);
      }
      return out;
    }
    const united = known.get(part.dictionary) ?? new Int32Array(part.dictionary.length).fill(-1);
    known.set(part.dictionary, united);
    for (let row = 0; row < out.length; row++) {
      const own = part.codes[row]!;
      if (own < 0) {
        out[row] = -1;
        continue;
      }
      let code = united[own]!;
      if (code < 0) {
        const text = part.dictionary[own]!;
        const number = byNumber ? numberOfText(text) : Number.NaN;
        code = codeOf(Number.isNaN(number) ? text : number);
        united[own] = code;
      }
      out[row] = code;
    }
    return out;
  });
  const missingCode = index.size;
  const counts = codes.map((column) => {
    const count = new Float64Array(missingCode + 1);
    for (let row = 0; row < column.length; row++) {
      if (column[row]! < 0) column[row] = missingCode;
      count[column[row]!]!++;
    }
    return count;
  });
  return { codes, counts, labels: [...index.keys()].map(String) };
}

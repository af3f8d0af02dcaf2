// A table is named columns of typed arrays. Missing cells are marked in band (NaN in numbers, -1 in codes)
// so that kernels need no second array; Arrow's validity bits are derived once, on demand.

import { VerisimError } from "./errors.ts";

/** 64-bit numbers; NaN marks a missing cell. Datetimes are microseconds since 1970-01-01T00:00:00 (UTC or local, see metadata). */
export interface NumberColumn {
  readonly kind: "number";
  readonly name: string;
  readonly values: Float64Array;
}

/** Text, categories, ids, booleans as written: an index into `dictionary` per row; -1 marks a missing cell. */
export interface DictionaryColumn {
  readonly kind: "dictionary";
  readonly name: string;
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

export type Column = NumberColumn | DictionaryColumn;

/** A cell as plain rows hold it. */
export type Cell = number | string | boolean | Date | null | undefined;
export type Row = Record<string, Cell>;

export function numberColumn(name: string, values: Float64Array | readonly number[]): NumberColumn {
  return {
    kind: "number",
    name,
    values: values instanceof Float64Array ? values : Float64Array.from(values),
  };
}

export function dictionaryColumn(
  name: string,
  codes: Int32Array | readonly number[],
  dictionary: readonly string[],
): DictionaryColumn {
  return {
    kind: "dictionary",
    name,
    codes: codes instanceof Int32Array ? codes : Int32Array.from(codes),
    dictionary,
  };
}

/** Builds a dictionary column from text; `null` and `undefined` become missing cells. */
export function textColumn(name: string, cells: readonly (string | null | undefined)[]): DictionaryColumn {
  const index = new Map<string, number>();
  const codes = new Int32Array(cells.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row];
    if (cell === null || cell === undefined) {
      codes[row] = -1;
      continue;
    }
    let code = index.get(cell);
    if (code === undefined) {
      code = index.size;
      index.set(cell, code);
    }
    codes[row] = code;
  }
  return { kind: "dictionary", name, codes, dictionary: [...index.keys()] };
}

export function columnLength(column: Column): number {
  return column.kind === "number" ? column.values.length : column.codes.length;
}

export function isMissing(column: Column, row: number): boolean {
  return column.kind === "number" ? Number.isNaN(column.values[row]) : column.codes[row]! < 0;
}

export function missingCount(column: Column): number {
  let count = 0;
  if (column.kind === "number") {
    for (const value of column.values) if (Number.isNaN(value)) count++;
  } else {
    for (const code of column.codes) if (code < 0) count++;
  }
  return count;
}

/** Arrow's validity bitmap (bit i of byte i >> 3, least significant first), or null when no cell is missing. */
export function validityBits(column: Column): Uint8Array | null {
  const length = columnLength(column);
  const bits = new Uint8Array((length + 7) >> 3);
  let missing = 0;
  for (let row = 0; row < length; row++) {
    if (isMissing(column, row)) missing++;
    else bits[row >> 3]! |= 1 << (row & 7);
  }
  return missing === 0 ? null : bits;
}

/** The cell as a number, as text, or null when it is missing. */
export function cellAt(column: Column, row: number): number | string | null {
  if (isMissing(column, row)) return null;
  return column.kind === "number" ? column.values[row]! : column.dictionary[column.codes[row]!]!;
}

export function sliceColumn(column: Column, start: number, end: number): Column {
  return column.kind === "number"
    ? { ...column, values: column.values.subarray(start, end) }
    : { ...column, codes: column.codes.subarray(start, end) };
}

export function takeRows(column: Column, rows: ArrayLike<number>): Column {
  const count = rows.length;
  if (column.kind === "number") {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = column.values[rows[i]!]!;
    return { ...column, values };
  }
  const codes = new Int32Array(count);
  for (let i = 0; i < count; i++) codes[i] = column.codes[rows[i]!]!;
  return { ...column, codes };
}

/** Named columns of equal length. Immutable: every method returns a new table that shares its arrays. */
export class Table {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  readonly #byName: Map<string, Column>;

  /** @throws VerisimError `VERISIM_TABLE_SHAPE` on unequal lengths, `VERISIM_DUPLICATE_COLUMN` on equal names. */
  constructor(columns: readonly Column[], rowCount: number = columns[0] ? columnLength(columns[0]) : 0) {
    this.#byName = new Map();
    for (const column of columns) {
      if (columnLength(column) !== rowCount) {
        throw new VerisimError(
          "VERISIM_TABLE_SHAPE",
          `Expected ${rowCount} rows in every column but received ${columnLength(column)}.`,
          { where: { column: column.name } },
        );
      }
      if (this.#byName.has(column.name)) {
        throw new VerisimError(
          "VERISIM_DUPLICATE_COLUMN",
          `Expected column names to differ but received ${JSON.stringify(column.name)} twice.`,
          {
            where: { column: column.name },
            hint: "Rename one of the two columns.",
          },
        );
      }
      this.#byName.set(column.name, column);
    }
    this.columns = columns;
    this.rowCount = rowCount;
  }

  get columnNames(): string[] {
    return this.columns.map((column) => column.name);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @throws VerisimError `VERISIM_UNKNOWN_COLUMN` naming the columns there are. */
  column(name: string): Column {
    const column = this.#byName.get(name);
    if (!column) {
      throw new VerisimError(
        "VERISIM_UNKNOWN_COLUMN",
        `Expected the name of a column but received ${JSON.stringify(name)}.`,
        {
          where: { column: name },
          hint: `The columns are ${this.columnNames.slice(0, 20).join(", ")}${this.columns.length > 20 ? ", ..." : ""}.`,
        },
      );
    }
    return column;
  }

  slice(start: number, end: number = this.rowCount): Table {
    return new Table(
      this.columns.map((column) => sliceColumn(column, start, end)),
      Math.max(0, Math.min(end, this.rowCount) - start),
    );
  }

  take(rows: ArrayLike<number>): Table {
    return new Table(
      this.columns.map((column) => takeRows(column, rows)),
      rows.length,
    );
  }

  select(names: readonly string[]): Table {
    return new Table(
      names.map((name) => this.column(name)),
      this.rowCount,
    );
  }

  /** Plain rows: numbers as numbers, everything else as text, missing cells as null. */
  toRows(): Record<string, number | string | null>[] {
    return Array.from({ length: this.rowCount }, (_, row) =>
      Object.fromEntries(this.columns.map((column) => [column.name, cellAt(column, row)])),
    );
  }

  /** Types by inference: all-number columns become numbers, dates become datetimes, the rest text. */
  static fromRows(rows: readonly Row[], names: readonly string[] = columnNamesOf(rows)): Table {
    return new Table(
      names.map((name) =>
        columnFromCells(
          name,
          rows.map((row) => row[name]),
        ),
      ),
      rows.length,
    );
  }

  /** Appends tables of equal columns; dictionaries are united. */
  static concat(tables: readonly Table[]): Table {
    const first = tables[0];
    if (!first) return new Table([], 0);
    if (tables.length === 1) return first;
    return new Table(
      first.columns.map((column) => concatColumns(tables.map((table) => table.column(column.name)))),
      tables.reduce((sum, table) => sum + table.rowCount, 0),
    );
  }
}

function columnNamesOf(rows: readonly Row[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}

function columnFromCells(name: string, cells: readonly Cell[]): Column {
  const present = cells.filter((cell) => cell !== null && cell !== undefined);
  if (present.length > 0 && present.every((cell) => typeof cell === "number" || cell instanceof Date)) {
    return numberColumn(
      name,
      cells.map((cell) =>
        cell instanceof Date ? cell.getTime() * 1000 : typeof cell === "number" ? cell : Number.NaN,
      ),
    );
  }
  return textColumn(
    name,
    cells.map((cell) =>
      cell === null || cell === undefined ? null : cell instanceof Date ? cell.toISOString() : String(cell),
    ),
  );
}

function concatColumns(parts: readonly Column[]): Column {
  const length = parts.reduce((sum, part) => sum + columnLength(part), 0);
  const first = parts[0]!;
  if (first.kind === "number") {
    const values = new Float64Array(length);
    let offset = 0;
    for (const part of parts) {
      if (part.kind !== "number") throw mixedKinds(first.name);
      values.set(part.values, offset);
      offset += part.values.length;
    }
    return { ...first, values };
  }
  const codes = new Int32Array(length);
  const index = new Map(first.dictionary.map((text, code) => [text, code]));
  let offset = 0;
  for (const part of parts) {
    if (part.kind !== "dictionary") throw mixedKinds(first.name);
    if (part.dictionary === first.dictionary) {
      codes.set(part.codes, offset);
    } else {
      const map = part.dictionary.map((text) => {
        const known = index.get(text);
        if (known !== undefined) return known;
        index.set(text, index.size);
        return index.size - 1;
      });
      for (let i = 0; i < part.codes.length; i++)
        codes[offset + i] = part.codes[i]! < 0 ? -1 : map[part.codes[i]!]!;
    }
    offset += part.codes.length;
  }
  return { kind: "dictionary", name: first.name, codes, dictionary: [...index.keys()] };
}

function mixedKinds(column: string): VerisimError {
  return new VerisimError(
    "VERISIM_TABLE_SHAPE",
    "Expected one kind of column but received numbers and text.",
    {
      where: { column },
    },
  );
}

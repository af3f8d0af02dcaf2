// The columns that rows are compared by, in one form for all tables: numbers, or codes of categories that the tables
// share. How a table happens to store a column decides nothing.

import {
  type Column,
  type ColumnMetadata,
  isModelled,
  type Table,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";

/** Numbers and dates; NaN marks a missing cell. One array per table. */
export interface RiskNumbers {
  readonly kind: "number";
  readonly name: string;
  readonly values: readonly Float64Array[];
}

/** Categories; a missing cell has the code `labelCount`. One array per table. */
export interface RiskCategories {
  readonly kind: "category";
  readonly name: string;
  readonly codes: readonly Int32Array[];
  readonly labelCount: number;
}

export type RiskColumn = RiskNumbers | RiskCategories;

export interface LeftOutColumn {
  column: string;
  reason: string;
}

/** The columns by which rows can be compared, and the others with the reason. */
export interface RiskColumns {
  readonly columns: readonly RiskColumn[];
  readonly leftOut: readonly LeftOutColumn[];
}

/**
 * Brings the modelled columns of all tables to one form. Ids, personal values and text are left out: they are made anew
 * for each synthetic row, and a fresh id would hide a copied row.
 *
 * @param tables the training rows first
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN` when the training rows lack a column of the metadata
 */
export function riskColumns(tables: readonly Table[], metadata: TableMetadata): RiskColumns {
  const columns: RiskColumn[] = [];
  const leftOut: LeftOutColumn[] = [];
  for (const [name, column] of Object.entries(metadata.columns)) {
    tables[0]!.column(name);
    const outcome = riskColumn(tables, name, column);
    if (typeof outcome === "string") leftOut.push({ column: name, reason: outcome });
    else columns.push(outcome);
  }
  return { columns, leftOut };
}

/** The column, or why there is none. */
function riskColumn(tables: readonly Table[], name: string, metadata: ColumnMetadata): RiskColumn | string {
  if (!isModelled(metadata)) return `its values are made anew (${metadata.sdtype})`;
  if (!tables.every((table) => table.has(name))) return "not every table has it";
  const parts = tables.map((table) => table.column(name));
  if (metadata.sdtype === "numerical" || metadata.sdtype === "datetime") {
    const values: Float64Array[] = [];
    for (const part of parts) {
      const numbers = numbersOf(part, metadata.sdtype === "numerical");
      if (!numbers)
        return `its cells are text and not ${metadata.sdtype === "datetime" ? "dates" : "numbers"}`;
      values.push(numbers);
    }
    return isConstant(values) ? "it holds one value" : { kind: "number", name, values };
  }
  const { codes, labelCount } = uniteCodes(parts);
  const first = codes[0]![0];
  return codes.every((part) => part.every((code) => code === first))
    ? "it holds one value"
    : { kind: "category", name, codes, labelCount };
}

function isConstant(values: readonly Float64Array[]): boolean {
  const first = values[0]![0]!;
  return values.every((part) => part.every((value) => Object.is(value, first) || value === first));
}

/** Numbers with infinities as missing cells; null when a cell is text that is not a number. */
function numbersOf(column: Column, parse: boolean): Float64Array | null {
  if (column.kind === "number")
    return column.values.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY)
      ? column.values
      : column.values.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  const parsed = column.dictionary.map((text) =>
    parse && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : null,
  );
  const values = new Float64Array(column.codes.length);
  for (let row = 0; row < values.length; row++) {
    const code = column.codes[row]!;
    const value = code < 0 ? Number.NaN : parsed[code]!;
    if (value === null) return null;
    values[row] = value;
  }
  return values;
}

function uniteCodes(parts: readonly Column[]): { codes: Int32Array[]; labelCount: number } {
  const index = new Map<string, number>();
  const codeOf = (text: string): number => {
    let code = index.get(text);
    if (code === undefined) {
      code = index.size;
      index.set(text, code);
    }
    return code;
  };
  const codes = parts.map((part) => {
    if (part.kind === "number") {
      const own = new Map<number, number>();
      return Int32Array.from(part.values, (value) => {
        if (Number.isNaN(value)) return -1;
        let code = own.get(value);
        if (code === undefined) {
          code = codeOf(String(value));
          own.set(value, code);
        }
        return code;
      });
    }
    // Texts that no row holds get no code, so that labelCount counts what there is.
    const used = new Int32Array(part.dictionary.length).fill(-1);
    return part.codes.map((code) => {
      if (code < 0) return -1;
      if (used[code]! < 0) used[code] = codeOf(part.dictionary[code]!);
      return used[code]!;
    });
  });
  const labelCount = index.size;
  for (const part of codes)
    for (let row = 0; row < part.length; row++) if (part[row]! < 0) part[row] = labelCount;
  return { codes, labelCount };
}

/** @throws VerisimError `VERISIM_NO_ROWS` naming the table */
export function requireRows(tables: Readonly<Record<string, Table | undefined>>): void {
  for (const [name, table] of Object.entries(tables))
    if (table?.rowCount === 0)
      throw new VerisimError("VERISIM_NO_ROWS", `Expected at least one ${name} row but received none.`, {
        where: { table: name },
        hint: "Give a table with rows, or leave the holdout out.",
      });
}

// What each column of a parity table is, from its cells alone, and its cells as Verisim's columns and SDV's metadata.
// The rules are few and fixed: both sides get the same answer, right or not.

import {
  type Column,
  type ColumnMetadata,
  numberColumn,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import type { Cells, CellTable } from "./csv-cells.ts";

/** How pandas and this tool read a column's cells. */
export type StoredAs = "number" | "text" | "datetime";

export interface ColumnPlan extends ColumnMetadata {
  readonly storedAs: StoredAs;
}

export type TablePlan = Omit<TableMetadata, "columns"> & { columns: Record<string, ColumnPlan> };

const mostCodes = 10;
const datetimeFormat = "%Y-%m-%d %H:%M:%S";
const datetimePattern = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)$/;
const booleanWords = new Set(["true", "false"]);

/** Types by content: numbers with few values are categories stored as numbers, text of distinct values is an id. */
export function planTable(table: CellTable): TablePlan {
  const columns: Record<string, ColumnPlan> = {};
  let primaryKey: string | undefined;
  table.names.forEach((name, index) => {
    const plan = planColumn(name, table.columns[index]!);
    columns[name] = plan;
    if (plan.sdtype === "id") primaryKey ??= name;
  });
  return { columns, ...(primaryKey === undefined ? {} : { primaryKey }) };
}

function planColumn(name: string, cells: Cells): ColumnPlan {
  const present = cells.filter((cell) => cell !== null);
  const distinct = new Set(present).size;
  if (present.length > 0 && present.every((cell) => datetimePattern.test(cell)))
    return { sdtype: "datetime", storedAs: "datetime", datetimeFormat };
  if (present.every((cell) => cell.trim() !== "" && Number.isFinite(Number(cell)))) {
    const isKey = /id$/i.test(name) && distinct === cells.length && distinct > 100;
    if (isKey) return { sdtype: "id", storedAs: "text", regexFormat: "[0-9]+" };
    const hasPoint = present.some((cell) => cell.includes(".") && Number.isInteger(Number(cell)));
    return {
      sdtype: distinct > mostCodes ? "numerical" : "categorical",
      storedAs: "number",
      numberStyle: hasPoint ? "point" : "shortest",
    };
  }
  if (present.every((cell) => booleanWords.has(cell.toLowerCase())))
    return { sdtype: "boolean", storedAs: "text" };
  const isKey = distinct > 100 && distinct > 0.9 * present.length;
  return {
    sdtype: isKey ? (present.length === cells.length ? "id" : "text") : "categorical",
    storedAs: "text",
  };
}

export function tableOf(cells: CellTable, plan: TablePlan): Table {
  return new Table(
    cells.names.map((name, index) => columnOf(name, cells.columns[index]!, plan.columns[name]!)),
  );
}

function columnOf(name: string, cells: Cells, plan: ColumnPlan): Column {
  if (plan.storedAs === "text") return textColumn(name, cells);
  const parse = plan.storedAs === "number" ? Number : microseconds;
  return numberColumn(
    name,
    cells.map((cell) => (cell === null ? Number.NaN : parse(cell))),
  );
}

function microseconds(cell: string): number {
  const [year, month, day, hour, minute, second] = datetimePattern.exec(cell)!.slice(1).map(Number);
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) * 1000;
}

/** The metadata as SDV's JSON names it, with the kinds in which the cells are to be read. */
export function sdvMetadata(plan: TablePlan): Record<string, unknown> {
  const entries = Object.entries(plan.columns);
  return {
    metadata: {
      columns: Object.fromEntries(
        entries.map(([name, column]) => [
          name,
          {
            sdtype: column.sdtype,
            ...(column.datetimeFormat === undefined ? {} : { datetime_format: column.datetimeFormat }),
            ...(column.regexFormat === undefined ? {} : { regex_format: column.regexFormat }),
            ...(column.rangeMin === undefined ? {} : { range_min: column.rangeMin }),
            ...(column.rangeMax === undefined ? {} : { range_max: column.rangeMax }),
            ...(column.rangeValues === undefined ? {} : { range_values: column.rangeValues }),
            ...(column.nullable === undefined ? {} : { range_is_nullable: column.nullable }),
          },
        ]),
      ),
      ...(plan.primaryKey === undefined ? {} : { primary_key: plan.primaryKey }),
      ...(plan.alternateKeys === undefined ? {} : { alternate_keys: plan.alternateKeys }),
      ...(plan.sequenceIndex === undefined ? {} : { sequence_index: plan.sequenceIndex }),
    },
    stored: Object.fromEntries(entries.map(([name, column]) => [name, column.storedAs])),
  };
}

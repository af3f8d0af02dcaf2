// The data of the imputation benchmark: handwritten digits in six views, and patients of intensive care.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMissing, Table, type TableMetadata } from "@verisim/core";
import { readTable } from "@verisim/data";
import { sharedData } from "@verisim/testing";
import type { CellColumn, Cells } from "./cells.ts";

export const digitViews: readonly string[] = ["pix", "fou", "fac", "kar", "zer", "mor"];

/** @throws Error where the shared data are not there */
function folderOf(name: string): string {
  const folder = sharedData(name);
  if (folder === null) throw new Error(`Expected ../shared/data/${name} beside the repository.`);
  return folder;
}

/** 2,000 digits, 649 numbers each. */
export async function digits(): Promise<Cells> {
  const parts = await Promise.all(
    digitViews.map(async (view) => {
      const lines = (await readFile(join(folderOf("mfeat_digits"), `${view}.csv`), "utf8"))
        .trim()
        .split("\n");
      const names = lines[0]!.split(",").slice(1);
      return { view, names, rows: lines.slice(1).map((line) => line.split(",").slice(1).map(Number)) };
    }),
  );
  const rowCount = parts[0]!.rows.length;
  const columns = parts.flatMap(({ view, names }) =>
    names.map((name): CellColumn => ({ name: `${view}.${name}`, view, kind: "number" })),
  );
  const values = new Float64Array(rowCount * columns.length);
  for (let row = 0, at = 0; row < rowCount; row++)
    for (const { rows } of parts) for (const value of rows[row]!) values[at++] = value;
  return { rowCount, columns, values };
}

/** 4,000 patients without their record numbers, 119 columns. */
export async function patients(): Promise<{ table: Table; metadata: TableMetadata }> {
  const { table, metadata } = await readTable(join(folderOf("icu2012_table"), "data.csv"));
  const names = table.columns.map(({ name }) => name).filter((name) => name !== "recordid");
  const { recordid: _, ...columns } = metadata.columns;
  const { primaryKey: __, ...rest } = metadata;
  return { table: table.select(names), metadata: { ...rest, columns } };
}

/** A table's cells; categories by their codes. */
export function cellsOf(table: Table): Cells {
  const { rowCount } = table;
  const columns = table.columns.map(
    ({ name, kind }): CellColumn => ({
      name,
      view: "table",
      kind: kind === "number" ? "number" : "category",
    }),
  );
  const values = new Float64Array(rowCount * columns.length);
  table.columns.forEach((column, i) => {
    for (let row = 0; row < rowCount; row++)
      values[row * columns.length + i] = isMissing(column, row)
        ? Number.NaN
        : column.kind === "number"
          ? column.values[row]!
          : column.codes[row]!;
  });
  return { rowCount, columns, values };
}

/** A table of the same form with these cells. */
export function tableOf(like: Table, { values, columns }: Cells): Table {
  return new Table(
    like.columns.map((column, i) => {
      const cell = (row: number): number => values[row * columns.length + i]!;
      return column.kind === "number"
        ? { ...column, values: column.values.map((_, row) => cell(row)) }
        : { ...column, codes: column.codes.map((_, row) => (Number.isNaN(cell(row)) ? -1 : cell(row))) };
    }),
  );
}

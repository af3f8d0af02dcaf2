// The missing cells of a table from the cells that are there: the likeliest category or the mean of a number given them, or a
// draw. Cells that are there stay as they are.

import { isMissing, RowRandom, streamKey, type Table } from "@verisim/core";
import { type EncodedRows, type TableEncoding, withFilled } from "@verisim/neural";
import type { TensorData } from "@verisim/tensor";
import type { PartRows } from "../parts/part.ts";
import type { TablePart } from "../parts/table-part.ts";
import { type FillParts, sayOfRows } from "../records/fill-records.ts";
import { chooseCells, type SaidOfTable } from "./choose-cells.ts";

export interface ImputeOptions {
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  /** `mean` (default): the likeliest category, the mean of a number; `draw`: a draw from what is likely. */
  readonly fill?: "mean" | "draw";
  readonly signal?: AbortSignal;
}

/** Encoded rows of a table, and which of its cells are missing in each modelled column. */
export function encodeWithHoles(
  encoding: TableEncoding,
  table: Table,
  seed: number,
): { encoded: EncodedRows; missing: readonly Uint8Array[] } {
  const encoded = encoding.encode(table, { seed, rowStart: 0 });
  const missing = encoding.columns.map(({ name }) => {
    const column = table.column(name);
    return Uint8Array.from({ length: table.rowCount }, (_, row) => (isMissing(column, row) ? 1 : 0));
  });
  return { encoded, missing };
}

/** Rows of a part in which missing cells are not known. */
export function partRows(
  part: TablePart,
  encoded: EncodedRows,
  missing: readonly Uint8Array[],
): PartRows<TensorData> {
  const rows = part.rows(encoded);
  const known = rows.known.data as Float32Array;
  part.columns.forEach((column, cell) => {
    for (let row = 0; row < encoded.rowCount; row++)
      if (missing[column]![row] === 1) known[row * part.cells + cell] = 0;
  });
  return rows;
}

/** Chooses the missing cells of encoded rows from what one part says. */
export function fillRows(
  part: TablePart,
  encoding: TableEncoding,
  said: SaidOfTable,
  rows: EncodedRows,
  missing: readonly Uint8Array[],
  {
    rowStart,
    rowCount,
    seed,
    fill,
  }: { rowStart: number; rowCount: number; seed: number; fill: "mean" | "draw" },
): void {
  const key = streamKey(seed, encoding.tableName, part.name, "imputed");
  for (let row = 0; row < rowCount; row++) {
    const to = rowStart + row;
    chooseCells(part, encoding.layout, said, [row, to], rows, (column) => missing[column]![to] === 1, {
      mayBeMissing: false,
      ...(fill === "draw" ? { random: new RowRandom(key, to) } : {}),
    });
  }
}

/** The table with its missing cells filled. @param filler its parts are those of the table */
export async function imputeTable(
  encoding: TableEncoding,
  filler: FillParts<TablePart> | null,
  table: Table,
  { seed = 0, fill = "mean", signal }: ImputeOptions,
): Promise<Table> {
  if (table.rowCount === 0) return table;
  const { encoded, missing } = encodeWithHoles(encoding, table, seed);
  if (filler) {
    const rows = filler.parts.map((part) => partRows(part, encoded, missing));
    const run = { seed, draw: fill === "draw", ...(signal ? { signal } : {}) };
    await sayOfRows(filler, rows, run, (said, rowStart, rowCount) => {
      filler.parts.forEach((part, i) => {
        const { logits, numbers } = said[i]!;
        const own = { logits: logits!.data, ...(numbers ? { numbers: numbers.data } : {}) };
        fillRows(part, encoding, own, encoded, missing, { rowStart, rowCount, seed, fill });
      });
    });
  }
  const filled = await encoding.decode(encoded, { seed, rowStart: 0, ...(signal ? { signal } : {}) });
  return withFilled(table, filled, encoding);
}

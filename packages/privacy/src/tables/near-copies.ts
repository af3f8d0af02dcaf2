// Near copies of real rows, to be planted into a synthetic table: would the report see them?

import {
  type Column,
  type ColumnMetadata,
  RowRandom,
  type StreamKey,
  streamKey,
  Table,
  type TableMetadata,
  takeRows,
} from "@verisim/core";
import { spreadOf } from "./row-encoder.ts";

/** How far a number moves, in spreads of its column. */
const numberNoise = 0.02;
/** Share of the categories that are drawn anew from their column. */
const categoryNoise = 0.05;

/**
 * Rows with every number moved a little and some categories drawn anew.
 * @param rows rows of the table, one copy each
 */
export function nearCopies(table: Table, rows: Uint32Array, metadata: TableMetadata, seed: number): Table {
  return new Table(
    Object.entries(metadata.columns)
      .filter(([name]) => table.has(name))
      .map(([name, column]) => {
        const key = streamKey(seed, "privacy", "near copies", name);
        return nearCopy(table.column(name), rows, column, key);
      }),
    rows.length,
  );
}

function nearCopy(column: Column, rows: Uint32Array, metadata: ColumnMetadata, key: StreamKey): Column {
  if (column.kind === "number") {
    const first = column.values.find((value) => !Number.isNaN(value));
    const varies = column.values.some((value) => value !== first && !Number.isNaN(value));
    const noise = varies ? numberNoise * spreadOf([column.values]).spread : 0;
    // Dates are microseconds, and digits that the column never has would give a copy away.
    const unit = metadata.sdtype === "datetime" ? 1 : 10 ** -(metadata.decimals ?? 15);
    return {
      ...column,
      values: Float64Array.from(rows, (row, i) => {
        const moved = column.values[row]! + noise * new RowRandom(key, i).normal();
        return unit > 1e-15 ? Math.round(moved / unit) * unit : moved;
      }),
    };
  }
  const copy = takeRows(column, rows);
  if (copy.kind !== "dictionary") return copy;
  for (let i = 0; i < rows.length; i++) {
    const random = new RowRandom(key, i);
    if (random.uniform() < categoryNoise) copy.codes[i] = column.codes[random.below(column.codes.length)]!;
  }
  return copy;
}

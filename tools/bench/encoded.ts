// The benchmarks' table as peers/encoded.py encodes it: bins of equal counts as modes, as many as training-sizes.json
// says, a number in [-1, 1] within each, and categories, missing ones included.

import { type Column, isMissing } from "@verisim/core";
import { readTable } from "@verisim/data";
import { type EncodedTable, encodedTable } from "@verisim/tensor/testing";

import sizes from "./training-sizes.json" with { type: "json" };

/** As in peers/table.py: fewer values than this make a numeric column categorical. */
const leastDistinct = 11;

const isNumeric = (column: Column): boolean =>
  column.kind === "number" && new Set(column.values).size >= leastDistinct;

function numericCodes(column: Column, modes: number): { codes: number[]; numbers: number[] } {
  const values = column.kind === "number" ? column.values : new Float64Array();
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  const codes = new Array<number>(values.length);
  const numbers = new Array<number>(values.length);
  order.forEach((row, rank) => {
    const place = (rank * modes) / values.length;
    codes[row] = Math.floor(place);
    numbers[row] = 2 * (place - codes[row]!) - 1;
  });
  return { codes, numbers };
}

function categoryCodes(column: Column, rowCount: number): { codes: number[]; categories: number } {
  const known = new Map<unknown, number>();
  const codes = Array.from({ length: rowCount }, (_, row) => {
    const cell = isMissing(column, row)
      ? null
      : column.kind === "number"
        ? column.values[row]
        : column.codes[row];
    if (!known.has(cell)) known.set(cell, known.size);
    return known.get(cell)!;
  });
  return { codes, categories: known.size };
}

/** Reads and encodes a table. */
export async function readEncodedTable(file: string): Promise<EncodedTable> {
  const { table } = await readTable(file);
  const { rowCount } = table;
  const numeric = table.columns
    .filter(isNumeric)
    .map((column, i) => ({ modes: sizes.modes[i]!, ...numericCodes(column, sizes.modes[i]!) }));
  const categorical = table.columns
    .filter((column) => !isNumeric(column))
    .map((column) => categoryCodes(column, rowCount));
  const columns = [...numeric, ...categorical];
  const codes = Int32Array.from(
    { length: rowCount * columns.length },
    (_, i) => columns[i % columns.length]!.codes[Math.floor(i / columns.length)]!,
  );
  const numbers = Float32Array.from(
    { length: rowCount * numeric.length },
    (_, i) => numeric[i % numeric.length]!.numbers[Math.floor(i / numeric.length)]!,
  );
  const layout = {
    modes: numeric.map(({ modes }) => modes),
    categories: categorical.map(({ categories }) => categories),
  };
  return encodedTable(layout, codes, numbers);
}

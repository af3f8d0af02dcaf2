// Whether drawn rows lie nearer to one half of the real rows than to the other, by the distance of Gower (Biometrics 1971): a
// number's difference in shares of its range, and one for a category that differs.

import type { RunOptions } from "@verisim/core";
import { nearestNeighbours } from "@verisim/tensor/arrays";

/** A column of numbers: NaN is a missing cell. */
export interface NumberCells {
  readonly kind: "number";
  readonly real: Float64Array;
  readonly drawn: Float64Array;
  /** Digits after the point that drawn numbers are rounded to, in units; -1 for none. */
  readonly decimals: number;
  readonly unit: number;
}

/** A column of codes; of real rows -1, of drawn ones `missing` is a missing cell. */
export interface CategoryCells {
  readonly kind: "category";
  readonly real: Int32Array;
  readonly drawn: Int32Array;
  readonly missing: number;
}

export type CellColumn = NumberCells | CategoryCells;

/** A missing number lies as far from all others as the ends of the range from each other. */
const missingPlace = -1;

/**
 * Share of the first `drawnRows` drawn rows whose nearest real row is one of `one` and not of `other`; a tie counts half.
 * @returns 0.5 without columns or rows
 * @throws VerisimError `VERISIM_ABORTED`, `VERISIM_OUT_OF_MEMORY`
 */
export async function nearerShare(
  columns: readonly CellColumn[],
  one: Uint32Array,
  other: Uint32Array,
  drawnRows: number,
  run: RunOptions = {},
): Promise<number> {
  if (columns.length === 0 || drawnRows === 0 || one.length === 0 || other.length === 0) return 0.5;
  const places = columns.map((column) => placesOf(column, one, other));
  const ofKind = (kind: CellColumn["kind"]): Places[] => places.filter((_, c) => columns[c]!.kind === kind);
  const numbers = ofKind("number");
  const categories = ofKind("category");
  const weights = new Float64Array(categories.length).fill(1);
  const drawn = Uint32Array.from({ length: drawnRows }, (_, row) => row);
  const queries = cellsOf(numbers, drawn, "drawn", Float32Array);
  const queryCodes = cellsOf(categories, drawn, "drawn", Int32Array);
  const distances = async (rows: Uint32Array): Promise<Float64Array> => {
    const codes = cellsOf(categories, rows, "real", Int32Array);
    const found = await nearestNeighbours(
      {
        reference: cellsOf(numbers, rows, "real", Float32Array),
        queries,
        width: numbers.length,
        k: 1,
        metric: "manhattan",
        ...(weights.length > 0 ? { categories: { reference: codes, queries: queryCodes, weights } } : {}),
      },
      run,
    );
    return found.distances;
  };
  const [near, far] = [await distances(one), await distances(other)];
  const nearer = near.reduce((sum, d, row) => sum + (d < far[row]! ? 1 : d === far[row] ? 0.5 : 0), 0);
  return nearer / drawnRows;
}

/** Where the cells of a column lie, by row. */
interface Places {
  readonly real: (row: number) => number;
  readonly drawn: (row: number) => number;
}

/** Cells of rows, row-major. */
function cellsOf<T extends Float32Array | Int32Array>(
  columns: readonly Places[],
  rows: Uint32Array,
  side: keyof Places,
  Cells: new (length: number) => T,
): T {
  const width = columns.length;
  const cells = new Cells(rows.length * width);
  columns.forEach((column, c) => {
    const placeOf = column[side];
    for (let i = 0; i < rows.length; i++) cells[i * width + c] = placeOf(rows[i]!);
  });
  return cells;
}

/** Where cells of a column lie: numbers in shares of the range of the real rows. */
function placesOf(column: CellColumn, one: Uint32Array, other: Uint32Array): Places {
  if (column.kind === "category") {
    const { real, drawn, missing } = column;
    return {
      real: (row) => real[row]!,
      drawn: (row) => (drawn[row] === missing ? -1 : drawn[row]!),
    };
  }
  const { real, drawn, unit, decimals } = column;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const rows of [one, other])
    for (const row of rows) {
      const value = real[row]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  const range = high > low ? high - low : 1;
  const step = decimals < 0 ? 0 : unit * 10 ** -decimals;
  const place = (value: number): number => (Number.isNaN(value) ? missingPlace : (value - low) / range);
  return {
    real: (row) => place(real[row]!),
    drawn: (row) => place(step > 0 ? Math.round(drawn[row]! / step) * step : drawn[row]!),
  };
}

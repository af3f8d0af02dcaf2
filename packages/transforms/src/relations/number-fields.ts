// A table's number columns as the search for relations sees them: cells, the grid that they lie on, and which rows can
// tell a relation from chance.

import type { Column, Table, TableMetadata } from "@verisim/core";
import { decimalsOf, unitsOf } from "../grid.ts";

/** A column of numbers, or of categories that are written as numbers. */
export interface NumberField {
  readonly name: string;
  /** Place among the table's columns. */
  readonly place: number;
  /** Cells; NaN where missing. */
  readonly values: Float64Array;
  /** The smallest and the largest cell. */
  readonly low: number;
  readonly high: number;
  readonly isDate: boolean;
  /** Whether it may be written by others; categories only write others, for exact numbers of each are asked for. */
  readonly isTarget: boolean;
  /** The distance of two neighbouring cells: a power of ten, or microseconds; 0 where cells are not rounded. */
  readonly step: number;
  /** Rows whose cell is there and not the commonest one. */
  readonly telling: Int32Array;
}

/** Fewer telling rows than these may agree by chance. */
export const fewestTelling = 20;

/** The cells as numbers; undefined for categories that are not written as numbers. */
export function cellNumbers(column: Column): Float64Array | undefined {
  if (column.kind === "number") return column.values;
  const { codes, dictionary } = column;
  const numbers = dictionary.map((text) => (/^-?\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN));
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return undefined;
  return Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : numbers[code]!));
}

/** The columns of these names, but those with too few rows that vary. */
export function numberFields(
  table: Table,
  metadata: TableMetadata,
  { targets, operands }: RelatableColumns,
): NumberField[] {
  return table.columns.flatMap((column, place): NumberField[] => {
    const { name } = column;
    if (!operands.has(name)) return [];
    const values = cellNumbers(column);
    const telling = values ? tellingRows(values) : new Int32Array(0);
    if (!values || telling.length < fewestTelling) return [];
    const own = metadata.columns[name];
    const encoded = { kind: "continuous", name, values } as const;
    const isDate = own?.sdtype === "datetime";
    const decimals = decimalsOf(encoded, own);
    const step = isDate ? unitsOf(encoded, own) : decimals < 0 ? 0 : 10 ** -decimals;
    return [{ name, place, values, ...rangeOf(values), isDate, isTarget: targets.has(name), step, telling }];
  });
}

function rangeOf(values: Float64Array): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Names of columns. */
export interface RelatableColumns {
  /** May be written by others. */
  readonly targets: ReadonlySet<string>;
  /** May write others. */
  readonly operands: ReadonlySet<string>;
}

function tellingRows(values: Float64Array): Int32Array {
  const counts = new Map<number, number>();
  let present = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    present++;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  let [mode, most] = [Number.NaN, 0];
  for (const [value, count] of counts) if (count > most) [mode, most] = [value, count];
  const rows = new Int32Array(present - most);
  let next = 0;
  for (let row = 0; row < values.length; row++)
    if (Number.isFinite(values[row]) && values[row] !== mode) rows[next++] = row;
  return rows;
}

/** At most `most` of the rows, at even distances. */
export function evenRows(rows: Int32Array, most: number): Int32Array {
  if (rows.length <= most) return rows;
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor((i * rows.length) / most)]!);
}

/** Fewest different cells, as a share of the rows, of a number that is no class. */
const distinctShare = 0.3;
const distinctRows = 2_000;

/** Whether few rows share a cell. */
export function isSmooth({ values }: NumberField): boolean {
  const present = evenRows(
    Int32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]!)),
    distinctRows,
  );
  return new Set(Array.from(present, (row) => values[row]!)).size >= distinctShare * present.length;
}

/** Share of the rows that the commonest cell of a number without classes has at most. */
const classShare = 0.05;

/** Whether many rows share a cell. */
export function hasClasses({ values, telling }: NumberField): boolean {
  const present = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  return telling.length < (1 - classShare) * present;
}

/** The cells of other rows: far away, for rows often come in turns. */
export function shiftedCells(cells: Float64Array): Float64Array {
  const by = Math.floor(cells.length * 0.381966);
  return cells.map((_, row) => cells[(row + by) % cells.length]!);
}

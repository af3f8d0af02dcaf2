// Whether a formula gives the cells of a column: most guesses are dropped after a row or two, the rest must hold in all
// rows, and must stop holding when any of their columns is mixed up.

import { type Formula, formulaCell, operandsOf, type Relation } from "@verisim/core";
import { evenRows, fewestTelling, type NumberField, shiftedCells } from "./number-fields.ts";

export type Rounding = Relation["rounding"];

/** Telling rows that a guess is tried on, and those that it is checked on. */
const triedRows = 48;
const checkedRows = 20_000;
/** Fewest different cells that can tell: few values agree by chance. */
const fewestValues = 6;

/** Rows of a target that guesses are tried on. */
export interface Trial {
  readonly target: NumberField;
  readonly rows: Int32Array;
}

export function trialOf(target: NumberField): Trial {
  return { target, rows: evenRows(target.telling, triedRows) };
}

/** Whether a value is the cell, after rounding to the grid of its column. */
export function agrees(value: number, cell: number, step: number, rounding: Rounding): boolean {
  if (!Number.isFinite(value)) return false;
  const slack = 1e-9 * Math.max(step, Math.abs(cell), Math.abs(value));
  if (rounding === "down") return value - cell > -slack && value - cell < step + slack;
  return Math.abs(value - cell) <= step / 2 + slack;
}

/** Whether a guess holds in the rows of a trial; most guesses end at the first row. */
export function isPromising(
  { target, rows }: Trial,
  at: (row: number) => number,
  rounding: Rounding,
): boolean {
  return rows.every((row) => agrees(at(row), target.values[row]!, target.step, rounding));
}

/**
 * Whether a guess gives every cell, with a cell missing exactly where one that it needs is, and would not whatever its
 * columns were.
 */
export function givesAll(
  target: NumberField,
  formula: Formula,
  rounding: Rounding,
  fields: ReadonlyMap<string, NumberField>,
): boolean {
  const cellsOf = (name: string): Float64Array => fields.get(name)!.values;
  const operands = operandsOf(formula).map(cellsOf);
  const { values, step } = target;
  for (let row = 0; row < values.length; row++) {
    const given = operands.some((cells) => Number.isNaN(cells[row]))
      ? Number.NaN
      : formulaCell(formula, cellsOf, row);
    if (Number.isNaN(values[row]) ? !Number.isNaN(given) : !agrees(given, values[row]!, step, rounding))
      return false;
  }
  const rows = evenRows(target.telling, checkedRows);
  if (new Set(Array.from(rows, (row) => values[row]!)).size < fewestValues) return false;
  return operandsOf(formula).every((mixed) => {
    const shifted = shiftedCells(cellsOf(mixed));
    const without = (name: string): Float64Array => (name === mixed ? shifted : cellsOf(name));
    let broken = 0;
    for (const row of rows)
      if (!agrees(formulaCell(formula, without, row), values[row]!, step, rounding)) broken++;
    return broken >= fewestTelling;
  });
}

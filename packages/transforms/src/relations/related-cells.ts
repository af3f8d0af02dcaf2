// Cells of related columns on their way to a model and back: a model sees what they differ by from their formula, or
// nothing at all where there is no difference.

import {
  type CellsOf,
  type Column,
  type Factor,
  type Formula,
  formulaCell,
  formulaCells,
  operandsOf,
  type Relation,
  VerisimError,
} from "@verisim/core";
import { cellNumbers, type RelatableColumns } from "./number-fields.ts";

/** How far the cells of a column are from its formula, as models learn it; NaN for missing cells. */
export function apartFrom({ column, formula, apart }: Relation, cellsOf: CellsOf): Float64Array {
  return cellsOf(column).map((cell, row) => {
    const given = formulaCell(formula, cellsOf, row);
    return apart === "ratio" ? cell / given : cell - given;
  });
}

/** The cells of a column by its formula and what they differ by, before they are rounded as the column is. */
export function cellsFrom(
  { formula, step, rounding, apart: kind }: Relation,
  cellsOf: CellsOf,
  rowCount: number,
  apart: Float64Array | undefined,
): Float64Array {
  const cells = formulaCells(formula, cellsOf, rowCount);
  if (rounding === "down" && step > 0)
    for (let row = 0; row < rowCount; row++) {
      const scaled = cells[row]! / step;
      // A result a rounding error below a cell is that cell.
      cells[row] = Math.floor(scaled + 1e-9 * Math.max(1, Math.abs(scaled))) * step;
    }
  for (let row = 0; apart && row < rowCount; row++)
    cells[row] = kind === "ratio" ? cells[row]! * apart[row]! : cells[row]! + apart[row]!;
  return cells.map((cell) => (Number.isFinite(cell) ? cell : Number.NaN));
}

/** The cells as numbers of columns by name. @throws Error for columns that hold none */
export function numberCells(columns: ReadonlyMap<string, Column>): CellsOf {
  const known = new Map<string, Float64Array>();
  return (name) => {
    let cells = known.get(name);
    if (cells) return cells;
    const column = columns.get(name);
    cells = column && cellNumbers(column);
    if (!cells) throw new Error(`internal: expected numbers in ${JSON.stringify(name)}`);
    known.set(name, cells);
    return cells;
  };
}

/**
 * Relations as a model file holds them.
 * @throws VerisimError `VERISIM_TRANSFORM_STATE` where they are none, or need columns that come later or are not there
 */
export function relationsFromState(state: unknown, { targets, operands }: RelatableColumns): Relation[] {
  if (state === undefined) return [];
  if (!Array.isArray(state)) throw broken("a list of relations");
  const open = new Set(state.map((entry) => (entry as Partial<Relation> | null)?.column));
  return state.map((entry: unknown): Relation => {
    if (!isRelation(entry)) throw broken("a relation");
    const names = operandsOf(entry.formula);
    if (!targets.has(entry.column) || names.some((name) => !operands.has(name) || open.has(name)))
      throw broken("relations over columns that come before them");
    open.delete(entry.column);
    return entry;
  });
}

function isRelation(value: unknown): value is Relation {
  if (!isRecord(value)) return false;
  const { column, formula, step, rounding, apart } = value;
  return (
    typeof column === "string" &&
    typeof step === "number" &&
    step >= 0 &&
    (rounding === "nearest" || rounding === "down") &&
    ["nothing", "difference", "ratio"].includes(apart as string) &&
    isFormula(formula)
  );
}

function isFormula(value: unknown): value is Formula {
  if (!isRecord(value) || !Number.isFinite(value["constant"]) || !Array.isArray(value["terms"])) return false;
  return value["terms"].every(
    (term: unknown) =>
      isRecord(term) &&
      Number.isFinite(term["coefficient"]) &&
      Array.isArray(term["factors"]) &&
      term["factors"].length > 0 &&
      term["factors"].every(isFactor),
  );
}

function isFactor(value: unknown): value is Factor {
  if (!isRecord(value)) return false;
  const { column, as, per } = value;
  return (
    typeof column === "string" &&
    ["cell", "inverse", "less", "plus"].includes(as as string) &&
    (per === 1 || per === 100)
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function broken(expected: string): VerisimError {
  return new VerisimError(
    "VERISIM_TRANSFORM_STATE",
    `Expected ${expected} in the state of the transforms but received something else.`,
    { hint: "The model file is damaged or was made by another version." },
  );
}

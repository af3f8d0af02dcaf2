// What a kind of column is: how its model is read, what it depends on, and how its cells are made for a stretch of rows.
// Adding a kind is one file beside this one and one entry of the list.

import type { ColumnMetadata } from "@verisim/core";
import type { Batch, ValueType } from "../engine/batch.ts";
import { compileFormula, type FormulaScope } from "../formula/compile.ts";
import type { FormulaNode, NumericNode } from "../formula/nodes.ts";
import { type Formula, parseFormula } from "../formula/parser.ts";
import type { Fields, Problems } from "../model/problems.ts";

/** How the cells of a column are made. */
export interface ColumnPlan {
  readonly type: ValueType;
  /** Texts that are known before any row is. */
  readonly dictionary?: readonly string[];
  readonly metadata: ColumnMetadata;
  /** The stream whose numbers, uniform or normal, decide the cells: what a correlated block takes hold of. */
  readonly stream?: number;
  /** Where a cell follows from the number of `stream` alone. */
  readonly cells?: DrawnCells;
  /** True where `fill` takes the rows one after the other and reads the one before by itself. */
  readonly ordered?: boolean;
  /** Fills rows [from, to) of the column's own slot; everything that it reads has been filled. */
  fill(batch: Batch, from: number, to: number): void;
}

/** Makes the cells of the first `count` of `rows` from their draws. A call per cell would put each number on the heap. */
export type DrawnCells = (draws: Float64Array, out: Float64Array, rows: Int32Array, count: number) => void;

/** What a column may ask for while it is planned. */
export interface PlanContext extends FormulaScope {
  readonly table: string;
  readonly column: string;
  /** The column's own slot. */
  readonly slot: number;
  readonly seed: number;
  /** The most rows that the table has in this run. */
  readonly rowCount: number;
  readonly problems: Problems;
  readonly path: string;
  /** A slot for numbers that are not written: a state that goes from row to row. */
  hiddenSlot(): number;
  /** A slot whose vector the column makes itself. */
  ownSlot(): number;
  stream(kind: "uniform" | "normal", label?: string): number;
  /** The key of draws that are not one per row. */
  key(label: string): readonly [number, number];
  /** The context of a part of the column, whose streams are its own. */
  part(label: string): PlanContext;
}

/** A column as its model was read. */
export interface ColumnReading {
  /** Where it is known before the formulas are compiled. */
  readonly type?: ValueType;
  /** Every formula of the column, for the order in which columns are made. */
  readonly formulas: readonly Formula[];
  /** Columns that it reads beside those in formulas. */
  readonly reads?: readonly string[];
  /** Columns of which it reads the row before. */
  readonly readsBefore?: readonly string[];
  /** False for columns that cannot be drawn again alone: keys, times, states. */
  readonly redraws?: boolean;
  plan(context: PlanContext): ColumnPlan;
}

export interface ColumnKind {
  /** The field that says that a column is of this kind. */
  readonly field: string;
  /** Undefined where something is wrong, which `problems` then holds. */
  read(fields: Fields, problems: Problems, readColumn: ReadColumn): ColumnReading | undefined;
}

/** Reads a column inside another one. */
export type ReadColumn = (value: unknown, path: string, problems: Problems) => ColumnReading | undefined;

/** The formula of a field; problems where it cannot be read. */
export function readFormula(
  value: number | string | undefined,
  path: string,
  problems: Problems,
): Formula | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return { type: "number", start: 0, value };
  return problems.attempt(path, () => parseFormula(value));
}

/** Compiles a formula that must give a certain type. */
export function compileAs(
  formula: Formula,
  types: readonly ValueType[],
  context: PlanContext,
  path: string,
): FormulaNode | undefined {
  const node = context.problems.attempt(path, () => compileFormula(formula, context));
  if (!node || types.includes(node.type)) return node;
  context.problems.add(
    "VERISIM_SIMULATION_FORMULA",
    path,
    `Expected a formula that gives a ${types.join(" or a ")} but received one that gives a ${node.type}.`,
  );
  return undefined;
}

export function compileNumber(formula: Formula, context: PlanContext, path: string): NumericNode | undefined {
  return compileAs(formula, ["number"], context, path) as NumericNode | undefined;
}

/** How booleans of a column are written: as such in files that have them, else as `true` and `false`. */
export const booleanMetadata: ColumnMetadata = { sdtype: "boolean", physical: "BOOLEAN" };

/** How numbers of a column are written. */
export function numberMetadata(decimals: number | undefined): ColumnMetadata {
  if (decimals === undefined) return { sdtype: "numerical" };
  return decimals === 0
    ? { sdtype: "numerical", numberStyle: "integer", decimals: 0 }
    : { sdtype: "numerical", numberStyle: "fixed", decimals };
}

/** Rounds to digits after the point, half away from zero; `decimals` undefined leaves a number as it is. */
export function rounder(decimals: number | undefined): ((x: number) => number) | undefined {
  if (decimals === undefined) return undefined;
  const scale = 10 ** decimals;
  return (x) => {
    const scaled = x * scale;
    // Beyond 2^52 every number is whole already.
    if (!(Math.abs(scaled) < 4503599627370496)) return x;
    return (x < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5)) / scale + 0;
  };
}

/** Rounds rows [from, to) as {@link rounder} does, without a call per row. */
export function roundInto(
  values: Float64Array,
  decimals: number,
  out: Float64Array,
  from: number,
  to: number,
): void {
  const scale = 10 ** decimals;
  for (let i = from; i < to; i++) {
    const x = values[i]!;
    const scaled = x * scale;
    const whole = scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5);
    out[i] = Math.abs(scaled) < 4503599627370496 ? whole / scale + 0 : x;
  }
}

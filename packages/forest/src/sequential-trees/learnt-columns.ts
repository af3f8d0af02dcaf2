// What the columns of a table come down to: outcomes that trees draw, and bins that trees of later columns split on. A
// number's outcomes are the segments of its marginal, so that no value of few rows is an outcome.

import {
  constantColumnWarning,
  type EncodedColumn,
  emptyColumnWarning,
  type StreamKey,
  streamKey,
  type TableMetadata,
} from "@verisim/core";
import { empiricalMarginal, segmentMass, segmentOf } from "@verisim/stats";
import { type DerivedColumn, findDerivedColumns, unitsOf } from "@verisim/transforms";
import { scoreEdges } from "./score-edges.ts";

/** Most bins of a column; a byte holds them. */
export const maxBins = 255;
/** Bins that the rarest categories share: at least so many, and so many that digits (`bin-digits.ts`) tell those of a bin apart. */
const fewestShared = 8;
/** Categories of a bin that digits tell apart. */
export const mostInBin = 255;

interface LearntBase {
  /** Which of the encoded columns of the transforms it is. */
  readonly encoded: number;
  readonly name: string;
  /** Whether missing cells are an outcome. */
  readonly missing: boolean;
  /** Bin per outcome. */
  readonly binOf: Uint8Array;
}

/** Outcome 0 is the missing cell where there is one; the others are segments from lowest to highest, in units. */
export interface LearntNumber extends LearntBase {
  readonly kind: "number";
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** What a step of `low` and `high` is worth in cells: 1, or microseconds. */
  readonly unit: number;
  /** Digits after the point that cells are rounded to, in units; -1 for none. */
  readonly decimals: number;
  /** Where it is guessed, or others are guessed from it: scores in rising order that the segments lie between. */
  readonly edges?: Float64Array;
}

/** Outcomes are codes; the missing cell is the one after the last. */
export interface LearntCategory extends LearntBase {
  readonly kind: "category";
  readonly cardinality: number;
  /** True: codes rank as declared. */
  readonly ordered: boolean;
}

/** Classes of a column of numbers, drawn before it and part of no table: where boosted trees tell numbers best. */
export interface LearntClasses extends LearntBase {
  readonly kind: "classes";
  /** Class per outcome of the numbers. */
  readonly classOf: Uint8Array;
}

/** Which of the categories that share a bin a cell is: decided by the column before it, and part of no table. */
export interface LearntDigits extends LearntBase {
  readonly kind: "digits";
}

/** What a line says of the number behind it: see `linear-guess.ts`. Part of no table. */
export interface LearntGuess extends LearntBase {
  readonly kind: "guess";
}

/** What a number's score is beyond its guess; outcomes as a number's, in scores. Part of no table. */
export interface LearntResidual extends LearntBase {
  readonly kind: "residual";
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export type LearntColumn =
  | LearntNumber
  | LearntCategory
  | LearntClasses
  | LearntDigits
  | LearntGuess
  | LearntResidual;

/** Whether outcomes of a column stand for stretches of numbers. */
export const hasNumbers = (column: LearntColumn): column is LearntNumber | LearntResidual =>
  column.kind === "number" || column.kind === "residual";

/** Room for what is drawn of a column: numbers, or outcomes. */
export const roomFor = (column: LearntColumn, rows: number): Float64Array | Int32Array =>
  hasNumbers(column) ? new Float64Array(rows) : new Int32Array(rows);

/** Whether a column's cells are cells of the table. */
export const isOfTable = (column: LearntColumn): column is LearntNumber | LearntCategory =>
  column.kind === "number" || column.kind === "category";

/** A column with the same cell in every row: a number (NaN: missing) or a code (-1: missing). */
export interface FixedColumn {
  readonly encoded: number;
  readonly cell: number;
}

/** A column and the outcome of each training row; -1 where it is not to be drawn. */
export interface ColumnRows {
  readonly column: LearntColumn;
  /** Outcome per row. */
  readonly codes: Int32Array;
  /** Outcomes that trees may draw: -1 where a category has too few rows. */
  readonly drawn: Int32Array;
  /** Digits: the outcome that each outcome of the column before means. */
  readonly lookup?: Int32Array;
  /** Numbers: the cell of each row, and the scores that the segments lie between. */
  readonly numbers?: { readonly values: Float64Array; readonly edges: Float64Array };
}

export interface LearntPlan {
  readonly learnt: readonly ColumnRows[];
  readonly fixed: readonly FixedColumn[];
  readonly derived: readonly DerivedColumn[];
  readonly warnings: readonly string[];
}

export interface PlanOptions {
  readonly minGroup: number;
  readonly maxSegments: number;
  readonly extremes: "smoothed" | "pinned";
  /** Look up columns that another decides. */
  readonly derive: boolean;
}

export const outcomesOf = (column: LearntColumn): number => column.binOf.length;

const streams = {
  number: "outcome",
  category: "outcome",
  classes: "class",
  digits: "digit",
  guess: "guess",
  residual: "residual",
} as const;

/** The stream that a column's outcomes are drawn from. */
export function outcomeKey(seed: number, tableName: string, { kind, name }: LearntColumn): StreamKey {
  return streamKey(seed, tableName, name, streams[kind]);
}

/** Numbers that are no number, the infinities among them, become missing cells. */
export function finiteColumns(columns: readonly EncodedColumn[]): EncodedColumn[] {
  return columns.map((column) => {
    if (
      column.kind === "discrete" ||
      column.values.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY)
    )
      return column;
    return {
      ...column,
      values: column.values.map((value) =>
        Math.abs(value) === Number.POSITIVE_INFINITY ? Number.NaN : value,
      ),
    };
  });
}

/** @param decimals digits that cells of each column are rounded to; @param dictionaryOf categories by encoded column */
export function learnColumns(
  columns: readonly EncodedColumn[],
  metadata: TableMetadata,
  decimals: readonly number[],
  dictionaryOf: (encoded: number) => readonly string[],
  options: PlanOptions,
): LearntPlan {
  const learnt: ColumnRows[] = [];
  const fixed: FixedColumn[] = [];
  const warnings: string[] = [];
  const derived = options.derive ? findDerivedColumns(columns) : [];
  const looked = new Set(derived.map((rule) => rule.column));
  columns.forEach((column, encoded) => {
    if (looked.has(encoded)) return;
    const own = Object.hasOwn(metadata.columns, column.name) ? metadata.columns[column.name] : undefined;
    const cell = onlyCell(column);
    if (cell !== undefined) {
      fixed.push({ encoded, cell });
      const isEmpty = Number.isNaN(cell) || (column.kind === "discrete" && cell < 0);
      warnings.push(isEmpty ? emptyColumnWarning(column.name) : constantColumnWarning(column.name));
      return;
    }
    if (column.kind === "continuous") {
      learnt.push(learnNumbers(column, encoded, unitsOf(column, own), decimals[encoded]!, options));
      return;
    }
    const ranks =
      own?.sdtype === "ordinal" ? ranksOf(dictionaryOf(encoded), own.rangeValues ?? []) : undefined;
    const { rows, warning } = learnCategories(column, encoded, ranks, options.minGroup);
    learnt.push(rows);
    if (warning !== undefined) warnings.push(warning);
  });
  return { learnt, fixed, derived, warnings };
}

/** The cell that every row has, if there is one; of no rows, the missing cell. */
function onlyCell(column: EncodedColumn): number | undefined {
  const cells = column.kind === "continuous" ? column.values : column.codes;
  const first = cells.length === 0 ? (column.kind === "continuous" ? Number.NaN : -1) : cells[0]! + 0;
  for (let row = 1; row < cells.length; row++) {
    const cell = cells[row]!;
    if (cell !== first && !(Number.isNaN(cell) && Number.isNaN(first))) return undefined;
  }
  return first;
}

function learnNumbers(
  column: Extract<EncodedColumn, { kind: "continuous" }>,
  encoded: number,
  unit: number,
  decimals: number,
  { minGroup, maxSegments, extremes }: PlanOptions,
): ColumnRows {
  const rows = column.values.length;
  const present = new Float64Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const value = column.values[row]!;
    // A negative zero is the same cell as zero.
    if (!Number.isNaN(value)) present[count++] = value / unit + 0;
  }
  const sorted = present.subarray(0, count).sort();
  const pinExtremes = extremes === "pinned";
  const marginal = empiricalMarginal(sorted, { decimals, minGroup, maxSegments, pinExtremes });
  const { low, high } = marginal;
  const missing = count < rows;
  const offset = missing ? 1 : 0;
  const codes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const value = column.values[row]!;
    codes[row] = Number.isNaN(value) ? 0 : segmentOf({ low, high }, value / unit + 0) + offset;
  }
  const mass = segmentMass(marginal);
  const binOf = new Uint8Array(low.length + offset);
  const runs = evenRuns(mass, maxBins - offset);
  for (let s = 0; s < low.length; s++) binOf[s + offset] = runs[s]! + offset;
  return {
    column: { kind: "number", encoded, name: column.name, missing, low, high, unit, decimals, binOf },
    codes,
    drawn: codes,
    numbers: { values: column.values, edges: scoreEdges(marginal) },
  };
}

/** Run per entry: at most `most` runs of even mass, none empty. */
function evenRuns(mass: Float64Array, most: number): Int32Array {
  const runs = new Int32Array(mass.length);
  if (mass.length <= most) return runs.map((_, i) => i);
  let run = 0;
  let before = 0;
  let open = 0;
  for (let i = 0; i < mass.length; i++) {
    const left = 1 - before;
    if (open > 0 && open >= (left + open) / (most - run) - mass[i]! / 2 && run < most - 1) {
      run++;
      open = 0;
    }
    runs[i] = run;
    open += mass[i]!;
    before += mass[i]!;
  }
  return runs;
}

function learnCategories(
  column: Extract<EncodedColumn, { kind: "discrete" }>,
  encoded: number,
  ranks: Int32Array | undefined,
  minGroup: number,
): { rows: ColumnRows; warning?: string } {
  const { cardinality, name } = column;
  const counts = new Float64Array(cardinality + 1);
  for (const code of column.codes) counts[code < 0 ? cardinality : code]!++;
  const missing = counts[cardinality]! > 0;
  const outcomes = cardinality + (missing ? 1 : 0);
  const codes = column.codes.map((code) => (code < 0 ? cardinality : code));
  const binOf = new Uint8Array(outcomes);
  const order = Array.from({ length: cardinality }, (_, code) => code);
  if (ranks) order.sort((a, b) => ranks[a]! - ranks[b]!);
  else order.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const most = maxBins - (missing ? 1 : 0);
  // The more bins are shared the fewer categories have one of their own, and so share one: one step settles it.
  const sharedBins = Math.min(
    most,
    Math.max(fewestShared, Math.ceil((cardinality - most) / (mostInBin - 1))),
  );
  // The frequent ones have bins of their own; in an order, neighbours share bins.
  order.forEach((code, place) => {
    const alone = cardinality <= most ? cardinality : ranks ? 0 : most - sharedBins;
    const shared = ranks ? most : sharedBins;
    const rest = cardinality - alone;
    const bin = place < alone ? place : alone + Math.floor(((place - alone) * shared) / rest);
    binOf[code] = bin + (missing ? 1 : 0);
  });
  if (missing) binOf[cardinality] = 0;
  const learnt: LearntCategory = {
    kind: "category",
    encoded,
    name,
    missing,
    cardinality,
    ordered: ranks !== undefined,
    binOf,
  };
  const rareRows = counts.reduce(
    (sum, count, code) => sum + (code < cardinality && count < minGroup ? count : 0),
    0,
  );
  if (rareRows === 0) return { rows: { column: learnt, codes, drawn: codes } };
  // A column of little else is a list of codes: leaving it out would leave nothing.
  if (2 * rareRows > codes.length)
    return {
      rows: { column: learnt, codes, drawn: codes },
      warning: `Column ${JSON.stringify(name)}: most rows hold categories of fewer than ${minGroup} rows, which are drawn as they are; declare it as an id or as personal where that must not be.`,
    };
  const drawn = codes.map((code) => (code < cardinality && counts[code]! < minGroup ? -1 : code));
  const rare = counts.reduce(
    (sum, count, code) => sum + (code < cardinality && count > 0 && count < minGroup ? 1 : 0),
    0,
  );
  return {
    rows: { column: learnt, codes, drawn },
    warning: `Column ${JSON.stringify(name)}: ${rare} ${rare === 1 ? "category" : "categories"} of fewer than ${minGroup} rows ${rare === 1 ? "is" : "are"} drawn only when asked for.`,
  };
}

/** Rank per category as declared; those that are not declared come last. */
function ranksOf(categories: readonly string[], declared: readonly string[]): Int32Array {
  const places = new Map(declared.map((text, place) => [text, place]));
  return Int32Array.from(categories, (text, code) => places.get(text) ?? declared.length + code);
}

// Columns that are a straight line of one other (conversions, copies) or a weighted sum of several: coefficients by least
// squares, then the shortest decimal numbers that still agree, for that is what people computed with.

import { type Formula, formulaCell } from "@verisim/core";
import { isPromising, type Trial } from "./agreement.ts";
import { linear } from "./formulas.ts";
import { evenRows, type NumberField } from "./number-fields.ts";

/** Most digits of a coefficient. */
const mostDigits = 10;
/** Columns of a line go together at least so closely, rounding aside. */
const leastCorrelation = 0.98;
/** What a column of a sum must move it by, as a share of how much it moves. */
const leastPart = 1e-3;
/** Most columns that sums of several are sought among. */
const mostForSums = 80;
/** Rows that lines and sums are fitted to. */
const lineRows = 4_000;
const sumRows = 1_000;
/** Fewest and most columns of a sum; shorter ones are guessed directly. */
const fewestParts = 3;
const mostParts = 40;

/** A line of one other column, or undefined. Dates are compared with dates alone. */
export function lineOf(trial: Trial, x: NumberField): Formula | undefined {
  const { target, rows } = trial;
  if (target.isDate !== x.isDate) return undefined;
  if (target.isDate) {
    const apart = target.values[rows[0]!]! - x.values[rows[0]!]!;
    const shifted = linear([[1, x.name]], apart);
    return isPromising(trial, (row) => x.values[row]! + apart, "nearest") ? shifted : undefined;
  }
  if (!(momentsOf(target, x, rows).correlation > leastCorrelation)) return undefined;
  const many = evenRows(target.telling, lineRows);
  const { slope: fitted, meanX, meanY, correlation } = momentsOf(target, x, many);
  if (!(correlation > leastCorrelation)) return undefined;
  const factor = factorOf(target, x, many);
  if (factor !== undefined) return linear([[factor, x.name]]);
  return shortest(
    (digits) => {
      const slope = rounded(fitted, digits);
      const offset = meanY - slope * meanX;
      return [0, ...shortForms(offset)].map((constant) => linear([[slope, x.name]], constant));
    },
    trial,
    [x],
  );
}

/** Of formulas with ever more digits the first that all rows of a trial agree with. */
function shortest(
  formulasOf: (digits: number) => readonly Formula[],
  trial: Trial,
  parts: readonly NumberField[],
): Formula | undefined {
  const byName = new Map(parts.map(({ name, values }) => [name, values]));
  for (let digits = 1; digits <= mostDigits; digits++)
    for (const formula of formulasOf(digits)) {
      const at = (row: number): number => formulaCell(formula, (name) => byName.get(name)!, row);
      if (isPromising(trial, at, "nearest")) return formula;
    }
  return undefined;
}

/** The shortest number that times one column gives the other in all rows, rounded; undefined where there is none. */
function factorOf(target: NumberField, x: NumberField, rows: Int32Array): number | undefined {
  const half = target.step / 2;
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const row of rows) {
    const [cell, slack] = [x.values[row]!, half + 1e-9 * Math.abs(target.values[row]!)];
    const ends = [(target.values[row]! - slack) / cell, (target.values[row]! + slack) / cell];
    low = Math.max(low, Math.min(...ends));
    high = Math.min(high, Math.max(...ends));
    if (!(low <= high)) return undefined;
  }
  for (let digits = 1; digits < 16; digits++) {
    const factor = rounded((low + high) / 2, digits);
    if (factor >= low && factor <= high) return factor;
  }
  return undefined;
}

interface Moments {
  readonly slope: number;
  readonly meanX: number;
  readonly meanY: number;
  /** Of either sign, as a size. */
  readonly correlation: number;
}

function momentsOf(target: NumberField, x: NumberField, rows: Int32Array): Moments {
  let [count, meanX, meanY, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (const row of rows) {
    const [a, b] = [x.values[row]!, target.values[row]!];
    if (Number.isNaN(a)) continue;
    count++;
    const [fromX, fromY] = [a - meanX, b - meanY];
    meanX += fromX / count;
    meanY += fromY / count;
    xx += fromX * (a - meanX);
    xy += fromX * (b - meanY);
    yy += fromY * (b - meanY);
  }
  return { slope: xy / xx, meanX, meanY, correlation: Math.abs(xy) / Math.sqrt(xx * yy) };
}

/** Weighted sums of at least three of these columns that give the target, best guess first. */
export function sumsOf(trial: Trial, others: readonly NumberField[]): Formula | undefined {
  const { target } = trial;
  const parts = others.filter(({ isDate }) => !isDate);
  if (target.isDate || parts.length < fewestParts || parts.length > mostForSums) return undefined;
  const rows = completeRows([target, ...parts]);
  if (rows.length < 3 * parts.length) return undefined;
  const weights = leastSquares(target, parts, rows);
  if (!weights) return undefined;
  const used = parts.map((part, i) => [weights[i]!, part] as const).filter(([weight]) => weight !== 0);
  if (used.length < fewestParts || used.length > mostParts) return undefined;
  return shortest(
    (digits) => {
      const terms = used.map(([weight, part]) => [rounded(weight, digits), part.name] as const);
      const sumAt = (row: number): number =>
        terms.reduce((sum, [weight], i) => sum + weight * used[i]![1].values[row]!, 0);
      const offset = mean(Array.from(rows, (row) => target.values[row]! - sumAt(row)));
      return [0, ...shortForms(offset)].map((constant) => linear(terms, constant));
    },
    trial,
    used.map(([, part]) => part),
  );
}

/** Coefficients, 0 for columns that hardly matter; undefined where the target is no straight sum of the columns. */
function leastSquares(
  target: NumberField,
  parts: readonly NumberField[],
  rows: Int32Array,
): Float64Array | undefined {
  const size = parts.length;
  const columns = [...parts, target].map(({ values }) => standardised(values, rows));
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size);
  const y = columns[size]!;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) gram[i * size + j] = dot(columns[i]!.cells, columns[j]!.cells);
    right[i] = dot(columns[i]!.cells, y.cells);
    // Columns that repeat one another share a weight.
    gram[i * size + i]! += 1e-9 * rows.length;
  }
  const weights = solveSymmetric(gram, right, size);
  if (!weights) return undefined;
  let left = 0;
  for (let row = 0; row < rows.length; row++) {
    let rest = y.cells[row]!;
    for (let i = 0; i < size; i++) rest -= weights[i]! * columns[i]!.cells[row]!;
    left += rest * rest;
  }
  const deviation = Math.sqrt(left / rows.length) * y.scale;
  if (deviation > Math.max(target.step, 1e-6 * y.scale)) return undefined;
  return weights.map((weight, i) =>
    Math.abs(weight) > leastPart ? (weight * y.scale) / columns[i]!.scale : 0,
  );
}

/** Cholesky's factor and two substitutions; undefined where the matrix is not positive definite. */
function solveSymmetric(matrix: Float64Array, right: Float64Array, size: number): Float64Array | undefined {
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let value = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) value -= matrix[i * size + k]! * matrix[j * size + k]!;
      if (i > j) matrix[i * size + j] = value / matrix[j * size + j]!;
      else if (value > 0) matrix[j * size + j] = Math.sqrt(value);
      else return undefined;
    }
  }
  const result = right.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) result[i]! -= matrix[i * size + k]! * result[k]!;
    result[i]! /= matrix[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) result[i]! -= matrix[k * size + i]! * result[k]!;
    result[i]! /= matrix[i * size + i]!;
  }
  return result;
}

function completeRows(fields: readonly NumberField[]): Int32Array {
  const rowCount = fields[0]!.values.length;
  const rows: number[] = [];
  const step = Math.max(1, Math.floor(rowCount / sumRows));
  for (let row = 0; row < rowCount && rows.length < sumRows; row += step)
    if (fields.every(({ values }) => Number.isFinite(values[row]!))) rows.push(row);
  return Int32Array.from(rows);
}

function standardised(values: Float64Array, rows: Int32Array): { cells: Float64Array; scale: number } {
  const cells = Float64Array.from(rows, (row) => values[row]!);
  const centre = mean(cells);
  let squares = 0;
  for (const value of cells) squares += (value - centre) ** 2;
  const scale = Math.sqrt(squares / cells.length) || 1;
  return { cells: cells.map((value) => (value - centre) / scale), scale };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

const rounded = (value: number, digits: number): number => Number(value.toPrecision(digits));

/** The offset with ever more digits. */
function shortForms(offset: number): number[] {
  return [1, 2, 3, 4, 6, 9].map((digits) => rounded(offset, digits));
}

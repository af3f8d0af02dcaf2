// Rows as points, so that Euclidean distance says how alike two rows are: a column adds about 1 to the squared distance
// of two rows that differ in it as random rows do, and 0 where their cells are equal.

import type { RiskCategories, RiskColumn, RiskNumbers } from "./risk-columns.ts";

/** Rows of one table as {@link RowEncoder} makes them; both arrays are row-major. */
export interface RowPoints {
  readonly count: number;
  readonly numbers: Float64Array;
  /** A category differs or it does not, which adds 1 or 0 to the squared distance. */
  readonly codes: Int32Array;
}

/** How the cells of one column of numbers become numbers on one scale. */
interface NumberScale {
  readonly column: RiskNumbers;
  readonly centre: number;
  readonly scale: number;
  /** One more number says whether the cell is missing. */
  readonly hasMissing: boolean;
}

/** How columns of all tables become points; {@link rowEncoder} makes it. */
export class RowEncoder {
  /** Numbers per point. */
  readonly width: number;
  /** What differing codes add to the squared distance, per category column. */
  readonly weights: Float64Array;
  readonly #numbers: readonly NumberScale[];
  readonly #categories: readonly RiskCategories[];

  constructor(numbers: readonly NumberScale[], categories: readonly RiskCategories[]) {
    this.#numbers = numbers;
    this.#categories = categories;
    this.width = numbers.reduce((sum, { hasMissing }) => sum + (hasMissing ? 2 : 1), 0);
    this.weights = new Float64Array(categories.length).fill(1);
  }

  /** Numbers and codes per point. */
  get size(): number {
    return this.width + this.weights.length;
  }

  /**
   * Points of some rows.
   * @param table number of the table among those the columns hold
   */
  encode(table: number, rows: ArrayLike<number>): RowPoints {
    const { width, weights } = this;
    const numbers = new Float64Array(rows.length * width);
    let axis = 0;
    for (const { column, centre, scale, hasMissing } of this.#numbers) {
      const values = column.values[table]!;
      for (let i = 0, at = axis; i < rows.length; i++, at += width) {
        const value = values[rows[i]!]!;
        if (Number.isNaN(value)) numbers[at + 1] = 1;
        else numbers[at] = Math.max(-farthest, Math.min(farthest, (value - centre) * scale));
      }
      axis += hasMissing ? 2 : 1;
    }
    const codes = new Int32Array(rows.length * weights.length);
    for (const [place, column] of this.#categories.entries()) {
      const own = column.codes[table]!;
      for (let i = 0, at = place; i < rows.length; i++, at += weights.length) codes[at] = own[rows[i]!]!;
    }
    return { count: rows.length, numbers, codes };
  }

  /** The encoder of some of the columns, in their order here. */
  only(keep: (column: RiskColumn) => boolean): RowEncoder {
    return new RowEncoder(
      this.#numbers.filter(({ column }) => keep(column)),
      this.#categories.filter(keep),
    );
  }

  /** Some points of some rows, by their places among them. */
  pick(points: RowPoints, places: ArrayLike<number>): RowPoints {
    const { width, weights } = this;
    const numbers = new Float64Array(places.length * width);
    const codes = new Int32Array(places.length * weights.length);
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      numbers.set(points.numbers.subarray(place * width, (place + 1) * width), i * width);
      codes.set(
        points.codes.subarray(place * weights.length, (place + 1) * weights.length),
        i * weights.length,
      );
    }
    return { count: places.length, numbers, codes };
  }

  /** Squared distance of two points. */
  squaredDistance(a: RowPoints, rowA: number, b: RowPoints, rowB: number): number {
    const { width, weights } = this;
    let sum = 0;
    for (let axis = 0, i = rowA * width, j = rowB * width; axis < width; axis++) {
      const difference = a.numbers[i++]! - b.numbers[j++]!;
      sum += difference * difference;
    }
    const categories = weights.length;
    for (let axis = 0, i = rowA * categories, j = rowB * categories; axis < categories; axis++)
      if (a.codes[i++] !== b.codes[j++]) sum += weights[axis]!;
    return sum;
  }
}

/**
 * Scales are those of the real tables.
 * @param real numbers of the real tables
 */
export function rowEncoder(columns: readonly RiskColumn[], real: readonly number[]): RowEncoder {
  return new RowEncoder(
    columns
      .filter((column) => column.kind === "number")
      .map((column) => {
        const { centre, spread } = spreadOf(real.map((table) => column.values[table]!));
        const hasMissing = column.values.some((values) => values.some(Number.isNaN));
        return { column, centre, scale: 1 / (Math.SQRT2 * spread), hasMissing };
      }),
    columns.filter((column) => column.kind === "category"),
  );
}

/** In spreads from the centre. Beyond it a single number would hide all other columns, and f32 its own digits. */
const farthest = 1e4;

/**
 * Centre and spread of a column: the standard deviation of what lies between its 0.5 % quantiles, so that one slip of the
 * pen does not make all other rows equal; of all numbers where those between are equal.
 */
export function spreadOf(parts: readonly Float64Array[]): { centre: number; spread: number } {
  const present = parts.map((part) => part.filter((value) => !Number.isNaN(value)));
  const sorted = new Float64Array(present.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of present) {
    sorted.set(part, filled);
    filled += part.length;
  }
  sorted.sort();
  if (sorted.length === 0) return { centre: 0, spread: 1 };
  const centre = sorted[sorted.length >> 1]!;
  const tail = Math.floor(sorted.length * 0.005);
  const spread =
    deviation(sorted.subarray(tail, sorted.length - tail), centre) ||
    deviation(sorted, centre) ||
    Math.abs(centre) ||
    1;
  return { centre, spread };
}

/** Standard deviation; numbers are taken as parts of the largest distance, so that no square overflows. */
function deviation(sorted: Float64Array, centre: number): number {
  const largest = Math.max(centre - sorted[0]!, sorted.at(-1)! - centre);
  if (!(largest > 0)) return 0;
  const unit = Math.min(largest, Number.MAX_VALUE);
  let sum = 0;
  let squares = 0;
  for (const value of sorted) {
    const part = value / unit - centre / unit;
    sum += part;
    squares += part * part;
  }
  const mean = sum / sorted.length;
  return unit * Math.sqrt(Math.max(0, squares / sorted.length - mean * mean));
}

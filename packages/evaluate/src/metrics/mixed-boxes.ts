// The boxes of a tree over points of numbers and categories. A box is cut by the column whose part in the distances within
// it varies most. A category takes part as its code: a box knows the lowest and the highest code in it, and a code outside of
// them is a different category for certain.

import type { DistanceKind, MixedRows } from "./mixed-rows.ts";

/** Points in a box that is not cut further. */
const leafPoints = 12;

/** A box: points `start` to `end - 1` of the tree's own order. Leaves have no children. */
export interface Boxes {
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Left child, the right one follows it; -1 in leaves. */
  readonly child: Int32Array;
  /** Per box: lowest number of every column, then highest. */
  readonly numberBounds: Float64Array;
  /** Per box: lowest code of every column, then highest. */
  readonly codeBounds: Int32Array;
}

/** Cuts the points into boxes; `order` is rearranged so that every box is a stretch of it. */
export function buildBoxes(points: MixedRows, order: Int32Array, kind: DistanceKind): Boxes {
  const start: number[] = [0];
  const end: number[] = [order.length];
  const child: number[] = [-1];
  for (let box = 0; box < start.length; box++) {
    if (end[box]! - start[box]! <= leafPoints) continue;
    const middle = cut(points, order, start[box]!, end[box]!, kind);
    if (middle === null) continue;
    child[box] = start.length;
    start.push(start[box]!, middle);
    end.push(middle, end[box]!);
    child.push(-1, -1);
  }
  return {
    ...boundsOf(points, order, start, end),
    start: Int32Array.from(start),
    end: Int32Array.from(end),
    child: Int32Array.from(child),
  };
}

/** Sorts a stretch by the column that varies most and returns where its second half starts; null for equal points. */
function cut(
  points: MixedRows,
  order: Int32Array,
  from: number,
  to: number,
  kind: DistanceKind,
): number | null {
  const { numbersWidth, codesWidth, numbers, codes } = points;
  let most = 0;
  let column = -1;
  for (let c = 0; c < numbersWidth; c++) {
    const spread = numberSpread(numbers, numbersWidth, c, order, from, to);
    const varied = kind === "euclidean" ? 1.2 * spread * spread : spread;
    if (!(varied > most)) continue;
    most = varied;
    column = c;
  }
  for (let c = 0; c < codesWidth; c++) {
    // What differs in all pairs of points tells near ones from far ones as little as what differs in none.
    const different = codeSpread(codes, codesWidth, c, order, from, to);
    const varied = points.mismatch * Math.sqrt(different * (1 - different));
    if (!(varied > most)) continue;
    most = varied;
    column = numbersWidth + c;
  }
  if (column < 0) return null;
  const isNumber = column < numbersWidth;
  const width = isNumber ? numbersWidth : codesWidth;
  const place = isNumber ? column : column - numbersWidth;
  const values = isNumber ? numbers : codes;
  const stretch = order.subarray(from, to);
  const keys = Float64Array.from(stretch, (row) => values[row * width + place]!);
  const places = Int32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
  stretch.set(Int32Array.from(places, (at) => stretch[at]!));
  // The cut nearest to the middle at which the value changes.
  const valueAt = (at: number): number => values[order[at]! * width + place]!;
  const middle = (from + to) >> 1;
  for (let step = 0; ; step++) {
    if (middle - step > from && valueAt(middle - step) !== valueAt(middle - step - 1)) return middle - step;
    if (middle + step < to && middle + step > from && valueAt(middle + step) !== valueAt(middle + step - 1))
      return middle + step;
  }
}

/** Standard deviation of a column in a stretch. */
function numberSpread(
  numbers: Float64Array,
  width: number,
  column: number,
  order: Int32Array,
  from: number,
  to: number,
): number {
  const first = numbers[order[from]! * width + column]!;
  let sum = 0;
  let squares = 0;
  for (let at = from; at < to; at++) {
    const value = numbers[order[at]! * width + column]! - first;
    sum += value;
    squares += value * value;
  }
  const count = to - from;
  const variance = squares / count - (sum / count) ** 2;
  // Rounding may leave a column of equal values nothing but noise, and one of unequal values nothing at all.
  return squares === 0 ? 0 : Math.sqrt(Math.max(variance, Number.MIN_VALUE));
}

/** The share of pairs of points in a stretch whose codes differ. */
function codeSpread(
  codes: Int32Array,
  width: number,
  column: number,
  order: Int32Array,
  from: number,
  to: number,
): number {
  const counts = new Map<number, number>();
  for (let at = from; at < to; at++) {
    const code = codes[order[at]! * width + column]!;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let same = 0;
  for (const count of counts.values()) same += (count / (to - from)) ** 2;
  return counts.size < 2 ? 0 : 1 - same;
}

function boundsOf(
  points: MixedRows,
  order: Int32Array,
  start: readonly number[],
  end: readonly number[],
): Pick<Boxes, "numberBounds" | "codeBounds"> {
  const { numbersWidth, codesWidth } = points;
  const numberBounds = new Float64Array(start.length * numbersWidth * 2);
  const codeBounds = new Int32Array(start.length * codesWidth * 2);
  for (let box = 0; box < start.length; box++) {
    fillBounds(points.numbers, numbersWidth, order, start[box]!, end[box]!, numberBounds, box);
    fillBounds(points.codes, codesWidth, order, start[box]!, end[box]!, codeBounds, box);
  }
  return { numberBounds, codeBounds };
}

function fillBounds(
  values: Float64Array | Int32Array,
  width: number,
  order: Int32Array,
  from: number,
  to: number,
  bounds: Float64Array | Int32Array,
  box: number,
): void {
  for (let c = 0; c < width; c++) {
    let low = values[order[from]! * width + c]!;
    let high = low;
    for (let at = from + 1; at < to; at++) {
      const value = values[order[at]! * width + c]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    bounds[box * width * 2 + c] = low;
    bounds[box * width * 2 + width + c] = high;
  }
}

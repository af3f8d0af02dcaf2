// Whether drawn rows lie nearer to one half of the real rows than to the other, by the distance of Gower (Biometrics 1971): a
// number's difference in shares of its range, and one for a category that differs.

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
 */
export function nearerShare(
  columns: readonly CellColumn[],
  one: Uint32Array,
  other: Uint32Array,
  drawnRows: number,
): number {
  const width = columns.length;
  if (width === 0 || drawnRows === 0 || one.length === 0) return 0.5;
  // Categories first: they tell soonest that a row is too far away.
  const sorted = [...columns].sort((a, b) => (a.kind === b.kind ? 0 : a.kind === "category" ? -1 : 1));
  const categories = sorted.filter(({ kind }) => kind === "category").length;
  const real = new Float32Array((one.length + other.length) * width);
  const drawn = new Float32Array(drawnRows * width);
  sorted.forEach((column, c) => {
    const place = placesOf(column, one, other);
    // The halves in turns, so that both are looked at alike.
    for (let i = 0; i < one.length; i++) real[2 * i * width + c] = place.real(one[i]!);
    for (let i = 0; i < other.length; i++) real[(2 * i + 1) * width + c] = place.real(other[i]!);
    for (let row = 0; row < drawnRows; row++) drawn[row * width + c] = place.drawn(row);
  });
  let nearer = 0;
  for (let row = 0; row < drawnRows; row++) {
    let least = Number.POSITIVE_INFINITY;
    let sides = 0;
    const own = drawn.slice(row * width, (row + 1) * width);
    for (let at = 0, side = 1; at < real.length; at += width, side = 3 - side) {
      let distance = 0;
      let c = 0;
      for (; c < categories && distance <= least; c++) if (real[at + c] !== own[c]) distance++;
      for (; c < width && distance <= least; c++) distance += Math.abs(real[at + c]! - own[c]!);
      if (distance > least || c < width) continue;
      sides = distance < least ? side : sides | side;
      least = distance;
    }
    nearer += sides === 1 ? 1 : sides === 3 ? 0.5 : 0;
  }
  return nearer / drawnRows;
}

/** Where cells of a column lie: numbers in shares of the range of the real rows. */
function placesOf(
  column: CellColumn,
  one: Uint32Array,
  other: Uint32Array,
): { readonly real: (row: number) => number; readonly drawn: (row: number) => number } {
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

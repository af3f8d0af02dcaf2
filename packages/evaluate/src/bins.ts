// Numbers cut into ten bins of equal width, for pairs of a number and a category. The rule is that of
// numpy.histogram_bin_edges with numpy.digitize, down to the rounding of the edges: a bin is closed on its left, so
// that the largest value stands in an eleventh bin of its own, and missing cells join it there.

import { bucketize } from "@verisim/tensor";

const binCount = 10;
/** Codes run from 0 (below the range; no value of the column itself) to 11 (the maximum and missing cells). */
export const binCodeCount: number = binCount + 2;
const lastCode = binCount + 1;

/** Eleven edges over [min, max]; half a unit to each side where the column is constant. */
export function equalWidthEdges(min: number, max: number): Float64Array {
  const low = min === max ? min - 0.5 : min;
  const high = min === max ? max + 0.5 : max;
  const width = (high - low) / binCount;
  const edges = new Float64Array(binCount + 1);
  for (let i = 0; i < binCount; i++) edges[i] = i * width + low;
  edges[binCount] = high;
  return edges;
}

/** The smallest and largest number, NaN left out; null where there is none. */
export function rangeOf(values: Float64Array): { min: number; max: number } | null {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : null;
}

/**
 * The bin of each row over the column's own range.
 *
 * @param datetime values are microseconds: they are cut as nanoseconds in doubles, as the reference does
 * @returns codes below {@link binCodeCount}; null when the range is infinite
 */
export async function binCodes(
  values: Float64Array,
  datetime: boolean,
  options: { signal?: AbortSignal },
): Promise<Int32Array | null> {
  const numbers = datetime ? values.map((value) => value * 1000) : values;
  const range = rangeOf(numbers) ?? { min: 0, max: 1 };
  if (!Number.isFinite(range.max - range.min)) return null;
  const codes = new Int32Array(values.length);
  await bucketize(numbers, equalWidthEdges(range.min, range.max), codes, undefined, options);
  for (let row = 0; row < codes.length; row++) if (codes[row]! < 0) codes[row] = lastCode;
  return codes;
}

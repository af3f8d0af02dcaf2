// The numbers behind the alternatives and places of block columns, standardised: an encoder reads fine differences from
// them that blocks do not tell, and a decoder says a column's mean with them.

import type { BlockCodecState, CodedColumn, EncodedRows, Layout } from "@verisim/neural";

/** How a column of numbers is standardised. */
export interface NumberScale {
  /** The modelled column. */
  readonly column: number;
  readonly mean: number;
  /** Above 0. */
  readonly deviation: number;
  readonly state: BlockCodecState;
  /** Standardised mean of every alternative's numbers; 0 for the missing cell. */
  readonly alternativeMeans: Float64Array;
}

/** The scales of those columns of `columns` that are numbers in blocks. */
export function numberScales(coded: readonly CodedColumn[], columns: readonly number[]): NumberScale[] {
  return columns.flatMap((column) => {
    const own = coded[column]!;
    if (own.kind !== "blocks") return [];
    const { state, shares } = own;
    const offset = state.missing ? 1 : 0;
    let [mass, sum, squares] = [0, 0, 0];
    const means = new Float64Array(shares.length);
    for (let k = offset; k < shares.length; k++) {
      const [first, end] = [state.first[k - offset]!, state.first[k - offset + 1]!];
      for (let part = first, begin = -1; part < end; part++) {
        // a part's share of its alternative is its length among the places
        const share = (state.ends[part]! - begin) / 2;
        begin = state.ends[part]!;
        const [low, high] = [state.low[part]!, state.high[part]!];
        const middle = (low + high) / 2;
        means[k]! += share * middle;
        mass += shares[k]! * share;
        sum += shares[k]! * share * middle;
        squares += shares[k]! * share * (middle * middle + (high - low) ** 2 / 12);
      }
    }
    const mean = sum / Math.max(1e-12, mass);
    const variance = squares / Math.max(1e-12, mass) - mean * mean;
    const deviation = Math.sqrt(Math.max(variance, 0)) || 1;
    const alternativeMeans = means.map((value, k) => (k < offset ? 0 : (value - mean) / deviation));
    return [{ column, mean, deviation, state, alternativeMeans }];
  });
}

/** Standardised numbers, row-major [rows, scales]; 0 for missing cells. @param rows with the places of all block columns */
export function numbersOf(rows: EncodedRows, layout: Layout, scales: readonly NumberScale[]): Float32Array {
  const { rowCount, alternatives, places } = rows;
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  const numbers = new Float32Array(rowCount * scales.length);
  scales.forEach(({ column, mean, deviation, state }, i) => {
    const slot = layout.placed.indexOf(column);
    const offset = state.missing ? 1 : 0;
    for (let row = 0; row < rowCount; row++) {
      const k = alternatives[row * spans + column]! - offset;
      if (k < 0) continue;
      const place = slot < 0 ? 0 : places[row * placed + slot]!;
      numbers[row * scales.length + i] = (numberAt(state, k, place) - mean) / deviation;
    }
  });
  return numbers;
}

/** The number at a place of an alternative, missing cells not counted. */
function numberAt({ first, ends, low, high }: BlockCodecState, k: number, place: number): number {
  let part = first[k]!;
  let begin = -1;
  while (part < first[k + 1]! - 1 && ends[part]! <= place) begin = ends[part++]!;
  const share = Math.min(1, Math.max(0, (place - begin) / (ends[part]! - begin)));
  return low[part]! + share * (high[part]! - low[part]!);
}

/** The alternative (missing cells counted) and the place of a standardised number, or of the nearest that was learnt. */
export function placeOfNumber(
  { mean, deviation, state }: NumberScale,
  standard: number,
): { readonly alternative: number; readonly place: number } {
  const { first, ends, low, high, missing } = state;
  const value = mean + deviation * standard;
  let [from, to] = [0, low.length - 1];
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if (low[middle]! <= value) from = middle;
    else to = middle - 1;
  }
  if (from + 1 < low.length && value > high[from]! && low[from + 1]! - value < value - high[from]!) from++;
  let k = 0;
  while (first[k + 1]! <= from) k++;
  const begin = from === first[k]! ? -1 : ends[from - 1]!;
  const width = high[from]! - low[from]!;
  const share = width > 0 ? Math.min(1, Math.max(0, (value - low[from]!) / width)) : 0.5;
  // just inside of the part: its end belongs to the next one
  const place = begin + Math.min(share, 0.999999) * (ends[from]! - begin);
  return { alternative: k + (missing ? 1 : 0), place };
}

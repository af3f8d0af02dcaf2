// Numbers in blocks: the probability scale of the column's distribution is cut where its segments end. Frequent single
// values are alternatives of their own; a place in a block is linear in probability, so that even places give back the
// column's distribution. Single values inside of a block are spread over their share of the places.

import type { EncodedColumn } from "@verisim/core";
import { empiricalMarginal, type Marginal, roundedInterval, segmentMass, segmentOf } from "@verisim/stats";
import {
  type AllowedParts,
  type CodedCells,
  type ColumnCodec,
  type NumberSet,
  numbersOf,
} from "./column-codec.ts";
import { segmentsAlone } from "./number-segments.ts";
import {
  alternativesOfParts,
  beginsOfParts,
  cutRuns,
  type Parts,
  partAt,
  placeInside,
  placeParts,
  rangesOf,
} from "./parts.ts";

/** Everything about a column of numbers in blocks; part p runs from `low[p]` to `high[p]`, in units. */
export type BlockCodecState = {
  /** Whether alternative 0 is the missing cell. */
  readonly missing: boolean;
  readonly first: Int32Array;
  readonly ends: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Digits after the point that cells are rounded to, in units; -1 for none. */
  readonly decimals: number;
  /** What a step of `low` and `high` is worth in cells: 1, or microseconds. */
  readonly unit: number;
};

export interface BlockFitOptions {
  readonly missing: boolean;
  readonly maxBlocks: number;
  readonly minGroup: number;
  readonly decimals: number;
  readonly unit: number;
}

export class BlockCodec implements ColumnCodec<BlockCodecState> {
  readonly kind = "blocks";
  readonly state: BlockCodecState;
  readonly width: number;
  readonly hasPlace: Uint8Array;
  readonly #offset: number;
  readonly #parts: Parts;
  readonly #begins: Float64Array;
  readonly #alternatives: Int32Array;
  /** Cell per alternative that is one number, NaN for the missing cell; not used for blocks. */
  readonly #cells: Float64Array;

  constructor(state: BlockCodecState) {
    const { first, ends, low, high, missing, unit } = state;
    this.state = state;
    this.#offset = missing ? 1 : 0;
    this.#parts = { first, ends };
    this.#begins = beginsOfParts(this.#parts);
    this.#alternatives = alternativesOfParts(this.#parts);
    this.width = first.length - 1 + this.#offset;
    this.hasPlace = new Uint8Array(this.width);
    for (let k = 0; k + 1 < first.length; k++) {
      const [from, to] = [first[k]!, first[k + 1]!];
      this.hasPlace[k + this.#offset] = to - from > 1 || low[from]! < high[from]! ? 1 : 0;
    }
    this.#cells = Float64Array.from(this.hasPlace, (_, alternative) =>
      alternative < this.#offset ? Number.NaN : low[first[alternative - this.#offset]!]! * unit,
    );
  }

  /**
   * The codec, and the share of the values in each of its parts.
   *
   * @param sorted in units, ascending, without NaN; at least one value
   */
  static fit(sorted: Float64Array, options: BlockFitOptions): { codec: BlockCodec; mass: Float64Array } {
    const { missing, maxBlocks, minGroup, decimals, unit } = options;
    const marginal: Marginal = empiricalMarginal(sorted, { decimals, minGroup });
    const mass = segmentMass(marginal);
    const { low, high } = marginal;
    const parts = placeParts(mass, cutRuns(mass, segmentsAlone(marginal, mass, maxBlocks), maxBlocks));
    return { codec: new BlockCodec({ missing, ...parts, low, high, decimals, unit }), mass };
  }

  encode(column: EncodedColumn, fallback: number, uniform: (row: number) => number): CodedCells {
    const cells = numbersOf(column);
    const { low, high, unit } = this.state;
    const alternatives = new Int32Array(cells.length);
    const places = new Float32Array(cells.length);
    for (let row = 0; row < cells.length; row++) {
      const value = cells[row]! / unit;
      if (!Number.isFinite(value)) {
        alternatives[row] = this.#offset === 1 ? 0 : fallback;
        continue;
      }
      const part = segmentOf(this.state, value);
      const alternative = this.#alternatives[part]! + this.#offset;
      alternatives[row] = alternative;
      if (this.hasPlace[alternative] === 0) continue;
      const width = high[part]! - low[part]!;
      const share = width > 0 ? Math.min(1, Math.max(0, (value - low[part]!) / width)) : uniform(row);
      places[row] = placeInside(this.#begins[part]!, this.#parts.ends[part]!, share);
    }
    return { alternatives, places };
  }

  decode(alternatives: Int32Array, places: Float64Array, into: EncodedColumn): void {
    const cells = numbersOf(into);
    const { ends, low, high, unit } = this.state;
    const [known, hasPlace, parts, begins, offset] = [
      this.#cells,
      this.hasPlace,
      this.#parts,
      this.#begins,
      this.#offset,
    ];
    for (let row = 0; row < cells.length; row++) {
      const alternative = alternatives[row]!;
      if (hasPlace[alternative] === 0) {
        cells[row] = known[alternative]!;
        continue;
      }
      const place = Math.min(1, Math.max(-1, places[row]!));
      const part = partAt(parts, alternative - offset, place);
      const begin = begins[part]!;
      const share = (place - begin) / (ends[part]! - begin);
      cells[row] = (low[part]! + share * (high[part]! - low[part]!)) * unit;
    }
  }

  /** What is left of the column where only the set's cells are allowed, after rounding. */
  allowed(set: NumberSet): AllowedParts {
    const { first, ends, low, high, decimals, unit, missing } = this.state;
    const pairs: [number, number][][] = Array.from({ length: first.length - 1 }, () => []);
    const numbers: [number, number][] = [];
    for (const interval of set.intervals) {
      const { raw, cells } = roundedInterval(interval, unit, decimals);
      const [from, to] = raw;
      if (!(from <= to)) continue;
      let found = false;
      let single: { readonly alternative: number; readonly place: number } | undefined;
      for (let part = 0; part < low.length; part++) {
        const [a, b] = [low[part]!, high[part]!];
        if (b < from || a > to) continue;
        const begin = this.#begins[part]!;
        const length = ends[part]! - begin;
        const start = a < b ? Math.max(0, (from - a) / (b - a)) : 0;
        const stop = a < b ? Math.min(1, (to - a) / (b - a)) : 1;
        if (start < stop) {
          found = true;
          pairs[this.#alternatives[part]!]!.push([
            start === 0 ? begin : begin + start * length,
            stop === 1 ? ends[part]! : begin + stop * length,
          ]);
        } else if (from === to) {
          single = { alternative: this.#alternatives[part]!, place: begin + start * length };
        }
      }
      if (!found && single) {
        found = true;
        pairs[single.alternative]!.push([single.place, single.place]);
      }
      if (found) numbers.push([cells[0] * unit, cells[1] * unit]);
    }
    return { ranges: rangesOf(pairs, missing, set.missing), numbers };
  }

  /** The smallest and the largest value, in units. */
  range(): [number, number] {
    return [this.state.low[0]!, this.state.high.at(-1)!];
  }
}

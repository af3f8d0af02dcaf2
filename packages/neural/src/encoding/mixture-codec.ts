// Mode-specific normalisation (Xu et al. 2019, section 4.2): alternatives are the modes of a Gaussian mixture over the
// column's numbers.

import type { EncodedColumn } from "@verisim/core";
import { roundedInterval } from "@verisim/stats";
import {
  type AllowedParts,
  type CodedCells,
  type ColumnCodec,
  type NumberSet,
  numbersOf,
} from "./column-codec.ts";
import { fitModes, Modes } from "./modes.ts";
import { rangesOf } from "./parts.ts";

/** Everything about a column of numbers as a mixture, in units. */
export type MixtureCodecState = {
  /** Whether alternative 0 is the missing cell. */
  readonly missing: boolean;
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** Decoded values are kept within these: the means of the outermost groups of rows. */
  readonly low: number;
  readonly high: number;
  /** Digits after the point that cells are rounded to, in units; -1 for none. */
  readonly decimals: number;
  /** What a step of the means is worth in cells: 1, or microseconds. */
  readonly unit: number;
};

export interface MixtureFitOptions {
  readonly missing: boolean;
  readonly maxClusters: number;
  readonly minGroup: number;
  readonly decimals: number;
  readonly unit: number;
}

export class MixtureCodec implements ColumnCodec<MixtureCodecState> {
  readonly kind = "mixture";
  readonly state: MixtureCodecState;
  readonly width: number;
  readonly hasPlace: Uint8Array;
  readonly #offset: number;
  readonly #modes: Modes;

  constructor(state: MixtureCodecState) {
    this.state = state;
    this.#modes = new Modes(state);
    this.#offset = state.missing ? 1 : 0;
    this.width = this.#modes.count + this.#offset;
    this.hasPlace = new Uint8Array(this.width).fill(1, this.#offset);
  }

  /** @param sorted in units, ascending, without NaN; at least two different values */
  static fit(sorted: Float64Array, options: MixtureFitOptions): MixtureCodec {
    const { missing, maxClusters, minGroup, decimals, unit } = options;
    const [low, high] = outermostMeans(sorted, minGroup);
    return new MixtureCodec({ missing, ...fitModes(sorted, maxClusters), low, high, decimals, unit });
  }

  encode(column: EncodedColumn, fallback: number, uniform: (row: number) => number): CodedCells {
    const cells = numbersOf(column);
    const { unit } = this.state;
    const alternatives = new Int32Array(cells.length);
    const places = new Float32Array(cells.length);
    for (let row = 0; row < cells.length; row++) {
      const value = cells[row]! / unit;
      if (!Number.isFinite(value)) {
        alternatives[row] = this.#offset === 1 ? 0 : fallback;
        continue;
      }
      const mode = this.#modes.modeOf(value, () => uniform(row));
      alternatives[row] = mode + this.#offset;
      places[row] = this.#modes.placeOf(mode, value);
    }
    return { alternatives, places };
  }

  decode(alternatives: Int32Array, places: Float64Array, into: EncodedColumn): void {
    const cells = numbersOf(into);
    const { low, high, unit } = this.state;
    for (let row = 0; row < cells.length; row++) {
      const mode = alternatives[row]! - this.#offset;
      cells[row] =
        mode < 0 ? Number.NaN : Math.min(high, Math.max(low, this.#modes.valueAt(mode, places[row]!))) * unit;
    }
  }

  /** What is left of the column where only the set's cells are allowed, after rounding. */
  allowed(set: NumberSet): AllowedParts {
    const { low, high, decimals, unit, missing } = this.state;
    const pairs: [number, number][][] = Array.from({ length: this.#modes.count }, () => []);
    const numbers: [number, number][] = [];
    for (const interval of set.intervals) {
      const { raw, cells } = roundedInterval(interval, unit, decimals);
      const [from, to] = raw;
      if (!(from <= to) || to < low || from > high) continue;
      let found = false;
      // What lies beyond the ends is moved to them.
      const start = from <= low ? Number.NEGATIVE_INFINITY : from;
      const stop = to >= high ? Number.POSITIVE_INFINITY : to;
      for (let mode = 0; mode < pairs.length; mode++) {
        const places = this.#modes.placesIn(mode, start, stop);
        if (!places) continue;
        pairs[mode]!.push(places);
        found = true;
      }
      if (found) numbers.push([cells[0] * unit, cells[1] * unit]);
    }
    return { ranges: rangesOf(pairs, missing, set.missing), numbers };
  }

  /** The smallest and the largest value, in units. */
  range(): [number, number] {
    return [this.state.low, this.state.high];
  }
}

/** The means of the lowest and the highest values of `minGroup` rows, so that no row's extreme is stored. */
function outermostMeans(sorted: Float64Array, minGroup: number): [number, number] {
  const group = Math.min(minGroup, sorted.length);
  let low = 0;
  let high = 0;
  for (let i = 0; i < group; i++) {
    low += (sorted[i]! - low) / (i + 1);
    high += (sorted[sorted.length - 1 - i]! - high) / (i + 1);
  }
  return low < high ? [low, high] : [sorted[0]!, sorted.at(-1)!];
}

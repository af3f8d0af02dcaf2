// Mode-specific normalisation (Xu et al. 2019, section 4.2): alternatives are the components of a Gaussian mixture, a
// place is the distance from the component's mean in units of four deviations. A row's component is drawn by
// responsibility.

import type { EncodedColumn } from "@verisim/core";
import { roundedInterval } from "@verisim/stats";
import { fitMixture } from "@verisim/transforms";
import {
  type AllowedParts,
  type CodedCells,
  type ColumnCodec,
  type NumberSet,
  noPlace,
  wholePlace,
} from "./column-codec.ts";
import { joinRanges } from "./parts.ts";

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

/** Deviations per unit of place (section 4.2). */
export const deviationsPerPlace = 4;
/** Order statistics that the mixture is fitted to. */
const sampleSize = 2000;
/** Components with a smaller share of the rows are left out. */
const weightThreshold = 0.005;

export class MixtureCodec implements ColumnCodec<MixtureCodecState> {
  readonly kind = "mixture";
  readonly state: MixtureCodecState;
  readonly width: number;
  readonly hasPlace: Uint8Array;
  readonly #offset: number;
  /** Logarithm of weight over deviation per component. */
  readonly #logs: Float64Array;

  constructor(state: MixtureCodecState) {
    const { missing, weights, deviations } = state;
    this.state = state;
    this.#offset = missing ? 1 : 0;
    this.width = weights.length + this.#offset;
    this.hasPlace = new Uint8Array(this.width).fill(1, this.#offset);
    this.#logs = weights.map((weight, k) => Math.log(weight / deviations[k]!));
  }

  /** @param sorted in units, ascending, without NaN; at least two different values */
  static fit(sorted: Float64Array, options: MixtureFitOptions): MixtureCodec {
    const { missing, maxClusters, minGroup, decimals, unit } = options;
    const components = fitMixture(orderStatistics(sorted, sampleSize), maxClusters, weightThreshold);
    const [low, high] = outermostMeans(sorted, minGroup);
    return new MixtureCodec({
      missing,
      weights: Float64Array.from(components, ({ weight }) => weight),
      means: Float64Array.from(components, ({ mean }) => mean),
      deviations: Float64Array.from(components, ({ deviation }) => deviation),
      low,
      high,
      decimals,
      unit,
    });
  }

  encode(column: EncodedColumn, fallback: number, uniform: (row: number) => number): CodedCells {
    const cells = numbersOf(column);
    const { means, deviations, unit } = this.state;
    const alternatives = new Int32Array(cells.length);
    const places = new Float32Array(cells.length);
    const scratch = new Float64Array(means.length);
    for (let row = 0; row < cells.length; row++) {
      const value = cells[row]! / unit;
      if (!Number.isFinite(value)) {
        alternatives[row] = this.#offset === 1 ? 0 : fallback;
        continue;
      }
      const k = means.length === 1 ? 0 : this.#component(value, scratch, uniform, row);
      const place = (value - means[k]!) / (deviationsPerPlace * deviations[k]!);
      alternatives[row] = k + this.#offset;
      places[row] = Math.min(1, Math.max(-1, place));
    }
    return { alternatives, places };
  }

  decode(alternatives: Int32Array, places: Float64Array, into: EncodedColumn): void {
    const cells = numbersOf(into);
    const { means, deviations, low, high, unit } = this.state;
    for (let row = 0; row < cells.length; row++) {
      const k = alternatives[row]! - this.#offset;
      if (k < 0) {
        cells[row] = Number.NaN;
        continue;
      }
      const place = Math.min(1, Math.max(-1, places[row]!));
      const value = means[k]! + deviationsPerPlace * deviations[k]! * place;
      cells[row] = Math.min(high, Math.max(low, value)) * unit;
    }
  }

  /** What is left of the column where only the set's cells are allowed, after rounding. */
  allowed(set: NumberSet): AllowedParts {
    const { means, deviations, low, high, decimals, unit, missing } = this.state;
    const pairs: [number, number][][] = Array.from(means, () => []);
    const numbers: [number, number][] = [];
    for (const interval of set.intervals) {
      const { raw, cells } = roundedInterval(interval, unit, decimals);
      const [from, to] = raw;
      if (!(from <= to) || to < low || from > high) continue;
      let found = false;
      for (let k = 0; k < means.length; k++) {
        const scale = deviationsPerPlace * deviations[k]!;
        // What lies beyond the ends is moved to them.
        const start = from <= low ? -1 : (from - means[k]!) / scale;
        const stop = to >= high ? 1 : (to - means[k]!) / scale;
        const begin = Math.max(-1, start);
        const end = Math.min(1, stop);
        if (begin > end || (begin === end && from < to)) continue;
        pairs[k]!.push([begin, end]);
        found = true;
      }
      if (found) numbers.push([cells[0] * unit, cells[1] * unit]);
    }
    const ranges = pairs.map(joinRanges);
    if (missing) ranges.unshift(set.missing ? wholePlace : noPlace);
    return { ranges, numbers };
  }

  /** The smallest and the largest value, in units. */
  range(): [number, number] {
    return [this.state.low, this.state.high];
  }

  #component(value: number, scratch: Float64Array, uniform: (row: number) => number, row: number): number {
    const { means, deviations } = this.state;
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < means.length; k++) {
      const z = (value - means[k]!) / deviations[k]!;
      const log = this.#logs[k]! - 0.5 * z * z;
      scratch[k] = log;
      if (log > largest) largest = log;
    }
    let total = 0;
    let certain = -1;
    for (let k = 0; k < means.length; k++) {
      const below = scratch[k]! - largest;
      scratch[k] = below < negligible ? 0 : Math.exp(below);
      if (scratch[k] === 1) certain = k;
      total += scratch[k]!;
    }
    if (total === 1) return certain;
    let left = uniform(row) * total;
    for (let k = 0; k < means.length; k++) {
      left -= scratch[k]!;
      if (left <= 0) return k;
    }
    return certain;
  }
}

/** Logarithms of responsibilities this far below the largest are nothing. */
const negligible = -30;

function numbersOf(column: EncodedColumn): Float64Array {
  if (column.kind === "continuous") return column.values;
  throw new Error(`internal: expected numbers in ${JSON.stringify(column.name)}`);
}

/** At most `most` evenly spaced values, ascending. */
function orderStatistics(sorted: Float64Array, most: number): Float64Array {
  if (sorted.length <= most) return sorted;
  const step = sorted.length / most;
  return Float64Array.from({ length: most }, (_, i) => sorted[Math.floor((i + 0.5) * step)]!);
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

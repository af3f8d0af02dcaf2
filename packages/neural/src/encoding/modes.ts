// Modes of a Gaussian mixture as alternatives (Xu et al. 2019, section 4.2): a row's mode is drawn by responsibility, and
// its place is the distance from the mode's mean in units of four deviations. Stretches that lie end to end are modes too:
// four deviations reach from their middle to their ends, and a row's mode is the stretch that holds it.

import { fitMixture } from "@verisim/transforms";

/** Weight, mean and deviation of every mode. */
export interface ModeTables {
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

/** Deviations per unit of place (section 4.2). */
export const deviationsPerPlace = 4;
/** Order statistics that the mixture is fitted to. */
const sampleSize = 2000;
/** Modes with a smaller share of the rows are left out. */
const weightThreshold = 0.005;
/** Logarithms of responsibilities this far below the largest are nothing. */
const negligible = -30;

/**
 * @param sorted ascending, at least one value
 * @param most largest number of modes
 * @param scale what values become before the mixture is fitted to them, never falling; default: themselves
 */
export function fitModes(sorted: Float64Array, most: number, scale?: (value: number) => number): ModeTables {
  const sample = orderStatistics(sorted, sampleSize);
  const components = fitMixture(scale ? sample.map(scale) : sample, most, weightThreshold);
  return {
    weights: Float64Array.from(components, ({ weight }) => weight),
    means: Float64Array.from(components, ({ mean }) => mean),
    deviations: Float64Array.from(components, ({ deviation }) => deviation),
  };
}

/** Stretches as modes. @param bounds where each begins and the last ends, rising; @param weights of the stretches */
export function stretchModes(bounds: Float64Array, weights: Float64Array): ModeTables {
  const half = weights.map((_, k) => Math.max(1e-6, (bounds[k + 1]! - bounds[k]!) / 2));
  return {
    weights,
    means: weights.map((_, k) => (bounds[k]! + bounds[k + 1]!) / 2),
    deviations: half.map((reach) => reach / deviationsPerPlace),
  };
}

/** At most `most` evenly spaced values, ascending. */
function orderStatistics(sorted: Float64Array, most: number): Float64Array {
  if (sorted.length <= most) return sorted;
  const step = sorted.length / most;
  return Float64Array.from({ length: most }, (_, i) => sorted[Math.floor((i + 0.5) * step)]!);
}

/** Values to modes and places, and back. */
export class Modes {
  readonly #means: Float64Array;
  readonly #deviations: Float64Array;
  /** Logarithm of weight over deviation per mode. */
  readonly #logs: Float64Array;
  readonly #powers: Float64Array;
  readonly #endToEnd: boolean;

  /** @param endToEnd whether the modes are stretches that lie end to end, in rising order */
  constructor({ weights, means, deviations }: ModeTables, endToEnd: boolean = false) {
    this.#endToEnd = endToEnd;
    this.#means = means;
    this.#deviations = deviations;
    this.#logs = weights.map((weight, k) => Math.log(weight / deviations[k]!));
    this.#powers = new Float64Array(means.length);
  }

  get count(): number {
    return this.#means.length;
  }

  /** The mode of a value. @param uniform gives a number in (0, 1), where it is needed */
  modeOf(value: number, uniform: () => number): number {
    const powers = this.#powers;
    const { length } = powers;
    if (length === 1) return 0;
    if (this.#endToEnd) return this.#stretchOf(value);
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < length; k++) {
      const z = (value - this.#means[k]!) / this.#deviations[k]!;
      const log = this.#logs[k]! - 0.5 * z * z;
      powers[k] = log;
      if (log > largest) largest = log;
    }
    let total = 0;
    let certain = -1;
    for (let k = 0; k < length; k++) {
      const below = powers[k]! - largest;
      powers[k] = below < negligible ? 0 : Math.exp(below);
      if (powers[k] === 1) certain = k;
      total += powers[k]!;
    }
    if (total === 1) return certain;
    let left = uniform() * total;
    for (let k = 0; k < length; k++) {
      left -= powers[k]!;
      if (left <= 0) return k;
    }
    return certain;
  }

  #stretchOf(value: number): number {
    let from = 0;
    let to = this.#means.length - 1;
    while (from < to) {
      const middle = (from + to + 1) >> 1;
      if (this.distance(middle, value) >= -1) from = middle;
      else to = middle - 1;
    }
    return from;
  }

  /** The place of a value in a mode, in [-1, 1]. */
  placeOf(mode: number, value: number): number {
    return Math.min(1, Math.max(-1, this.distance(mode, value)));
  }

  /** The value at a place of a mode; places outside of [-1, 1] count as its ends. */
  valueAt(mode: number, place: number): number {
    const inside = Math.min(1, Math.max(-1, place));
    return this.#means[mode]! + deviationsPerPlace * this.#deviations[mode]! * inside;
  }

  /** The stretch of a mode's places whose values lie in [from, to]; undefined where none does. */
  placesIn(mode: number, from: number, to: number): [number, number] | undefined {
    const begin = Math.max(-1, this.distance(mode, from));
    const end = Math.min(1, this.distance(mode, to));
    return begin > end || (begin === end && from < to) ? undefined : [begin, end];
  }

  /** Distance of a value from a mode's mean, in units of place. */
  distance(mode: number, value: number): number {
    return (value - this.#means[mode]!) / (deviationsPerPlace * this.#deviations[mode]!);
  }
}

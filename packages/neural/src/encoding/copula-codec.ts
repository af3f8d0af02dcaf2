// Numbers on the normal scale of a Gaussian copula: the column's distribution function takes a value to its probability,
// the normal quantile takes that to a normal score, and a Gaussian mixture or stretches of equal shares cut the scores into modes. The scores at which
// segments of the distribution meet are a table; inside of a segment values are linear in them.

import type { EncodedColumn } from "@verisim/core";
import {
  fitMarginal,
  type Marginal,
  type MarginalName,
  normalCdf,
  normalQuantile,
  roundedInterval,
  segmentMass,
  segmentOf,
} from "@verisim/stats";
import {
  type AllowedParts,
  type CodedCells,
  type ColumnCodec,
  type NumberSet,
  numbersOf,
} from "./column-codec.ts";
import { fitModes, Modes, type ModeTables, stretchModes } from "./modes.ts";
import { segmentsAlone } from "./number-segments.ts";
import { cutRuns, rangesOf } from "./parts.ts";

/** Everything about a column of numbers as normal scores; segment s runs from `low[s]` to `high[s]`, in units. */
export type CopulaCodecState = {
  /** Whether alternative 0 is the missing cell. */
  readonly missing: boolean;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The score at which each segment begins, and the one at which the last ends. */
  readonly edges: Float64Array;
  /** Whether the modes are stretches of scores that lie end to end; else they are those of a mixture. */
  readonly endToEnd: boolean;
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** Digits after the point that cells are rounded to, in units; -1 for none. */
  readonly decimals: number;
  /** What a step of `low` and `high` is worth in cells: 1, or microseconds. */
  readonly unit: number;
};

export interface CopulaFitOptions {
  readonly missing: boolean;
  /** Family of the column's distribution. */
  readonly marginal: MarginalName;
  /** How scores are cut: into the modes of a mixture, or into stretches of about equal shares. Default `mixture`. */
  readonly scores?: "mixture" | "stretches";
  /** Most stretches. Default 20. */
  readonly maxBlocks?: number;
  /** Most modes of a mixture. */
  readonly maxClusters: number;
  readonly minGroup: number;
  readonly decimals: number;
  readonly unit: number;
}

/** Scores end here: beyond are three of a million rows on each side. */
const reach = 4.5;
/** Stretches in the body of an empirical distribution. */
const maxSegments = 500;

export class CopulaCodec implements ColumnCodec<CopulaCodecState> {
  readonly kind = "copula";
  readonly state: CopulaCodecState;
  readonly width: number;
  readonly hasPlace: Uint8Array;
  readonly #offset: number;
  readonly #modes: Modes;
  /** The score of each single value: half-way, by probability, between its edges. */
  readonly #middles: Float64Array;

  constructor(state: CopulaCodecState) {
    this.state = state;
    this.#modes = new Modes(state, state.endToEnd);
    this.#offset = state.missing ? 1 : 0;
    this.width = this.#modes.count + this.#offset;
    this.hasPlace = new Uint8Array(this.width).fill(1, this.#offset);
    this.#middles = middlesOf(state.edges);
  }

  /** @param sorted in units, ascending, without NaN; at least two different values */
  static fit(sorted: Float64Array, options: CopulaFitOptions): CopulaCodec {
    const { missing, scores, maxBlocks = 20, maxClusters, minGroup, decimals, unit } = options;
    const marginal = fitMarginal(sorted, options.marginal, { decimals, minGroup, maxSegments });
    const { low, high, thresholds } = marginal;
    const edges = Float64Array.of(
      -reach,
      ...thresholds.map((edge) => Math.min(reach, Math.max(-reach, edge))),
      reach,
    );
    const endToEnd = scores === "stretches";
    const modes = endToEnd
      ? equalStretches(marginal, edges, maxBlocks)
      : fitModes(sorted, maxClusters, scoring({ low, high, edges }));
    return new CopulaCodec({ missing, low, high, edges, endToEnd, ...modes, decimals, unit });
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
      const score = scoreOf(this.state, this.#middles, value);
      const mode = this.#modes.modeOf(score, () => uniform(row));
      alternatives[row] = mode + this.#offset;
      places[row] = this.#modes.placeOf(mode, score);
    }
    return { alternatives, places };
  }

  decode(alternatives: Int32Array, places: Float64Array, into: EncodedColumn): void {
    const cells = numbersOf(into);
    const { low, high, edges, unit } = this.state;
    for (let row = 0; row < cells.length; row++) {
      const mode = alternatives[row]! - this.#offset;
      if (mode < 0) {
        cells[row] = Number.NaN;
        continue;
      }
      const score = this.#modes.valueAt(mode, places[row]!);
      const s = segmentAt(edges, score);
      const width = edges[s + 1]! - edges[s]!;
      const share = width > 0 ? Math.min(1, Math.max(0, (score - edges[s]!) / width)) : 0;
      cells[row] = (low[s]! + share * (high[s]! - low[s]!)) * unit;
    }
  }

  /** What is left of the column where only the set's cells are allowed, after rounding. */
  allowed(set: NumberSet): AllowedParts {
    const { decimals, unit, missing } = this.state;
    const pairs: [number, number][][] = Array.from({ length: this.#modes.count }, () => []);
    const numbers: [number, number][] = [];
    for (const interval of set.intervals) {
      const { raw, cells } = roundedInterval(interval, unit, decimals);
      if (!(raw[0] <= raw[1])) continue;
      let found = false;
      for (const [from, to] of this.#scores(raw[0], raw[1])) {
        for (let mode = 0; mode < pairs.length; mode++) {
          const places = this.#modes.placesIn(mode, from, to);
          if (!places) continue;
          pairs[mode]!.push(places);
          found = true;
        }
      }
      if (found) numbers.push([cells[0] * unit, cells[1] * unit]);
    }
    return { ranges: rangesOf(pairs, missing, set.missing), numbers };
  }

  /** The smallest and the largest value, in units. */
  range(): [number, number] {
    return [this.state.low[0]!, this.state.high.at(-1)!];
  }

  /** The stretches of scores whose values lie in [from, to]; a single score where only a point of a stretch does. */
  #scores(from: number, to: number): [number, number][] {
    const { low, high, edges } = this.state;
    const last = low.length - 1;
    const found: [number, number][] = [];
    let point: [number, number] | undefined;
    for (let s = 0; s <= last; s++) {
      const [a, b] = [low[s]!, high[s]!];
      const width = edges[s + 1]! - edges[s]!;
      if (b < from || a > to || !(width > 0)) continue;
      const start = a < b ? Math.max(0, (from - a) / (b - a)) : 0;
      const stop = a < b ? Math.min(1, (to - a) / (b - a)) : 1;
      // Scores beyond the outermost edges count as these.
      const begin = s === 0 && start === 0 ? Number.NEGATIVE_INFINITY : edges[s]! + start * width;
      const end = s === last && stop === 1 ? Number.POSITIVE_INFINITY : edges[s]! + stop * width;
      if (start < stop) {
        const before = found.at(-1);
        if (before && begin <= before[1]) before[1] = end;
        else found.push([begin, end]);
      } else {
        point ??= [edges[s]! + start * width, edges[s]! + start * width];
      }
    }
    return found.length === 0 && from === to && point ? [point] : found;
  }
}

/** The normal score of a value, that of the nearest one where it was not learnt. */
function scoreOf(
  { low, high, edges }: Pick<CopulaCodecState, "low" | "high" | "edges">,
  middles: Float64Array,
  value: number,
): number {
  const s = segmentOf({ low, high }, value);
  const width = high[s]! - low[s]!;
  if (!(width > 0)) return middles[s]!;
  const share = Math.min(1, Math.max(0, (value - low[s]!) / width));
  return edges[s]! + share * (edges[s + 1]! - edges[s]!);
}

/** Values to normal scores. */
function scoring(state: Pick<CopulaCodecState, "low" | "high" | "edges">): (value: number) => number {
  const middles = middlesOf(state.edges);
  return (value) => scoreOf(state, middles, value);
}

/** Runs of segments with about equal shares of the rows; frequent single values stay alone. */
function equalStretches(marginal: Marginal, edges: Float64Array, most: number): ModeTables {
  const mass = segmentMass(marginal);
  const first = cutRuns(mass, segmentsAlone(marginal, mass, most), most);
  const weights = new Float64Array(first.length - 1);
  for (const k of weights.keys()) for (let s = first[k]!; s < first[k + 1]!; s++) weights[k]! += mass[s]!;
  return stretchModes(
    Float64Array.from(first, (s) => edges[s]!),
    weights,
  );
}

/** The segment whose scores hold a score; the first or the last for scores beyond all edges. */
function segmentAt(edges: Float64Array, score: number): number {
  let from = 0;
  let to = edges.length - 2;
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if (edges[middle]! <= score) from = middle;
    else to = middle - 1;
  }
  return from;
}

function middlesOf(edges: Float64Array): Float64Array {
  const probabilities = edges.map(normalCdf);
  probabilities[0] = 0;
  probabilities[probabilities.length - 1] = 1;
  return edges.subarray(1).map((_, s) => normalQuantile((probabilities[s]! + probabilities[s + 1]!) / 2));
}

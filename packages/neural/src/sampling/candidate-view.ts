// Candidates as distributions: given its noise a network draws every column apart, so that the probability of a box is the
// product of the allowed masses of its columns, and a row inside the box is drawn column by column.

import type { RowRandom } from "@verisim/core";
import type { AllowedBox, AllowedColumn, Layout, PlaceRanges } from "../encoding/layout.ts";
import { choicesOf, spanStarts } from "../network/outputs.ts";
import type { PlaceMaps } from "./place-maps.ts";
import type { CandidateWindow } from "./row-sampler.ts";

/** Weight that a learnt place outside of the allowed ranges still has, at distance 0; it falls with the distance. */
const outsideWeight = 1e-4;

export class CandidateView {
  readonly #layout: Layout;
  readonly #maps: PlaceMaps;
  readonly #window: CandidateWindow;
  readonly #starts: readonly number[];
  readonly #choices: number;

  constructor(layout: Layout, maps: PlaceMaps, window: CandidateWindow) {
    this.#layout = layout;
    this.#maps = maps;
    this.#window = window;
    this.#starts = spanStarts(layout);
    this.#choices = choicesOf(layout);
  }

  /** Probability of a box for a row of the window. */
  probability(box: AllowedBox, row: number): number {
    return box.columns.reduce((product, allowed) => product * this.#mass(allowed, row), 1);
  }

  /** A copy of one row, as a window of its own. */
  row(row: number): CandidateWindow {
    const placed = this.#layout.placed.length;
    return {
      logits: this.#window.logits.slice(row * this.#choices, (row + 1) * this.#choices),
      places: this.#window.places.slice(row * placed, (row + 1) * placed),
    };
  }

  /** Draws the cells of a row: bound columns from what is allowed, the others as they come. */
  draw(
    box: AllowedBox,
    row: number,
    random: RowRandom,
    out: { readonly alternatives: Int32Array; readonly drawnPlaces: Float64Array },
  ): void {
    const { widths, hasPlace } = this.#layout;
    const { logits } = this.#window;
    widths.forEach((width, column) => {
      const allowed = box.columns.find((bound) => bound.column === column);
      const at = row * this.#choices + this.#starts[column]!;
      let largest = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < width; i++)
        if (!allowed || allowed.shares[i]! > 0) largest = Math.max(largest, logits[at + i]!);
      const powers = Float64Array.from({ length: width }, (_, i) => {
        const share = allowed ? this.#share(allowed, i, row) : 1;
        return share > 0 ? share * Math.exp(logits[at + i]! - largest) : 0;
      });
      const chosen = pickByWeight(powers, random.uniform());
      out.alternatives[column] = chosen;
      if (allowed && hasPlace[this.#starts[column]! + chosen]! > 0)
        out.drawnPlaces[column] = placeWithin(
          allowed.ranges[chosen]!,
          this.#place(column, chosen, row),
          random.uniform(),
        );
    });
  }

  #mass(allowed: AllowedColumn, row: number): number {
    const { logits } = this.#window;
    const width = this.#layout.widths[allowed.column]!;
    const at = row * this.#choices + this.#starts[allowed.column]!;
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < width; i++) largest = Math.max(largest, logits[at + i]!);
    let total = 0;
    let mass = 0;
    for (let i = 0; i < width; i++) {
      const power = Math.exp(logits[at + i]! - largest);
      total += power;
      mass += power * this.#share(allowed, i, row);
    }
    return mass / total;
  }

  /** Allowed share of an alternative; of a learnt place, whether it is inside. */
  #share(allowed: AllowedColumn, alternative: number, row: number): number {
    const share = allowed.shares[alternative]!;
    if (share === 0 || this.#layout.hasPlace[this.#starts[allowed.column]! + alternative] === 0) return share;
    const place = this.#place(allowed.column, alternative, row);
    if (place === undefined) return share;
    const distance = Math.abs(nearestPlace(allowed.ranges[alternative]!, place) - place);
    return distance === 0 ? 1 : outsideWeight * Math.exp(-8 * distance);
  }

  /** The place that an alternative of a column would have; undefined where it is not learnt. */
  #place(column: number, alternative: number, row: number): number | undefined {
    const index = this.#layout.placed.indexOf(column);
    if (index < 0) return undefined;
    const place = this.#window.places[row * this.#layout.placed.length + index]!;
    return this.#maps.at(index, alternative, place);
  }
}

/** The entry that a uniform falls on when weights are laid end to end; the last one with weight at the end; -1: none has. */
export function pickByWeight(weights: Float64Array, uniform: number): number {
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  let last = -1;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i]! > 0)) continue;
    last = i;
    left -= weights[i]!;
    if (left <= 0) return i;
  }
  return last;
}

function nearestPlace(ranges: PlaceRanges, place: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ranges.length; i += 2) {
    const inside = Math.min(Math.max(place, ranges[i]!), ranges[i + 1]!);
    if (Math.abs(inside - place) < Math.abs(best - place)) best = inside;
  }
  return best;
}

/** A learnt place moved into the ranges; without one, an even draw from them. */
export function placeWithin(ranges: PlaceRanges, place: number | undefined, uniform: number): number {
  if (place !== undefined) return nearestPlace(ranges, place);
  let length = 0;
  for (let i = 0; i < ranges.length; i += 2) length += ranges[i + 1]! - ranges[i]!;
  let left = uniform * length;
  for (let i = 0; i < ranges.length; i += 2) {
    const own = ranges[i + 1]! - ranges[i]!;
    if (left <= own) return ranges[i]! + left;
    left -= own;
  }
  return ranges.at(-1)!;
}

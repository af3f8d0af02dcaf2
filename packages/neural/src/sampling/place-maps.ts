// Learnt places are mapped by quantiles: where the places that a network makes for an alternative lie among themselves, there
// lie the mapped ones among those of the training rows.

import type { EncodedRows, Layout } from "../encoding/layout.ts";

/** Quantiles of made and of real places, `knots` for each choice of each placed column in order; NaN: leave as they are. */
export interface PlaceQuantiles {
  readonly madePlaces: Float32Array;
  readonly realPlaces: Float32Array;
}

export const knots = 33;
/** Fewest places behind a quantile map. */
const leastPlaces = 200;

/** Evenly spaced quantiles of the places of each alternative of the placed columns; undefined where there are too few. */
export function quantilesOf(parts: readonly EncodedRows[], layout: Layout): (Float32Array | undefined)[] {
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  return layout.placed.flatMap((column, place) => {
    const counts = new Int32Array(layout.widths[column]!);
    for (const { alternatives, rowCount } of parts)
      for (let row = 0; row < rowCount; row++) counts[alternatives[row * spans + column]!]!++;
    const found = Array.from(counts, (count) => new Float32Array(count));
    for (const { alternatives, places, rowCount } of parts)
      for (let row = 0; row < rowCount; row++) {
        const alternative = alternatives[row * spans + column]!;
        found[alternative]![--counts[alternative]!] = places[row * placed + place]!;
      }
    return found.map(evenQuantiles);
  });
}

/** @param places sorted on the way */
function evenQuantiles(places: Float32Array): Float32Array | undefined {
  if (places.length < leastPlaces) return undefined;
  const sorted = places.sort();
  const quantiles = new Float32Array(knots);
  for (let k = 0; k < knots; k++) {
    const rank = (k / (knots - 1)) * (sorted.length - 1);
    const low = Math.floor(rank);
    const high = Math.min(sorted.length - 1, low + 1);
    quantiles[k] = sorted[low]! + (rank - low) * (sorted[high]! - sorted[low]!);
  }
  return quantiles;
}

/** Cells of [-1, 1] in the guide of a map: where to begin to look for a place. */
const guideCells = 64;

/** The quantile maps of learnt places, by placed column and alternative. */
export class PlaceMaps {
  readonly #made: Float32Array;
  readonly #real: Float32Array;
  /** First map of each placed column. */
  readonly #first: readonly number[];
  /** The last knot at or below the start of each cell, by map. */
  readonly #guide: Uint8Array;

  constructor(layout: Layout, { madePlaces, realPlaces }: PlaceQuantiles) {
    this.#made = madePlaces;
    this.#real = realPlaces;
    let first = 0;
    this.#first = layout.placed.map((column) => {
      first += layout.widths[column]!;
      return first - layout.widths[column]!;
    });
    this.#guide = guideOf(madePlaces);
  }

  /** Where a learnt place of an alternative belongs. @param place index of the placed column */
  at(place: number, alternative: number, x: number): number {
    const [made, real] = [this.#made, this.#real];
    const map = this.#first[place]! + alternative;
    const start = map * knots;
    const end = start + knots - 1;
    if (Number.isNaN(made[start]!)) return x;
    if (!(x > made[start]!)) return real[start]!;
    if (x >= made[end]!) return real[end]!;
    let low = start + this.#guide[map * guideCells + cellOf(x)]!;
    while (made[low + 1]! <= x) low++;
    const width = made[low + 1]! - made[low]!;
    const t = width > 0 ? (x - made[low]!) / width : 0;
    return real[low]! + t * (real[low + 1]! - real[low]!);
  }

  /** Maps all places of some rows in place. */
  apply({ rowCount, alternatives, places }: EncodedRows, layout: Layout): void {
    const spans = layout.widths.length;
    const placed = layout.placed.length;
    layout.placed.forEach((column, place) => {
      for (let row = 0, at = place, choice = column; row < rowCount; row++, at += placed, choice += spans)
        places[at] = this.at(place, alternatives[choice]!, places[at]!);
    });
  }
}

function cellOf(x: number): number {
  return Math.max(0, Math.min(guideCells - 1, Math.floor(((x + 1) * guideCells) / 2)));
}

function guideOf(made: Float32Array): Uint8Array {
  const maps = made.length / knots;
  const guide = new Uint8Array(maps * guideCells);
  for (let map = 0; map < maps; map++)
    for (let cell = 1, knot = 0; cell < guideCells; cell++) {
      // A place's cell is found by rounded arithmetic: one cell earlier is below it for certain.
      const below = ((cell - 1) * 2) / guideCells - 1;
      while (knot + 1 < knots - 1 && made[map * knots + knot + 1]! <= below) knot++;
      guide[map * guideCells + cell] = knot;
    }
  return guide;
}

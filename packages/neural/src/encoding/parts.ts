// Alternatives as runs of parts: a part is a category, a single number or a stretch of numbers, and holds a share of the
// places of its alternative as large as its share of the rows. An alternative of one part is that part itself.

import { noPlace, wholePlace } from "./column-codec.ts";
import type { PlaceRanges } from "./layout.ts";

/** Parts end to end, in the order of their places; alternative k holds the parts [first[k], first[k + 1]). */
export interface Parts {
  readonly first: Int32Array;
  /** The place at which each part ends; 1 for the last of an alternative. */
  readonly ends: Float64Array;
}

/** The places of parts, in proportion to their mass inside of each alternative. */
export function placeParts(mass: Float64Array, first: Int32Array): Parts {
  const ends = new Float64Array(mass.length);
  for (let k = 0; k + 1 < first.length; k++) {
    const [from, to] = [first[k]!, first[k + 1]!];
    let total = 0;
    for (let part = from; part < to; part++) total += mass[part]!;
    let before = 0;
    for (let part = from; part < to; part++) {
      before += mass[part]!;
      ends[part] = part === to - 1 ? 1 : (2 * before) / total - 1;
    }
  }
  return { first, ends };
}

/** Alternative per part. */
export function alternativesOfParts({ first, ends }: Parts): Int32Array {
  const alternatives = new Int32Array(ends.length);
  for (let k = 0; k + 1 < first.length; k++) alternatives.fill(k, first[k]!, first[k + 1]!);
  return alternatives;
}

/** The place at which each part begins. */
export function beginsOfParts({ first, ends }: Parts): Float64Array {
  const begins = new Float64Array(ends.length);
  begins.set(ends.subarray(0, Math.max(0, ends.length - 1)), 1);
  for (let k = 0; k + 1 < first.length; k++) begins[first[k]!] = -1;
  return begins;
}

/** The part of an alternative that holds a place. */
export function partAt({ first, ends }: Parts, alternative: number, place: number): number {
  let low = first[alternative]!;
  let high = first[alternative + 1]! - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > place) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The place at `share` of the way from one end of a part to the other, in single precision and inside of the part. */
export function placeInside(begin: number, end: number, share: number): number {
  const place = Math.fround(begin + share * (end - begin));
  if (place >= begin && (place < end || end === 1)) return place;
  return Math.fround(begin + 0.5 * (end - begin));
}

/**
 * Cuts parts into at most `most` runs. The parts that are marked stay alone; the others are dealt to the runs that are
 * left by equal mass, so that runs end where parts do.
 *
 * @param mass above 0, at least one
 * @returns the first part of every run, and the number of parts
 */
export function cutRuns(mass: Float64Array, alone: Uint8Array, most: number): Int32Array {
  let single = 0;
  let rest = 0;
  for (let part = 0; part < mass.length; part++) {
    if (alone[part] === 1) single++;
    else rest += mass[part]!;
  }
  const runs = Math.max(1, most - single);
  const first: number[] = [];
  let open = -1;
  let before = 0;
  for (let part = 0; part < mass.length; part++) {
    if (alone[part] === 1) {
      first.push(part);
      open = -1;
      continue;
    }
    const run = Math.min(runs - 1, Math.floor(((before + mass[part]! / 2) / rest) * runs));
    if (run !== open) first.push(part);
    open = run;
    before += mass[part]!;
  }
  first.push(mass.length);
  joinSmallRuns(first, mass, most);
  return Int32Array.from(first);
}

/** Joins the neighbours that hold the least, until there are `most` runs: those between lonely parts are too many. */
function joinSmallRuns(first: number[], mass: Float64Array, most: number): void {
  const runMass = Array.from({ length: first.length - 1 }, (_, run) => {
    let sum = 0;
    for (let part = first[run]!; part < first[run + 1]!; part++) sum += mass[part]!;
    return sum;
  });
  while (runMass.length > Math.max(1, most)) {
    let best = 0;
    for (let run = 1; run + 1 < runMass.length; run++) {
      if (runMass[run]! + runMass[run + 1]! < runMass[best]! + runMass[best + 1]!) best = run;
    }
    runMass.splice(best, 2, runMass[best]! + runMass[best + 1]!);
    first.splice(best + 1, 1);
  }
}

/** How far below a part's end its last place is taken: the end itself belongs to the part after it. */
const insideEnd = 2 ** -40;

/** The ranges of all alternatives of a number column, that of missing cells first where there is one. */
export function rangesOf(
  pairs: readonly (readonly (readonly [number, number])[])[],
  hasMissing: boolean,
  missingAllowed: boolean,
): PlaceRanges[] {
  const ranges = pairs.map(joinRanges);
  return hasMissing ? [missingAllowed ? wholePlace : noPlace, ...ranges] : ranges;
}

/** Joins ranges that touch; ends inside of (-1, 1) that a whole part reaches are moved just inside of it. */
export function joinRanges(pairs: readonly (readonly [number, number])[]): PlaceRanges {
  const joined: [number, number][] = [];
  for (const [low, high] of [...pairs].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = joined.at(-1);
    if (last && low <= last[1]) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return Float64Array.from(
    joined.flatMap(([low, high]) => [low, high < 1 && high - low > 2 * insideEnd ? high - insideEnd : high]),
  );
}

// What a condition on a column means for its latent: unions of intervals on the normal scale. Rounding is taken into
// account, so that every draw inside them comes out as an allowed cell.

import type { ConditionCell, Interval, ValueSet } from "@verisim/core";
import {
  type AllowedRanges,
  isInside,
  marginalProbabilities,
  normalCdf,
  normalQuantile,
  roundedInterval,
} from "@verisim/stats";
import type { DerivedColumn } from "@verisim/transforms";
import type { CategoryLatent, Latent, NumberLatent } from "./latents.ts";

/** Sorted, disjoint [low, high) pairs on the normal scale, flattened; low === high is a single point. */
export type LatentRanges = Float64Array;

/** The cells of a number column that a draw may be rounded to: [first, last] on its own grid. */
export interface AllowedNumbers {
  readonly column: number;
  readonly ranges: AllowedRanges;
}

/** One product of ranges: the latents it binds, and the numbers its cells must be. */
export interface LatentBox {
  readonly ranges: ReadonlyMap<number, LatentRanges>;
  readonly numbers: readonly AllowedNumbers[];
}

/** How columns and latents hang together; made once per request. */
export interface LatentIndex {
  readonly latents: readonly Latent[];
  /** Latent of a number column's value, by encoded column. */
  readonly latentOf: ReadonlyMap<number, number>;
  /** Latents of a discrete column's categories (its split among them), by encoded column. */
  readonly categoriesOf: ReadonlyMap<number, readonly number[]>;
  /** Latent of a number column's missing cells, by encoded column. */
  readonly missingOf: ReadonlyMap<number, number>;
  /** Encoded columns that are missing in every row. */
  readonly empty: ReadonlySet<number>;
  /** Encoded column by name. */
  readonly columnOf: ReadonlyMap<string, number>;
  /** Rules by the encoded column that they decide. */
  readonly derivedOf: ReadonlyMap<number, DerivedColumn>;
  /** Categories by encoded column. */
  readonly dictionaryOf: (column: number) => readonly string[];
}

/** Turns a condition cell into boxes (one per choice of missing or not); cells of probability zero give none. */
export function latentBoxes(cell: ConditionCell, index: LatentIndex): LatentBox[] {
  let boxes: LatentBox[] = [{ ranges: new Map(), numbers: [] }];
  for (const [name, set] of cell) {
    const column = index.columnOf.get(name);
    if (column === undefined) throw new Error(`internal: a condition on the unknown column ${name}`);
    const choices = columnChoices(column, set, index);
    boxes = boxes.flatMap((box) => choices.flatMap((choice) => join(box, choice) ?? []));
  }
  return boxes;
}

function columnChoices(column: number, set: ValueSet, index: LatentIndex): LatentBox[] {
  const rule = index.derivedOf.get(column);
  if (rule) return derivedChoices(rule, set, index);
  if (index.empty.has(column)) return set.missing ? [{ ranges: new Map(), numbers: [] }] : [];
  if (index.categoriesOf.has(column)) {
    const dictionary = index.dictionaryOf(column);
    return categoryChoices(column, index, (code) =>
      code < 0 ? set.missing : set.kind === "category" && set.categories.has(dictionary[code]!),
    );
  }
  const value = index.latentOf.get(column)!;
  const latent = index.latents[value]!;
  if (latent.kind !== "number" || set.kind !== "number")
    throw new Error("internal: a condition of the wrong kind");
  const missing = index.missingOf.get(column);
  const choices: LatentBox[] = [];
  if (set.missing && missing !== undefined) {
    choices.push({ ranges: new Map([[missing, patternRange(index, missing, true)]]), numbers: [] });
  }
  const allowed = numberRanges(latent, set.intervals);
  if (allowed.ranges.length > 0) {
    const ranges = new Map([[value, allowed.ranges]]);
    if (missing !== undefined) ranges.set(missing, patternRange(index, missing, false));
    choices.push({ ranges, numbers: [{ column, ranges: allowed.numbers }] });
  }
  return choices;
}

/** A condition on a derived column binds the column that decides it. */
function derivedChoices(rule: DerivedColumn, set: ValueSet, index: LatentIndex): LatentBox[] {
  const dictionary = set.kind === "category" ? index.dictionaryOf(rule.column) : [];
  return categoryChoices(rule.from, index, (code) => {
    const cell = rule.cells.at(code)!;
    if (set.kind === "number") {
      return Number.isNaN(cell) ? set.missing : set.intervals.some((interval) => isInside(cell, interval));
    }
    return cell < 0 ? set.missing : set.categories.has(dictionary[cell]!);
  });
}

function patternRange(index: LatentIndex, place: number, missing: boolean): LatentRanges {
  const latent = index.latents[place]!;
  if (latent.kind !== "missing") throw new Error("internal: no pattern of missing cells");
  return sideRange(latent.thresholds[0]!, missing);
}

function sideRange(threshold: number, above: boolean): LatentRanges {
  return above
    ? Float64Array.of(threshold, Number.POSITIVE_INFINITY)
    : Float64Array.of(Number.NEGATIVE_INFINITY, threshold);
}

/** Both boxes at once; null when they exclude each other. */
function join(a: LatentBox, b: LatentBox): LatentBox | null {
  const ranges = new Map(a.ranges);
  for (const [latent, range] of b.ranges) {
    const known = ranges.get(latent);
    const both = known ? intersect(known, range) : range;
    if (both.length === 0) return null;
    ranges.set(latent, both);
  }
  return { ranges, numbers: [...a.numbers, ...b.numbers] };
}

function intersect(a: LatentRanges, b: LatentRanges): LatentRanges {
  const both: number[] = [];
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      const low = Math.max(a[i]!, b[j]!);
      const high = Math.min(a[i + 1]!, b[j + 1]!);
      if (low < high || (low === high && a[i] === a[i + 1])) both.push(low, high);
    }
  }
  return Float64Array.from(both);
}

/** The boxes of a discrete column's allowed categories: one, or one per half. */
function categoryChoices(
  column: number,
  index: LatentIndex,
  isAllowed: (code: number) => boolean,
): LatentBox[] {
  const places = index.categoriesOf.get(column)!;
  const split = places.find((place) => index.latents[place]!.kind === "split");
  const inOrder = (place: number): { ranges: LatentRanges; whole: boolean } => {
    const latent = index.latents[place]!;
    if (latent.kind !== "category") throw new Error("internal: categories without an order");
    return { ranges: positionRanges(latent, isAllowed), whole: latent.labels.every(isAllowed) };
  };
  if (split === undefined) {
    const { ranges } = inOrder(places[0]!);
    return ranges.length > 0 ? [{ ranges: new Map([[places[0]!, ranges]]), numbers: [] }] : [];
  }
  const latent = index.latents[split]!;
  if (latent.kind !== "split") throw new Error("internal: a half without a split");
  const choices: LatentBox[] = [];
  let whole = true;
  for (const side of [0, 1] as const) {
    const ranges = new Map([[split, sideRange(latent.thresholds[0]!, side === 1)]]);
    const single = latent.single[side];
    if (single === null || single === undefined) {
      const place = places.find((candidate) => {
        const half = index.latents[candidate]!;
        return half.kind === "category" && half.half?.side === side;
      })!;
      const inner = inOrder(place);
      if (!inner.whole) ranges.set(place, inner.ranges);
      whole = whole && inner.whole;
      if (inner.ranges.length === 0) continue;
    } else if (!isAllowed(single)) {
      whole = false;
      continue;
    }
    choices.push({ ranges, numbers: [] });
  }
  return whole ? [{ ranges: new Map(), numbers: [] }] : choices;
}

/** The ranges of the categories (code, or -1 for the missing cell) that are allowed. */
function positionRanges(latent: CategoryLatent, isAllowed: (code: number) => boolean): LatentRanges {
  const ranges: number[] = [];
  latent.labels.forEach((code, position) => {
    if (!isAllowed(code)) return;
    const low = position === 0 ? Number.NEGATIVE_INFINITY : latent.thresholds[position - 1]!;
    const high = latent.thresholds[position] ?? Number.POSITIVE_INFINITY;
    if (ranges.length > 0 && ranges.at(-1) === low) ranges[ranges.length - 1] = high;
    else if (low < high) ranges.push(low, high);
  });
  return Float64Array.from(ranges);
}

function numberRanges(
  latent: NumberLatent,
  intervals: readonly Interval[],
): { ranges: LatentRanges; numbers: [number, number][] } {
  const { marginal, unit } = latent;
  const ranges: number[] = [];
  const numbers: [number, number][] = [];
  for (const interval of intervals) {
    const { raw, cells } = roundedInterval(interval, unit, marginal.decimals);
    if (!(raw[0] <= raw[1])) continue;
    let found = marginalProbabilities(marginal, raw[0], raw[1]).map(([from, to]): [number, number] => [
      normalQuantile(from),
      normalQuantile(to),
    ]);
    if (found.length === 0 && raw[0] === raw[1]) found = pointRange(latent, raw[0]);
    for (const [low, high] of found) {
      const end = ranges.length - 1;
      if (end > 0 && low <= ranges[end]!) ranges[end] = Math.max(ranges[end]!, high);
      else ranges.push(low, high);
    }
    if (found.length > 0) numbers.push([cells[0] * unit, cells[1] * unit]);
  }
  return { ranges: Float64Array.from(ranges), numbers };
}

/** The place of one exact value inside a stretch of the marginal. */
function pointRange(latent: NumberLatent, value: number): [number, number][] {
  const { low, high, cumulative } = latent.marginal;
  for (let s = 0; s < low.length; s++) {
    if (value < low[s]! || value > high[s]! || low[s] === high[s]) continue;
    const share = (value - low[s]!) / (high[s]! - low[s]!);
    const z = normalQuantile(cumulative[s]! + share * (cumulative[s + 1]! - cumulative[s]!));
    return Number.isFinite(z) ? [[z, z]] : [];
  }
  return [];
}

/** P(Z in [low, high)), exact in both tails. */
export function rangeMass(low: number, high: number): number {
  return low > 0 ? normalCdf(-low) - normalCdf(-high) : normalCdf(high) - normalCdf(low);
}

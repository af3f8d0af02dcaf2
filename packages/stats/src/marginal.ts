// One shape for every learnt marginal: a table of segments of the quantile function, each an atom (one value that
// many rows share) or a stretch filled evenly. Sampling, conditions and scores read the same table, whatever family
// it came from.

import { normalCdf, normalQuantile } from "./normal.ts";

/**
 * A marginal distribution as S segments in rising order of value.
 * Segment s holds the probabilities [cumulative[s], cumulative[s + 1]] and runs evenly from low[s] to high[s];
 * low[s] === high[s] is an atom.
 */
export interface Marginal {
  /** S + 1 probabilities from 0 to 1. */
  readonly cumulative: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** S - 1 normal quantiles of the inner cumulative probabilities. */
  readonly thresholds: Float64Array;
  /** Digits after the point that values are rounded to; -1 for none. */
  readonly decimals: number;
}

/** How an empirical marginal is protected and how fine it is. */
export interface EmpiricalOptions {
  /** Fewest rows behind an atom or a stretch. Default 5. */
  minGroup?: number;
  /** Stretches in the body of the distribution; the tails are cut finer. Default 500. */
  maxSegments?: number;
  /** Most atoms; where more values qualify the bar is raised. Default 4,096. */
  maxAtoms?: number;
  decimals?: number;
  /** Whether the smallest and the largest value are atoms, however few rows have them. Default false. */
  pinExtremes?: boolean;
}

interface Segment {
  low: number;
  high: number;
  count: number;
  atom: boolean;
  sum: number;
}

/** Share of the rows between a place and the nearer end that one stretch may hold: fine tails, coarse body. */
const TAIL_SHARE = 0.05;

/** Completes a marginal from its segments' masses. */
export function marginalFromSegments(
  mass: ArrayLike<number>,
  low: Float64Array,
  high: Float64Array,
  decimals: number,
): Marginal {
  const size = low.length;
  const cumulative = new Float64Array(size + 1);
  for (let s = 0; s < size; s++) cumulative[s + 1] = cumulative[s]! + mass[s]!;
  const total = cumulative[size]!;
  for (let s = 0; s <= size; s++) cumulative[s] = s === size ? 1 : cumulative[s]! / total;
  const thresholds = new Float64Array(Math.max(0, size - 1));
  for (let s = 1; s < size; s++) thresholds[s - 1] = normalQuantile(cumulative[s]!);
  return { cumulative, low, high, thresholds, decimals };
}

/**
 * The data's own distribution without the values of single rows: values that at least `minGroup` rows share are atoms,
 * the others are pooled in stretches of at least `minGroup` rows whose ends lie between observed values. The outermost
 * ends keep the group's mean and stay inside the observed range, so no exact extreme is stored unless many rows share it
 * or `pinExtremes` asks for it.
 *
 * @param sorted ascending, without NaN; at least one value
 */
export function empiricalMarginal(sorted: Float64Array, options: EmpiricalOptions = {}): Marginal {
  const { minGroup = 5, maxSegments = 500, maxAtoms = 4096, decimals = -1, pinExtremes = false } = options;
  const count = sorted.length;
  const values: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < count; ) {
    let end = i + 1;
    while (end < count && sorted[end] === sorted[i]) end++;
    values.push(sorted[i]!);
    counts.push(end - i);
    i = end;
  }
  const atomBar = atomThreshold(counts, minGroup, maxAtoms);
  const segments = cutSegments(values, counts, {
    atomBar,
    minGroup,
    body: Math.ceil(count / maxSegments),
    count,
    pinExtremes,
  });
  mergeSmallGroups(segments, minGroup);
  joinEnds(segments, values);
  return marginalFromSegments(
    segments.map((segment) => segment.count),
    Float64Array.from(segments, (segment) => segment.low),
    Float64Array.from(segments, (segment) => segment.high),
    decimals,
  );
}

/** The fewest rows that make a value an atom, so that there are at most `maxAtoms`. */
function atomThreshold(counts: readonly number[], minGroup: number, maxAtoms: number): number {
  const large = counts.filter((count) => count >= minGroup).sort((a, b) => b - a);
  return large.length <= maxAtoms ? minGroup : large[maxAtoms]! + 1;
}

function cutSegments(
  values: readonly number[],
  counts: readonly number[],
  options: { atomBar: number; minGroup: number; body: number; count: number; pinExtremes: boolean },
): Segment[] {
  const { atomBar, minGroup, body, count, pinExtremes } = options;
  const segments: Segment[] = [];
  let open: Segment | null = null;
  let before = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const rows = counts[i]!;
    const isPinned = pinExtremes && (i === 0 || i === values.length - 1);
    if (rows >= atomBar || isPinned) {
      if (open) segments.push(open);
      open = null;
      segments.push({ low: value, high: value, count: rows, atom: true, sum: rows * value });
    } else {
      open ??= { low: value, high: value, count: 0, atom: false, sum: 0 };
      open.high = value;
      open.count += rows;
      open.sum += rows * value;
      const toEnd = Math.min(before + rows, count - before - rows);
      const wanted = Math.max(minGroup, Math.min(body, Math.floor(TAIL_SHARE * toEnd)));
      if (open.count >= wanted) {
        segments.push(open);
        open = null;
      }
    }
    before += rows;
  }
  if (open) segments.push(open);
  return segments;
}

/** Joins a stretch of too few rows to the stretch beside it; between two atoms it spans the gap; at an end its rows go to the atom. */
function mergeSmallGroups(segments: Segment[], minGroup: number): void {
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    if (segment.atom || segment.count >= minGroup || segments.length === 1) continue;
    const before = segments[i - 1];
    const after = segments[i + 1];
    const partner = before && !before.atom ? before : after && !after.atom ? after : undefined;
    if (partner) {
      partner.low = Math.min(partner.low, segment.low);
      partner.high = Math.max(partner.high, segment.high);
      partner.count += segment.count;
      partner.sum += segment.sum;
    } else if (before && after) {
      segment.low = before.high;
      segment.high = after.low;
      continue;
    } else {
      (before ?? after)!.count += segment.count;
    }
    segments.splice(i, 1);
    i--;
  }
}

/**
 * Moves the ends of stretches half-way to their neighbours. The outermost ends keep the group's mean, but go no further
 * than half-way from the second to the most extreme value.
 */
function joinEnds(segments: readonly Segment[], values: readonly number[]): void {
  for (let i = 0; i + 1 < segments.length; i++) {
    const left = segments[i]!;
    const right = segments[i + 1]!;
    const middle = left.high + (right.low - left.high) / 2;
    if (!left.atom) left.high = middle;
    if (!right.atom) right.low = middle;
  }
  const first = segments[0]!;
  const last = segments.at(-1)!;
  if (values.length === 1) return;
  const lowest = values[0]! + (values[1]! - values[0]!) / 2;
  const highest = values.at(-1)! - (values.at(-1)! - values.at(-2)!) / 2;
  if (segments.length === 1) {
    if (first.atom) return;
    first.low = Math.min(lowest, highest);
    first.high = Math.max(lowest, highest);
    return;
  }
  if (!first.atom)
    first.low = Math.max(lowest, Math.min(first.high, (2 * first.sum) / first.count - first.high));
  if (!last.atom) last.high = Math.min(highest, Math.max(last.low, (2 * last.sum) / last.count - last.low));
}

/** Tabulates a continuous quantile function on even steps of the normal scale, clipped to [minimum, maximum]. */
export function tabulatedMarginal(
  quantile: (p: number) => number,
  minimum: number,
  maximum: number,
  decimals: number,
): Marginal {
  const steps = 512;
  const reach = 5.5;
  const edges = new Float64Array(steps + 1);
  const mass = new Float64Array(steps);
  let before = 0;
  for (let i = 0; i <= steps; i++) {
    const p = i === 0 ? 0 : i === steps ? 1 : normalCdf(-reach + (2 * reach * i) / steps);
    const inside = Math.min(Math.max(p, 1e-9), 1 - 1e-9);
    edges[i] = Math.min(Math.max(quantile(inside), minimum), maximum);
    if (i > 0) mass[i - 1] = p - before;
    before = p;
  }
  return marginalFromSegments(mass, edges.slice(0, steps), edges.slice(1), decimals);
}

/** Probability of each segment. */
export function segmentMass({ cumulative, low }: Marginal): Float64Array {
  return low.map((_, s) => cumulative[s + 1]! - cumulative[s]!);
}

/** The value at probability `p`, before rounding. */
export function marginalQuantile(marginal: Marginal, p: number): number {
  const { cumulative, low, high } = marginal;
  let from = 0;
  let to = low.length - 1;
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if (cumulative[middle]! <= p) from = middle;
    else to = middle - 1;
  }
  const width = cumulative[from + 1]! - cumulative[from]!;
  const t = width > 0 ? Math.min(1, Math.max(0, (p - cumulative[from]!) / width)) : 0;
  return low[from]! + t * (high[from]! - low[from]!);
}

/** Probabilities [from, to) of the values in [minimum, maximum] (both ends included); several where segments lie apart. */
export function marginalProbabilities(
  marginal: Marginal,
  minimum: number,
  maximum: number,
): [number, number][] {
  const { cumulative, low, high } = marginal;
  const ranges: [number, number][] = [];
  for (let s = 0; s < low.length; s++) {
    const a = low[s]!;
    const b = high[s]!;
    if (a > maximum || b < minimum) continue;
    const width = b - a;
    const mass = cumulative[s + 1]! - cumulative[s]!;
    const from = width > 0 ? cumulative[s]! + mass * Math.max(0, (minimum - a) / width) : cumulative[s]!;
    const to = width > 0 ? cumulative[s]! + mass * Math.min(1, (maximum - a) / width) : cumulative[s + 1]!;
    if (!(to > from)) continue;
    const last = ranges.at(-1);
    if (last && from <= last[1]) last[1] = to;
    else ranges.push([from, to]);
  }
  return ranges;
}

/** The smallest and largest value the marginal can give, before rounding. */
export function marginalRange(marginal: Marginal): [number, number] {
  return [marginal.low[0]!, marginal.high.at(-1)!];
}

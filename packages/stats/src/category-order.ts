// A nominal column has no order of its own, but a normal variable needs one. Categories are put in order along the first
// axis that ties them to the other columns (correspondence analysis: Greenacre 1984), cut in two where the order falls
// apart most, and each half is ordered along its own first axis: two directions of dependence in place of one.

import { contingency, type NativeOptions } from "@verisim/tensor/arrays";
import { segmentMeans, thresholdsOf } from "./hermite.ts";

/** Categories as codes 0..cardinality-1 for every row (missing cells are a category of their own). */
export interface Categories {
  readonly codes: Int32Array;
  readonly counts: Float64Array;
  /** Whether the categories may be cut in two halves; ordered ones may not. */
  readonly nominal: boolean;
}

/** The codes of a column in order; in two halves where it was cut. */
export type CategoryHalves = readonly [Int32Array] | readonly [Int32Array, Int32Array];

/** Columns of at most this many categories speak through one indicator each. */
const MAX_INDICATORS = 64;
/** Above this many cells a pair's count table is not made. */
const MAX_TABLE = 1 << 18;
const POWER_STEPS = 60;

/** @param numberScores normal scores of the numerical columns, NaN where missing */
export async function orderCategories(
  columns: readonly Categories[],
  numberScores: readonly Float64Array[],
  run: NativeOptions = {},
): Promise<CategoryHalves[]> {
  const features: Float64Array[][] = columns.map((column) =>
    column.counts.length > 2 ? numberScores.map((scores) => sumsByCode(column, scores)) : [],
  );
  // Kept by place, so that the order in which tables are done changes nothing.
  const byPair: (Float64Array[] | undefined)[][] = columns.map(() => new Array(columns.length));
  const pairs: (() => Promise<void>)[] = [];
  for (let a = 0; a < columns.length; a++) {
    for (let b = a + 1; b < columns.length; b++) {
      const [left, right] = [columns[a]!, columns[b]!];
      const [leftSize, rightSize] = [left.counts.length, right.counts.length];
      const asksLeft = leftSize > 2 && rightSize <= MAX_INDICATORS;
      const asksRight = rightSize > 2 && leftSize <= MAX_INDICATORS;
      if (!(asksLeft || asksRight) || leftSize * rightSize > MAX_TABLE) continue;
      pairs.push(async () => {
        const table = await contingency(left.codes, leftSize, right.codes, rightSize, run);
        if (asksLeft)
          byPair[a]![b] = indicatorSums(left.counts, right.counts, (k, j) => table[k * rightSize + j]!);
        if (asksRight)
          byPair[b]![a] = indicatorSums(right.counts, left.counts, (k, j) => table[j * rightSize + k]!);
      });
    }
  }
  await Promise.all(pairs.map((pair) => pair()));
  columns.forEach((_, c) => {
    for (const sums of byPair[c]!) if (sums) features[c]!.push(...sums);
  });
  return columns.map((column, c) => halvesOf(column, features[c]!));
}

/** The mean of the latent within each place of an order of categories, given their counts. */
export function placeScores(counts: Float64Array): {
  mass: Float64Array;
  thresholds: Float64Array;
  means: Float64Array;
} {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const mass = counts.map((count) => count / total);
  const thresholds = thresholdsOf(mass);
  return { mass, thresholds, means: segmentMeans(thresholds, mass) };
}

function sumsByCode(column: Categories, scores: Float64Array): Float64Array {
  const sums = new Float64Array(column.counts.length);
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!;
    if (!Number.isNaN(score)) sums[column.codes[row]!]! += score;
  }
  return sums;
}

/** Per category of the other column: how much its indicator, centred and scaled, sums to within each category. */
function indicatorSums(
  counts: Float64Array,
  otherCounts: Float64Array,
  cell: (code: number, other: number) => number,
): Float64Array[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const features: Float64Array[] = [];
  for (let j = 0; j < otherCounts.length; j++) {
    const share = otherCounts[j]! / total;
    if (share === 0) continue;
    features.push(counts.map((count, k) => (cell(k, j) - share * count) / Math.sqrt(share)));
  }
  return features;
}

function halvesOf(column: Categories, sums: readonly Float64Array[]): CategoryHalves {
  const used = Int32Array.from(column.counts.keys()).filter((code) => column.counts[code]! > 0);
  if (used.length <= 2) return [used];
  const { order, axis } = firstAxis(used, column.counts, sums);
  if (!column.nominal) return [order];
  const cut = widestCut(order, axis, column.counts);
  return [
    firstAxis(order.slice(0, cut), column.counts, sums).order,
    firstAxis(order.slice(cut), column.counts, sums).order,
  ];
}

/** Codes ordered along the first principal axis of their means, weighted by their counts, and their places on it. */
function firstAxis(
  codes: Int32Array,
  counts: Float64Array,
  sums: readonly Float64Array[],
): { order: Int32Array; axis: Map<number, number> } {
  const size = codes.length;
  const weights = Float64Array.from(codes, (code) => counts[code]!);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Rows are features, centred within these categories: [features, size].
  const matrix = new Float64Array(sums.length * size);
  let direction = new Float64Array(sums.length);
  sums.forEach((sum, f) => {
    let centre = 0;
    for (let k = 0; k < size; k++) centre += sum[codes[k]!]! / total;
    for (let k = 0; k < size; k++) {
      const entry = sum[codes[k]!]! - centre * weights[k]!;
      matrix[f * size + k] = entry;
      direction[f]! += (entry * entry) / weights[k]!;
    }
    direction[f] = Math.sqrt(direction[f]!);
  });
  direction = withPlaces(direction, matrix, weights);
  const place = new Float64Array(size);
  for (let step = 0; step < POWER_STEPS; step++) {
    place.fill(0);
    for (let f = 0; f < sums.length; f++) {
      const weight = direction[f]!;
      for (let k = 0; k < size; k++) place[k]! += matrix[f * size + k]! * weight;
    }
    for (let k = 0; k < size; k++) place[k]! /= weights[k]!;
    const next = new Float64Array(sums.length);
    let norm = 0;
    for (let f = 0; f < sums.length; f++) {
      let dot = 0;
      for (let k = 0; k < size; k++) dot += matrix[f * size + k]! * place[k]!;
      next[f] = dot;
      norm += dot * dot;
    }
    if (!(norm > 0)) break;
    let change = 0;
    for (let f = 0; f < sums.length; f++) {
      next[f]! /= Math.sqrt(norm);
      change = Math.max(change, Math.abs(next[f]! - direction[f]!));
    }
    direction = next;
    if (change < 1e-10) break;
  }
  const axis = new Map(Array.from(codes, (code, k) => [code, place[k]!]));
  const order = codes.slice().sort((a, b) => axis.get(a)! - axis.get(b)! || a - b);
  return { order, axis };
}

/**
 * A direction to begin with that tells categories apart: two indicators of equal share are each other's opposite and cancel
 * out, and then the longest feature begins alone.
 */
function withPlaces(
  lengths: Float64Array<ArrayBuffer>,
  matrix: Float64Array,
  weights: Float64Array,
): Float64Array<ArrayBuffer> {
  const size = weights.length;
  const longest = lengths.reduce((best, length, f) => (length > lengths[best]! ? f : best), 0);
  let [whole, single] = [0, 0];
  for (let k = 0; k < size; k++) {
    let place = 0;
    for (let f = 0; f < lengths.length; f++) place += matrix[f * size + k]! * lengths[f]!;
    whole += place ** 2 / weights[k]!;
    single += (matrix[longest * size + k]! * lengths[longest]!) ** 2 / weights[k]!;
  }
  return whole > 1e-12 * single ? lengths : lengths.map((length, f) => (f === longest ? length : 0));
}

/** Number of categories before the cut that leaves the most variance between its sides. */
function widestCut(order: Int32Array, axis: ReadonlyMap<number, number>, counts: Float64Array): number {
  let total = 0;
  let sum = 0;
  for (const code of order) {
    total += counts[code]!;
    sum += counts[code]! * axis.get(code)!;
  }
  let before = 0;
  let sumBefore = 0;
  let best = Number.NEGATIVE_INFINITY;
  let cut = 1;
  for (let place = 0; place + 1 < order.length; place++) {
    before += counts[order[place]!]!;
    sumBefore += counts[order[place]!]! * axis.get(order[place]!)!;
    const gap = sumBefore / before - (sum - sumBefore) / (total - before);
    const gain = before * (total - before) * gap * gap;
    if (gain > best) {
      best = gain;
      cut = place + 1;
    }
  }
  return cut;
}

// k-means over numbers and categories together (k-prototypes; Huang, "Extensions to the k-means algorithm for clustering
// large data sets with categorical values", DMKD 2 (1998), section 3): a centre has means and most frequent categories.

import { throwIfAborted } from "@verisim/core";
import { nearestNeighbours } from "@verisim/tensor/arrays";
import { randomOrder } from "./draws.ts";
import type { GatheredRows } from "./feature-rows.ts";
import type { Work } from "./work.ts";

export interface Clusters {
  readonly count: number;
  /** Per row its cluster, and the distance to its centre. */
  readonly of: Int32Array;
  readonly distances: Float64Array;
  /** `[clusters, numbers]`, divided by the columns' scales, and `[clusters, categories]`. */
  readonly centers: GatheredRows;
}

const mostRounds = 100;
/** With more clusters than this they start from rows drawn at random: seeding by distance costs clusters times rows. */
const mostSeeded = 256;

/** @param count clusters, 1 to the number of rows */
export async function clusterRows(
  work: Work,
  rows: Int32Array,
  count: number,
  stream: string,
): Promise<Clusters> {
  const { features } = work;
  const [width, columns] = [features.numbers.length, features.categories.length];
  const points = features.gather(rows);
  const weights = new Float64Array(columns).fill(features.mismatch(rows));
  const seeds =
    count > mostSeeded
      ? (await randomOrder(work.draws, `${stream}: seeds`, rows.length)).subarray(0, count)
      : await spreadSeeds(work, points, weights, rows.length, count, stream);
  const centers = {
    numbers: new Float64Array(count * width),
    codes: new Int32Array(count * columns),
  };
  for (const [c, row] of Array.from(seeds).entries()) {
    centers.numbers.set(points.numbers.subarray(row * width, (row + 1) * width), c * width);
    centers.codes.set(points.codes.subarray(row * columns, (row + 1) * columns), c * columns);
  }
  let of: Int32Array = new Int32Array(rows.length).fill(-1);
  for (let round = 0; ; round++) {
    const { indices, distances } = await nearestNeighbours(
      {
        reference: centers.numbers,
        queries: points.numbers,
        width,
        k: 1,
        ...(columns > 0 && { categories: { reference: centers.codes, queries: points.codes, weights } }),
      },
      work.run,
    );
    const changed = indices.some((cluster, row) => cluster !== of[row]);
    of = indices;
    if (!changed || round === mostRounds) return { count, of, distances, centers };
    fillEmpty(of, distances, count);
    moveCenters(points, of, centers, width, columns, count);
  }
}

/** k-means++ (Arthur and Vassilvitskii 2007): the next seed is drawn in proportion to its squared distance to the last. */
async function spreadSeeds(
  work: Work,
  points: GatheredRows,
  weights: Float64Array,
  rowCount: number,
  count: number,
  stream: string,
): Promise<Uint32Array> {
  const [width, columns] = [work.features.numbers.length, weights.length];
  const draws = await work.draws.uniforms(`${stream}: seeds`, count);
  const seeds = new Uint32Array(count);
  const nearest = new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY);
  for (let s = 0; s < count; s++) {
    throwIfAborted(work.run.signal);
    let total = 0;
    if (s > 0) for (const distance of nearest) total += distance;
    let seed = Math.min(rowCount - 1, Math.floor(draws[s]! * rowCount));
    if (total > 0) {
      let left = draws[s]! * total;
      for (seed = 0; seed < rowCount - 1; seed++) {
        left -= nearest[seed]!;
        if (left < 0) break;
      }
    }
    seeds[s] = seed;
    for (let row = 0; row < rowCount; row++) {
      let sum = 0;
      for (let d = 0; d < width; d++)
        sum += (points.numbers[row * width + d]! - points.numbers[seed * width + d]!) ** 2;
      for (let c = 0; c < columns; c++)
        if (points.codes[row * columns + c] !== points.codes[seed * columns + c]) sum += weights[c]!;
      if (sum < nearest[row]!) nearest[row] = sum;
    }
  }
  return seeds;
}

/** An empty cluster takes the row that lies farthest from its centre, out of a cluster that has others. */
function fillEmpty(of: Int32Array, distances: Float64Array, count: number): void {
  const sizes = new Int32Array(count);
  for (const cluster of of) sizes[cluster]!++;
  if (!sizes.includes(0)) return;
  const order = Uint32Array.from(of.keys()).sort((a, b) => distances[b]! - distances[a]! || a - b);
  let next = 0;
  for (let cluster = 0; cluster < count; cluster++) {
    if (sizes[cluster]! > 0) continue;
    while (next < order.length && sizes[of[order[next]!]!]! < 2) next++;
    const row = order[next++];
    if (row === undefined) return;
    sizes[of[row]!]!--;
    of[row] = cluster;
    sizes[cluster] = 1;
  }
}

function moveCenters(
  points: GatheredRows,
  of: Int32Array,
  centers: GatheredRows,
  width: number,
  columns: number,
  count: number,
): void {
  const sizes = new Int32Array(count);
  centers.numbers.fill(0);
  for (const [row, cluster] of of.entries()) {
    sizes[cluster]!++;
    for (let d = 0; d < width; d++) centers.numbers[cluster * width + d]! += points.numbers[row * width + d]!;
  }
  for (let cluster = 0; cluster < count; cluster++)
    for (let d = 0; d < width; d++) centers.numbers[cluster * width + d]! /= Math.max(1, sizes[cluster]!);
  for (let c = 0; c < columns; c++) {
    const seen = Array.from({ length: count }, () => new Map<number, number>());
    for (const [row, cluster] of of.entries()) {
      const code = points.codes[row * columns + c]!;
      seen[cluster]!.set(code, (seen[cluster]!.get(code) ?? 0) + 1);
    }
    for (const [cluster, counts] of seen.entries()) {
      let most = 0;
      for (const [code, times] of counts)
        if (times > most) {
          most = times;
          centers.codes[cluster * columns + c] = code;
        }
    }
  }
}

// Nearest rows of a reference table, in the form that every part of the report reads: no row as its own neighbour, and
// references with fewer rows than asked for are no error.

import type { RunOptions } from "@verisim/core";
import { nearestNeighbours } from "@verisim/tensor/arrays";
import type { RowEncoder, RowPoints } from "./row-encoder.ts";

/** Per query `k` rows, nearest first: `indices[q * k + i]`. Missing where the reference has fewer rows: -1 and infinity. */
export interface Nearest {
  readonly k: number;
  readonly indices: Int32Array;
  readonly distances: Float64Array;
}

export interface NearestRequest {
  readonly encoder: RowEncoder;
  readonly queries: RowPoints;
  readonly reference: RowPoints;
  readonly k: number;
  /** Per query the reference row that the query itself is, -1 for none. Default: none is. */
  readonly self?: ArrayLike<number>;
}

/** @throws VerisimError `VERISIM_ABORTED` */
export async function nearest(
  { encoder, queries, reference, k, self }: NearestRequest,
  { signal }: RunOptions,
): Promise<Nearest> {
  const { width, weights } = encoder;
  const indices = new Int32Array(queries.count * k).fill(-1);
  const distances = new Float64Array(queries.count * k).fill(Number.POSITIVE_INFINITY);
  const found = Math.min(k, reference.count - (self ? 1 : 0));
  if (found <= 0 || queries.count === 0 || encoder.size === 0) return { k, indices, distances };
  const some = await nearestNeighbours(
    {
      reference: reference.numbers,
      queries: queries.numbers,
      width,
      k: found,
      ...(self ? { excludeSelf: Int32Array.from(self) } : {}),
      ...(weights.length > 0
        ? { categories: { reference: reference.codes, queries: queries.codes, weights } }
        : {}),
    },
    signal ? { signal } : {},
  );
  if (found === k) return { k, ...some };
  for (let query = 0; query < queries.count; query++) {
    indices.set(some.indices.subarray(query * found, (query + 1) * found), query * k);
    distances.set(some.distances.subarray(query * found, (query + 1) * found), query * k);
  }
  return { k, indices, distances };
}

/** The k nearest of two references; the rows of the second are numbered from `offset` on. */
export function mergeNearest(first: Nearest, second: Nearest, offset: number): Nearest {
  const { k } = first;
  const indices = new Int32Array(first.indices.length).fill(-1);
  const distances = new Float64Array(first.indices.length).fill(Number.POSITIVE_INFINITY);
  for (let start = 0; start < indices.length; start += k)
    for (let i = 0, a = start, b = start; i < k; i++) {
      const takeFirst = first.distances[a]! <= second.distances[b]!;
      const from = takeFirst ? first : second;
      const at = takeFirst ? a++ : b++;
      const index = from.indices[at]!;
      indices[start + i] = index < 0 ? -1 : takeFirst ? index : index + offset;
      distances[start + i] = from.distances[at]!;
    }
  return { k, indices, distances };
}

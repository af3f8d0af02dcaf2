// Exact nearest neighbours over numbers and categories. Rows that may be near are found in floats along a tree; every
// distance that is returned or compared is summed in double precision, so that near ties fall the right way.

import { type NativeOptions, runNative, wrongArgument } from "../native.ts";
import { withoutOneHotBlocks } from "./one-hot-blocks.ts";

/** Category columns of both sides: a pair of codes that differ adds its column's weight. */
export interface NeighbourCategories {
  /** Row-major codes of the reference rows, any integers; a missing cell is a code like the others. */
  reference: Int32Array;
  /** Row-major codes of the queries. */
  queries: Int32Array;
  /** Per column what differing codes add, 0 to 1e300: to the sum of squares where the metric is Euclidean (a one-hot block of ones adds 2), to the sum where it is Manhattan. */
  weights: Float64Array;
}

export interface NeighbourSearch<T extends Float64Array | Float32Array> {
  /** Rows to find, row-major: finite numbers within 1e150 of zero. */
  reference: T;
  /** Rows to find neighbours of, row-major, of the same kind. */
  queries: T;
  /** Numbers per row, 0 to 2^20; 0 only with `categories`. */
  width: number;
  /** Neighbours per query, 1 to the number of reference rows that a query may find. */
  k: number;
  metric?: "euclidean" | "manhattan";
  /** True: query i is reference row i and does not find itself (its equals are found). An Int32Array: the reference row that each query is, -1 for none. Default: false. */
  excludeSelf?: boolean | Int32Array;
  categories?: NeighbourCategories;
}

/** Row-major `[queries, k]`, nearest first; equal distances by row number. */
export interface Neighbours {
  indices: Int32Array;
  distances: Float64Array;
}

/**
 * The k nearest reference rows of each query, exactly. Time follows how far the rows lie apart: a tree leaves out what
 * cannot be near, and in many independent columns it is that of a matrix product; columns that are a one-hot block cost what
 * a category costs. Memory: 4 bytes per number beside the input.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT` (also for numbers that are not finite), `VERISIM_ABORTED`
 */
export async function nearestNeighbours<T extends Float64Array | Float32Array>(
  search: NeighbourSearch<T>,
  run: NativeOptions = {},
): Promise<Neighbours> {
  const { reference, queries, width, k, categories } = search;
  const manhattan = search.metric === "manhattan";
  if (search.metric !== undefined && search.metric !== "euclidean" && !manhattan)
    throw wrong('Expected "euclidean" or "manhattan" for metric');
  const [referenceCount, queryCount] = (["reference", "queries"] as const).map((side) =>
    width > 0
      ? search[side].length / width
      : categories
        ? categories[side].length / categories.weights.length
        : Number.NaN,
  ) as [number, number];
  const results = queryCount * k;
  if (!Number.isInteger(queryCount) || !Number.isInteger(referenceCount))
    throw wrong("Expected whole rows of `width` numbers, or of a code per weight where width is 0");
  if (!Number.isInteger(results) || results < 0 || results > 2 ** 31)
    throw wrong("Expected a whole k and at most 2^31 results");
  const selves =
    search.excludeSelf === true
      ? Int32Array.from({ length: queryCount }, (_, row) => row)
      : search.excludeSelf || undefined;
  if (search.excludeSelf === true && queryCount !== referenceCount)
    throw wrong("Expected as many queries as reference rows where excludeSelf is true");
  // A query that finds too few rows would say so only after the search.
  if (queryCount > 0 && !(k >= 1 && k <= referenceCount - (selves ? 1 : 0)))
    throw wrong(
      `Expected k from 1 to ${referenceCount - (selves ? 1 : 0)}, the reference rows that a query may find, but received ${k}`,
    );
  const found: Neighbours = { indices: new Int32Array(results), distances: new Float64Array(results) };
  const own = withoutOneHotBlocks(search, manhattan) ?? { reference, queries, width, categories };
  await runNative("nearestNeighbours", run, (addon, ...how) =>
    addon.nearestNeighbours(
      own.queries,
      own.reference,
      queryCount,
      referenceCount,
      own.width,
      own.categories?.queries,
      own.categories?.reference,
      own.categories?.weights,
      k,
      manhattan,
      selves,
      found.indices,
      found.distances,
      ...how,
    ),
  );
  return found;
}

const wrong = (message: string) => wrongArgument("nearestNeighbours", message);

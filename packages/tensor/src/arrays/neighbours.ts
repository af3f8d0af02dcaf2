// Exact nearest neighbours.

import { type NativeOptions, runNative, wrongArgument } from "../native.ts";

export interface NeighbourOptions extends NativeOptions {
  /** Numbers per row, at least 1. */
  dimensions: number;
  /** Neighbours per query, 1 to the number of rows in the data. */
  k: number;
  metric: "euclidean" | "manhattan";
}

/** Row-major `[queries, k]`, nearest first; equal distances by row number. */
export interface Neighbours {
  indices: Int32Array;
  distances: Float64Array;
}

/**
 * The k nearest rows of `data` for each row of `queries`, by brute force in the arrays' own precision. A distance that
 * is NaN counts as infinite.
 * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_ABORTED`
 */
export async function nearestNeighbours<T extends Float64Array | Float32Array>(
  queries: T,
  data: T,
  options: NeighbourOptions,
): Promise<Neighbours> {
  const { dimensions, k, metric } = options;
  const results = (queries.length / dimensions) * k;
  if (!Number.isInteger(results) || results < 0 || results > 2 ** 31)
    throw wrongArgument(
      "nearestNeighbours",
      "Expected rows of `dimensions` numbers and at most 2^31 results",
    );
  if (metric !== "euclidean" && metric !== "manhattan")
    throw wrongArgument("nearestNeighbours", 'Expected "euclidean" or "manhattan" for metric');
  const found: Neighbours = { indices: new Int32Array(results), distances: new Float64Array(results) };
  await runNative("nearestNeighbours", options, (addon, ...run) =>
    addon.nearestNeighbours(
      queries,
      data,
      dimensions,
      k,
      metric === "manhattan",
      found.indices,
      found.distances,
      ...run,
    ),
  );
  return found;
}

import { describe, expect, test } from "vitest";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";
import { nearestNeighbours } from "./index.ts";

function reference(
  queries: Float64Array,
  data: Float64Array,
  dimensions: number,
  k: number,
  metric: string,
): { indices: number[]; distances: number[] } {
  const result = { indices: [] as number[], distances: [] as number[] };
  for (let q = 0; q < queries.length; q += dimensions) {
    const found: [number, number][] = [];
    for (let row = 0; row * dimensions < data.length; row++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) {
        const difference = queries[q + d]! - data[row * dimensions + d]!;
        sum += metric === "euclidean" ? difference ** 2 : Math.abs(difference);
      }
      found.push([metric === "euclidean" ? Math.sqrt(sum) : sum, row]);
    }
    found.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
    for (const [distance, row] of found.slice(0, k)) {
      result.indices.push(row);
      result.distances.push(distance);
    }
  }
  return result;
}

describe("nearestNeighbours", () => {
  for (const [dimensions, rows, k] of [
    [1, 1, 1],
    [3, 5, 5],
    [8, 64, 3],
    [15, 1000, 10],
  ] as const)
    for (const metric of ["euclidean", "manhattan"] as const)
      test(`${k} of ${rows} rows in ${dimensions} dimensions, ${metric}`, async () => {
        const data = uniforms("data", rows * dimensions);
        const queries = uniforms("queries", 70 * dimensions);
        const want = reference(queries, data, dimensions, k, metric);
        const got = await nearestNeighbours(queries, data, { dimensions, k, metric });
        expect([...got.indices]).toEqual(want.indices);
        expect(worstError(got.distances, want.distances)).toBeLessThan(1e-14);
        const single = await nearestNeighbours(Float32Array.from(queries), Float32Array.from(data), {
          dimensions,
          k,
          metric,
        });
        expect(worstError(single.distances, want.distances)).toBeLessThan(1e-6);
      });

  test("equal distances go by row number, and NaN counts as infinitely far", async () => {
    const data = Float64Array.of(1, Number.NaN, -1, 1, 0);
    const got = await nearestNeighbours(Float64Array.of(0), data, {
      dimensions: 1,
      k: 5,
      metric: "euclidean",
    });
    expect([...got.indices]).toEqual([4, 0, 2, 3, 1]);
    expect([...got.distances]).toEqual([0, 1, 1, 1, Number.POSITIVE_INFINITY]);
  });

  test("has the same bits on any number of threads and for any batch of queries", async () => {
    const data = uniforms("big", 3000 * 6);
    const queries = uniforms("many", 333 * 6);
    const options = { dimensions: 6, k: 4, metric: "euclidean" } as const;
    const one = await nearestNeighbours(queries, data, { ...options, threads: 1 });
    const four = await nearestNeighbours(queries, data, { ...options, threads: 4 });
    expect(bits(four.indices) + bits(four.distances)).toBe(bits(one.indices) + bits(one.distances));
    const part = await nearestNeighbours(queries.slice(6 * 100, 6 * 101), data, options);
    expect(bits(part.distances)).toBe(bits(one.distances.subarray(400, 404)));
  });

  test("no queries are no work; more neighbours than rows are refused", async () => {
    const none = await nearestNeighbours(new Float64Array(0), Float64Array.of(1), {
      dimensions: 1,
      k: 2,
      metric: "euclidean",
    });
    expect(none.indices).toHaveLength(0);
    await expect(
      nearestNeighbours(Float64Array.of(1), Float64Array.of(1), { dimensions: 1, k: 2, metric: "euclidean" }),
    ).rejects.toMatchObject({ code: "VERISIM_NATIVE_ARGUMENT" });
  });
});

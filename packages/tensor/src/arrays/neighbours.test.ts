import { describe, expect, test } from "vitest";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";
import { type NeighbourSearch, type Neighbours, nearestNeighbours } from "./index.ts";
import { withoutOneHotBlocks } from "./one-hot-blocks.ts";

type Numbers = Float64Array | Float32Array;

function plainLoop(search: NeighbourSearch<Numbers>, rows: number, queries: number): Neighbours {
  const { width, k, categories, metric = "euclidean", excludeSelf } = search;
  const columns = categories?.weights.length ?? 0;
  const result: Neighbours = {
    indices: new Int32Array(queries * k),
    distances: new Float64Array(queries * k),
  };
  for (let q = 0; q < queries; q++) {
    const found: [number, number][] = [];
    const self = excludeSelf === true ? q : excludeSelf ? excludeSelf[q]! : -1;
    for (let row = 0; row < rows; row++) {
      if (row === self) continue;
      let sum = 0;
      for (let d = 0; d < width; d++) {
        const difference = search.queries[q * width + d]! - search.reference[row * width + d]!;
        sum += metric === "euclidean" ? difference ** 2 : Math.abs(difference);
      }
      for (let c = 0; c < columns; c++)
        if (categories!.queries[q * columns + c] !== categories!.reference[row * columns + c])
          sum += categories!.weights[c]!;
      found.push([metric === "euclidean" ? Math.sqrt(sum) : sum, row]);
    }
    found.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
    for (const [place, [distance, row]] of found.slice(0, k).entries()) {
      result.indices[q * k + place] = row;
      result.distances[q * k + place] = distance;
    }
  }
  return result;
}

const codes = (name: string, count: number, cardinality: number) =>
  Int32Array.from(uniforms(name, count), (u) => Math.floor(u * cardinality) - 1);

describe("nearestNeighbours", () => {
  for (const [width, rows, k, columns] of [
    [1, 1, 1, 0],
    [3, 5, 5, 0],
    [8, 64, 3, 2],
    [0, 300, 7, 5],
    [2, 2000, 10, 3],
    [15, 1000, 10, 0],
    [40, 700, 600, 1],
  ] as const)
    for (const metric of ["euclidean", "manhattan"] as const)
      test(`finds ${k} of ${rows} rows of ${width} numbers and ${columns} categories, ${metric}`, async () => {
        const queryCount = 300;
        const search = {
          reference: uniforms("data", rows * width).map((u) => u ** 3 * 50 + 1000),
          queries: uniforms("queries", queryCount * width).map((u) => u ** 3 * 50 + 1000),
          width,
          k,
          metric,
          ...(columns > 0 && {
            categories: {
              reference: codes("reference codes", rows * columns, 4),
              queries: codes("query codes", queryCount * columns, 5),
              weights: uniforms("weights", columns).map((u) => 30 * Math.abs(u)),
            },
          }),
        };
        const want = plainLoop(search, rows, queryCount);
        const got = await nearestNeighbours(search);
        if (width > 0) expect(got.indices).toEqual(want.indices);
        expect(worstError(got.distances, [...want.distances])).toBeLessThan(1e-13);
        const single = {
          ...search,
          reference: Float32Array.from(search.reference),
          queries: Float32Array.from(search.queries),
        };
        const wantSingle = plainLoop(single, rows, queryCount);
        const gotSingle = await nearestNeighbours<Float32Array>(single);
        expect(worstError(gotSingle.distances, [...wantSingle.distances])).toBeLessThan(1e-13);
      });

  test("one-hot blocks are found and change nothing: blocks side by side, at the end, scaled, and what only looks like one", async () => {
    const [rows, count, width] = [500, 300, 14];
    const category = uniforms("one-hot", rows * 3).map((u) => Math.floor(Math.abs(u) * 4));
    const dense = (from: number, to: number, query: boolean) =>
      Float64Array.from({ length: (to - from) * width }, (_, at) => {
        const [row, column] = [from + Math.floor(at / width), at % width];
        const code = (which: number) => category[row * 3 + which]!;
        if (column < 2) return Math.sin(row * (column + 1)) + (query ? 0.25 : 0);
        if (column < 6) return code(0) === column - 2 ? 1 : 0;
        if (column < 10) return code(1) === column - 6 ? 0.5 : 0;
        // Zeros and ones that do not exclude each other.
        if (column < 12) return (row >> (column - 10)) & 1;
        return code(2) % 2 === column - 12 ? 1 : 0;
      });
    const reference = dense(0, rows, false);
    const queries = dense(200, 200 + count, true);
    for (const metric of ["euclidean", "manhattan"] as const) {
      const search = { reference, queries, width, k: 4, metric };
      const [want, got] = [plainLoop(search, rows, count), await nearestNeighbours(search)];
      expect(worstError(got.distances, [...want.distances])).toBeLessThan(1e-13);
      const self = { ...search, queries: reference, excludeSelf: true as const };
      const wantSelf = plainLoop(self, rows, rows);
      expect(worstError((await nearestNeighbours(self)).distances, [...wantSelf.distances])).toBeLessThan(
        1e-13,
      );
    }
    const found = withoutOneHotBlocks({ reference, queries, width }, false)!;
    expect(found.width).toBe(2 + 2);
    expect([...found.categories!.weights]).toEqual([2, 0.5, 2]);
    // A query row without a one in a block: it is no block.
    queries.fill(0, 2, 6);
    expect([...withoutOneHotBlocks({ reference, queries, width }, false)!.categories!.weights]).toEqual([
      0.5, 2,
    ]);
  });

  test("near ties fall by the exact distance, far from the origin too", async () => {
    // Neighbours differ in the 12th digit: floats could not tell them apart.
    const reference = Float64Array.from({ length: 500 }, (_, row) => 1e6 + ((row * 7919) % 500) * 1e-6);
    const search = { reference, queries: reference, width: 1, k: 4, excludeSelf: true };
    const want = plainLoop(search, 500, 500);
    const got = await nearestNeighbours(search);
    expect(got.distances).toEqual(want.distances);
    expect(got.indices).toEqual(want.indices);
  });

  test("rows far apart as bytes and near as numbers are told apart, clusters and outliers among them", async () => {
    const [width, rows] = [24, 1500];
    const reference = uniforms("clustered", rows * width).map((u, at) => {
      const row = Math.floor(at / width);
      return u * (row % 3 === 0 ? 1e-4 : 1) + (row % 7) + (row % 500 === 1 ? 1e3 : 0);
    });
    const queries = reference.slice(0, 300 * width);
    const search = {
      reference,
      queries,
      width,
      k: 6,
      excludeSelf: Int32Array.from({ length: 300 }, (_, q) => q),
    };
    const want = plainLoop(search, rows, 300);
    const got = await nearestNeighbours(search);
    expect(got.indices).toEqual(want.indices);
    expect(worstError(got.distances, [...want.distances])).toBeLessThan(1e-13);
  });

  test("an outlier does not hide the order of what lies close together", async () => {
    const reference = uniforms("close", 400 * 3);
    reference[1] = 1e9;
    const search = { reference, queries: reference, width: 3, k: 5, excludeSelf: true };
    expect((await nearestNeighbours(search)).indices).toEqual(plainLoop(search, 400, 400).indices);
  });

  test("equal distances go by row number, among thousands of equal rows", async () => {
    const line = Float64Array.of(1, 3, -1, 1, 0);
    const got = await nearestNeighbours({ reference: line, queries: Float64Array.of(0), width: 1, k: 5 });
    expect([...got.indices]).toEqual([4, 0, 2, 3, 1]);
    expect([...got.distances]).toEqual([0, 1, 1, 1, 3]);
    const same = await nearestNeighbours({
      reference: new Float32Array(6000).fill(2.5),
      queries: new Float32Array(300).fill(2),
      width: 2,
      k: 3,
    });
    expect([...new Set(same.indices)]).toEqual([0, 1, 2]);
    expect([...new Set(same.distances)]).toEqual([Math.SQRT1_2]);
  });

  test("a query leaves out itself but not its equals", async () => {
    const rows = Float64Array.of(5, 1, 5, 2);
    const self = await nearestNeighbours({
      reference: rows,
      queries: rows,
      width: 1,
      k: 2,
      excludeSelf: true,
    });
    expect([...self.indices]).toEqual([2, 3, 3, 0, 0, 3, 1, 0]);
    const some = await nearestNeighbours({
      reference: rows,
      queries: Float64Array.of(5, 5),
      width: 1,
      k: 1,
      excludeSelf: Int32Array.of(-1, 0),
    });
    expect([...some.indices]).toEqual([0, 2]);
  });

  test("has the same bits on any number of threads and for any batch of queries", async () => {
    const reference = uniforms("big", 3000 * 6);
    const queries = uniforms("many", 333 * 6);
    const search = { reference, queries, width: 6, k: 4 };
    const one = await nearestNeighbours(search, { threads: 1 });
    const four = await nearestNeighbours(search, { threads: 4 });
    expect(bits(four.indices) + bits(four.distances)).toBe(bits(one.indices) + bits(one.distances));
    const part = await nearestNeighbours({ ...search, queries: queries.slice(6 * 100, 6 * 101) });
    expect(bits(part.distances)).toBe(bits(one.distances.subarray(400, 404)));
  });

  test("no queries are no work", async () => {
    const none = await nearestNeighbours({
      reference: Float64Array.of(1),
      queries: new Float64Array(0),
      width: 1,
      k: 2,
    });
    expect(none.indices).toHaveLength(0);
  });

  test("refuses what it cannot answer", async () => {
    const two = Float64Array.of(1, 2);
    const cases: NeighbourSearch<Float64Array>[] = [
      { reference: two, queries: two, width: 1, k: 3 },
      { reference: two, queries: two, width: 1, k: 2, excludeSelf: true },
      { reference: two, queries: two, width: 1, k: 0 },
      { reference: two, queries: two, width: 1, k: 1.5 },
      { reference: two, queries: two, width: 0, k: 1 },
      { reference: two, queries: two, width: 4, k: 1 },
      { reference: two, queries: Float64Array.of(1), width: 1, k: 1, excludeSelf: true },
      { reference: two, queries: two, width: 1, k: 1, excludeSelf: Int32Array.of(0) },
      { reference: Float64Array.of(1, Number.NaN), queries: two, width: 1, k: 1 },
      { reference: two, queries: Float64Array.of(Number.POSITIVE_INFINITY), width: 1, k: 1 },
      { reference: Float64Array.of(1, 1e200), queries: two, width: 1, k: 1 },
      {
        reference: two,
        queries: two,
        width: 1,
        k: 1,
        categories: {
          reference: Int32Array.of(1, 2),
          queries: Int32Array.of(1),
          weights: Float64Array.of(1),
        },
      },
      {
        reference: two,
        queries: two,
        width: 1,
        k: 1,
        categories: {
          reference: Int32Array.of(1, 2),
          queries: Int32Array.of(1, 2),
          weights: Float64Array.of(-1),
        },
      },
    ];
    for (const search of cases)
      await expect(nearestNeighbours(search)).rejects.toMatchObject({ code: "VERISIM_NATIVE_ARGUMENT" });
  });

  test("stops on request", async () => {
    const reference = uniforms("long", 40_000 * 20);
    const stop = new AbortController();
    const running = nearestNeighbours(
      { reference, queries: reference, width: 20, k: 5 },
      { signal: stop.signal },
    );
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });
});

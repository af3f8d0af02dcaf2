import { RowRandom, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { MixedIndex } from "./mixed-index.ts";
import type { DistanceKind, MixedRows } from "./mixed-rows.ts";
import { MixedTree } from "./mixed-tree.ts";

/** Points with ties, equal rows, a column without spread and codes of very different frequency. */
function points(rowCount: number, seed: number): MixedRows {
  const numbers = new Float64Array(rowCount * 3);
  const codes = new Int32Array(rowCount * 3);
  for (let row = 0; row < rowCount; row++) {
    const random = new RowRandom(streamKey(seed, "points"), row);
    numbers.set([random.below(6) / 5, random.uniform() ** 4, 0.5], row * 3);
    codes.set([random.below(2), Math.floor(40 * random.uniform() ** 3), 0], row * 3);
    if (row % 10 === 9) {
      numbers.copyWithin(row * 3, 0, 3);
      codes.copyWithin(row * 3, 0, 3);
    }
  }
  return { rowCount, numbersWidth: 3, numbers, codesWidth: 3, codes, mismatch: 0.3 };
}

function plainDistance(a: MixedRows, i: number, b: MixedRows, j: number, kind: DistanceKind): number {
  let sum = 0;
  for (let c = 0; c < 3; c++) {
    const gap = a.numbers[i * 3 + c]! - b.numbers[j * 3 + c]!;
    sum += kind === "euclidean" ? gap * gap : Math.abs(gap);
  }
  let different = 0;
  for (let c = 0; c < 3; c++) if (a.codes[i * 3 + c] !== b.codes[j * 3 + c]) different++;
  const distance = sum + 0.3 * different;
  return kind === "euclidean" ? Math.sqrt(distance) : distance;
}

describe.each([
  ["euclidean", MixedIndex],
  ["manhattan", MixedIndex],
  ["euclidean", MixedTree],
  ["manhattan", MixedTree],
] as const)("%s neighbours by %o", (kind, Index) => {
  const data = points(700, 1);
  const queries = points(300, 2);
  const index = new Index(data, kind);
  const all = Int32Array.from({ length: queries.rowCount }, (_, query) => query);

  it("are those of a plain loop, equal distances by row", async () => {
    const found = await index.nearest(queries, 4);
    for (let query = 0; query < queries.rowCount; query++) {
      const plain = Array.from({ length: data.rowCount }, (_, row) => ({
        row,
        distance: plainDistance(queries, query, data, row, kind),
      })).sort((a, b) => a.distance - b.distance || a.row - b.row);
      expect([...found.rows.subarray(query * 4, query * 4 + 4)]).toEqual(
        plain.slice(0, 4).map(({ row }) => row),
      );
      expect([...found.distances.subarray(query * 4, query * 4 + 4)]).toEqual(
        plain.slice(0, 4).map(({ distance }) => distance),
      );
    }
  });

  it("leave a point out of its own neighbours and keep its equals", async () => {
    const found = await index.nearest(data, 1, { sameTable: true });
    expect(found.rows.every((row, query) => row !== query)).toBe(true);
    // Row 9 was made equal to row 0, and row 19 too: the lower row is the neighbour.
    expect([found.rows[9], found.distances[9]]).toEqual([0, 0]);
    expect([found.rows[0], found.distances[0]]).toEqual([9, 0]);
  });

  it("within a radius are the points that are strictly nearer", async () => {
    const own = await index.nearest(data, 3, { sameTable: true });
    const radii = Float64Array.from(
      { length: queries.rowCount },
      (_, query) => own.distances[query * 3 + 2]!,
    );
    const found = new Set<string>();
    const visit = (query: number, row: number): void => {
      found.add(`${query} ${row}`);
    };
    if (index instanceof MixedTree) await index.within(queries, radii, all, visit);
    else await index.within(queries, radii, visit);
    const expected = new Set<string>();
    for (let query = 0; query < queries.rowCount; query++)
      for (let row = 0; row < data.rowCount; row++)
        if (plainDistance(queries, query, data, row, kind) < radii[query]!) expected.add(`${query} ${row}`);
    expect(found).toEqual(expected);
    expect(expected.size).toBeGreaterThan(100);
  });

  it("stop on request", async () => {
    const signal = AbortSignal.abort();
    await expect(index.nearest(queries, 1, { signal })).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });
});

it("limits what a number adds, whichever way a query is searched", async () => {
  const limited = { ...points(400, 3), mostPerNumber: 0.25 };
  const queries = points(100, 4);
  // One query within every range and one without.
  queries.numbers.set([0.5, 0.1, 0.5], 0);
  queries.numbers.set([5, -3, 0.5], 3);
  const far: MixedRows = { ...limited, numbers: limited.numbers.map((value) => value / 10) };
  for (const data of [limited, far]) {
    const byIndex = await new MixedIndex(data, "manhattan").nearest(queries, 3);
    const byTree = await new MixedTree(data, "manhattan").nearest(queries, 3);
    expect(byIndex).toEqual(byTree);
  }
  // Beyond the limit in two numbers, equal in the third one.
  const { distances } = await new MixedIndex(limited, "manhattan").nearest(queries, 1);
  expect(Math.min(Math.abs(distances[1]! - 0.5), Math.abs(distances[1]! - 0.8))).toBeLessThan(1e-12);
});

it("finds neighbours among points that are all equal", async () => {
  const equal: MixedRows = {
    rowCount: 100,
    numbersWidth: 1,
    numbers: new Float64Array(100).fill(3),
    codesWidth: 0,
    codes: new Int32Array(0),
    mismatch: 2,
  };
  const found = await new MixedIndex(equal, "euclidean").nearest(equal, 2, { sameTable: true });
  expect([...found.rows.subarray(0, 6)]).toEqual([1, 2, 0, 2, 0, 1]);
  expect(found.distances.every((distance) => distance === 0)).toBe(true);
});

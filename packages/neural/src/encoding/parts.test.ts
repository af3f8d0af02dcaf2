import { rowUniform, streamKey } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { beginsOfParts, cutRuns, joinRanges, partAt, placeInside, placeParts } from "./parts.ts";

const runMass = (mass: Float64Array, first: Int32Array): number[] =>
  Array.from({ length: first.length - 1 }, (_, k) =>
    mass.subarray(first[k]!, first[k + 1]!).reduce((sum, part) => sum + part, 0),
  );

describe("cutRuns", () => {
  test("deals equal parts to equal runs", () => {
    const mass = new Float64Array(12).fill(1);
    expect([...cutRuns(mass, new Uint8Array(12), 4)]).toEqual([0, 3, 6, 9, 12]);
  });

  test("keeps marked parts alone and never makes more runs than asked for", () => {
    const key = streamKey(1, "runs");
    for (let row = 0; row < 300; row++) {
      const size = 1 + Math.floor(60 * rowUniform(key, row, 0));
      const most = 1 + Math.floor(20 * rowUniform(key, row, 1));
      const mass = Float64Array.from({ length: size }, (_, i) => rowUniform(key, row, 2, i) ** 4);
      const total = mass.reduce((sum, part) => sum + part, 0);
      const alone = Uint8Array.from(mass, (part) => (part * most >= total ? 1 : 0));
      const first = cutRuns(mass, alone, most);
      const runs = runMass(mass, first);
      expect(runs.length).toBeLessThanOrEqual(most);
      expect([first[0], first.at(-1)]).toEqual([0, size]);
      expect(runs.reduce((sum, run) => sum + run, 0)).toBeCloseTo(total, 12);
      for (const run of runs) expect(run).toBeGreaterThan(0);
    }
  });

  test("runs between lonely parts are joined with the least that they can be", () => {
    const mass = Float64Array.of(30, 1, 30, 1, 30, 8);
    const first = cutRuns(mass, Uint8Array.of(1, 0, 1, 0, 1, 0), 4);
    expect(runMass(mass, first)).toEqual([31, 31, 30, 8]);
  });
});

describe("places of parts", () => {
  const parts = placeParts(Float64Array.of(1, 3, 4, 5), Int32Array.of(0, 3, 4));

  test("are as long as their share of the alternative", () => {
    expect([...parts.ends]).toEqual([-0.75, 0, 1, 1]);
    expect([...beginsOfParts(parts)]).toEqual([-1, -0.75, 0, -1]);
  });

  test("are found again, ends belonging to the part after them", () => {
    const places = [-1, -0.76, -0.75, -0.1, 0, 0.5, 1];
    expect(places.map((place) => partAt(parts, 0, place))).toEqual([0, 0, 1, 1, 2, 2, 2]);
    expect(places.map((place) => partAt(parts, 1, place))).toEqual([3, 3, 3, 3, 3, 3, 3]);
  });

  test("stay inside of their part in single precision", () => {
    const narrow = placeParts(
      Float64Array.from({ length: 5000 }, (_, i) => 1 + (i % 7)),
      Int32Array.of(0, 5000),
    );
    const begins = beginsOfParts(narrow);
    for (let part = 0; part < 5000; part++) {
      for (const share of [0, 1e-9, 0.3, 1 - 1e-9, 1]) {
        const place = placeInside(begins[part]!, narrow.ends[part]!, share);
        expect(Math.fround(place)).toBe(place);
        expect(partAt(narrow, 0, place)).toBe(part);
      }
    }
  });
});

test("ranges that touch are joined and end just before the part after them", () => {
  expect([...joinRanges([])]).toEqual([]);
  expect([
    ...joinRanges([
      [0.5, 1],
      [-1, 0],
      [-0.5, 0.5],
    ]),
  ]).toEqual([-1, 1]);
  const [low, high, ...rest] = joinRanges([[-0.5, 0.25]]);
  expect(low).toBe(-0.5);
  expect(high).toBeLessThan(0.25);
  expect(high).toBeGreaterThan(0.25 - 1e-11);
  expect(rest).toEqual([]);
  expect([...joinRanges([[0.3, 0.3]])]).toEqual([0.3, 0.3]);
});

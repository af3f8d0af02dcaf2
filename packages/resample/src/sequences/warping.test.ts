import { describe, expect, test } from "vitest";
import { placesBetween } from "./between.ts";
import { type Steps, warpingCost, warpingPath } from "./warping.ts";

const whole = { window: 1, mismatch: 1 };

const line = (...values: number[]): Steps => ({
  length: values.length,
  numbers: Float64Array.from(values),
  width: 1,
  codes: new Int32Array(0),
  columns: 0,
});

/** Over all paths, by recursion. */
function cheapest(a: Steps, b: Steps, i: number = a.length - 1, j: number = b.length - 1): number {
  const own = (a.numbers[i]! - b.numbers[j]!) ** 2;
  if (i === 0 && j === 0) return own;
  const before = [
    i > 0 ? cheapest(a, b, i - 1, j) : Number.POSITIVE_INFINITY,
    j > 0 ? cheapest(a, b, i, j - 1) : Number.POSITIVE_INFINITY,
    i > 0 && j > 0 ? cheapest(a, b, i - 1, j - 1) : Number.POSITIVE_INFINITY,
  ];
  return own + Math.min(...before);
}

describe("dynamic time warping", () => {
  test("finds the least cost of all paths, whatever the lengths", () => {
    const wave = (length: number, phase: number) =>
      line(...Array.from({ length }, (_, step) => Math.sin(step * 1.1 + phase) + (step % 3)));
    for (const [n, m] of [
      [1, 1],
      [1, 5],
      [6, 2],
      [6, 6],
      [5, 7],
    ] as const) {
      const [a, b] = [wave(n, 0), wave(m, 1)];
      expect(warpingCost(a, b, whole)).toBeCloseTo(cheapest(a, b), 10);
      const path = warpingPath(a, b, whole);
      const along = path.a.reduce((sum, i, at) => sum + (a.numbers[i]! - b.numbers[path.b[at]!]!) ** 2, 0);
      expect(along).toBeCloseTo(cheapest(a, b), 10);
      expect([path.a[0], path.b[0], path.a.at(-1), path.b.at(-1)]).toEqual([0, 0, n - 1, m - 1]);
    }
  });

  test("a delay costs nothing within the window, and something beyond it", () => {
    const early = line(0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    const late = line(0, 0, 0, 0, 1, 0, 0, 0, 0, 0);
    expect(warpingCost(early, late, whole)).toBe(0);
    expect(warpingCost(early, late, { window: 0.3, mismatch: 1 })).toBe(0);
    expect(warpingCost(early, late, { window: 0.2, mismatch: 1 })).toBeGreaterThan(0);
    expect(warpingCost(early, line(9, 9, 9), whole, 5)).toBe(Number.POSITIVE_INFINITY);
  });

  test("categories that differ cost the mismatch", () => {
    const steps = (...codes: number[]): Steps => ({
      length: codes.length,
      numbers: new Float64Array(0),
      width: 0,
      codes: Int32Array.from(codes),
      columns: 1,
    });
    expect(warpingCost(steps(1, 2, 3), steps(1, 1, 2, 3), { window: 1, mismatch: 5 })).toBe(0);
    expect(warpingCost(steps(1, 2, 3), steps(1, 4, 3), { window: 1, mismatch: 5 })).toBe(5);
  });
});

test("between two sequences time and value move alike: a peak stays as high and comes in between", () => {
  const peak = (length: number, at: number) =>
    Array.from({ length }, (_, step) => Math.exp(-0.5 * ((step - at) / 2) ** 2));
  const [a, b] = [peak(30, 8), peak(40, 20)];
  const path = warpingPath(line(...a), line(...b), whole);
  const at = (share: number) => {
    const places = placesBetween(path, share);
    return Array.from({ length: places.count }, (_, step) => {
      const cell = (of: number[], from: number, part: number) =>
        of[from]! + (part > 0 ? part * (of[from + 1]! - of[from]!) : 0);
      const [x, y] = [
        cell(a, places.a[step]!, places.aPart[step]!),
        cell(b, places.b[step]!, places.bPart[step]!),
      ];
      return x + share * (y - x);
    });
  };
  const gaps = (found: number[], to: number[]) =>
    Math.max(...found.map((value, step) => Math.abs(value - to[step]!)));
  expect([at(0).length, at(1).length]).toEqual([30, 40]);
  expect(gaps(at(0), a)).toBe(0);
  expect(gaps(at(1), b)).toBeLessThan(1e-12);
  const middle = at(0.5);
  // Lengths 30 and 40, peaks at 8 and 20. A mean of steps of equal number would be half as high.
  expect(middle).toHaveLength(35);
  expect(Math.max(...middle)).toBeGreaterThan(0.97);
  expect(Math.abs(middle.indexOf(Math.max(...middle)) - 14)).toBeLessThanOrEqual(1);
});

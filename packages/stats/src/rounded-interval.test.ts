import type { Interval } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { isInside, nearestAllowed, roundedInterval } from "./rounded-interval.ts";

const interval = (low: number, high: number, open: "[]" | "(]" | "[)" | "()" = "[]"): Interval => ({
  low,
  high,
  lowOpen: open.startsWith("("),
  highOpen: open.endsWith(")"),
});

describe("roundedInterval", () => {
  test("reaches half a step beyond its cells", () => {
    expect(roundedInterval(interval(30, 45, "[)"), 1, 0)).toEqual({ raw: [29.5, 44.5], cells: [30, 44] });
    const cents = roundedInterval(interval(0.1, 0.3, "(]"), 1, 2);
    expect(cents.cells).toEqual([0.11, 0.3]);
    expect(cents.raw[0]).toBeCloseTo(0.105, 15);
    expect(cents.raw[1]).toBeCloseTo(0.305, 15);
  });

  test("counts in units", () => {
    expect(roundedInterval(interval(864e8, 3 * 864e8, "(]"), 864e8, 0)).toEqual({
      raw: [1.5, 3.5],
      cells: [2, 3],
    });
  });

  test("is empty where no cell lies between its ends", () => {
    const { raw } = roundedInterval(interval(0, 1, "()"), 1, 0);
    expect(raw[0]).toBeGreaterThan(raw[1]);
  });

  test("without rounding leaves out exactly the ends that are open", () => {
    const { raw, cells } = roundedInterval(interval(0.5, 2, "()"), 1, -1);
    expect(raw).toEqual([0.5 + 2 ** -53, 2 - 2 ** -52]);
    expect(cells).toEqual(raw);
    expect(roundedInterval(interval(0, Number.POSITIVE_INFINITY, "()"), 1, -1).raw).toEqual([
      Number.MIN_VALUE,
      Number.POSITIVE_INFINITY,
    ]);
    expect(roundedInterval(interval(-2, -0.5, "()"), 1, -1).raw).toEqual([-2 + 2 ** -52, -0.5 - 2 ** -53]);
  });
});

test("nearestAllowed moves a value to the nearest end, or leaves it", () => {
  const ranges = [
    [1, 2],
    [5, 5],
  ] as const;
  expect([0, 1.5, 3, 4, 9].map((value) => nearestAllowed(value, ranges))).toEqual([1, 1.5, 2, 5, 5]);
});

test("isInside minds open ends", () => {
  expect([1, 1.5, 2].map((value) => isInside(value, interval(1, 2, "(]")))).toEqual([false, true, true]);
  expect([1, 1.5, 2].map((value) => isInside(value, interval(1, 2, "[)")))).toEqual([true, true, false]);
});

import { expect, test } from "vitest";
import { rocArea } from "./roc-area.ts";

test("is the share of pairs in the right order, ties half, with DeLong's error", () => {
  const [positive, negative] = [
    [3, 1, 4, 1, 5],
    [2, 1, 0, 3],
  ];
  const wins = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = (values: number[]) =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1);
  const ups = positive.map((a) => mean(negative.map((b) => wins(a, b))));
  const downs = negative.map((b) => mean(positive.map((a) => wins(a, b))));
  const { value, error } = rocArea(Float64Array.from(positive), Float64Array.from(negative));
  expect(value).toBe(mean(ups));
  expect(error).toBeCloseTo(Math.sqrt(variance(ups) / 5 + variance(downs) / 4), 14);
});

test("has no error where both sides are apart, and none where all scores are equal", () => {
  expect(rocArea(Float64Array.of(3, 4), Float64Array.of(1, 2))).toEqual({ value: 1, error: 0 });
  expect(rocArea(Float64Array.of(1, 1), Float64Array.of(1, 1, 1))).toEqual({ value: 0.5, error: 0 });
  expect(rocArea(Float64Array.of(1), Float64Array.of(2))).toEqual({ value: 0, error: 0 });
});

test("ends with infinite scores and scores that are none", () => {
  const odd = Float64Array.of(Number.NaN, 1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  expect(rocArea(odd, odd).value).toBe(0.5);
  expect(rocArea(Float64Array.of(Number.NaN), Float64Array.of(1)).value).toBe(1);
});

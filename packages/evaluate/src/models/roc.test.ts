import { RowRandom, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { areaUnderCurve, rocPoints } from "./roc.ts";

/** The definition: all pairs, ties half; variances of the rows' own means over the pairs. */
function byPairs(positive: readonly number[], negative: readonly number[]): { value: number; error: number } {
  const wins = (a: number, b: number) => (a > b ? 1 : a === b ? 0.5 : 0);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = (values: readonly number[]) => {
    const centre = mean(values);
    return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
  };
  const ofPositive = positive.map((a) => mean(negative.map((b) => wins(a, b))));
  const ofNegative = negative.map((b) => mean(positive.map((a) => wins(a, b))));
  const error = Math.sqrt(variance(ofPositive) / positive.length + variance(ofNegative) / negative.length);
  return { value: mean(ofPositive), error };
}

describe("areaUnderCurve", () => {
  it("is the share of pairs in the right order, with DeLong's error, ties included", () => {
    const random = new RowRandom(streamKey(1, "roc"), 0);
    const draw = (count: number, lift: number) =>
      Array.from({ length: count }, () => Math.round(10 * (random.uniform() + lift)) / 10);
    for (const lift of [0, 0.2, 0.5]) {
      const [positive, negative] = [draw(40, lift), draw(55, 0)];
      const { auc, pValue } = areaUnderCurve(Float64Array.from(positive), Float64Array.from(negative));
      const expected = byPairs(positive, negative);
      expect(auc.value).toBeCloseTo(expected.value, 12);
      expect(auc.value - auc.low).toBeCloseTo(1.959963984540054 * expected.error, 12);
      if (lift === 0.5) expect(pValue).toBeLessThan(1e-9);
    }
  });

  it("has an interval without width where the two sides are apart, or all scores equal", () => {
    const apart = areaUnderCurve(Float64Array.of(3, 4), Float64Array.of(1, 2));
    expect(apart).toEqual({ auc: { value: 1, low: 1, high: 1 }, pValue: 0 });
    const equal = areaUnderCurve(Float64Array.of(1, 1), Float64Array.of(1, 1, 1));
    expect(equal).toEqual({ auc: { value: 0.5, low: 0.5, high: 0.5 }, pValue: 1 });
  });

  it("draws every step of a short curve", () => {
    expect(rocPoints(Float64Array.of(0.9, 0.4), Float64Array.of(0.4, 0.1))).toEqual({
      falsePositive: [0, 0, 0.5, 1],
      truePositive: [0, 0.5, 1, 1],
    });
  });
});

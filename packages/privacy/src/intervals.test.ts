import { wilson } from "@verisim/stats";
import { describe, expect, it } from "vitest";
import { binomialUpperTail, clopperPearson, combinedInterval } from "./intervals.ts";

// Reference values: statsmodels 0.14 proportion_confint (wilson, beta) and scipy.stats.binom.sf.
describe("intervals of shares", () => {
  it("are Wilson's", () => {
    const { value, low, high } = wilson(10, 100);
    expect(value).toBe(0.1);
    expect(low).toBeCloseTo(0.05522914, 7);
    expect(high).toBeCloseTo(0.17436566, 7);
    expect(wilson(0, 20)).toMatchObject({ value: 0, low: 0 });
    expect(wilson(20, 20)).toMatchObject({ value: 1, high: 1 });
    expect(wilson(0, 0)).toMatchObject({ low: 0, high: 1 });
  });

  it("are Clopper and Pearson's", () => {
    const { low, high } = clopperPearson(10, 100);
    expect(low).toBeCloseTo(0.04900469, 7);
    expect(high).toBeCloseTo(0.1762226, 7);
    expect(clopperPearson(0, 10).high).toBeCloseTo(0.3084971, 7);
    expect(clopperPearson(10, 10).low).toBeCloseTo(0.6915029, 7);
  });

  it("know the tail of the binomial distribution", () => {
    expect(binomialUpperTail(10, 10, 0.5)).toBeCloseTo(2 ** -10, 15);
    expect(binomialUpperTail(3, 10, 0.5)).toBeCloseTo(0.9453125, 12);
    expect(binomialUpperTail(0, 10, 0.5)).toBe(1);
    expect(binomialUpperTail(11, 10, 0.5)).toBe(0);
  });

  it("combine as Newcombe's difference of two shares", () => {
    // 56 of 70 and 48 of 80: 0.2, 0.0524 to 0.3339 (Newcombe 1998, table II, method 10).
    const { value, low, high } = combinedInterval(wilson(56, 70), wilson(48, 80), (a, b) => a - b);
    expect(value).toBeCloseTo(0.2, 12);
    expect(low).toBeCloseTo(0.0524, 4);
    expect(high).toBeCloseTo(0.3339, 4);
  });
});

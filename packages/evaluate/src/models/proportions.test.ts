import { wilson } from "@verisim/stats";
import { describe, expect, it } from "vitest";
import { difference, meanEstimate, widestPair } from "./proportions.ts";

describe("intervals of shares", () => {
  it("are Wilson's", () => {
    // R. Newcombe, Statistics in Medicine 17, 1998, 857-872, table I: 81/263 and 15/148, method 3.
    const [first, second] = [wilson(81, 263), wilson(15, 148)];
    expect([first.low, first.high].map((end) => end.toFixed(4))).toEqual(["0.2553", "0.3662"]);
    expect([second.low, second.high].map((end) => end.toFixed(4))).toEqual(["0.0624", "0.1605"]);
    expect(wilson(0, 20).low).toBe(0);
    expect(wilson(0, 20).high.toFixed(4)).toBe("0.1611");
    expect(wilson(20, 20).high).toBe(1);
  });

  it("of differences are Newcombe's method 10", () => {
    // Statistics in Medicine 17, 1998, 873-890, table II: 56/70 less 48/80.
    const { value, low, high } = difference(wilson(56, 70), wilson(48, 80));
    expect(value).toBeCloseTo(0.2, 12);
    expect([low, high].map((end) => end.toFixed(4))).toEqual(["0.0524", "0.3339"]);
  });

  it("of means are normal", () => {
    const { value, low } = meanEstimate(10, 30, 4);
    expect(value).toBe(2.5);
    expect(low).toBeCloseTo(2.5 - 1.959963984540054 * Math.sqrt(5 / 3 / 4), 12);
  });

  it("choose a wide gap that many rows show before a wider one of few", () => {
    const estimates = [wilson(500, 1000), wilson(300, 1000), wilson(0, 3), null];
    expect(widestPair(estimates)).toMatchObject({ first: 0, second: 1 });
    expect(widestPair([null, wilson(1, 2)])).toBeNull();
  });
});

import { RowRandom, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { excessDistance, holm, twoSampleChiSquare } from "./multiple-tests.ts";

describe("tests of many subgroups", () => {
  it("computes Pearson's chi-square between two samples", () => {
    // [[10, 20], [20, 10]]: statistic 20/3 with one degree of freedom.
    expect(twoSampleChiSquare([10, 20], [20, 10])).toBeCloseTo(0.009823274507519, 12);
    expect(twoSampleChiSquare([10, 20], [10, 20])).toBe(1);
    expect(twoSampleChiSquare([10, 20], [0, 0])).toBe(1);
    // Cells with fewer than ten rows are one cell: [30, 6] against [10, 12].
    expect(twoSampleChiSquare([30, 2, 4], [10, 7, 5])).toBeCloseTo(twoSampleChiSquare([30, 6], [10, 12]), 12);
  });

  it("adjusts p-values as Holm says", () => {
    const adjusted = holm(Float64Array.of(0.01, 0.04, 0.03, 0.005));
    expect([...adjusted].map((value) => Number(value.toFixed(12)))).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm(Float64Array.of(0.6, 0.7))[1]).toBe(1);
  });

  it("has a distance of about nothing between samples of one distribution, and of the truth between two", () => {
    const shares = [0.5, 0.3, 0.2];
    const other = [0.3, 0.3, 0.4];
    const sample = (own: readonly number[], rows: number, seed: number) => {
      const counts = [0, 0, 0];
      const random = new RowRandom(streamKey(seed, "distance"), 0);
      for (let row = 0; row < rows; row++) {
        const draw = random.uniform();
        counts[draw < own[0]! ? 0 : draw < own[0]! + own[1]! ? 1 : 2]!++;
      }
      return counts;
    };
    let [same, apart] = [0, 0];
    for (let seed = 0; seed < 100; seed++) {
      same += excessDistance(sample(shares, 200, seed), sample(shares, 150, 1000 + seed)) / 100;
      apart += excessDistance(sample(shares, 2000, seed), sample(other, 2000, 1000 + seed)) / 100;
    }
    // Means of 100 distances with errors of 0.025 and 0.013 each.
    expect(Math.abs(same)).toBeLessThan(0.012);
    expect(apart).toBeGreaterThan(0.18);
    expect(apart).toBeLessThan(0.21);
    expect(excessDistance([5, 5], [0, 0])).toBe(1);
  });
});

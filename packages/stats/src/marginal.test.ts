import { describe, expect, it } from "vitest";
import {
  empiricalMarginal,
  marginalFromSegments,
  marginalProbabilities,
  marginalQuantile,
  marginalRange,
  tabulatedMarginal,
} from "./marginal.ts";
import { normalCdf, normalQuantile } from "./normal.ts";

/** n values of a smooth curve, every one different. */
const distinct = (n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.exp(3 * normalQuantile((i + 0.5) / n)) + 10);

describe("empiricalMarginal", () => {
  it("makes atoms of values that enough rows share and stretches of the rest", () => {
    const values = Float64Array.of(0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 9, 9, 9, 9, 9);
    const marginal = empiricalMarginal(values, { minGroup: 5 });
    expect([...marginal.low]).toEqual([0, 0.5, 9]);
    expect([...marginal.high]).toEqual([0, 7, 9]);
    expect([...marginal.cumulative]).toEqual([0, 6 / 16, 11 / 16, 1]);
  });

  it("stores no value that fewer rows than a group hold", () => {
    const values = distinct(2000);
    const marginal = empiricalMarginal(values, { minGroup: 5 });
    const seen = new Set(values);
    for (const edge of [...marginal.low, ...marginal.high]) expect(seen.has(edge)).toBe(false);
    const [low, high] = marginalRange(marginal);
    expect(low).toBeGreaterThan(values[0]!);
    expect(high).toBeLessThan(values.at(-1)!);
  });

  it("keeps every quantile within a group's share of the data", () => {
    const values = distinct(5000);
    const marginal = empiricalMarginal(values);
    for (let i = 1; i < 100; i++) {
      const x = marginalQuantile(marginal, i / 100);
      const rank = values.findIndex((value) => value > x);
      expect(Math.abs(rank / values.length - i / 100)).toBeLessThan(0.0025);
    }
  });

  it("keeps the mean of heavy-tailed data within one percent", () => {
    const values = distinct(5000);
    const marginal = empiricalMarginal(values);
    let mean = 0;
    marginal.low.forEach((low, s) => {
      mean += (marginal.cumulative[s + 1]! - marginal.cumulative[s]!) * ((low + marginal.high[s]!) / 2);
    });
    const truth = values.reduce((sum, value) => sum + value / values.length, 0);
    expect(Math.abs(mean / truth - 1)).toBeLessThan(0.01);
  });

  it("spans the gap for too few rows between two atoms and gives lone rows at an end to the atom", () => {
    const values = Float64Array.of(0, 0, 0, 0, 0, 3.25, 8, 8, 8, 8, 8, 77);
    const marginal = empiricalMarginal(values, { minGroup: 5 });
    expect([...marginal.low]).toEqual([0, 0, 8]);
    expect([...marginal.high]).toEqual([0, 8, 8]);
    expect(marginal.cumulative[2]).toBeCloseTo(6 / 12, 12);
  });

  it("works with one row and with one value", () => {
    expect(marginalQuantile(empiricalMarginal(Float64Array.of(4.5)), 0.3)).toBe(4.5);
    expect(marginalRange(empiricalMarginal(new Float64Array(100).fill(7)))).toEqual([7, 7]);
    expect(marginalRange(empiricalMarginal(Float64Array.of(7, 7, 7, 7, 7, 7, 8)))).toEqual([7, 7]);
  });

  it("makes atoms of the extremes where they are pinned, with the mass that they have", () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => i * i);
    const marginal = empiricalMarginal(values, { pinExtremes: true });
    expect([marginal.low[0], marginal.high[0]]).toEqual([0, 0]);
    expect([marginal.low.at(-1), marginal.high.at(-1)]).toEqual([9801, 9801]);
    expect(marginal.cumulative[1]).toBeCloseTo(0.01, 12);
    expect(marginal.cumulative.at(-2)).toBeCloseTo(0.99, 12);
    // Beside the extremes are stretches that no atom overlaps.
    expect(marginal.low[1]).toBeGreaterThan(0);
    expect(marginal.high.at(-2)).toBeLessThan(9801);
    expect(marginalRange(empiricalMarginal(Float64Array.of(3, 5), { pinExtremes: true }))).toEqual([3, 5]);
  });

  it("holds the number of atoms below its bound", () => {
    const values = Float64Array.from({ length: 60_000 }, (_, i) => Math.floor(i / 6));
    const marginal = empiricalMarginal(values, { maxAtoms: 100 });
    expect(marginal.low.filter((low, s) => low === marginal.high[s]).length).toBeLessThanOrEqual(100);
  });
});

describe("marginalProbabilities", () => {
  const marginal = marginalFromSegments([1, 2, 1], Float64Array.of(0, 1, 9), Float64Array.of(0, 5, 9), -1);

  it("gives the probabilities of a range, apart where the segments are apart", () => {
    expect(marginalProbabilities(marginal, 2, 3)).toEqual([[0.375, 0.5]]);
    expect(marginalProbabilities(marginal, 3, 100)).toEqual([[0.5, 1]]);
    expect(marginalProbabilities(marginal, 6, 8)).toEqual([]);
    expect(marginalProbabilities(marginal, 0, 0)).toEqual([[0, 0.25]]);
  });
});

describe("tabulatedMarginal", () => {
  it("agrees with its quantile function to 1e-3 in the body", () => {
    const marginal = tabulatedMarginal(normalQuantile, -10, 10, -1);
    for (const z of [-2, -0.5, 0, 1, 2.5]) {
      expect(Math.abs(marginalQuantile(marginal, normalCdf(z)) - z)).toBeLessThan(1e-3);
    }
  });
});

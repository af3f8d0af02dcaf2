import { rowUniform, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { kolmogorovDistance } from "./distributions/index.ts";
import { fitMarginal, marginalNames } from "./fit-marginal.ts";
import { marginalProbabilities, marginalRange } from "./marginal.ts";
import { normalQuantile } from "./normal.ts";

const options = { minGroup: 5, maxSegments: 500 };
const key = streamKey(2, "marginal test");

/** n sorted values of a quantile function at counted uniforms. */
const sample = (n: number, quantile: (p: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, row) => quantile(rowUniform(key, row))).sort();

/** Probability below x, from the marginal's segments. */
const cdf =
  (marginal: ReturnType<typeof fitMarginal>) =>
  (x: number): number =>
    marginalProbabilities(marginal, Number.NEGATIVE_INFINITY, x).reduce(
      (sum, [from, to]) => sum + to - from,
      0,
    );

/** A parametric marginal is tabulated on 512 even steps of the normal scale; an empirical one never has as many here. */
const isTabulated = (marginal: ReturnType<typeof fitMarginal>): boolean => marginal.low.length === 512;

describe("fitMarginal", () => {
  it("takes a family where the data follow one, and the data's own distribution where they do not", () => {
    const cases: [string, Float64Array, boolean][] = [
      ["normal", sample(800, (p) => 50 + 10 * normalQuantile(p)), true],
      ["exponential", sample(800, (p) => -Math.log(1 - p)), true],
      ["uniform", sample(800, (p) => 3 * p), true],
      [
        "two humps",
        sample(800, (p) => (p < 0.5 ? normalQuantile(2 * p) : 9 + normalQuantile(2 * p - 1))),
        false,
      ],
      ["whole numbers", sample(800, (p) => Math.floor(8 * p)), false],
      ["half zeros", sample(800, (p) => (p < 0.5 ? 0 : -Math.log(2 * (1 - p)))), false],
    ];
    for (const [name, sorted, tabulated] of cases) {
      expect([name, isTabulated(fitMarginal(sorted, "auto", { decimals: -1, ...options }))]).toEqual([
        name,
        tabulated,
      ]);
    }
  });

  it("stays within Kolmogorov's 1 % point of its data by any choice that suits them", () => {
    const sorted = sample(2000, (p) => 50 + 10 * normalQuantile(p));
    for (const family of [
      "auto",
      "empirical",
      "gaussian",
      "student-t",
      "truncated-gaussian",
      "kde",
    ] as const) {
      const marginal = fitMarginal(sorted, family, { decimals: -1, ...options });
      expect(kolmogorovDistance(sorted, cdf(marginal)) * Math.sqrt(2000)).toBeLessThan(1.63);
    }
  });

  it("gives every family a range inside the data's own", () => {
    const sorted = sample(500, (p) => 1 + 4 * p * p);
    for (const family of marginalNames) {
      const [low, high] = marginalRange(fitMarginal(sorted, family, { decimals: -1, ...options }));
      expect(low).toBeGreaterThanOrEqual(sorted[0]!);
      expect(high).toBeLessThanOrEqual(sorted.at(-1)!);
    }
  });

  it("keeps the share of zeros of a zero-heavy column exactly", () => {
    const sorted = sample(1000, (p) => (p < 0.9 ? 0 : Math.round(1e5 * (p - 0.9))));
    const zeros = sorted.filter((value) => value === 0).length / 1000;
    const marginal = fitMarginal(sorted, "auto", { decimals: 0, ...options });
    const [range] = marginalProbabilities(marginal, 0, 0);
    expect(range![1] - range![0]).toBeCloseTo(zeros, 12);
  });
});

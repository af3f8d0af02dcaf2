import { RowRandom, streamKey } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { families, parameterConflict } from "./families.ts";
import { quantileTable } from "./quantile-table.ts";
import { WeightedPick } from "./weighted-pick.ts";

const cases: readonly (readonly [name: string, parameters: readonly number[]])[] = [
  ["constant", [3]],
  ["normal", [10, 2]],
  ["lognormal", [5, 0.5]],
  ["uniform", [-1, 3]],
  ["triangular", [0, 2, 10]],
  ["exponential", [4]],
  ["gamma", [2.5, 3]],
  ["gamma", [0.3, 1]],
  ["beta", [2, 5, 0, 1]],
  ["beta", [0.5, 0.5, -1, 1]],
  ["student-t", [4, 1, 2]],
  ["weibull", [1.5, 2]],
  ["pareto", [2.5, 1]],
  ["laplace", [0, 1]],
  ["logistic", [1, 2]],
  ["gumbel", [0, 1]],
  ["cauchy", [0, 1]],
  ["integers", [-3, 7]],
  ["bernoulli", [0.3]],
  ["poisson", [0.7]],
  ["poisson", [12]],
  ["poisson", [158]],
  ["poisson", [9e4]],
  ["poisson", [5e5]],
  ["binomial", [20, 0.15]],
  ["binomial", [10_000, 0.4]],
  ["negative-binomial", [6, 1.5]],
  ["geometric", [0.2]],
  ["zipf", [1.1, 500]],
];
const known = (name: string) => families.get(name)!;

describe.each(cases)("%s %j", (name, p) => {
  const family = known(name);

  it("has a quantile function that is the inverse of its distribution function", () => {
    for (const u of [1e-9, 0.001, 0.05, 0.31, 0.5, 0.77, 0.99, 1 - 1e-9]) {
      const x = family.quantile(u, p);
      if (family.discrete || name === "constant") {
        // The smallest value whose probability reaches u.
        expect(family.cdf(x, p)).toBeGreaterThanOrEqual(u - 1e-12);
        expect(family.cdf(x - 1, p)).toBeLessThan(u + 1e-12);
      }
      // A number far from 0 has no digits left for how far it lies from the end of the support.
      else expect(family.cdf(x, p)).toBeCloseTo(u, 8);
    }
  });

  it("ascends", () => {
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 1; i < 400; i++) {
      const x = family.quantile(i / 400, p);
      expect(x).toBeGreaterThanOrEqual(last);
      last = x;
    }
  });
});

it.each([
  [0, 1000],
  [0.5, 100_000],
  [1, 1000],
  [1.1, 33],
  [2.5, 100_000],
  [60, 1000],
])("zipf has the sums of its weights: exponent %d, size %d", (exponent, size) => {
  const weights = Float64Array.from({ length: size }, (_, i) => (i + 1) ** -exponent);
  const total = weights.reduceRight((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (let rank = 1; rank <= size; rank++) {
    sum += weights[rank - 1]!;
    expect(Math.abs(known("zipf").cdf(rank, [exponent, size]) - sum / total)).toBeLessThan(1e-12);
  }
});

describe("moments", () => {
  // Means over 40,000 midpoints of the unit interval: exact but for the tails.
  const moments = (name: string, p: readonly number[]): [mean: number, variance: number] => {
    const count = 40_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < count; i++) {
      const x = known(name).quantile((i + 0.5) / count, p);
      sum += x;
      squares += x * x;
    }
    return [sum / count, squares / count - (sum / count) ** 2];
  };
  it.each([
    ["poisson", [12], 12, 12],
    ["poisson", [400], 400, 400],
    ["binomial", [20, 0.15], 3, 2.55],
    ["negative-binomial", [6, 1.5], 6, 6 + 36 / 1.5],
    ["geometric", [0.2], 4, 20],
    ["gamma", [2.5, 3], 7.5, 22.5],
    ["lognormal", [5, 0.5], 5 * Math.exp(0.125), 25 * Math.exp(0.25) * Math.expm1(0.25)],
    ["integers", [-3, 7], 2, 10],
  ] as const)("of %s %j are those of the formula", (name, p, mean, variance) => {
    const [m, v] = moments(name, p);
    expect(Math.abs(m / mean - 1)).toBeLessThan(0.002);
    expect(Math.abs(v / variance - 1)).toBeLessThan(0.01);
  });
});

describe("a table of quantiles", () => {
  it.each([
    ["gamma", [2.2, 6]],
    ["gamma", [0.2, 1]],
    ["gamma", [300, 1]],
    ["beta", [2, 3, 0, 1]],
    ["beta", [0.3, 8, -2, 5]],
    ["student-t", [3, 0, 1]],
    ["student-t", [50, 10, 2]],
  ] as const)("of %s %j is the function itself to a ten-millionth", (name, p) => {
    const family = known(name);
    const table = quantileTable(family, p)!;
    const random = new RowRandom(streamKey(1, name), 0);
    for (let i = 0; i < 300; i++) {
      const z = 8 * random.uniform() - 4;
      const exact = family.quantile(families.get("normal")!.cdf(z, [0, 1]), p);
      expect(Math.abs(table(z) - exact)).toBeLessThan(2e-7 * Math.abs(exact) + 1e-9);
    }
    for (const z of [-8.3, 8.3]) expect(Number.isFinite(table(z))).toBe(true);
  });
});

describe("parameters", () => {
  it.each([
    ["normal", [0, -1], /sd is -1 but must be at least 0/],
    ["gamma", [0, 1], /shape is 0 but must be above 0/],
    ["uniform", [2, 1], /low is above high/],
    ["binomial", [2.5, 0.1], /trials is 2.5 but must be a whole number/],
    ["poisson", [Number.NaN], /mean is no number/],
    ["triangular", [0, 5, 3], /not in this order/],
  ] as const)("%s %j conflict", (name, p, message) => {
    expect(parameterConflict(known(name), p)).toMatch(message);
  });
});

describe("a weighted pick", () => {
  it("takes each by its weight and never one of weight 0", () => {
    const weights = [0, 3, 0, 1, 6, 0];
    const pick = new WeightedPick(weights);
    const counts = new Float64Array(6);
    for (let i = 0; i < 10_000; i++) counts[pick.at((i + 0.5) / 10_000)]!++;
    expect([...counts]).toEqual([0, 3000, 0, 1000, 6000, 0]);
    expect(pick.at(2 ** -60)).toBe(1);
    expect(pick.at(1 - 2 ** -53)).toBe(4);
  });
});

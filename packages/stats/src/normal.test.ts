import { describe, expect, it } from "vitest";
import { normalCdf, normalLogDensity, normalQuantile } from "./normal.ts";

// Reference values: mpmath with 30 digits.
const cases: [number, number][] = [
  [-10, 7.61985302416047e-24],
  [-5, 2.866515718791939e-7],
  [-1.96, 0.024997895148220435],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [3, 0.9986501019683699],
];

describe("standard normal", () => {
  it("gives the cdf to a relative error of 1e-11", () => {
    for (const [x, p] of cases) expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-11);
  });

  it("inverts the cdf", () => {
    for (const [x, p] of cases)
      if (x < 3) expect(Math.abs(normalQuantile(p) - x)).toBeLessThan(1e-11 * Math.max(1, -x));
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(1.5)).toBeNaN();
  });

  it("has density 1/sqrt(2 pi) at 0", () => {
    expect(Math.exp(normalLogDensity(0))).toBeCloseTo(0.3989422804014327, 15);
  });
});

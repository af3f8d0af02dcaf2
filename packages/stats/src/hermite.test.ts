import { describe, expect, it } from "vitest";
import {
  hermiteCoefficients,
  latentCorrelation,
  segmentMeans,
  stepCoefficients,
  thresholdsOf,
} from "./hermite.ts";

describe("latentCorrelation", () => {
  it("is sin(pi r / 2) for two columns split at the median", () => {
    const mass = Float64Array.of(0.5, 0.5);
    const a = stepCoefficients(thresholdsOf(mass), Float64Array.of(-1, 1), mass);
    for (const rho of [-0.8, -0.3, 0, 0.5, 0.9]) {
      const phi = (2 / Math.PI) * Math.asin(rho);
      expect(latentCorrelation(phi, a, a)).toBeCloseTo(rho, 3);
    }
  });

  it("is log(1 + r (e - 1)) for two log-normal columns", () => {
    const a = hermiteCoefficients(Math.exp);
    for (const rho of [-0.5, 0.2, 0.7]) {
      const pearson = (Math.exp(rho) - 1) / (Math.E - 1);
      expect(latentCorrelation(pearson, a, a)).toBeCloseTo(rho, 4);
    }
  });

  it("gives the end of the range for correlations that cannot be", () => {
    const a = hermiteCoefficients(Math.exp);
    expect(latentCorrelation(-0.9, a, a, 0.99)).toBe(-0.99);
  });

  it("is the biserial correlation for a number and a split", () => {
    const mass = Float64Array.of(0.7, 0.3);
    const thresholds = thresholdsOf(mass);
    const step = stepCoefficients(thresholds, segmentMeans(thresholds, mass), mass);
    const line = hermiteCoefficients((z) => z);
    // Point-biserial = rho phi(t) / sqrt(p q), t = 0.5244, phi(t) = 0.34769.
    const observed = (0.6 * 0.3476926) / Math.sqrt(0.21);
    expect(latentCorrelation(observed, line, step)).toBeCloseTo(0.6, 5);
  });
});

describe("stepCoefficients", () => {
  it("equals quadrature of the same step function", () => {
    const mass = Float64Array.of(0.2, 0.5, 0.3);
    const thresholds = thresholdsOf(mass);
    const values = Float64Array.of(-1, 0.5, 2);
    const exact = stepCoefficients(thresholds, values, mass);
    const numeric = hermiteCoefficients((z) => values[z < thresholds[0]! ? 0 : z < thresholds[1]! ? 1 : 2]!);
    for (let m = 0; m < 10; m++) expect(Math.abs(exact[m]! - numeric[m]!)).toBeLessThan(0.01);
  });

  it("is zero for a constant", () => {
    expect(
      [...stepCoefficients(new Float64Array(0), Float64Array.of(3), Float64Array.of(1))].every(
        (c) => c === 0,
      ),
    ).toBe(true);
  });
});

describe("segmentMeans", () => {
  it("gives the half-normal means for a median split", () => {
    const mass = Float64Array.of(0.5, 0.5);
    const means = segmentMeans(thresholdsOf(mass), mass);
    expect(means[1]).toBeCloseTo(Math.sqrt(2 / Math.PI), 12);
    expect(means[0]).toBeCloseTo(-Math.sqrt(2 / Math.PI), 12);
  });
});

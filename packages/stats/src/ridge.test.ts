import { describe, expect, it } from "vitest";
import { ridge } from "./ridge.ts";

/** Numbers that look random, the same every time. */
const noise = (row: number, k: number): number => {
  const wave = Math.sin(row * 12.9898 + k * 78.233) * 43758.5453;
  return 2 * (wave - Math.floor(wave)) - 1;
};
const column = (rows: number, k: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => noise(row, k));

describe("ridge", () => {
  it("finds the weights of a sum", () => {
    const x = [column(200, 1), column(200, 2), column(200, 3)];
    const y = Float64Array.from({ length: 200 }, (_, row) => 2 + 3 * x[0]![row]! - 0.5 * x[2]![row]!);
    const fit = ridge(x, y)!;
    expect(fit.intercept).toBeCloseTo(2, 4);
    expect([...fit.weights].map((weight) => weight.toFixed(3).replace("-0.000", "0.000"))).toEqual([
      "3.000",
      "0.000",
      "-0.500",
    ]);
    expect(fit.told).toBeGreaterThan(0.999999);
  });

  it("gives every row the residual of a fit of the other rows", () => {
    const x = [column(12, 1), column(12, 2)];
    const y = Float64Array.from({ length: 12 }, (_, row) => 5 * x[0]![row]! + 0.2 * noise(row, 9));
    const whole = ridge(x, y)!;
    const others = (values: Float64Array): Float64Array => values.filter((_, row) => row !== 4);
    const rest = ridge(x.map(others), others(y))!;
    const guess = rest.intercept + rest.weights[0]! * x[0]![4]! + rest.weights[1]! * x[1]![4]!;
    expect(whole.residuals[4]).toBeCloseTo(y[4]! - guess, 2);
  });

  it("tells nothing of noise", () => {
    const x = Array.from({ length: 20 }, (_, k) => column(60, k));
    const fit = ridge(x, column(60, 99))!;
    expect(fit.told).toBeLessThan(0.1);
  });

  it("has no weights for a target that never varies or for two rows", () => {
    expect(ridge([column(50, 1)], new Float64Array(50).fill(3))).toBeUndefined();
    expect(ridge([column(2, 1)], column(2, 2))).toBeUndefined();
  });

  it("takes columns that are the same", () => {
    const x = column(80, 1);
    const fit = ridge(
      [x, x],
      x.map((value) => 4 * value),
    )!;
    expect(fit.weights[0]! + fit.weights[1]!).toBeCloseTo(4, 3);
  });
});

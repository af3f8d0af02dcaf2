import { describe, expect, it } from "vitest";
import { stopGradient } from "../ops/movement.ts";
import { mul, sin } from "../ops/pointwise.ts";
import { tensorData } from "../tensor-data.ts";
import { checkGrads } from "./check-grads.ts";

const x = tensorData([0.3, -0.8, 1.1]);

describe("checkGrads", () => {
  it("accepts right derivatives to order 4 and returns what it compared", () => {
    const checked = checkGrads((y) => sin(y), [x], { order: 4 });
    expect(checked.map(({ order }) => order)).toEqual([1, 2, 3, 4]);
    for (const { derived, measured } of checked) expect(derived).toBeCloseTo(measured, 7);
  });

  it("finds a derivative that is wrong", () => {
    expect(() => checkGrads((y) => mul(y, stopGradient(y)), [x])).toThrow("for the derivative of order 1");
  });

  it("leaves integer arguments alone", () => {
    expect(
      checkGrads((y, n) => mul(y, n.dtype === "i32" ? 2 : 0), [x, tensorData(Int32Array.of(1))]),
    ).toHaveLength(2);
  });
});

import { expect, it } from "vitest";
import { learningRateFor } from "./network.ts";

it("the learning rate falls with the square root of the rows, between two ends", () => {
  expect(learningRateFor(1_000_000)).toBe(1e-3);
  expect(learningRateFor(30_000)).toBe(1e-3);
  expect(learningRateFor(7_500)).toBeCloseTo(5e-4, 12);
  expect(learningRateFor(1_200)).toBeCloseTo(2e-4, 12);
  expect(learningRateFor(100)).toBe(2e-4);
});

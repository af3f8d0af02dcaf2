import { describe, expect, it } from "vitest";
import { Roc } from "./roc.ts";

describe("Roc", () => {
  it("counts pairs, ties halved", () => {
    // Of 12 pairs the member is above in 8 and level in 1.
    const roc = new Roc(Float64Array.of(1, 3, 4, 6), Float64Array.of(0, 2, 4));
    expect(roc.auc().value).toBeCloseTo((1 + 2 + 2.5 + 3) / 12, 12);
  });

  it("has DeLong's interval", () => {
    // Placements of members 1/3, 2/3, 5/6, 1: variance 0.0810; of others 1, 3/4, 3/8: variance 0.0990.
    const { value, low, high } = new Roc(Float64Array.of(1, 3, 4, 6), Float64Array.of(0, 2, 4)).auc();
    const variance = (values: number[]): number => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      return values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1);
    };
    const error = Math.sqrt(variance([1 / 3, 2 / 3, 5 / 6, 1]) / 4 + variance([1, 3 / 4, 3 / 8]) / 3);
    expect(value - low).toBeCloseTo(1.959964 * error, 5);
    expect(high).toBe(1);
  });

  it("reads the curve at a share of false positives, straight through ties", () => {
    const others = Float64Array.from({ length: 100 }, (_, i) => i);
    const members = Float64Array.from({ length: 100 }, (_, i) => i + 10);
    // The threshold that 10 of the others exceed is 89; 20 of the members exceed it.
    expect(new Roc(members, others).truePositives(0.1).value).toBeCloseTo(0.2, 12);
    const level = new Float64Array(50);
    expect(new Roc(level, level).truePositives(0.1).value).toBeCloseTo(0.1, 12);
    expect(new Roc(level, level).auc().value).toBe(0.5);
  });

  it("has intervals that widen with the uncertainty of the threshold", () => {
    const scores = (count: number, shift: number): Float64Array =>
      Float64Array.from({ length: count }, (_, i) => (i + 0.5) / count + shift);
    const few = new Roc(scores(2000, 0.1), scores(50, 0)).truePositives(0.1);
    const many = new Roc(scores(2000, 0.1), scores(2000, 0)).truePositives(0.1);
    expect(few.value).toBeCloseTo(many.value, 1);
    expect(few.high - few.low).toBeGreaterThan(2 * (many.high - many.low));
  });
});

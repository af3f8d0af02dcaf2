import { describe, expect, it } from "vitest";
import { bestPerTarget, distanceEvents, ordered } from "./nearest-events.ts";

const events = distanceEvents({
  k: 3,
  // Plain, equal to one row, two nearest rows, equal to another lonelier row, too few rows.
  indices: Int32Array.of(4, 1, 2, 5, 0, 1, 7, 8, 1, 6, 3, 2, 1, -1, -1),
  distances: Float64Array.of(1, 2, 4, 0, 1, 2, 1, 1, 3, 0, 5, 9, 1, Infinity, Infinity),
});

describe("distanceEvents", () => {
  it("scores the nearest by the third, equal rows before all, the loneliest first", () => {
    expect([...events.targets]).toEqual([4, 5, -1, 6, -1]);
    expect(events.scores[0]).toBe(1 / 4);
    const { targets, scores, chances } = ordered(events, 0.5);
    expect([...targets]).toEqual([6, 5, 4]);
    expect([...scores]).toEqual([-9, -2, 1 / 4]);
    expect([...chances]).toEqual([0.5, 0.5, 0.5]);
  });

  it("counts a real row once, by its closest event", () => {
    const { targets, scores } = bestPerTarget(
      { targets: Int32Array.of(3, 3, 8, -1), scores: Float64Array.of(0.5, 0.2, 0.4, 0) },
      0.5,
    );
    expect([...targets]).toEqual([3, 8]);
    expect([...scores]).toEqual([0.2, 0.4]);
  });

  it("puts equal scores in an order that has nothing to do with row numbers", () => {
    const count = 2000;
    const { targets } = ordered(
      { targets: Int32Array.from({ length: count }, (_, i) => i), scores: new Float64Array(count) },
      0.5,
    );
    // 500 expected of the lower half among the first thousand; beyond 430 to 570 with a chance of 1e-5.
    const low = targets.subarray(0, count / 2).filter((target) => target < count / 2).length;
    expect(Math.abs(low - 500)).toBeLessThan(70);
  });
});

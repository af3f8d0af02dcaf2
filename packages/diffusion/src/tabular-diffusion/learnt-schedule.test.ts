import { tensorData } from "@verisim/tensor";
import { expect, test } from "vitest";
import { learntSchedule } from "./learnt-schedule.ts";
import { levelKnots } from "./noise-levels.ts";

const stretches = 8;
/** Tables whose entry is the level itself. */
const levels = Float32Array.from({ length: levelKnots }, (_, knot) => knot / (levelKnots - 1));

function scheduleOf(cost: (level: number) => number): Float32Array {
  const costs = Float32Array.from({ length: stretches }, (_, i) => cost((i + 0.5) / stretches));
  return learntSchedule(tensorData(costs, [stretches, 1]), [levels]).data as Float32Array;
}

test("costs that fall evenly leave levels as they were", () => {
  scheduleOf((level) => 3 - 2 * level).forEach((level, knot) => {
    expect(level).toBeCloseTo(levels[knot]!, 5);
  });
});

test("steps go where costs fall", () => {
  // All falls in the first quarter: three quarters of the levels are left half of the time.
  const early = scheduleOf((level) => Math.max(0, 1 - 4 * level));
  const half = early[(levelKnots - 1) / 2]!;
  expect(half).toBeGreaterThan(0.15);
  expect(half).toBeLessThan(0.3);
  expect(early[0]).toBe(0);
  expect(early.at(-1)).toBe(1);
});

test("levels never fall, whatever chance did to the costs", () => {
  const rough = scheduleOf((level) => 1 - level + 0.3 * Math.sin(40 * level));
  for (let knot = 1; knot < levelKnots; knot++) expect(rough[knot]).toBeGreaterThan(rough[knot - 1]! - 1e-6);
  expect(scheduleOf(() => 1)[16]).toBeCloseTo(0.5, 5);
});

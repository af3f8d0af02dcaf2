import { expect, test } from "vitest";
import { heldRowCount, lookPlan } from "./look-plan.ts";

test("rows are held out where three times the fewest are there, and 5,000 at most", () => {
  const counts = [
    [299, 0.1, 100],
    [300, 0.1, 100],
    [300, 0, 100],
    [4000, 0.1, 100],
    [1e6, 0.1, 100],
    [150, 0.1, 50],
  ] as const;
  expect(counts.map(([rows, share, least]) => heldRowCount(rows, share, least))).toEqual([
    0, 100, 0, 400, 5000, 50,
  ]);
});

test("a training is looked at 40 times, more often only where it is long, and patience waits for a fifth", () => {
  const costs = { leastBetween: 20, mostBetween: 250, leastGain: 0.001 };
  expect(lookPlan(4000, 60, 10, costs)).toEqual({
    steps: 4000,
    every: 100,
    patience: 10,
    leastGain: 0.001,
    warmup: 8,
  });
  // Two looks of 20 steps fit into 40; 20,000 steps are looked at every 250, or once in an epoch of 400.
  expect(lookPlan(40, 4, 0, costs)).toMatchObject({
    every: 20,
    patience: Number.POSITIVE_INFINITY,
    warmup: 1,
  });
  expect(lookPlan(20_000, 60, 10, costs)).toMatchObject({ every: 250, warmup: 16 });
  expect(lookPlan(20_000, 400, 10, costs)).toMatchObject({ every: 400, warmup: 10 });
});

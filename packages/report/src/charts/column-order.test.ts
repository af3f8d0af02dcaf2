import fc from "fast-check";
import { expect, test } from "vitest";
import { clusterOrder } from "./column-order.ts";

test("related columns end up side by side, however they were mixed", () => {
  const order = clusterOrder(12, (i, j) => (i % 3 === j % 3 ? 0.8 : 0.1));
  const groups = order.map((column) => column % 3);
  expect(groups.filter((group, index) => group !== groups[index - 1])).toHaveLength(3);
});

test("a chain of neighbours is laid out as a chain", () => {
  const chain = [3, 0, 4, 1, 2]; // place of each column in the chain
  const order = clusterOrder(5, (i, j) => 1 / (1 + Math.abs(chain[i]! - chain[j]!) ** 2));
  const places = order.map((column) => chain[column]!);
  expect([places, places.toReversed()]).toContainEqual([0, 1, 2, 3, 4]);
});

test("every column comes exactly once, whatever the relations", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), fc.integer(), (count, seed) => {
      const order = clusterOrder(count, (i, j) => Math.abs(Math.sin(seed + i * j + i + j)));
      expect(order.toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
    }),
    { seed: 1, numRuns: 50 },
  );
});

// Which rows trees are judged by: folds of a small table, a part of a large one.

import { streamKey } from "@verisim/core";
import { expect, test } from "vitest";
import { heldFolds } from "./fit-trees.ts";

const key = streamKey(1, "held rows");

test("each row of a small table is held out once", () => {
  const folds = heldFolds(1_000, key);
  expect(folds.length).toBe(5);
  const rows = folds.flatMap((fold) => [...fold]).sort((a, b) => a - b);
  expect(rows).toEqual(Array.from({ length: 1_000 }, (_, row) => row));
  // A fifth of 1,000 rows, give or take four deviations.
  for (const fold of folds) expect(Math.abs(fold.length - 200)).toBeLessThan(51);
});

test("of a larger table one part is held out, of a very large one no more than 20,000 rows or so", () => {
  const [own, ...more] = heldFolds(10_000, key);
  expect(more).toEqual([]);
  // 15 % of the rows and of 20,000, give or take four deviations.
  expect(Math.abs(own!.length - 1_500)).toBeLessThan(143);
  expect(Math.abs(heldFolds(500_000, key)[0]!.length - 20_000)).toBeLessThan(555);
});

test("of very few rows none is held out", () => {
  expect(heldFolds(49, key)).toEqual([]);
});

// Shares of rows that give themselves away or not, and where training ends because of them.

import { type EncodedColumn, RowRandom, streamKey } from "@verisim/core";
import { expect, test } from "vitest";
import { heldBack, heldBackWarnings, leakShare } from "./held-back.ts";

const numbers = (values: number[]): EncodedColumn => ({
  kind: "continuous",
  name: "x",
  values: Float64Array.from(values),
});
const written = (values: number[]) => [{ real: numbers(values), decimals: -1, unit: 1 }];
const rows = {
  learnt: Uint32Array.from({ length: 200 }, (_, i) => i),
  held: Uint32Array.from({ length: 100 }, (_, i) => 200 + i),
};
const uniform = (name: string, count: number): number[] => {
  const key = streamKey(1, name);
  return Array.from({ length: count }, (_, row) => new RowRandom(key, row).uniform());
};

test("rows drawn again from learnt ones are told, rows of the same kind are not", async () => {
  const real = uniform("real", 300);
  // Half of the learnt rows are on a side: their copies lie on it, of the others half lie nearer to it by chance.
  const copies = Array.from({ length: 1_000 }, (_, i) => real[i % 200]! + 1e-9);
  expect(await leakShare(written(real), [numbers(copies)], rows, 1)).toBeGreaterThan(0.7);
  const fresh = await leakShare(written(real), [numbers(uniform("fresh", 1_000))], rows, 1);
  // Four deviations of 1,000 fair coins.
  expect(Math.abs(fresh - 0.5)).toBeLessThan(0.065);
});

test("held-out rows at the edge of the table do not count against learnt ones", async () => {
  const real = [...uniform("middle", 200), ...uniform("edge", 100).map((x) => 5 + x)];
  expect(await leakShare(written(real), [numbers(uniform("more", 500))], rows, 1)).toBeCloseTo(0.5, 5);
});

test("training ends at the best look that gives little enough away", () => {
  // Learnt rows are likelier by 0.02 nats of a cell at first, which is chance, and by 1.02 at the end.
  const gaps = [0.02, 0.07, 0.12, 0.52, 1.02];
  const history = gaps.map((gap, i) => ({
    step: 10 * (i + 1),
    quality: 0.1 * (i + 1),
    learnt: 0.1 * (i + 1) * Math.exp(gap),
    losses: {},
  }));
  // A tenth of what is learnt by heart leaves 0.1 ** 0.8 = 0.158 of the share beyond one half.
  const verdict = heldBack(0.6, 50, history, 0.525);
  expect(verdict.heldBackTo).toBe(30);
  expect(verdict.nearer!.before).toBe(0.6);
  expect(verdict.nearer!.after).toBeCloseTo(0.5158, 4);
  expect(heldBackWarnings(verdict, 0.525)[0]).toContain("step 30: of rows drawn later 60.0 %");
  expect(heldBackWarnings(heldBack(0.52, 50, history, 0.525), 0.525)).toEqual([]);
  expect(heldBack(0.52, 50, history, 0.525)).toEqual({
    heldBackTo: null,
    nearer: { before: 0.52, after: 0.52 },
  });
  // The first look can be told from none.
  expect(heldBack(0.9, 50, history, 0.5).heldBackTo).toBe(10);
});

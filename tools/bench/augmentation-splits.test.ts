import { numberColumn, Table, type TableMetadata } from "@verisim/core";
import { expect, test } from "vitest";
import { cutTable, meanOfSplits } from "./augmentation-splits.ts";

const metadata: TableMetadata = { columns: { x: { sdtype: "numerical" }, y: { sdtype: "numerical" } } };
const rows = Float64Array.from({ length: 400 }, (_, row) => row);
const table = new Table([numberColumn("x", rows), numberColumn("y", rows)]);
const numbersOf = (part: Table): number[] => part.toRows().map(({ x }) => x as number);

test("splits of a large table share no row", () => {
  const { cuts, shared } = cutTable(table, metadata, "y", { learn: 60, splits: 4, seed: 3 });
  expect(shared).toBe(0);
  expect(cuts.map(({ train, holdout }) => [train.rowCount, holdout.rowCount])).toEqual(
    Array.from({ length: 4 }, () => [60, 40]),
  );
  const all = cuts.flatMap(({ train, holdout }) => [...numbersOf(train), ...numbersOf(holdout)]);
  expect(new Set(all).size).toBe(400);
});

test("splits of a small table share rows, never within one", () => {
  const { cuts, shared } = cutTable(table, metadata, "y", { learn: 200, splits: 4, seed: 3 });
  expect(shared).toBe(0.5);
  for (const { train, holdout } of cuts) {
    expect([train.rowCount, holdout.rowCount]).toEqual([200, 100]);
    expect(new Set([...numbersOf(train), ...numbersOf(holdout)]).size).toBe(300);
  }
});

test("the interval of a mean by hand, wider where splits share rows", () => {
  const { mean, half } = meanOfSplits([1, 2, 3], 0);
  expect(mean).toBe(2);
  expect(half).toBeCloseTo(4.303 / Math.sqrt(3), 12);
  expect(meanOfSplits([1, 2, 3], 0.5).half).toBeCloseTo(4.303 * Math.sqrt(1 / 3 + 0.5), 12);
});

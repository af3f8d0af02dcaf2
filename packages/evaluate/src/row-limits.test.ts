import { numberColumn, Table } from "@verisim/core";
import { expect, test } from "vitest";
import { judgedRows, metricRows, sampledRows } from "./row-limits.ts";

test("all rows of usual tables are judged, and fewer of wide ones, never fewer than a thousand", () => {
  // Adult has 15 columns and 32,561 rows; 200 columns have 19,900 pairs.
  expect(judgedRows(15)).toBe(Math.floor(2 ** 25 / 15));
  expect(metricRows(15)).toBeGreaterThan(1_000_000);
  expect([judgedRows(200), metricRows(200)]).toEqual([100_502, 25_125]);
  expect([judgedRows(20_000), judgedRows(3, 30), judgedRows(0), metricRows(1)]).toEqual([
    1000,
    1000,
    2 ** 25,
    2 ** 25,
  ]);
});

test("sampled rows keep their order and are the same for a seed; a short table is itself", () => {
  const table = new Table([
    numberColumn(
      "row",
      Float64Array.from({ length: 5000 }, (_, row) => row),
    ),
  ]);
  const rows = (seed: number) => [
    ...(sampledRows(table, 100, seed, "a").column("row") as { values: Float64Array }).values,
  ];
  expect(rows(1)).toEqual(rows(1));
  expect(rows(1)).not.toEqual(rows(2));
  expect(rows(1)).toEqual([...new Set(rows(1))].sort((a, b) => a - b));
  expect(sampledRows(table, 5000, 1, "a")).toBe(table);
});

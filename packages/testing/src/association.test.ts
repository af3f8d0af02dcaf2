import { numberColumn, type Table, textColumn } from "@verisim/core";
import { describe, expect, test } from "vitest";
import {
  categoryShares,
  columnAgreement,
  ksDistance,
  pairErrors,
  shareDistance,
  shuffledColumns,
} from "./association.ts";
import { exampleTable } from "./example-table.ts";

describe("association", () => {
  test("of a table with itself has no error, of shuffled columns about that of the baseline", () => {
    const { table } = exampleTable(2_000);
    const names = ["age", "income", "grade", "member"];
    for (const pair of pairErrors(table, table, names)) expect(pair.error).toBe(0);
    const mixed = shuffledColumns(table, 9);
    for (const pair of pairErrors(table, mixed, names)) {
      expect(pair.shuffled).toBeGreaterThan(0.1);
      expect(pair.error / pair.shuffled).toBeGreaterThan(0.8);
    }
  });

  test("shuffledColumns keeps every column's cells and no row", () => {
    const { table } = exampleTable(500);
    const mixed = shuffledColumns(table, 2);
    const sorted = (source: Table): Float64Array =>
      (source.column("income") as { values: Float64Array }).values.slice().sort();
    expect(sorted(mixed)).toEqual(sorted(table));
    expect(columnAgreement(table.column("income"), mixed.column("income"))).toBeLessThan(0.2);
  });

  test("ksDistance is the largest gap between the two steps", () => {
    expect(ksDistance(Float64Array.of(1, 2, 3, 4), Float64Array.of(3, 4, 5, 6, Number.NaN))).toBe(0.5);
    expect(ksDistance(Float64Array.of(1, 1, 2), Float64Array.of(1, 1, 2))).toBe(0);
    expect(ksDistance(Float64Array.of(), Float64Array.of(1))).toBe(1);
  });

  test("shares and their distance leave missing cells out", () => {
    const a = categoryShares(textColumn("c", ["x", "x", "y", null]));
    expect(a).toEqual(
      new Map([
        ["x", 1 / 3 + 1 / 3],
        ["y", 1 / 3],
      ]),
    );
    expect(shareDistance(a, categoryShares(textColumn("c", ["z"])))).toBeCloseTo(1, 12);
  });

  test("columnAgreement is 1 for equal orders and near 0 for unrelated ones", () => {
    const x = numberColumn("x", [1, 2, 2, 4, Number.NaN]);
    expect(columnAgreement(x, numberColumn("x", [10, 20, 20, 70, Number.NaN]))).toBeCloseTo(1, 12);
    expect(columnAgreement(x, numberColumn("x", [10, 20, 20, 70, 1]))).toBeCloseTo(0.8, 12);
    expect(columnAgreement(numberColumn("x", [5, 5]), numberColumn("x", [7, 7]))).toBe(1);
    expect(columnAgreement(textColumn("c", ["a", "b"]), textColumn("c", ["a", "c"]))).toBe(0.5);
  });
});

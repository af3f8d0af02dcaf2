// Samples by their numbers: exact counts, rows that come once, means and variances that stay.

import { numberColumn, RowRandom, streamKey, Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { momentsOf } from "../moments.ts";
import { apportion, bootstrapRows, sampleRows, smoothedBootstrap, stratifiedRows } from "./samples.ts";

const rowCount = 2_000;
const table = new Table([
  numberColumn(
    "value",
    Float64Array.from({ length: rowCount }, (_, row) => (row % 9 === 0 ? Number.NaN : (row * 37) % 1000)),
  ),
  textColumn(
    "sex",
    Array.from({ length: rowCount }, (_, row) => (row % 3 === 0 ? "f" : "m")),
  ),
  textColumn(
    "plan",
    Array.from({ length: rowCount }, (_, row) => (row % 50 === 0 ? null : row % 4 === 0 ? "pro" : "free")),
  ),
]);
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe("random samples", () => {
  it("hold each row at most once, and the same for the same seed", () => {
    const rows = sampleRows(table, 700, 4);
    expect(new Set(rows).size).toBe(700);
    expect(sampleRows(table, 700, 4)).toEqual(rows);
    expect(sampleRows(table, 700, 5)).not.toEqual(rows);
    expect(new Set(sampleRows(table, rowCount))).toEqual(
      new Set(Array.from({ length: rowCount }, (_, row) => row)),
    );
    expect(codeOf(() => sampleRows(table, rowCount + 1))).toBe("VERISIM_SAMPLE_COUNT");
  });

  it("with replacement leave out about 1 / e of the rows, and follow weights", () => {
    const rows = bootstrapRows(table);
    // The share that is left out has a standard error of 0.7 % at 2,000 rows.
    expect(Math.abs(1 - new Set(rows).size / rowCount - Math.exp(-1))).toBeLessThan(0.025);
    const weights = Float64Array.from({ length: rowCount }, (_, row) => (row < 10 ? 1 : 0));
    const few = bootstrapRows(table, 5_000, 1, weights);
    expect(Math.max(...few)).toBe(9);
    const firsts = few.filter((row) => row === 0).length;
    expect(Math.abs(firsts - 500)).toBeLessThan(90);
    expect(codeOf(() => bootstrapRows(table, 5, 1, weights.fill(0)))).toBe("VERISIM_SAMPLE_WEIGHTS");
    expect(codeOf(() => bootstrapRows(table.slice(0, 0), 5))).toBe("VERISIM_SAMPLE_COUNT");
  });

  it("that are smoothed keep mean and variance, gaps and categories, and make new numbers", () => {
    const { table: smooth, rows } = smoothedBootstrap(table, 20_000, 2, { bandwidth: 0.2 });
    const column = (one: Table) => (one.column("value") as { values: Float64Array }).values;
    const before = momentsOf(column(table));
    const after = momentsOf(column(smooth));
    // Standard errors at 17,800 numbers: 0.7 % of the deviation for the mean, 0.5 % for the deviation itself.
    expect(Math.abs(after.mean - before.mean)).toBeLessThan(0.03 * before.deviation);
    expect(Math.abs(after.deviation / before.deviation - 1)).toBeLessThan(0.025);
    expect(new Set(column(smooth).filter((value) => !Number.isNaN(value))).size).toBeGreaterThan(17_000);
    expect(Array.from(column(smooth), Number.isNaN)).toEqual(Array.from(rows, (row) => row % 9 === 0));
    expect(smooth.column("sex")).toEqual(table.take(rows).column("sex"));
    expect(codeOf(() => smoothedBootstrap(table, 5, 0, { columns: ["sex"] }))).toBe("VERISIM_SAMPLE_COLUMNS");
  });

  it("that are smoothed stay in the range, and keep the cells of a column of which most are equal", () => {
    const values = Float64Array.from({ length: 1000 }, (_, row) => -Math.log1p(-(row + 0.5) / 1000));
    const gains = values.map((_, row) => (row % 20 === 0 ? 1000 + row : 0));
    const own = new Table([numberColumn("wait", values), numberColumn("gain", gains)]);
    const { table: smooth, rows } = smoothedBootstrap(own, 5000, 4);
    const column = (name: string) => (smooth.column(name) as { values: Float64Array }).values;
    expect(Math.min(...column("wait"))).toBeGreaterThanOrEqual(values[0]!);
    expect(Math.max(...column("wait"))).toBeLessThanOrEqual(values.at(-1)!);
    expect(new Set(column("wait")).size).toBeGreaterThan(4900);
    expect(column("gain")).toEqual(Float64Array.from(rows, (row) => gains[row]!));
  });
});

describe("stratified samples", () => {
  it("have exactly the counts that are asked for, on several columns", () => {
    const targets = { "f|pro": 100, "m|free": 300, "f|": 5 };
    const { rows, strata } = stratifiedRows(table, { by: ["sex", "plan"], targets });
    const found = new Map<string, number>();
    for (const row of table.take(rows).toRows()) {
      const name = `${row.sex}|${row.plan ?? ""}`;
      found.set(name, (found.get(name) ?? 0) + 1);
    }
    expect(Object.fromEntries(found)).toEqual(targets);
    expect(new Set(rows).size).toBe(405);
    expect(strata.find(({ name }) => name === "m|pro")).toMatchObject({ drawn: 0 });
  });

  it("keep the shares where no targets are given, to within one row, and add up", () => {
    const { strata } = stratifiedRows(table, { by: ["sex", "plan"], count: 333 });
    expect(strata.reduce((sum, { drawn }) => sum + drawn, 0)).toBe(333);
    for (const { available, drawn } of strata)
      expect(Math.abs(drawn - (333 * available) / rowCount)).toBeLessThan(1);
  });

  it("refuse too few rows, or draw them again alike where that is allowed", () => {
    const options = { by: ["plan"], targets: { "": 100 } };
    expect(codeOf(() => stratifiedRows(table, options))).toBe("VERISIM_SAMPLE_COUNT");
    const { rows } = stratifiedRows(table, { ...options, replace: true });
    const times = new Map<number, number>();
    for (const row of rows) times.set(row, (times.get(row) ?? 0) + 1);
    expect([...times.values()].every((count) => count === 2 || count === 3)).toBe(true);
    expect(codeOf(() => stratifiedRows(table, { by: ["plan"], targets: { prof: 1 } }))).toBe(
      "VERISIM_SAMPLE_STRATUM",
    );
  });

  it("apportion by largest remainders", () => {
    expect(apportion([1, 1, 1], 10)).toEqual([4, 3, 3]);
    expect(apportion([0.5, 0.3, 0.2], 7)).toEqual([4, 2, 1]);
    const random = new RowRandom(streamKey(1, "weights"), 0);
    const weights = Array.from({ length: 50 }, () => random.uniform());
    expect(apportion(weights, 1234).reduce((sum, count) => sum + count, 0)).toBe(1234);
  });
});

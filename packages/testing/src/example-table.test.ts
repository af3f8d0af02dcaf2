import { missingCount } from "@verisim/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryTable } from "./arbitrary-table.ts";
import { exampleColumns, exampleTable } from "./example-table.ts";
import { firstDifference } from "./table-equality.ts";

describe("exampleTable", () => {
  test("is the same every time, and another with another seed", () => {
    expect(firstDifference(exampleTable(50).table, exampleTable(50).table)).toBeNull();
    expect(firstDifference(exampleTable(80).table.slice(0, 50), exampleTable(50).table)).toBeNull();
    expect(firstDifference(exampleTable(50, 1).table, exampleTable(50, 2).table)).toMatch(/^column "/);
  });

  test("has the missing cells, keys and point mass that the checks rely on", () => {
    const { table } = exampleTable();
    const share = (name: string): number => missingCount(table.column(name)) / table.rowCount;
    expect(share("age")).toBe(0);
    expect(share("score")).toBeGreaterThan(0.07);
    expect(share("city")).toBeGreaterThan(0.015);
    const rows = table.toRows();
    expect(new Set(rows.map((row) => row.customer)).size).toBe(2_000);
    expect(rows.filter((row) => row.debt === 0).length / 2_000).toBeGreaterThan(0.3);
    expect(new Set(rows.map((row) => row.city)).size).toBe(7);
  });

  test("gives single columns with their metadata", () => {
    const { table, metadata } = exampleColumns(["grade", "age"], 5);
    expect(table.columnNames).toEqual(["grade", "age"]);
    expect(Object.keys(metadata.columns)).toEqual(["grade", "age"]);
  });
});

describe("arbitraryTable", () => {
  test("makes tables that their metadata describes, hostile names among them", () => {
    const names = new Set<string>();
    fc.assert(
      fc.property(arbitraryTable({ minRows: 2, maxRows: 6, maxColumns: 3 }), ({ table, metadata }) => {
        expect(Object.keys(metadata.columns).sort()).toEqual(table.columnNames.sort());
        expect(table.rowCount >= 2 && table.rowCount <= 6).toBe(true);
        for (const name of table.columnNames) names.add(name);
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(names.has("__proto__") && names.has("line\nbreak")).toBe(true);
  });
});

describe("firstDifference", () => {
  test("tells -0 from 0 and names the place", () => {
    const { table } = exampleColumns(["debt"], 3);
    const other = exampleColumns(["debt"], 3).table;
    const column = other.column("debt");
    if (column.kind === "number") column.values[1] = -0;
    const first = table.column("debt");
    if (first.kind === "number") first.values[1] = 0;
    expect(firstDifference(table, other)).toBe('column "debt", row 1: 0 against 0');
  });
});

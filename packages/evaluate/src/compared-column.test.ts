import { Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { compareColumn } from "./compared-column.ts";

const column = (...cells: (string | null)[]) => new Table([textColumn("paid", cells)]);

describe("compareColumn", () => {
  it("takes truth as truth, however it is written, under the real table's words", () => {
    const tables = [column("TRUE", "FALSE", null), column("true", "False", "FALSE")];
    const paid = compareColumn(tables, "paid", { sdtype: "boolean" });
    expect(paid).toMatchObject({ kind: "category", labels: ["TRUE", "FALSE"], missing: [1, 0] });
    if (paid.kind !== "category") return;
    expect(paid.codes.map((codes) => [...codes])).toEqual([
      [0, 1, 2],
      [0, 1, 1],
    ]);
    expect(paid.counts.map((counts) => [...counts])).toEqual([
      [1, 1, 1],
      [1, 2, 0],
    ]);
  });

  it("keeps the case of other categories", () => {
    const tables = [column("TRUE", "x"), column("true", "x")];
    expect(compareColumn(tables, "paid", { sdtype: "categorical" })).toMatchObject({
      labels: ["TRUE", "x", "true"],
    });
  });

  it("takes categories that are numbers for equal, however many decimals are written", () => {
    const tables = [column("0", "0.2", null), column("0.0", "0.20", "1.0")];
    expect(compareColumn(tables, "paid", { sdtype: "categorical" })).toMatchObject({
      labels: ["0", "0.2", "1.0"],
      counts: [Float64Array.of(1, 1, 0, 1), Float64Array.of(1, 1, 1, 0)],
    });
  });

  it("keeps codes with leading zeros, and numbers that the real table writes in two ways, apart", () => {
    const codes = [column("007", "7"), column("7.0", "7")];
    expect(compareColumn(codes, "paid", { sdtype: "categorical" })).toMatchObject({
      labels: ["007", "7", "7.0"],
    });
    const twice = [column("7", "7.0"), column("7.00", "7")];
    expect(compareColumn(twice, "paid", { sdtype: "categorical" })).toMatchObject({
      labels: ["7", "7.0", "7.00"],
    });
  });
});

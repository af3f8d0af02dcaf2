import { numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { valueOverlap } from "./values.ts";

const metadata: TableMetadata = {
  columns: { name: { sdtype: "last_name", pii: true }, wage: { sdtype: "numerical" }, key: { sdtype: "id" } },
};

/** 200 rows of which the first `known` names and wages are those of `from`. */
const people = (prefix: string, from: string, known: number): Table => {
  const whose = (row: number): string => (row < known ? from : prefix);
  return new Table([
    textColumn(
      "name",
      Array.from({ length: 200 }, (_, row) => `${whose(row)} ${row}`),
    ),
    numberColumn(
      "wage",
      Array.from({ length: 200 }, (_, row) => whose(row).charCodeAt(0) * 1000 + row),
    ),
    textColumn(
      "key",
      Array.from({ length: 200 }, (_, row) => String(row + (prefix === "holdout" ? 1000 : 0))),
    ),
  ]);
};

const real = people("real", "real", 0);
const holdout = people("holdout", "holdout", 0);

describe("valueOverlap", () => {
  it("counts values of one training row beside those of one holdout row", () => {
    const { columns, leaking } = valueOverlap({
      real,
      synthetic: people("new", "real", 30),
      holdout,
      metadata,
    });
    const name = columns.find(({ column }) => column === "name")!;
    expect(name).toMatchObject({ pii: true, trainingOnly: 200, holdoutOnly: 200 });
    expect(name.pValue! / 2 ** -30).toBeCloseTo(1, 10);
    expect(name.training.value).toBe(0.15);
    expect(name.holdout!.value).toBe(0);
    // Ids are numbered from one on by many generators, which tells nothing of persons.
    expect(leaking).toEqual(["name", "wage"]);
  });

  it("takes values that holdout rows have as often for chance", () => {
    const both = Table.concat([people("new", "real", 30), people("new", "holdout", 30)]);
    const { leaking, columns } = valueOverlap({ real, synthetic: both, holdout, metadata });
    expect(leaking).toEqual([]);
    expect(columns[0]!.pValue).toBeGreaterThan(0.5);
  });

  it("counts without a holdout, without a verdict", () => {
    const { columns, leaking } = valueOverlap({ real, synthetic: people("new", "real", 30), metadata });
    expect(columns[0]).toMatchObject({ holdout: null, pValue: null });
    expect(leaking).toEqual([]);
  });
});

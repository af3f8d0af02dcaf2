// The plane: what is known about it in closed form, and what it must not show.

import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { normalQuantile } from "@verisim/stats";
import { describe, expect, it } from "vitest";
import { compareTables } from "../metrics/judged-tables.ts";
import { projection } from "./projection.ts";

const metadata: TableMetadata = {
  columns: {
    a: { sdtype: "numerical" },
    b: { sdtype: "numerical" },
    c: { sdtype: "numerical" },
    d: { sdtype: "categorical" },
  },
};

/** a and b correlate by 0.9, c is by itself, d is half and half. */
function rows(count: number, seed: number, correlation = 0.9): Table {
  const random = Array.from({ length: count }, (_, row) => new RowRandom(streamKey(seed, "plane"), row));
  const normals = random.map((own) => [0, 1, 2].map(() => normalQuantile(own.uniform())));
  return new Table([
    numberColumn(
      "a",
      normals.map(([x]) => Math.exp(x!)),
    ),
    numberColumn(
      "b",
      normals.map(([x, y]) => correlation * x! + Math.sqrt(1 - correlation ** 2) * y!),
    ),
    numberColumn(
      "c",
      normals.map(([, , z]) => z!),
    ),
    textColumn(
      "d",
      random.map((own) => (own.uniform() < 0.5 ? "x" : "y")),
    ),
  ]);
}

const compared = (real: Table, synthetic: Table, holdout?: Table) =>
  compareTables({ real, synthetic, holdout, metadata });

describe("projection", () => {
  it("finds the axes that closed form gives: 1.9 of 4 units of variance along a and b", async () => {
    const report = await projection(compared(rows(4000, 1), rows(4000, 2), rows(4000, 3)));
    const [first, second] = report!.axes;
    // The correlation of normal scores is that of the normals under them; its standard error is 0.003.
    expect(first.explained).toBeCloseTo(1.9 / 4, 1);
    expect(first.explained).toBeGreaterThan(0.465);
    expect(
      first.columns
        .slice(0, 2)
        .map(({ column }) => column)
        .sort(),
    ).toEqual(["a", "b"]);
    expect(first.columns[0]!.weight + first.columns[1]!.weight).toBeGreaterThan(0.98);
    expect(second.explained).toBeGreaterThan(0.24);
    expect(report!.rows).toBe(4000);
    for (const { shares, hidden } of [report!.real, report!.synthetic, report!.holdout!]) {
      expect(shares).toHaveLength(48 * 48);
      expect(shares.reduce((sum, share) => sum + share, hidden)).toBeCloseTo(1, 12);
    }
  });

  it("overlaps as the holdout does for rows of one distribution, and less for rows that lost a relation", async () => {
    const same = await projection(compared(rows(4000, 1), rows(4000, 2), rows(4000, 3)));
    // 144 cells of 4,000 rows: chance costs about 0.07 on both sides, and moves it by less than 0.015.
    expect(Math.abs(same!.overlap! - same!.ceiling!)).toBeLessThan(0.03);
    const lost = await projection(compared(rows(4000, 1), rows(4000, 2, 0), rows(4000, 3)));
    expect(lost!.overlap!).toBeLessThan(lost!.ceiling! - 0.05);
  });

  it("shows no cell with fewer than three rows", async () => {
    const report = await projection(compared(rows(300, 1), rows(300, 2)));
    for (const { shares } of [report!.real, report!.synthetic])
      for (const share of shares) expect(share === 0 || share * 300 > 2.999).toBe(true);
    expect(report!.holdout).toBeNull();
  });

  it("is the same for the same seed, and null where there is no plane", async () => {
    const tables = compared(rows(500, 1), rows(400, 2));
    expect(await projection(tables, { seed: 5 })).toEqual(await projection(tables, { seed: 5 }));
    expect((await projection(tables, { seed: 5 }))!.rows).toBe(400);
    expect(await projection(compared(rows(10, 1), rows(10, 2)))).toBeNull();
    const flat = new Table(
      ["a", "b", "c"].map((name) => numberColumn(name, new Array(40).fill(1))).concat([]),
    );
    const table = new Table([...flat.columns, textColumn("d", new Array(40).fill("x"))]);
    expect(await projection(compared(table, table))).toBeNull();
  });
});

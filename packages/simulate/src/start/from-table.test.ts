// Models from real tables: what they keep, and what they do not give away.

import { numberColumn, RowRandom, streamKey, Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { Simulation } from "../engine/simulation.ts";
import { modelFromTable } from "./from-table.ts";

describe("a real table", () => {
  it("becomes a model with its distributions, categories, gaps and correlations", async () => {
    const rows = 3_000;
    const random = (name: string, row: number) => new RowRandom(streamKey(7, name), row).uniform();
    const x = Float64Array.from(
      { length: rows },
      (_, row) => random("x", row) + random("y", row) + random("z", row),
    );
    const table = new Table([
      numberColumn(
        "id",
        Float64Array.from({ length: rows }, (_, row) => row),
      ),
      textColumn(
        "code",
        Array.from(x, (_, row) => `C-${String(row).padStart(5, "0")}`),
      ),
      textColumn(
        "ticket",
        Array.from(x, (_, row) => `${row % 7}AB${row}`),
      ),
      numberColumn("x", x),
      numberColumn(
        "y",
        x.map((value, row) => Math.exp(value + 0.3 * random("e", row))),
      ),
      numberColumn(
        "odd",
        x.map((_, row) => (row % 4 === 0 ? 5000 : row % 4)),
      ),
      textColumn(
        "plan",
        Array.from(x, (_, row) =>
          row % 10 === 0 ? null : row % 3 === 0 ? "pro" : row === 1 ? "only one" : "free",
        ),
      ),
      numberColumn(
        "day",
        Float64Array.from({ length: rows }, (_, row) => Date.UTC(2024, 0, 1 + (row % 100)) * 1000),
      ),
    ]);
    const metadata = {
      columns: {
        id: { sdtype: "id" },
        code: { sdtype: "id" },
        ticket: { sdtype: "id" },
        x: { sdtype: "numerical" },
        y: { sdtype: "numerical" },
        odd: { sdtype: "numerical", decimals: 0 },
        plan: { sdtype: "categorical" },
        day: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
      },
      primaryKey: "id",
    };
    const model = await modelFromTable(table, metadata, { name: "real" });
    const { columns, correlations } = model.tables.real!;
    expect(columns.id).toEqual({ key: "sequence" });
    expect(columns.code).toEqual({ key: "sequence", prefix: "C-", digits: 5 });
    expect(columns.ticket).toEqual({ key: "sequence", digits: 4 });
    expect(columns.y).toMatchObject({ distribution: "lognormal" });
    expect(columns.odd).toHaveProperty("quantiles");
    expect(columns.plan).toMatchObject({ missing: 0.1, categories: { other: expect.any(Number) } });
    expect(JSON.stringify(columns)).not.toContain("only one");
    expect(correlations?.[0]?.matrix[0]?.[1]).toBeGreaterThan(0.9);
    const made = await (await Simulation.create(model, { seed: 3 })).sample("real");
    const numbers = (one: Table, name: string) => (one.column(name) as { values: Float64Array }).values;
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const name of ["x", "y"])
      expect(Math.abs(mean(numbers(made, name)) / mean(numbers(table, name)) - 1)).toBeLessThan(0.03);
    expect(new Date(Math.max(...numbers(made, "day")) / 1000).toISOString() < "2024-04-10").toBe(true);
  });
});

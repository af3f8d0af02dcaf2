// Models from real tables: what they keep, and what they do not give away.

import { numberColumn, RowRandom, streamKey, Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { Simulation } from "../engine/simulation.ts";
import { modelFromTable } from "./from-table.ts";

function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

describe("a real table", () => {
  it("keeps mean and deviation of a long tail, by more quantiles where twenty-one would not", async () => {
    const rows = 4_000;
    const gain = Float64Array.from({ length: rows }, (_, row) =>
      row % 200 === 0 ? 1e5 : row % 12 === 0 ? row : 0,
    );
    const flat = Float64Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? row : 9_000 - row));
    const table = new Table([numberColumn("gain", gain), numberColumn("flat", flat)]);
    const columns = {
      gain: { sdtype: "numerical", decimals: 0 },
      flat: { sdtype: "numerical", decimals: 0 },
    };
    const model = await modelFromTable(table, { columns });
    const { quantiles } = model.tables.rows!.columns.flat as { quantiles: number[] };
    expect(quantiles).toHaveLength(21);
    const made = await (await Simulation.create(model, { seed: 1 })).sample("rows");
    for (const [name, real] of Object.entries({ gain, flat })) {
      const [before, after] = [
        momentsOf(real),
        momentsOf((made.column(name) as { values: Float64Array }).values),
      ];
      // Three standard errors of a mean of 4,000 beside what the quantiles may miss.
      expect(Math.abs(after.mean - before.mean) / before.deviation).toBeLessThan(0.07);
      expect(after.deviation / before.deviation).toBeGreaterThan(0.75);
      expect(after.deviation / before.deviation).toBeLessThan(1.25);
    }
  });

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
        ticket: { sdtype: "id", regexFormat: "[0-6]AB\\d{1,6}" },
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
    expect(columns.ticket).toEqual({ pattern: "[0-6]AB\\d{1,6}", unique: true });
    // 7,770 texts would not do for long.
    const few = { ...metadata.columns, ticket: { sdtype: "id", regexFormat: "[0-6]AB\\d{1,3}" } };
    const { tables } = await modelFromTable(table, { ...metadata, columns: few });
    expect(tables.rows!.columns.ticket).toEqual({ key: "sequence", digits: 4 });
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

describe("what a model of a real table keeps of its categories", () => {
  const rows = 8_000;
  const draw = (name: string, row: number) => new RowRandom(streamKey(9, name), row).uniform();
  const pick = (name: string, row: number, weights: readonly [string, number][]): string => {
    let rest = draw(name, row) * weights.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [label, weight] of weights) {
      rest -= weight;
      if (rest <= 0) return label;
    }
    return weights[0]![0];
  };
  const weights: Readonly<Record<string, [string, number][]>> = {
    pro: [
      ["phone", 9],
      ["mail", 1],
    ],
    team: [["desk", 1]],
    free: [["none", 1]],
  };
  const all = Array.from({ length: rows }, (_, row) => {
    const plan = pick("plan", row, [
      ["free", 6],
      ["team", 1],
      ["pro", 3],
    ]);
    const paid = { free: 0, pro: 40, team: 90 }[plan]! + 25 * new RowRandom(streamKey(9, "n"), row).normal();
    const alone = draw("alone", row) < 0.3 ? "x" : "y";
    return { plan: row % 20 === 0 ? null : plan, support: pick("support", row, weights[plan]!), paid, alone };
  });
  const table = new Table([
    numberColumn(
      "paid",
      all.map(({ paid }) => paid),
    ),
    textColumn(
      "and",
      all.map(({ plan }) => plan),
    ),
    textColumn(
      "support",
      all.map(({ support }) => support),
    ),
    textColumn(
      "alone",
      all.map(({ alone }) => alone),
    ),
  ]);
  const metadata = {
    columns: {
      paid: { sdtype: "numerical", decimals: 2 },
      and: { sdtype: "categorical" },
      support: { sdtype: "categorical" },
      alone: { sdtype: "categorical" },
    },
  };

  it("is how they depend on one another, and how numbers go with them", async () => {
    const model = await modelFromTable(table, metadata);
    const { columns, correlations } = model.tables.rows!;
    const given = Object.entries(columns).flatMap(([name, column]) =>
      "given" in column ? [[name, column.given]] : [],
    );
    // One of the two is given by the other; `and` is a word of formulas.
    expect([[["support", "`and`"]], [["and", "support"]]]).toContainEqual(given);
    expect(columns.alone).toHaveProperty("categories");
    expect(correlations![0]!.columns).not.toContain("alone");
    const made = (
      await (await Simulation.create(model, { seed: 5, rows: { rows } })).sample("rows")
    ).toRows();
    expect(Object.keys(made[0]!)).toEqual(["paid", "and", "support", "alone"]);
    const share = (of: readonly Record<string, unknown>[], plan: unknown, support: string) =>
      of.filter((row) => row.and === plan && row.support === support).length / of.length;
    const real = all.map(({ plan, ...row }) => ({ ...row, and: plan }));
    // Standard error 0.8 % at most, for each of the two.
    for (const plan of ["free", "team", "pro", null])
      for (const support of ["none", "desk", "phone", "mail"])
        expect(Math.abs(share(real, plan, support) - share(made, plan, support))).toBeLessThan(0.04);
    const mean = (of: readonly Record<string, unknown>[], plan: string) => {
      const values = of.filter((row) => row.and === plan).map((row) => row.paid as number);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    // Real means are 0, 40 and 90, of 28 over all.
    for (const plan of ["free", "pro", "team"])
      expect(Math.abs(mean(made, plan) - mean(real, plan))).toBeLessThan(12);
  });

  it("is nothing that fewer rows share than asked for, in pairs as well", async () => {
    const rare = { ...all[0]!, plan: "free", support: "phone" };
    const few = [...all.filter(({ plan, support }) => plan !== "free" || support === "none"), rare, rare];
    const small = new Table([
      textColumn(
        "plan",
        few.map(({ plan }) => plan),
      ),
      textColumn(
        "support",
        few.map(({ support }) => support),
      ),
    ]);
    const categories = { columns: { plan: { sdtype: "categorical" }, support: { sdtype: "categorical" } } };
    const made = (
      await (await Simulation.create(await modelFromTable(small, categories), { seed: 1 })).sample("rows")
    ).toRows();
    const pairs = (of: readonly Record<string, unknown>[]) =>
      of.filter(({ plan, support }) => plan === "free" && support === "phone").length;
    expect(pairs(few)).toBe(2);
    expect(pairs(made)).toBe(0);
  });

  it.each([0, 1, 2])("simulates from %i rows", async (count) => {
    const model = await modelFromTable(table.slice(0, count), metadata);
    const made = await (await Simulation.create(model, { rows: { rows: 10 } })).sample("rows");
    expect(made.rowCount).toBe(10);
  });
});

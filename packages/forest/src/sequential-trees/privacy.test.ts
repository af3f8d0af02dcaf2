// What the trees never give away by themselves: extremes, values and categories of few rows.

import { numberColumn, parseLabelCounts, rowUniform, streamKey, Table, textColumn } from "@verisim/core";
import { expect, test } from "vitest";
import { SequentialTrees } from "./sequential-trees.ts";

const rows = 3_000;
const uniform = (name: string) => (row: number) => rowUniform(streamKey(2, name), row);
const wealth = uniform("wealth");
const kind = uniform("kind");
const income = Float64Array.from({ length: rows }, (_, row) =>
  row === 17 ? 9_999_999 : Math.round(20_000 + 50_000 * wealth(row)),
);
const town = Array.from({ length: rows }, (_, row) =>
  row < 3 ? "Tiny" : kind(row) < 0.5 ? "Large" : "Middle",
);
const table = new Table([numberColumn("income", income), textColumn("town", town)]);
const metadata = {
  columns: {
    income: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
    town: { sdtype: "categorical" },
  },
} as const;

test("no extreme of one row is drawn", async () => {
  const trees = await new SequentialTrees().fit(table, { metadata });
  const { values } = (await trees.sample(20_000, { seed: 1 })).column("income") as { values: Float64Array };
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  // The outermost stretch ends half-way to the second largest value at most.
  expect(largest).toBeLessThan(6_000_000);
});

test("pinned extremes are drawn as often as they are met, and none lies beyond", async () => {
  const trees = await new SequentialTrees({ extremes: "pinned" }).fit(table, { metadata });
  const { values } = (await trees.sample(60_000, { seed: 1 })).column("income") as { values: Float64Array };
  const [least, most] = [Math.min(...income), Math.max(...income)];
  // Each is one of 3,000 rows: 20 of 60,000 are expected, and 5 and 45 lie more than three deviations away.
  for (const extreme of [least, most]) {
    const drawn = values.filter((value) => value === extreme).length;
    expect(drawn).toBeGreaterThan(5);
    expect(drawn).toBeLessThan(45);
  }
  expect(values.every((value) => value >= least && value <= most)).toBe(true);
});

test("values that few rows share are met no more often than by chance", async () => {
  const trees = await new SequentialTrees().fit(table, { metadata });
  const seen = new Set(income);
  const { values } = (await trees.sample(20_000, { seed: 2 })).column("income") as { values: Float64Array };
  const copied = values.filter((value) => seen.has(value)).length / values.length;
  // 3,000 draws cover 5.8 % of 50,000 values; a model that gave values of rows away would have all of them.
  expect(copied).toBeLessThan(0.08);
});

test("a category of three rows is drawn only when it is asked for", async () => {
  const trees = await new SequentialTrees().fit(table, { metadata });
  expect(trees.warnings.join(" ")).toContain("town");
  const free = (await trees.sample(20_000, { seed: 3 })).toRows();
  expect(free.some((row) => row.town === "Tiny")).toBe(false);
  const asked = await trees.sample(50, { seed: 3, counts: parseLabelCounts("town:Tiny=20,Large=30") });
  expect(asked.toRows().filter((row) => row.town === "Tiny").length).toBe(20);
});

test("with minGroup 1 every category is drawn", async () => {
  const trees = await new SequentialTrees({ minGroup: 1 }).fit(table, { metadata });
  const free = (await trees.sample(20_000, { seed: 3 })).toRows();
  expect(free.some((row) => row.town === "Tiny")).toBe(true);
});

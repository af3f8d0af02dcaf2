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

test("rows are repeated no more often than fresh rows of the same kind repeat them", async () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  /** Categories that hang together, so that some rows are met again and most are not. */
  const people = (seed: number, count: number): Table => {
    const streams = names.map((name) => streamKey(seed, name));
    const cells = names.map(() => new Array<string>(count));
    for (let row = 0; row < count; row++) {
      let before = 0;
      names.forEach((_, c) => {
        const u = rowUniform(streams[c]!, row);
        before = rowUniform(streams[c]!, row, 1) < 0.4 ? before : Math.floor(9 * u * u);
        cells[c]![row] = `kind ${before}`;
      });
    }
    return new Table(names.map((name, c) => textColumn(name, cells[c]!)));
  };
  const columns = Object.fromEntries(names.map((name) => [name, { sdtype: "categorical" } as const]));
  const real = people(1, 4_000);
  const trees = await new SequentialTrees().fit(real, { metadata: { columns } });
  const rowsOf = (own: Table): string[] => own.toRows().map((row) => names.map((name) => row[name]).join());
  const counts = new Map<string, number>();
  for (const row of rowsOf(real)) counts.set(row, (counts.get(row) ?? 0) + 1);
  /** Share of rows that are those of one real row, and of any. */
  const repeated = (own: Table): [number, number] => {
    const found = rowsOf(own).map((row) => counts.get(row) ?? 0);
    return [1, Number.POSITIVE_INFINITY].map(
      (most) => found.filter((count) => count > 0 && count <= most).length / found.length,
    ) as [number, number];
  };
  const [fresh, drawn] = [repeated(people(2, 20_000)), repeated(await trees.sample(20_000, { seed: 1 }))];
  expect(fresh[0]).toBeGreaterThan(0.05);
  // Three deviations of two shares of 20,000 rows are at most 0.015.
  for (const i of [0, 1]) expect(drawn[i]!).toBeLessThan(fresh[i]! + 0.015);
});

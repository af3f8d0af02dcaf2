// Fair rows are the row plan's work: generators of every kind that take conditions give them.

import { rowUniform, streamKey, Table, textColumn } from "@verisim/core";
import { expect, test } from "vitest";
import { findGenerator } from "./generators.ts";

const rowCount = 3_000;
const uniform = (name: string, row: number): number => rowUniform(streamKey(5, name), row);
// Of men half have a high income, of women a fifth; most with a high income have a degree.
const sexes = Array.from({ length: rowCount }, (_, row) => (uniform("sex", row) < 0.6 ? "m" : "f"));
const incomes = sexes.map((sex, row) =>
  uniform("income", row) < (sex === "m" ? 0.5 : 0.2) ? "high" : "low",
);
const degrees = incomes.map((income, row) =>
  uniform("degree", row) < (income === "high" ? 0.8 : 0.3) ? "yes" : "no",
);
const table = new Table([
  textColumn("sex", sexes),
  textColumn("income", incomes),
  textColumn("degree", degrees),
]);
const category = { sdtype: "categorical" } as const;
const metadata = { columns: { sex: category, income: category, degree: category } };

const shareOf = (rows: readonly Record<string, unknown>[], column: string, value: string): number =>
  rows.filter((row) => row[column] === value).length / rows.length;

test.each([
  ["sequential-trees", {}],
  ["gaussian-copula", {}],
  ["tvae", { epochs: 1, minSteps: 40, holdoutShare: 0, embeddingDim: 8 }],
])("%s draws rows in which the income owes nothing to the sex", async (name, options) => {
  const generator = await findGenerator(name).create(options).fit(table, { metadata, seed: 1 });
  const draw = async (fair: boolean) => {
    const fairness = { target: "income", sensitive: ["sex"] };
    const rows = (await generator.sample(6_000, { seed: 2, ...(fair ? { fairness } : {}) })).toRows();
    const of = (sex: string): number =>
      shareOf(
        rows.filter((row) => row.sex === sex),
        "income",
        "high",
      );
    return { rows, gap: of("m") - of("f") };
  };
  const [plain, fair] = [await draw(false), await draw(true)];
  // Five standard deviations of the gap are 0.063.
  expect(Math.abs(fair.gap)).toBeLessThan(0.063);
  // Groups and values keep their sizes in the model's rows; five standard deviations of a difference are 0.046.
  for (const [column, value] of [
    ["sex", "m"],
    ["income", "high"],
  ] as const)
    expect(Math.abs(shareOf(fair.rows, column, value) - shareOf(plain.rows, column, value))).toBeLessThan(
      0.046,
    );
  if (name !== "tvae") expect(plain.gap).toBeGreaterThan(0.2);
});

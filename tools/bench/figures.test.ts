// Means and spreads of many runs.

import { expect, test } from "vitest";
import { flatFigures, summariseFigures } from "./figures.ts";

test("numbers of nested objects get dotted names; what is no figure is left out", () => {
  expect(
    flatFigures({
      quality: { shapes: 0.9, worst: { name: "age", score: 0.5 } },
      rows: 10,
      list: [1],
      bad: Number.NaN,
    }),
  ).toEqual({ "quality.shapes": 0.9, "quality.worst.score": 0.5, rows: 10 });
  expect(flatFigures(3)).toEqual({});
});

test("runs of a table and model become mean and spread, tables one mean of means", () => {
  const run = (table: string, shapes: number) => ({ table, model: "tvae", figures: { shapes } });
  expect(summariseFigures([run("a", 0.8), run("b", 0.5), run("a", 0.9), run("a", 1)])).toEqual([
    {
      table: "a",
      model: "tvae",
      figure: "shapes",
      mean: expect.closeTo(0.9),
      spread: expect.closeTo(0.1),
      runs: 3,
    },
    { table: "b", model: "tvae", figure: "shapes", mean: 0.5, spread: null, runs: 1 },
    {
      table: "all tables",
      model: "tvae",
      figure: "shapes",
      mean: expect.closeTo(0.7),
      spread: null,
      runs: 4,
    },
  ]);
});

test("a figure that one table lacks has no mean over all tables", () => {
  const summaries = summariseFigures([
    { table: "a", model: "tvae", figures: { shapes: 1, auc: 0.6 } },
    { table: "b", model: "tvae", figures: { shapes: 0 } },
  ]);
  expect(summaries.filter(({ table }) => table === "all tables")).toEqual([
    { table: "all tables", model: "tvae", figure: "shapes", mean: 0.5, spread: null, runs: 2 },
  ]);
});

// What the pictures of the generators' pages count and draw.

import { expect, test } from "vitest";
import { categoryShares, comparisonSvg, medianLine, type PicturedRows } from "./comparison-picture.ts";

const rows: PicturedRows = {
  x: Array.from({ length: 100 }, (_, i) => i),
  y: Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? Number.NaN : 2 * i)),
  category: Array.from({ length: 100 }, (_, i) => (i % 4 === 0 ? "a<" : "b")),
};
const axes = {
  x: { name: "x", low: 0, high: 140, every: 50 },
  y: { name: "y", low: 0, high: 100, every: 50 },
  categories: ["a<", "b"],
};

test("the median line has the middle of every stretch with enough rows", () => {
  expect(medianLine(rows, { x: { ...axes.x, high: 560 } })).toEqual([
    [20, 42],
    [60, 122],
  ]);
});

test("a category's share is of all rows, its pale part the rows whose number is missing", () => {
  // Every fourth row is an "a<"; of these every fifth lacks its number.
  expect(categoryShares(rows, "a<")).toEqual({ all: 0.25, missing: 0.05 });
});

test("the picture draws the points inside its axes and escapes names", () => {
  const svg = comparisonSvg({ title: "A & B", real: rows, synthetic: rows, axes, points: 1000 });
  // y = 2 x up to 100 leaves x from 1 to 50; every tenth is missing.
  expect(svg.match(/M\d+ \d+h0/g)?.length).toBe(2 * 45);
  expect(svg).toContain("A &amp; B");
  expect(svg).toContain(">a&lt;</text>");
  expect(svg).not.toContain("NaN");
});

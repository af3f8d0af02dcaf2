import { expect, test } from "vitest";
import { categorySpec, evaluationOf, metadataOf, numberSpec } from "../../fixtures/evaluations.ts";
import { type ColumnView, viewOf } from "../report-input.ts";
import { pooledTo } from "./category-bars.ts";
import { columnChart, sparkline } from "./column-chart.ts";
import { needsLogScale } from "./histogram.ts";

function columnOf(spec: Parameters<typeof evaluationOf>[0]["columns"][number]): ColumnView {
  const evaluation = evaluationOf({ columns: [spec] });
  return viewOf({ title: "t", evaluation, metadata: metadataOf(evaluation) }).columns[0]!;
}

const tall = [0.9, ...Array.from({ length: 20 }, () => 0.005)];

test("pooling keeps the shares of every table", () => {
  const labels = Array.from({ length: 21 }, (_, index) => `label ${index}`);
  const { distribution } = columnOf(categorySpec("c", labels, [1, 1.2], 7));
  const pooled = pooledTo(distribution!, 12);
  expect(pooled.labels).toHaveLength(12);
  expect(pooled.pooled).toBe(7 + 9); // 21 entries: 11 stay, 9 named ones join the 7 behind the last
  for (const shares of [pooled.real, pooled.synthetic, pooled.holdout!])
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test("the share axis is logarithmic only where one bin towers over small ones", () => {
  expect(needsLogScale([tall])).toBe(true);
  expect(needsLogScale([[0.6, 0.2, 0.1, 0.05, 0.03, 0.02]])).toBe(false);
  expect(needsLogScale([[1]])).toBe(false);
});

test("a towering bin is drawn on decades, and no coordinate is undefined", () => {
  const spec = numberSpec("n", [0, 21], { real: [0.5, 0.2], synthetic: [0.5, 0.2], bins: 21 });
  const chart = columnChart(
    columnOf({ ...spec, real: tall, synthetic: tall.toReversed(), holdout: tall }),
  ).text;
  expect(chart).toContain("log scale");
  expect(chart).not.toMatch(/NaN|Infinity|undefined/);
});

test("a single value, extreme values and impossible dates are drawn without undefined coordinates", () => {
  const extremes = [
    [5, 5],
    [-1e308, 1e308],
    [0, 5e-324],
    [-1e-9, 1e-9],
  ];
  for (const kind of ["number", "datetime"] as const)
    for (const edges of [...extremes, [8.7e21, 8.8e21]]) {
      const column = columnOf({ name: "n", kind, edges, real: [1], synthetic: [1], holdout: [1] });
      expect(columnChart(column).text + (sparkline(column)?.text ?? "")).not.toMatch(
        /NaN|Infinity|undefined/,
      );
    }
});

test("a column without values says so instead of drawing nothing", () => {
  expect(columnChart(columnOf({ name: "n", real: [], synthetic: [] })).text).toContain(
    "every cell is missing",
  );
});

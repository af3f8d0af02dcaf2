// The page of metrics says what the code says.

import { readFileSync } from "node:fs";
import path from "node:path";
import type { MetricDescription } from "@verisim/evaluate";
import { expect, it } from "vitest";
import { root } from "./documents.ts";
import { metricsPage, metricTable, withMetrics } from "./metric-tables.ts";

const example: MetricDescription = {
  name: "example",
  family: "tabsyn",
  says: "How alike | they are.",
  original: "example()",
  better: 0.5,
  range: [0, null],
  needs: ["holdout", "target"],
  tolerance: 1e-9,
};

it("has a line per metric with its range, its needs and how close it is", () => {
  expect(metricTable([example]).split("\n").slice(2)).toEqual([
    "| `example` | How alike \\| they are. Needs: holdout, target. | 0 to ∞, ideal 0.5 | `example()` | 1e-9 |  |",
  ]);
  expect(metricTable([{ ...example, tolerance: null, differs: "Ours is exact." }])).toContain(
    "| no | Ours is exact. |",
  );
});

it("lists every metric as it is computed; a page without marks is an error", () => {
  const page = readFileSync(path.join(root, metricsPage), "utf8");
  expect(page, "run: node tools/examples/metric-tables.ts").toBe(withMetrics(page));
  expect(() => withMetrics("# Metrics\n")).toThrow("lacks the lines");
});

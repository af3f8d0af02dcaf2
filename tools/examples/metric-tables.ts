// The tables of metrics in docs/metrics.md come from the table that computes them:
//   node tools/examples/metric-tables.ts
// writes them anew between the marks of the page; a test fails where the page says something else.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type MetricDescription, type MetricFamily, metricDescriptions } from "@verisim/evaluate";

import { root } from "./documents.ts";

export const metricsPage = "docs/metrics.md";

const begin = (family: MetricFamily): string =>
  `<!-- ${family}: written by tools/examples/metric-tables.ts -->`;
const end = "<!-- end of metrics -->";

export const families: readonly MetricFamily[] = [...new Set(metricDescriptions.map(({ family }) => family))];

const cell = (text: string): string => text.replaceAll("|", "\\|");

function betterText({ better, range: [low, high] }: MetricDescription): string {
  const ends = `${low ?? "-∞"} to ${high ?? "∞"}`;
  return typeof better === "number" ? `${ends}, ideal ${better}` : `${ends}, ${better}`;
}

/** One line per metric: name, meaning, range with the better end, original, how close, what differs. */
export function metricTable(metrics: readonly MetricDescription[]): string {
  const lines = metrics.map((metric) => {
    const needs = metric.needs.length > 0 ? ` Needs: ${metric.needs.join(", ")}.` : "";
    const cells = [
      `\`${metric.name}\``,
      `${metric.says}${needs}`,
      betterText(metric),
      `\`${metric.original}\``,
      metric.tolerance === null ? "no" : String(metric.tolerance),
      metric.differs ?? "",
    ];
    return `| ${cells.map(cell).join(" | ")} |`;
  });
  return [
    "| name | says | range, better | original | equal within | differs |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** The page with its tables written anew. @throws Error where the marks of a family are missing */
export function withMetrics(page: string): string {
  let written = page;
  for (const family of families) {
    const from = written.indexOf(begin(family));
    const to = written.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`${metricsPage} lacks the lines ${begin(family)} and ${end}.`);
    const table = metricTable(metricDescriptions.filter((metric) => metric.family === family));
    written = `${written.slice(0, from + begin(family).length)}\n\n${table}\n\n${written.slice(to)}`;
  }
  return written;
}

if (import.meta.main) {
  const file = path.join(root, metricsPage);
  const page = readFileSync(file, "utf8");
  const written = withMetrics(page);
  if (written !== page) writeFileSync(file, written);
  console.log(`${metricsPage}: ${written === page ? "as it was" : "written"}`);
}

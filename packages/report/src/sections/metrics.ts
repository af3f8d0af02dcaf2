// The published metrics by their names, so that figures of papers and of other tools can be read beside ours: each with
// the holdout's own value, and the columns that cost it.

import { type MetricDescription, type MetricResult, metricDescriptions } from "@verisim/evaluate";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { counted } from "../text.ts";
import { columnLink, figure, leftOut, table } from "./figure-text.ts";
import { data, type Section } from "./section.ts";

const families: Readonly<Record<MetricDescription["family"], string>> = {
  tabsyn: "TabSyn\u2019s protocol",
  mostlyai: "MOSTLY AI\u2019s quality assurance",
  sdmetrics: "SDMetrics",
  synthcity: "synthcity",
  prdc: "Precision, recall, density, coverage",
};

/** Four significant digits: the metrics have many scales. */
function short(value: number): string {
  const text =
    value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6)
      ? value.toExponential(2)
      : String(Number(value.toPrecision(4)));
  return text.replace("-", "\u2212");
}

const betterWords = { higher: "higher", lower: "lower" } as const;

/** Up to two columns that are farthest on the bad side of the mean. */
function costly(view: ReportView, { parts }: MetricResult, { better }: MetricDescription): Html | null {
  const single = parts.filter(({ columns, value }) => columns.length === 1 && value !== null);
  if (
    single.length < 2 ||
    typeof better === "number" ||
    single.every(({ value }) => value === single[0]!.value)
  )
    return null;
  const sign = better === "higher" ? 1 : -1;
  const worst = [...single].sort((a, b) => sign * (a.value! - b.value!)).slice(0, 2);
  return html`${worst.map(
    ({ columns, value }, place) =>
      html`${place > 0 && ", "}${columnLink(view, columns[0]!)} <span class="quiet">${short(value!)}</span>`,
  )}`;
}

function row(view: ReportView, result: MetricResult, description: MetricDescription): Html {
  const { better, says, tolerance, original } = description;
  return html`<tr><th scope="row"><b>${result.name}</b><span class="quiet small means">${says}</span></th><td class="number"><b>${figure(result.value, short)}</b></td>
<td class="number">${figure(result.ceiling, short)}</td><td class="quiet">${typeof better === "number" ? `about ${short(better)}` : betterWords[better]}</td>
<td>${result.lacks.length > 0 ? html`<span class="quiet">needs ${data(result.lacks.join(", "))}</span>` : costly(view, result, description)}</td>
<td class="quiet small wrap">${original}${tolerance === null && ", defined anew"}</td></tr>`;
}

/** What the attackers of the metrics know and want: their figures mean nothing without it. */
function attackers({ evaluation }: ReportView): Html | null {
  const { attackColumns } = evaluation;
  if (!attackColumns) return null;
  const names = (columns: readonly string[]): Html =>
    html`${columns.map((name, place) => html`${place > 0 && ", "}${data(name)}`)}`;
  return html`<p class="quiet">The attackers of the metrics below know ${names(attackColumns.known)} of a record and want ${names(attackColumns.secret)}${attackColumns.chosenBy === "guess" && ": a guess, for nobody named the columns"}.</p>`;
}

/** Null where they were not asked for. */
export function metricSection(view: ReportView): Section | null {
  const { metrics } = view.evaluation;
  const lack = leftOut(view, "metrics");
  if (!metrics && !lack) return null;
  const results = new Map(metrics?.map((result) => [result.name, result]));
  const shown = Object.entries(families).flatMap(([family, title]) => {
    const rows = metricDescriptions.flatMap((description) => {
      const result = description.family === family ? results.get(description.name) : undefined;
      return result ? [row(view, result, description)] : [];
    });
    return rows.length === 0
      ? []
      : [
          html`<details${family === "tabsyn" && html` open`}><summary>${title}: ${counted(rows.length, "metric")}</summary>${table(["Metric", "Synthetic", "Real holdout", "Better", "Columns that cost it", "Original"], rows, [1, 2])}</details>`,
        ];
  });
  return {
    id: "metrics",
    nav: "Metrics",
    title: "Published metrics",
    lead: "Figures as papers and other tools define them, to be read beside theirs. Real holdout: the same figure of real rows that the generator has not seen.",
    body: metrics ? [attackers(view), ...shown] : lack,
  };
}

// Every column in one table that sorts and filters; a row opens to its chart, its reasons and its weakest pairs.
// Each column is a tbody of its own (a row and its details), so that sorting moves both.

import type { PairTrend } from "@verisim/evaluate";
import { pooledNote } from "../charts/category-bars.ts";
import { columnChart, sparkline } from "../charts/column-chart.ts";
import { scoreBar } from "../charts/score-bar.ts";
import { reasonsFor } from "../explain.ts";
import { type Html, html } from "../html.ts";
import type { ColumnView, ReportView } from "../report-input.ts";
import { count, percent, points, relation } from "../text.ts";
import { jointIds } from "./joints.ts";
import { columnId, data, type Section } from "./section.ts";

interface Heading {
  key: string;
  title: string;
  isNumber: boolean;
}

function headings(hasHoldout: boolean): Heading[] {
  return [
    { key: "name", title: "Column", isNumber: false },
    { key: "score", title: "Score", isNumber: true },
    { key: "", title: "Real and synthetic", isNumber: false },
    ...(hasHoldout ? [{ key: "gap", title: "To ceiling", isNumber: true }] : []),
    { key: "missing-real", title: "Missing, real", isNumber: true },
    { key: "missing-synthetic", title: "Missing, synthetic", isNumber: true },
    { key: "type", title: "Type", isNumber: false },
  ];
}

function pairLine(pair: PairTrend, name: string, id: string | null): Html {
  const other = pair.column1 === name ? pair.column2 : pair.column1;
  return html`<li>with ${id === null ? html`<b>${data(other)}</b>` : html`<a href="#${id}">${data(other)}</a>`}: ${percent(pair.score)}${
    pair.real !== null && html`, real ${relation(pair.real)}, synthetic ${relation(pair.synthetic)}`
  }</li>`;
}

/** What the two-sample test saw of the column, where that is worth a word. */
function tellingLine({ telling }: ColumnView): Html | null {
  if (telling === null || (telling.gainShare < 0.01 && telling.auc < 0.51)) return null;
  return html`<p class="small">Of what <a href="#apart">gives the rows away</a>, ${percent(telling.gainShare)} is seen in this column; alone
it tells them apart with an AUC of ${telling.auc.toFixed(3)}.</p>`;
}

function details(column: ColumnView, idOf: ReturnType<typeof jointIds>): Html {
  const note = column.distribution?.kind === "category" ? pooledNote(column.distribution) : "";
  const weakest = column.pairs.filter((pair) => pair.counted).slice(0, 3);
  return html`<div class="details"><div>${columnChart(column)}${note && html`<p class="quiet small">${note}</p>`}</div><div>
<h3 class="label-head">Why</h3><ul class="reasons">${reasonsFor(column).map((reason) => html`<li>${reason}</li>`)}</ul>
${
  weakest.length > 0 &&
  html`<h3 class="label-head">Weakest pairs</h3><ul class="reasons">${weakest.map((pair) => pairLine(pair, column.name, idOf(pair.column1, pair.column2)))}</ul>`
}${tellingLine(column)}${column.shape && html`<p class="quiet small">Metric: ${column.shape.metric}</p>`}</div></div>`;
}

function isExpandable({ distribution, shape, checks }: ColumnView): boolean {
  return distribution !== null || shape !== null || checks.length > 0;
}

function columnBody(
  column: ColumnView,
  hasHoldout: boolean,
  width: number,
  idOf: ReturnType<typeof jointIds>,
): Html {
  const { shape, name, sdtype, modelled } = column;
  const score = shape?.score ?? null;
  const gap = shape && score !== null && shape.ceiling !== null ? score - shape.ceiling : null;
  const id = columnId(column);
  const missing = (share: number | undefined): Html =>
    html`<td class="number">${share === undefined ? html`<span class="quiet">n/a</span>` : html`<span class="${share === 0 && "quiet"}">${percent(share)}</span>`}</td>`;
  return html`<tbody id="${id}" data-name="${name}" data-type="${sdtype}" data-score="${score ?? ""}" data-gap="${gap ?? ""}"
 data-missing-real="${column.missing?.real ?? ""}" data-missing-synthetic="${column.missing?.synthetic ?? ""}"><tr><th scope="row">
${
  isExpandable(column)
    ? html`<button type="button" class="open" aria-expanded="true" aria-controls="${id}-details"><span class="name">${data(name)}</span></button>`
    : html`<span class="name closed">${data(name)}</span>`
}</th><td class="number score">${
    shape === null
      ? html`<span class="quiet">n/a</span>`
      : html`${scoreBar(score, shape.ceiling)}<span class="fixed">${percent(score)}</span>`
  }</td><td>${sparkline(column)}</td>${hasHoldout && html`<td class="number">${gap === null ? html`<span class="quiet">n/a</span>` : points(gap)}</td>`}
${missing(column.missing?.real)}${missing(column.missing?.synthetic)}
<td class="quiet">${data(sdtype)}${!modelled && " \u00b7 generated"}</td></tr>
${isExpandable(column) && html`<tr class="details-row" id="${id}-details"><td colspan="${width}">${details(column, idOf)}</td></tr>`}</tbody>`;
}

/** Every column, lowest score first, those without a score last. */
export function columnTable(view: ReportView): Section {
  const scored = new Set(view.ranked);
  const order = [...view.ranked, ...view.columns.filter((column) => !scored.has(column))];
  const idOf = jointIds(view);
  const heads = headings(view.hasHoldout);
  const types = [...new Set(view.columns.map((column) => column.sdtype))].sort();
  return {
    id: "columns",
    nav: "Columns",
    title: "Every column",
    lead: html`A click on a name opens its chart.${view.hasHoldout && " To ceiling: percentage points above (+) or below (\u2212) the real holdout; its tick stands on the bar."}`,
    body: html`<div class="controls script-only"><label>Find <input type="search" id="column-filter" autocomplete="off"
 placeholder="name of a column"></label><label>Type <select id="type-filter"><option value="">all</option>${types.map(
   (type) => html`<option value="${type}">${type}</option>`,
 )}</select></label><button type="button" id="open-all" aria-pressed="false">Open all</button>
<span id="column-count" role="status">${count(order.length)} of ${count(order.length)}</span></div>
<div class="table-scroll"><table id="column-table" class="sortable"><thead><tr>${heads.map(
      ({ key, title, isNumber }) =>
        html`<th scope="col" class="${isNumber && "number"}"${key === "score" && html` aria-sort="ascending"`}>${
          key === ""
            ? title
            : html`<button type="button" data-sort="${key}" data-kind="${isNumber ? "number" : "text"}">${title}</button>`
        }</th>`,
    )}</tr></thead>${order.map((column) => columnBody(column, view.hasHoldout, heads.length, idOf))}</table></div>`,
  };
}

// The first place to look: the columns with the lowest scores, drawn large, each with the reasons.

import { columnChart } from "../charts/column-chart.ts";
import { scoreBar } from "../charts/score-bar.ts";
import { reasonsFor } from "../explain.ts";
import { type Html, html } from "../html.ts";
import type { ColumnView, ReportView } from "../report-input.ts";
import { percent } from "../text.ts";
import { columnId, data, overlayKey, type Section } from "./section.ts";

const cardLimit = 6;
/** Columns that score as high as this are drawn here only to fill a row. */
const nothingToSee = 0.99;
const cardMinimum = 3;

function columnCard(column: ColumnView): Html {
  const { shape } = column;
  return html`<article class="column-card"><header><h3><a href="#${columnId(column)}">${data(column.name)}</a></h3>
<p class="card-score"><b>${percent(shape?.score ?? null)}</b>${
    shape !== null &&
    shape.ceiling !== null &&
    html` <span class="quiet">holdout ${percent(shape.ceiling)}</span>`
  }</p></header>${scoreBar(shape?.score ?? null, shape?.ceiling ?? null, 380)}
${columnChart(column)}<ul class="reasons">${reasonsFor(column).map((reason) => html`<li>${reason}</li>`)}</ul></article>`;
}

/** Null where no column has a score. */
export function worstColumns(view: ReportView): Section | null {
  if (view.ranked.length === 0) return null;
  const weak = view.ranked.filter(({ shape }) => (shape?.score ?? 1) < nothingToSee).length;
  const shown = view.ranked.slice(0, Math.min(cardLimit, Math.max(cardMinimum, weak)));
  return {
    id: "worst",
    nav: "Worst first",
    title: view.ranked.length > shown.length ? "The weakest columns" : "The columns, weakest first",
    lead: html`Lowest shape score first${view.hasHoldout && ", beside what fresh real rows reach"}. Point at a chart to read
its values.`,
    body: html`${overlayKey(view.hasHoldout)}<div class="column-cards">${shown.map(columnCard)}</div>`,
  };
}

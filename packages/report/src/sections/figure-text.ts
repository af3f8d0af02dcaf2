// How estimates, cells and links to columns are written in the sections: the same everywhere.

import type { Estimate, Score } from "@verisim/evaluate";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { percent, points } from "../text.ts";
import { columnId, data } from "./section.ts";

/** "68.7%" with its interval in small print. */
export function estimateText(
  estimate: Estimate | null | undefined,
  write: (value: number) => string = percent,
): Html {
  if (!estimate) return html`<span class="quiet">n/a</span>`;
  const { value, low, high } = estimate;
  return html`<span class="estimate"><b>${write(value)}</b> <span class="quiet range-text">${write(low)} to ${write(high)}</span></span>`;
}

/** The same inside a sentence. */
export function estimateInline(estimate: Estimate, write: (value: number) => string = percent): Html {
  const { value, low, high } = estimate;
  return html`<b>${write(value)}</b> <span class="quiet">(${write(low)} to ${write(high)})</span>`;
}

/** A signed difference in percentage points with its interval. */
export function pointsText(estimate: Estimate | null | undefined): Html {
  return estimateText(estimate, points);
}

/** Three digits after the point: areas under curves and scores that are no shares. */
export function three(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3).replace("-", "\u2212") : "n/a";
}

/** A figure, or what stands for none. */
export function figure(value: Score | undefined, write: (value: number) => string = percent): Html {
  return value === null || value === undefined ? html`<span class="quiet">n/a</span>` : html`${write(value)}`;
}

/** A column's name as a link to its row in the table of columns. */
export function columnLink(view: ReportView, name: string): Html {
  const column = view.byName.get(name);
  return column
    ? html`<a class="name" href="#${columnId(column)}">${data(name)}</a>`
    : html`<span class="name">${data(name)}</span>`;
}

/** A table that scrolls by itself where it is too wide. */
export function table(
  heads: readonly (string | Html)[],
  rows: readonly Html[],
  numbers: readonly number[] = [],
): Html {
  return html`<div class="table-scroll"><table><thead><tr>${heads.map(
    (head, place) => html`<th scope="col" class="${numbers.includes(place) && "number"}">${head}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** What a figure means, in a cell that stays wide enough to be read: on a phone the table scrolls sideways. */
export function meansCell(means: string): Html {
  return html`<td class="quiet"><span class="means">${means}</span></td>`;
}

/** A sentence on a part that could not be made. */
export function leftOut(view: ReportView, part: string): Html | null {
  const state = view.evaluation.parts.find((own) => own.part === part);
  if (!state || state.state === "done") return null;
  return html`<p class="left-out"><code>${state.code}</code> ${data(state.reason ?? "")}</p>`;
}

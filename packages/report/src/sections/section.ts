// The frame of a section: an anchor for the page's navigation, a heading, a line that says how to read it.

import { type Html, type HtmlValue, html } from "../html.ts";
import type { ColumnView } from "../report-input.ts";

export interface Section {
  id: string;
  /** Short name for the navigation. */
  nav: string;
  title: string;
  lead?: HtmlValue;
  body: HtmlValue;
}

/** Renders a section. */
export function renderSection({ id, title, lead, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${lead && html`<p class="lead">${lead}</p>`}${body}</section>`;
}

/** The key of the overlays. @param hasReal false where the real table itself has no mark */
export function overlayKey(hasHoldout: boolean, hasReal = true): Html {
  return html`<ul class="key" aria-label="Key">${hasReal && html`<li><i class="swatch real"></i>Real</li>`}<li><i class="swatch synthetic"></i>Synthetic</li>
${hasHoldout && html`<li><i class="swatch holdout"></i>Real holdout</li>`}</ul>`;
}

/** Text of the data: isolated from the direction of what surrounds it. */
export function data(value: string): Html {
  return html`<bdi>${value}</bdi>`;
}

/** Id of a column's row in the table of columns. */
export function columnId({ position }: ColumnView): string {
  return `column-${position}`;
}

// A weak pair, drawn: how often each two values meet in the synthetic and in the real rows, cell by cell, tinted where
// they meet too often or too seldom. A table, so that it can be read aloud, copied and printed.

import type { PairJoint } from "@verisim/evaluate";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { clipped, isolated, percent } from "../text.ts";
import { columnLink } from "./figure-text.ts";
import { data } from "./section.ts";

/** Ids of the drawn pairs by their two columns. */
export function jointIds({
  evaluation: { joints },
}: ReportView): (column1: string, column2: string) => string | null {
  const ids = new Map<string, Map<string, string>>();
  for (const [place, { column1, column2 }] of joints.entries())
    for (const [a, b] of [
      [column1, column2],
      [column2, column1],
    ] as const) {
      if (!ids.has(a)) ids.set(a, new Map());
      ids.get(a)!.set(b, `pair-${place}`);
    }
  return (column1, column2) => ids.get(column1)?.get(column2) ?? null;
}

/** Tint of a difference of shares: four steps each way; the first at half a point or a fifth of the real share. */
function tint(real: number, synthetic: number): string {
  const difference = synthetic - real;
  const size = Math.abs(difference);
  if (size < 0.002) return "";
  const step = size >= 0.04 ? 4 : size >= 0.02 ? 3 : size >= 0.01 ? 2 : 1;
  return `${difference > 0 ? "more" : "less"}-${step}`;
}

const label = (text: string): Html => html`<bdi title="${clipped(text, 200)}">${clipped(text, 18)}</bdi>`;

function jointTable({ column1, column2, labels1, labels2, real, synthetic }: PairJoint): Html {
  const width = labels2.length;
  const cell = (place: number): Html => {
    const [own, other] = [real[place]!, synthetic[place]!];
    if (own < 0.0005 && other < 0.0005) return html`<td class="empty">\u00b7</td>`;
    return html`<td class="${tint(own, other)}"><b>${percent(other)}</b> <span>${percent(own)}</span></td>`;
  };
  return html`<div class="table-scroll"><table class="joint"><caption>${isolated(column1)} down, ${isolated(column2)} across: share of the synthetic rows, below it of the real ones</caption>
<thead><tr><td></td>${labels2.map((name) => html`<th scope="col">${label(name)}</th>`)}</tr></thead><tbody>${labels1.map(
    (name, row) =>
      html`<tr><th scope="row">${label(name)}</th>${labels2.map((_, column) => cell(row * width + column))}</tr>`,
  )}</tbody></table></div>`;
}

/** Null where no pair is drawn. */
export function jointList(view: ReportView): Html | null {
  const { joints, quality } = view.evaluation;
  if (joints.length === 0) return null;
  const scores = new Map(
    quality.columnPairTrends.pairs.map((pair) => [JSON.stringify([pair.column1, pair.column2]), pair.score]),
  );
  return html`<h3>The weakest pairs, drawn</h3><p class="quiet"><i class="tint less-3"></i> too seldom <i class="tint more-3"></i> too often in the synthetic rows.</p>${joints.map(
    (
      joint,
      place,
    ) => html`<details id="pair-${place}" class="pair-details"><summary>${data(joint.column1)} \u00d7 ${data(joint.column2)}
<b>${percent(scores.get(JSON.stringify([joint.column1, joint.column2])) ?? null)}</b></summary>${jointTable(joint)}<p class="quiet small">Columns: ${columnLink(view, joint.column1)}, ${columnLink(view, joint.column2)}</p></details>`,
  )}`;
}

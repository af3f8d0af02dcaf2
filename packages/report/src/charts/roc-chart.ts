// The two-sample test's ROC curve: the further it bows above the diagonal, the better the tables are told apart.

import type { TwoSampleReport } from "@verisim/evaluate";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { type Html, html } from "../html.ts";

const size = 300;
const plot = { left: 54, right: size - 8, top: 8, bottom: size - 40 };

/** The curve, and that of the holdout where there is one. */
export function rocChart(test: TwoSampleReport, label: string): Html {
  const x = scaleLinear([0, 1], [plot.left, plot.right]);
  const y = scaleLinear([0, 1], [plot.bottom, plot.top]);
  const path = ({ falsePositive, truePositive }: TwoSampleReport["roc"]): string =>
    line<number>(
      (_, index) => x(falsePositive[index]!),
      (value) => y(value),
    ).digits(1)(truePositive) ?? "";
  const ticks = [0, 0.5, 1];
  return html`<svg class="chart roc" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}">
${ticks.map(
  (tick) => html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(tick)}" y2="${y(tick)}"/>
<text class="tick" x="${plot.left - 6}" y="${y(tick) + 3.5}" text-anchor="end">${tick * 100}%</text>
<text class="tick" x="${x(tick)}" y="${plot.bottom + 15}" text-anchor="${tick === 1 ? "end" : "middle"}">${tick * 100}%</text>`,
)}
<line class="zero" x1="${x(0)}" x2="${x(1)}" y1="${y(0)}" y2="${y(1)}"/>
${test.ceiling && html`<path class="holdout-line" d="${path(test.ceiling.roc)}"/>`}
<path class="synthetic-line" d="${path(test.roc)}"/>
<text class="tick" x="${(plot.left + plot.right) / 2}" y="${size - 6}" text-anchor="middle">real rows taken for synthetic</text>
<text class="tick" transform="translate(11 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">synthetic rows recognised</text></svg>`;
}

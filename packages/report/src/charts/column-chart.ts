// The overlay of one column: a histogram or bars, whichever suits its kind, and a miniature of it for tables.

import type { ColumnDistribution } from "@verisim/evaluate";
import { scaleLinear } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import { type Html, html } from "../html.ts";
import type { ColumnView } from "../report-input.ts";
import { isolated, percent } from "../text.ts";
import { categoryBars, pooledTo } from "./category-bars.ts";
import { histogram, needsLogScale } from "./histogram.ts";

function isEmpty({ real, synthetic }: ColumnDistribution): boolean {
  return real.length === 0 || ![...real, ...synthetic].some((share) => share > 0);
}

/** The overlay, or a line that says why there is none. */
export function columnChart({ name, distribution, shape, modelled }: ColumnView): Html {
  if (distribution === null)
    return html`<p class="no-chart">${modelled ? "No distribution was measured." : "Generated, not modelled: nothing to compare."}</p>`;
  if (isEmpty(distribution)) return html`<p class="no-chart">No values to draw: every cell is missing.</p>`;
  const score = shape?.score ?? null;
  const label = `${isolated(name)}: real and synthetic shares${score === null ? "" : `, score ${percent(score)}`}`;
  return distribution.kind === "category"
    ? categoryBars(distribution, label)
    : histogram(distribution, label);
}

const width = 120;
const height = 26;

/** A miniature without axes: real as a filled shape, synthetic as a line. */
export function sparkline({ distribution }: ColumnView): Html | null {
  if (distribution === null || isEmpty(distribution)) return null;
  const { real, synthetic } = distribution.kind === "category" ? pooledTo(distribution, 16) : distribution;
  const x = scaleLinear([0, real.length], [0, width]);
  const top = Math.max(...real, ...synthetic);
  const isLog = needsLogScale([real, synthetic]);
  // The cube root shows small shares beside a spike; without axes a decade scale would say too much.
  const y = (share: number): number =>
    height - 1 - (height - 3) * (isLog ? Math.cbrt(share / top) : share / top);
  const steps = (shares: readonly number[]): number[] => [...shares, shares.at(-1)!];
  const at = (_: number, index: number): number => x(index);
  const filled = area<number>(at, height, y).curve(curveStepAfter).digits(1);
  const outline = line<number>(at, y).curve(curveStepAfter).digits(1);
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">
<path class="real-area" d="${filled(steps(real))}"/><path class="synthetic-line" d="${outline(steps(synthetic))}"/></svg>`;
}

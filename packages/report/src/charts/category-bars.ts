// Categories: one row each, a wide neutral bar for the real share, a slim coloured one inside it for the synthetic
// share and a tick for the holdout, so that the tables differ by form and not by colour alone.

import type { ColumnDistribution } from "@verisim/evaluate";
import { scaleLinear } from "d3-scale";
import { labelText } from "../explain.ts";
import { type Html, html } from "../html.ts";
import { clipped, count, percent } from "../text.ts";
import { chartTips } from "./chart-tips.ts";

const width = 380;
const rowHeight = 22;
const barLeft = 128;
const barRight = 290;
/** Categories drawn; the others are summed up in one row. */
const rowLimit = 12;

/** The same distribution with at most `limit` rows, the rest added up in the last one. */
export function pooledTo(distribution: ColumnDistribution, limit: number): ColumnDistribution {
  const { labels } = distribution;
  if (labels.length <= limit) return distribution;
  const pool = (shares: readonly number[]): number[] => [
    ...shares.slice(0, limit - 1),
    shares.slice(limit - 1).reduce((sum, share) => sum + share, 0),
  ];
  const pooledEntries = labels.length - (limit - 1) - (distribution.pooled > 0 ? 1 : 0);
  return {
    ...distribution,
    labels: [...labels.slice(0, limit - 1), ""],
    pooled: distribution.pooled + pooledEntries,
    real: pool(distribution.real),
    synthetic: pool(distribution.synthetic),
    holdout: distribution.holdout && pool(distribution.holdout),
  };
}

/** The chart, with a reading aid for pointer and keyboard in `data-tips`. */
export function categoryBars(full: ColumnDistribution, label: string): Html {
  const distribution = pooledTo(full, rowLimit);
  const { labels, real, synthetic, holdout } = distribution;
  const names = labels.map((_, index) => labelText(distribution, index));
  const top = Math.max(...real, ...synthetic, ...(holdout ?? []), 0) || 1;
  const x = scaleLinear([0, top], [barLeft, barRight]);
  const height = labels.length * rowHeight + 8;
  const bar = (name: string, share: number, y: number, size: number): Html =>
    html`<rect class="${name}" x="${barLeft}" y="${y}" width="${(x(share) - barLeft).toFixed(1)}" height="${size}"/>`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" tabindex="0" aria-label="${label}"
 data-tips="${chartTips(names, distribution)}" data-top="4" data-bottom="${height - 4}" data-height="${height}">
${names.map((name, index) => {
  const y = 4 + index * rowHeight;
  const isPooled = distribution.pooled > 0 && index === names.length - 1;
  return html`<g><text class="${isPooled ? "label pooled" : "label"}" x="${barLeft - 8}" y="${y + 15}"
 text-anchor="end">${clipped(name, 17)}</text>
${bar("real-bar", real[index]!, y + 4, 14)}${bar("synthetic-bar", synthetic[index]!, y + 8.5, 5)}
${
  holdout &&
  html`<line class="holdout-tick" x1="${x(holdout[index]!).toFixed(1)}" x2="${x(holdout[index]!).toFixed(1)}" y1="${y + 2}" y2="${y + 20}"/>`
}
<text class="value real-text" x="${barRight + 42}" y="${y + 15}" text-anchor="end">${percent(real[index]!)}</text>
<text class="value synthetic-text" x="${width - 2}" y="${y + 15}" text-anchor="end">${percent(synthetic[index]!)}</text></g>`;
})}
<line class="axis" x1="${barLeft}" x2="${barLeft}" y1="4" y2="${height - 4}"/></svg>`;
}

/** How many categories the chart leaves to its last row, in words; empty where all are drawn. */
export function pooledNote(distribution: ColumnDistribution): string {
  const { pooled } = pooledTo(distribution, rowLimit);
  return pooled > 0 ? `${count(pooled)} rarer categories are drawn as one.` : "";
}

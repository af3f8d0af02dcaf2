// Numbers and datetimes: the real share per bin as a filled shape, the synthetic one as a line over it, the holdout
// dashed. Where one bin towers over the rest the share axis is logarithmic, or the rest could not be seen.

import type { ColumnDistribution } from "@verisim/evaluate";
import {
  type ScaleLinear,
  type ScaleLogarithmic,
  type ScaleTime,
  scaleLinear,
  scaleLog,
  scaleUtc,
} from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import { edgeText } from "../explain.ts";
import { type Html, html } from "../html.ts";
import { percent, shortNumber } from "../text.ts";
import { chartTips } from "./chart-tips.ts";

const width = 380;
const height = 172;
const plot = { left: 6, right: width - 6, top: 20, bottom: height - 22 };

type Point = readonly [x: number, share: number];

/** True where one bin holds over half of the rows while a typical other bin holds under 2 %. */
export function needsLogScale(series: readonly (readonly number[])[]): boolean {
  const shares = series.flat().filter((share) => share > 0);
  if (shares.length < 6 || Math.max(...shares) < 0.5) return false;
  const sorted = shares.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]! < 0.02;
}

/** The steps of a series: each bin's share from its left edge on, and the last one to its right edge. */
function steps(edges: readonly number[], shares: readonly number[]): Point[] {
  return [...shares.map((share, bin): Point => [edges[bin]!, share]), [edges.at(-1)!, shares.at(-1) ?? 0]];
}

function shareScale(series: readonly (readonly number[])[]): {
  scale: ScaleLinear<number, number> | ScaleLogarithmic<number, number>;
  ticks: number[];
  isLog: boolean;
} {
  const range = [plot.bottom, plot.top];
  const isLog = needsLogScale(series);
  const shares = series.flat();
  const top = Math.max(...shares, 0);
  if (!isLog) {
    const scale = scaleLinear([0, top || 1], range);
    return { scale, ticks: scale.ticks(3).filter((tick) => tick > 0), isLog };
  }
  const least = Math.min(...shares.filter((share) => share > 0));
  const floor = Math.max(1e-6, 10 ** Math.floor(Math.log10(least)));
  const scale = scaleLog([floor, 1], range).clamp(true);
  const decades = [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5].filter((tick) => tick >= floor * 9.9);
  return { scale, ticks: decades.filter((_, index) => decades.length <= 3 || index % 2 === 0), isLog };
}

function valueAxis(distribution: ColumnDistribution): {
  scale: ScaleLinear<number, number> | ScaleTime<number, number>;
  ticks: { at: number; text: string }[];
} {
  const [low, high] = [distribution.edges[0]!, distribution.edges.at(-1)!];
  const pad = low === high ? Math.abs(low) * 0.01 || 1 : 0;
  const range = [plot.left, plot.right];
  if (distribution.kind === "datetime" && new Date(low / 1000).getTime() === Math.trunc(low / 1000)) {
    const scale = scaleUtc([(low - pad) / 1000, (high + pad) / 1000], range);
    const text = scale.tickFormat();
    return { scale, ticks: scale.ticks(4).map((date) => ({ at: scale(date), text: text(date) })) };
  }
  const scale = scaleLinear([low - pad, high + pad], range);
  return { scale, ticks: scale.ticks(5).map((tick) => ({ at: scale(tick), text: shortNumber(tick) })) };
}

function anchorAt(x: number): string {
  if (x < plot.left + 18) return "start";
  return x > plot.right - 18 ? "end" : "middle";
}

/** The chart, with a reading aid for pointer and keyboard in `data-tips`. */
export function histogram(distribution: ColumnDistribution, label: string): Html {
  const { edges, real, synthetic, holdout } = distribution;
  const x = valueAxis(distribution);
  const y = shareScale([real, synthetic, ...(holdout ? [holdout] : [])]);
  const unit = distribution.kind === "datetime" ? 1000 : 1;
  const atX = ([value]: Point): number => x.scale(value / unit);
  const base = plot.bottom;
  const atY = ([, share]: Point): number => (share <= 0 ? base : y.scale(share));
  const outline = line<Point>(atX, atY).curve(curveStepAfter).digits(1);
  const filled = area<Point>(atX, base, atY).curve(curveStepAfter).digits(1);
  const realSteps = steps(edges, real);
  const tips = chartTips(
    real.map(
      (_, bin) => `${edgeText(distribution, edges[bin]!)} to ${edgeText(distribution, edges[bin + 1]!)}`,
    ),
    distribution,
  );
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" tabindex="0" aria-label="${label}"
 data-tips="${tips}" data-left="${plot.left}" data-right="${plot.right}" data-width="${width}">
${y.ticks.map(
  (
    tick,
  ) => html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y.scale(tick).toFixed(1)}" y2="${y.scale(tick).toFixed(1)}"/>
<text class="tick" x="${plot.left}" y="${(y.scale(tick) - 3).toFixed(1)}">${percent(tick)}</text>`,
)}
${y.isLog && html`<text class="tick note" x="${plot.right}" y="11" text-anchor="end">log scale</text>`}
<path class="real-area" d="${filled(realSteps)}"/><path class="real-line" d="${outline(realSteps)}"/>
${holdout && html`<path class="holdout-line" d="${outline(steps(edges, holdout))}"/>`}
<path class="synthetic-line" d="${outline(steps(edges, synthetic))}"/>
<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${base}" y2="${base}"/>
${x.ticks.map(
  ({ at, text }) =>
    html`<line class="axis" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${base}" y2="${base + 4}"/><text class="tick"
 x="${at.toFixed(1)}" y="${base + 16}" text-anchor="${anchorAt(at)}">${text}</text>`,
)}
<line class="cursor" y1="${plot.top}" y2="${base}"/></svg>`;
}

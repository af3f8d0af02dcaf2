// Numbers and datetimes: the real share per bin as a filled shape, the synthetic one as a line over it, the holdout
// dashed. One dominant value (the zeros of a zero-heavy column) is drawn as bars of its own above what remains; where
// a bin still towers over the rest, the share axis is logarithmic, or the rest could not be seen.

import type { ColumnDistribution } from "@verisim/evaluate";
import { type ScaleLinear, type ScaleLogarithmic, scaleLinear, scaleLog, scaleUtc } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";
import { binText } from "../explain.ts";
import { type Html, html } from "../html.ts";
import { percent, shortNumber } from "../text.ts";
import { chartTips } from "./chart-tips.ts";

const width = 380;
const height = 172;
const plot = { left: 38, right: width - 6, top: 14, bottom: height - 22 };

type Point = readonly [x: number, share: number];

/** True where one bin holds over half of the rows while a typical other bin holds under 2 %. */
export function needsLogScale(series: readonly (readonly number[])[]): boolean {
  const shares = series.flat().filter((share) => share > 0);
  if (shares.length < 6 || Math.max(...shares) < 0.5) return false;
  const sorted = shares.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]! < 0.02;
}

/** The steps of a series: each bin's share from its left edge on, and the last one to its right edge. */
function steps(shares: readonly number[]): Point[] {
  const x = (bin: number): number => plot.left + ((plot.right - plot.left) * bin) / shares.length;
  return [...shares.map((share, bin): Point => [x(bin), share]), [plot.right, shares.at(-1) ?? 0]];
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

function axisTicks(distribution: ColumnDistribution): { at: number; text: string }[] {
  const [low, high] = [distribution.edges[0]!, distribution.edges.at(-1)!];
  const range = [plot.left, plot.right];
  if (distribution.kind === "datetime" && new Date(low / 1000).getTime() === Math.trunc(low / 1000)) {
    const scale = scaleUtc([low / 1000, high / 1000], range);
    const text = scale.tickFormat();
    return scale.ticks(4).map((date) => ({ at: scale(date), text: text(date) }));
  }
  // Ranges beyond what a double can subtract have no ticks; the bins are drawn all the same.
  const scale = scaleLinear([low, high], range);
  const ticks = scale.ticks(5).map((tick) => ({ at: scale(tick), text: shortNumber(tick) }));
  return ticks.filter(({ at }) => Number.isFinite(at));
}

function anchorAt(x: number): string {
  if (x < plot.left + 18) return "start";
  return x > plot.right - 18 ? "end" : "middle";
}

// Bins of no width (a single value) get one, or there would be nothing to see.
function widened(distribution: ColumnDistribution): ColumnDistribution {
  const [low, high] = [distribution.edges[0]!, distribution.edges.at(-1)!];
  if (low < high) return distribution;
  const step = Math.abs(low) * 0.01 || 1;
  const middle = distribution.real.length / 2;
  return { ...distribution, edges: distribution.edges.map((_, edge) => low + (edge - middle) * step) };
}

/** The shares without the dominant value, which its bin counts as well. */
function besideSpike(distribution: ColumnDistribution): ColumnDistribution {
  const { spike, edges, real, synthetic, holdout } = distribution;
  if (spike === null) return distribution;
  const at = Math.max(
    0,
    edges.findLastIndex((edge, index) => index < real.length && edge <= spike.value),
  );
  const less = (shares: number[], share: number): number[] =>
    shares.map((held, bin) => (bin === at ? Math.max(0, held - share) : held));
  return {
    ...distribution,
    real: less(real, spike.real),
    synthetic: less(synthetic, spike.synthetic),
    holdout: holdout && less(holdout, spike.holdout ?? 0),
  };
}

/** Height that the bars of a dominant value take above the histogram. */
const spikeHeight = 46;

function spikeBars({ spike, kind }: ColumnDistribution): Html | null {
  if (spike === null) return null;
  const left = plot.left;
  const x = scaleLinear([0, 1], [0, plot.right - left - 52]);
  const bar = (name: string, share: number, y: number, size: number): Html =>
    html`<rect class="${name}" x="${left}" y="${y}" width="${x(share).toFixed(1)}" height="${size}"/>`;
  const value = (name: string, share: number, y: number): Html =>
    html`<text class="value ${name}" x="${plot.right}" y="${y}" text-anchor="end">${percent(share)}</text>`;
  const what = kind === "number" ? `exactly ${shortNumber(spike.value)}` : "one value";
  return html`<g transform="translate(0 ${-spikeHeight})"><text class="spike-label" x="${left}" y="9">${what}</text>
<text class="spike-label" x="${left}" y="${spikeHeight + 2}">all other values</text>
${bar("real-bar", spike.real, 14, 9)}${bar("synthetic-bar", spike.synthetic, 25, 6)}
${
  spike.holdout !== null &&
  html`<line class="holdout-tick" x1="${(left + x(spike.holdout)).toFixed(1)}" x2="${(left + x(spike.holdout)).toFixed(1)}" y1="13" y2="32"/>`
}${value("real-text", spike.real, 22)}${value("synthetic-text", spike.synthetic, 33)}</g>`;
}

/** The chart, with a reading aid for pointer and keyboard in `data-tips`. */
export function histogram(given: ColumnDistribution, label: string): Html {
  const full = widened(given);
  const distribution = besideSpike(full);
  const top = full.spike === null ? 0 : -spikeHeight;
  const { real, synthetic, holdout } = distribution;
  const y = shareScale([real, synthetic, ...(holdout ? [holdout] : [])]);
  const atX = ([x]: Point): number => x;
  const base = plot.bottom;
  const atY = ([, share]: Point): number => (share <= 0 ? base : y.scale(share));
  const outline = line<Point>(atX, atY).curve(curveStepAfter).digits(1);
  const filled = area<Point>(atX, base, atY).curve(curveStepAfter).digits(1);
  const realSteps = steps(real);
  const tips = chartTips(
    real.map((_, bin) => binText(distribution, bin)),
    distribution,
  );
  return html`<svg class="chart" viewBox="0 ${top} ${width} ${height - top}" role="img" tabindex="0" aria-label="${label}"
 data-tips="${tips}" data-left="${plot.left}" data-right="${plot.right}" data-width="${width}">
${spikeBars(full)}
${y.ticks.map(
  (
    tick,
  ) => html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y.scale(tick).toFixed(1)}" y2="${y.scale(tick).toFixed(1)}"/>
<text class="tick" x="${plot.left - 6}" y="${(y.scale(tick) + 3.5).toFixed(1)}" text-anchor="end">${percent(tick).replace(".0%", "%")}</text>`,
)}
${y.isLog && html`<text class="tick note" x="${plot.right}" y="11" text-anchor="end">log scale</text>`}
<path class="real-area" d="${filled(realSteps)}"/><path class="real-line" d="${outline(realSteps)}"/>
${holdout && html`<path class="holdout-line" d="${outline(steps(holdout))}"/>`}
<path class="synthetic-line" d="${outline(steps(synthetic))}"/>
<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${base}" y2="${base}"/>
${axisTicks(distribution).map(
  ({ at, text }) =>
    html`<line class="axis" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${base}" y2="${base + 4}"/><text class="tick"
 x="${at.toFixed(1)}" y="${base + 16}" text-anchor="${anchorAt(at)}">${text}</text>`,
)}
<line class="cursor" y1="${plot.top}" y2="${base}"/></svg>`;
}

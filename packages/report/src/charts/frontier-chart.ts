// Contenders as dots on two of their sides, each with its name: better is up and to the right on both, so that those on the
// frontier are seen at the upper right edge.

import { scaleLinear, scaleLog } from "d3-scale";
import { type Html, html } from "../html.ts";

export interface ChartSide {
  /** What the axis says. */
  readonly label: string;
  readonly better: "higher" | "lower";
  /** Seconds are drawn by their logarithm. */
  readonly isTime: boolean;
  write(value: number): string;
}

export interface ChartPoint {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly isOnFrontier: boolean;
  /** Class of its colour. */
  readonly tone: string;
}

const width = 460;
const height = 300;
const plot = { left: 56, right: width - 16, top: 12, bottom: height - 46 };
const lineHeight = 13;
/** Pixels per letter of a name, about. */
const letterWidth = 6.6;

function scaleOf(
  { better, isTime }: ChartSide,
  values: readonly number[],
  [worst, best]: readonly [number, number],
): { readonly at: (value: number) => number; readonly ticks: readonly number[] } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const range = better === "higher" ? [worst, best] : [best, worst];
  if (isTime) {
    const floor = Math.max(low, 1e-3);
    const scale = scaleLog([floor / 1.4, Math.max(high, floor) * 1.4], range);
    const all = scale.ticks(4).filter((tick) => Math.abs(Math.log10(tick) % 1) < 1e-9);
    return {
      at: (value) => scale(Math.max(value, floor)),
      ticks: all.length > 1 ? all : [floor, Math.max(high, floor)],
    };
  }
  const room = (high - low || Math.abs(high) || 1) * 0.12;
  const scale = scaleLinear([low - room, high + room], range);
  return { at: (value) => scale(value), ticks: scale.ticks(4) };
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const touch = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "end";
}

/**
 * Where each dot's name stands: beside it, above or below, wherever it hides no dot and no other name. One that has no
 * room anywhere is left out, as its colour is named in the table; those on the frontier come first.
 */
function placedLabels(
  points: readonly ChartPoint[],
  dots: readonly { readonly x: number; readonly y: number }[],
): readonly (PlacedLabel | null)[] {
  const taken: Box[] = dots.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  const labels = new Array<PlacedLabel | null>(points.length).fill(null);
  const order = points.map((_, index) => index);
  order.sort((a, b) => Number(points[b]!.isOnFrontier) - Number(points[a]!.isOnFrontier) || a - b);
  for (const index of order) {
    const { x, y } = dots[index]!;
    const length = points[index]!.name.length * letterWidth;
    const tries: readonly PlacedLabel[] = [
      { x: x + 10, y, anchor: "start" },
      { x: x - 10, y, anchor: "end" },
      { x: x + 6, y: y - lineHeight, anchor: "start" },
      { x: x + 6, y: y + lineHeight, anchor: "start" },
      { x: x - 6, y: y - lineHeight, anchor: "end" },
      { x: x - 6, y: y + lineHeight, anchor: "end" },
    ];
    for (const label of tries) {
      const left = label.anchor === "start" ? label.x : label.x - length;
      const box = { left, right: left + length, top: label.y - 6, bottom: label.y + 6 };
      const isInside =
        box.left >= plot.left && box.right <= width && box.top >= 0 && box.bottom <= plot.bottom - 1;
      if (!isInside || taken.some((other) => touch(box, other))) continue;
      taken.push(box);
      labels[index] = label;
      break;
    }
  }
  return labels;
}

/** The chart; `label` is what a screen reader says of it, the figures stand in the table beside. */
export function frontierChart(
  points: readonly ChartPoint[],
  x: ChartSide,
  y: ChartSide,
  label: string,
): Html {
  const across = scaleOf(
    x,
    points.map((point) => point.x),
    [plot.left + 10, plot.right - 90],
  );
  const up = scaleOf(
    y,
    points.map((point) => point.y),
    [plot.bottom - 10, plot.top + 8],
  );
  const dots = points.map((point) => ({ x: across.at(point.x), y: up.at(point.y) }));
  const labels = placedLabels(points, dots);
  return html`<svg class="chart frontier" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
${up.ticks.map(
  (
    tick,
  ) => html`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${up.at(tick).toFixed(1)}" y2="${up.at(tick).toFixed(1)}"/>
<text class="tick" x="${plot.left - 6}" y="${(up.at(tick) + 3.5).toFixed(1)}" text-anchor="end">${y.write(tick)}</text>`,
)}
${across.ticks.map(
  (tick) =>
    html`<text class="tick" x="${across.at(tick).toFixed(1)}" y="${plot.bottom + 15}" text-anchor="middle">${x.write(tick)}</text>`,
)}
<line class="axis" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>
${points.map((point, place) => {
  const { x: left, y: top } = dots[place]!;
  const name = labels[place];
  return html`<g class="${point.tone}${point.isOnFrontier ? " on-frontier" : ""}"><circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="5.5"/>
${name && html`<text class="tick name" x="${name.x.toFixed(1)}" y="${(name.y + 3.5).toFixed(1)}" text-anchor="${name.anchor}">${point.name}</text>`}</g>`;
})}
<text class="tick" x="${plot.right}" y="${height - 8}" text-anchor="end">${x.label} (better to the right)</text>
<text class="tick" transform="translate(11 ${plot.top}) rotate(-90)" text-anchor="end">${y.label} (better above)</text></svg>`;
}

// An estimate as a dot with its 95 % interval on a fixed scale, the control or the ceiling as a tick: whether two figures
// differ is seen without reading a number.

import type { Estimate } from "@verisim/evaluate";
import { scaleLinear } from "d3-scale";
import { type Html, html } from "../html.ts";

export interface IntervalMark {
  estimate: Estimate | null;
  /** Ends of the scale. */
  domain: readonly [number, number];
  /** The figure to compare with: a tick, with a faint bar where it has an interval. */
  control?: Estimate | number | null;
  /** A value of meaning on the scale, such as 0 or chance: a dashed line. */
  zero?: number;
  /** Class of the dot's colour. */
  tone?: string;
  width?: number;
}

const height = 18;

/** The mark; it is decoration, the figures stand beside it as text. */
export function intervalMark({
  estimate,
  domain,
  control,
  zero,
  tone = "",
  width = 150,
}: IntervalMark): Html {
  const scale = scaleLinear([...domain], [4, width - 4]).clamp(true);
  const at = (value: number): string => scale(value).toFixed(1);
  const other = typeof control === "number" ? { value: control, low: control, high: control } : control;
  return html`<svg class="interval ${tone}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">
<line class="axis" x1="4" x2="${width - 4}" y1="9" y2="9"/>
${zero !== undefined && html`<line class="zero" x1="${at(zero)}" x2="${at(zero)}" y1="1" y2="17"/>`}
${
  other &&
  html`<rect class="control-range" x="${at(other.low)}" width="${(scale(other.high) - scale(other.low)).toFixed(1)}" y="4" height="10"/>
<line class="control" x1="${at(other.value)}" x2="${at(other.value)}" y1="2" y2="16"/>`
}
${
  estimate &&
  html`<line class="range" x1="${at(estimate.low)}" x2="${at(estimate.high)}" y1="9" y2="9"/><circle cx="${at(estimate.value)}" cy="9" r="4"/>`
}</svg>`;
}

/** A scale that holds all of them, with a little room; `include` are values that must be on it. */
export function domainOf(
  estimates: readonly (Estimate | null | undefined)[],
  include: readonly number[] = [],
): readonly [number, number] {
  const ends = [
    ...include,
    ...estimates.flatMap((own) => (own ? [own.low, own.high, own.value] : [])),
  ].filter(Number.isFinite);
  if (ends.length === 0) return [0, 1];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = (high - low || 1) * 0.04;
  return [low - room, high + room];
}

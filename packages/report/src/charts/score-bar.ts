// A score from 0 to 100 % as a bar, with a tick where the real holdout stands.

import type { Score } from "@verisim/evaluate";
import { type Html, html } from "../html.ts";
import { percent } from "../text.ts";
import { type Band, bandOf } from "../verdict.ts";

/** `width` in CSS pixels; the card's bar stretches to its container. */
export function scoreBar(score: Score, ceiling: Score, width = 96, band: Band = bandOf(score)): Html {
  const at = (share: number): string => (Math.min(1, Math.max(0, share)) * width).toFixed(1);
  const says = ceiling === null ? `${percent(score)}` : `${percent(score)}, real holdout ${percent(ceiling)}`;
  return html`<svg class="score-bar ${band}" viewBox="0 0 ${width} 8" width="${width}" height="8"
 preserveAspectRatio="none" role="img" aria-label="${says}"><rect class="track" y="2" width="${width}" height="4"/>
${score !== null && html`<rect class="fill" y="2" width="${at(score)}" height="4"/>`}
${ceiling !== null && html`<rect class="ceiling" x="${Math.min(width - 2, Number(at(ceiling)))}" width="2" height="8"/>`}</svg>`;
}

// A matrix of column pairs as a picture with sticky labels. Positive relations are blue, negative ones orange,
// differences one hue from nothing to 0.5: safe for colour-blind readers, and fading to the page in light and dark.

import type { Score } from "@verisim/evaluate";
import { type Html, html } from "../html.ts";
import { clipped } from "../text.ts";
import { type Colour, pngDataUrl } from "./png.ts";

/** Differences from here on have the full colour. */
export const fullDifference = 0.5;

const clear: Colour = [0, 0, 0, 0];
const unknown: Colour = [128, 128, 128, 44];
const diagonal: Colour = [128, 128, 128, 90];
const levels = 100;
const fade = (red: number, green: number, blue: number): Colour[] =>
  Array.from({ length: levels }, (_, level): Colour => {
    // A little opaque from the first level on, so that a weak relation differs from none.
    return [red, green, blue, Math.round(255 * ((level + 1) / levels) ** 0.9)];
  });
const relationPalette = [clear, unknown, diagonal, ...fade(48, 116, 232), ...fade(224, 122, 24)];
const differencePalette = [clear, unknown, diagonal, ...fade(214, 60, 70)];

/** Palette index of a value in [-1, 1] (or of a difference already divided by its full colour). */
function colourIndex(value: Score): number {
  if (value === null || !Number.isFinite(value)) return 1;
  const level = Math.round(Math.min(1, Math.abs(value)) * levels);
  if (level === 0) return 0;
  return 2 + level + (value < 0 ? levels : 0);
}

/** Pixels per cell: small tables get big cells, 120 columns still get a readable label. */
export function cellSize(columns: number): number {
  return Math.max(11, Math.min(30, Math.floor(244 / columns)));
}

/** Longest label in character cells. */
const labelLimit = 16;

export interface HeatMap {
  title: string;
  kind: "relation" | "difference";
  names: readonly string[];
  cell: number;
  /** Value of the pair at two places of `names`. */
  value: (row: number, column: number) => Score;
}

function picture({ names, cell, kind, value }: HeatMap): string {
  const size = names.length * cell;
  const gap = 1;
  const pixels = new Uint8Array(size * size);
  const full = kind === "difference" ? fullDifference : 1;
  for (let row = 0; row < names.length; row++) {
    for (let column = 0; column < names.length; column++) {
      const shade = row === column ? null : value(row, column);
      const absolute = kind === "difference" && shade !== null ? Math.abs(shade) : shade;
      const index = row === column ? 2 : colourIndex(absolute === null ? null : absolute / full);
      for (let y = row * cell; y < (row + 1) * cell - gap; y++)
        pixels.fill(index, y * size + column * cell, y * size + (column + 1) * cell - gap);
    }
  }
  return pngDataUrl(size, size, pixels, kind === "difference" ? differencePalette : relationPalette);
}

/** The map; the page's script reads `data-map` for the pointer and arrow keys. */
export function heatMap(map: HeatMap): Html {
  const { names, cell, title, kind } = map;
  const size = names.length * cell;
  const fontSize = Math.min(12, cell - 1);
  const labelWidth =
    Math.ceil(Math.min(labelLimit, Math.max(...names.map((name) => [...name].length))) * fontSize * 0.6) + 8;
  const middle = (index: number): number => index * cell + cell / 2;
  return html`<div class="map-scroll"><div class="map-grid">
<div class="map-corner"></div>
<svg class="map-columns" width="${size}" height="${labelWidth}" font-size="${fontSize}" aria-hidden="true">${names.map(
    (name, index) =>
      html`<text transform="translate(${middle(index) + fontSize * 0.35} ${labelWidth - 5}) rotate(-90)">${clipped(name, labelLimit)}</text>`,
  )}</svg>
<svg class="map-rows" width="${labelWidth}" height="${size}" font-size="${fontSize}" aria-hidden="true">${names.map(
    (name, index) =>
      html`<text x="${labelWidth - 5}" y="${middle(index) + fontSize * 0.35}" text-anchor="end">${clipped(name, labelLimit)}</text>`,
  )}</svg>
<div class="map-cells" data-map="${kind}" data-cell="${cell}" tabindex="0" role="application"
 aria-label="${title}: heat map of ${names.length} columns. Arrow keys move from pair to pair."><img alt="" width="${size}"
 height="${size}" src="${picture(map)}"><span class="map-cursor" hidden></span></div>
</div></div>`;
}

/** The colour key of a kind of map. */
export function heatMapKey(kind: HeatMap["kind"]): Html {
  const steps = 21;
  const values = Array.from({ length: steps }, (_, step) =>
    kind === "difference" ? step / (steps - 1) : (2 * step) / (steps - 1) - 1,
  );
  const palette = kind === "difference" ? differencePalette : relationPalette;
  const url = pngDataUrl(steps, 1, Uint8Array.from(values.map(colourIndex)), palette);
  const [low, high] = kind === "difference" ? ["0", `${fullDifference} or more`] : ["\u22121", "+1"];
  return html`<span class="map-key"><span>${low}</span><img alt="" src="${url}" width="126" height="10"><span>${high}</span></span>`;
}

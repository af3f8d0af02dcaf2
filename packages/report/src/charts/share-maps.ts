// Shares in the cells of a grid as small pictures: how densely rows lie, and where synthetic rows are too many or too few.

import { type Html, html } from "../html.ts";
import { type Colour, pngDataUrl } from "./png.ts";

const levels = 100;
const fade = (red: number, green: number, blue: number): Colour[] =>
  Array.from(
    { length: levels },
    (_, level): Colour => [red, green, blue, Math.round(255 * ((level + 1) / levels) ** 0.8)],
  );
const clear: Colour = [0, 0, 0, 0];
const densityPalettes = {
  real: [clear, ...fade(110, 116, 128)],
  synthetic: [clear, ...fade(48, 116, 232)],
} as const;
/** Too few: orange. Too many: blue. */
const differencePalette = [clear, ...fade(224, 122, 24), ...fade(48, 116, 232)];

export interface ShareGrid {
  /** Cells across and down; `shares` run across first, from the bottom row up where `upwards`. */
  width: number;
  height: number;
  shares: readonly number[];
  /** Pixels of a cell. */
  cell: number;
  upwards?: boolean;
  gap?: number;
}

function picture(
  grid: ShareGrid,
  index: (share: number, at: number) => number,
  palette: readonly Colour[],
): Html {
  const { width, height, shares, cell, upwards = false, gap = 0 } = grid;
  const [across, down] = [width * cell, height * cell];
  const pixels = new Uint8Array(across * down);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const at = (upwards ? height - 1 - row : row) * width + column;
      const colour = index(shares[at]!, at);
      for (let y = row * cell; y < (row + 1) * cell - gap; y++)
        pixels.fill(colour, y * across + column * cell, y * across + (column + 1) * cell - gap);
    }
  return html`<img alt="" width="${across}" height="${down}" src="${pngDataUrl(across, down, pixels, palette)}">`;
}

/** How densely rows lie; `top` is the share with the full colour. The root shows thin places beside crowded ones. */
export function densityPicture(grid: ShareGrid, kind: "real" | "synthetic", top: number): Html {
  const scale = top > 0 ? top : 1;
  return picture(
    grid,
    (share) => (share <= 0 ? 0 : Math.max(1, Math.round(levels * Math.sqrt(Math.min(1, share / scale))))),
    densityPalettes[kind],
  );
}

/** Synthetic less real shares; `top` is the difference with the full colour. */
export function surplusPicture(grid: ShareGrid, real: readonly number[], top: number): Html {
  const scale = top > 0 ? top : 1;
  return picture(
    grid,
    (share, at) => {
      const surplus = (share - real[at]!) / scale;
      const level = Math.round(levels * Math.sqrt(Math.min(1, Math.abs(surplus))));
      return level === 0 ? 0 : surplus < 0 ? level : levels + level;
    },
    differencePalette,
  );
}

// A picture of what a resampling does, as SVG: the rows before and after, with the side of the plane on which a classifier
// of Gaussian kernels (Parzen windows) calls a row rare. Made of texts only: it needs no browser.

import { escaped, text } from "./svg-text.ts";

/** Rows of the plane; columns that are categories have whole numbers. */
export interface PlaneRows {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly isRare: readonly boolean[];
}

export interface BoundaryPicture {
  readonly title: string;
  readonly words: string;
  readonly before: PlaneRows;
  readonly after: PlaneRows;
  /** Of `after`: whether a row is new. */
  readonly isNew: ArrayLike<number>;
  /** Rows of `before` that were taken away. */
  readonly gone: readonly number[];
  /** Axes whose values are categories: rows of one are drawn beside each other. */
  readonly categories: { readonly x: boolean; readonly y: boolean };
}

const ink = "#333";
const colours = { common: "#31688e", rare: "#c0392b", fresh: "#f39c12", gone: "#999", side: "#fbe3df" };
const panel = { width: 270, height: 216, top: 62 };
const lefts = [12, 300] as const;
const size = { width: 582, height: 312 };
/** The plane that is drawn: everything lies in it. */
const plane = { low: 0, high: 10 };
/** A kernel's standard deviation. */
const bandwidth = 0.45;
const grid = { across: 90, up: 72 };

/** The picture as an SVG document. */
export function boundarySvg(picture: BoundaryPicture): string {
  const { title, words, before, after, isNew, gone, categories } = picture;
  const count = (rows: PlaneRows): string => {
    const rare = rows.isRare.filter(Boolean).length;
    return `${rows.isRare.length - rare} common, ${rare} rare`;
  };
  const old = (row: number): boolean => isNew[row] !== 1;
  const parts = [
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    text(lefts[0], 20, title, "start", 15),
    text(lefts[0], 37, words, "start"),
    text(lefts[0], panel.top - 7, `before: ${count(before)}`, "start", 12),
    text(lefts[1], panel.top - 7, `after: ${count(after)}`, "start", 12),
    ...side(lefts[0], before, categories),
    dots(lefts[0], before, (row) => !before.isRare[row], colours.common, categories),
    dots(lefts[0], before, (row) => before.isRare[row]!, colours.rare, categories),
    ...side(lefts[1], after, categories),
    crosses(lefts[1], before, gone, categories),
    dots(lefts[1], after, (row) => old(row) && !after.isRare[row], colours.common, categories),
    dots(lefts[1], after, (row) => !old(row), colours.fresh, categories),
    dots(lefts[1], after, (row) => old(row) && after.isRare[row]!, colours.rare, categories),
    ...lefts.map(
      (left) =>
        `<rect x="${left}" y="${panel.top}" width="${panel.width}" height="${panel.height}" fill="none" stroke="#bbb"/>`,
    ),
    ...legend(),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="11" fill="${ink}" role="img" aria-label="${escaped(`${title}: ${words}`)}">
${parts.join("\n")}
</svg>
`;
}

const across = (left: number, x: number): number =>
  left + (panel.width * (x - plane.low)) / (plane.high - plane.low);
const up = (y: number): number => panel.top + panel.height * (1 - (y - plane.low) / (plane.high - plane.low));

/** Rows of one category are spread over four tenths on either side of it, in the golden ratio's order. */
const spread = (row: number): number => ((row * 0.618034) % 1) * 0.8 - 0.4;

function placeOf(
  left: number,
  rows: PlaneRows,
  row: number,
  categories: BoundaryPicture["categories"],
): string {
  const x = rows.x[row]! + (categories.x ? spread(row) : 0);
  const y = rows.y[row]! + (categories.y ? spread(categories.x ? row * 7 + 3 : row) : 0);
  return `${across(left, x).toFixed(0)} ${up(y).toFixed(0)}`;
}

function dots(
  left: number,
  rows: PlaneRows,
  shown: (row: number) => boolean,
  colour: string,
  categories: BoundaryPicture["categories"],
): string {
  const path = rows.isRare
    .flatMap((_, row) => (shown(row) ? [`M${placeOf(left, rows, row, categories)}h0`] : []))
    .join("");
  return `<path d="${path}" stroke="${colour}" stroke-opacity="0.75" stroke-width="4" stroke-linecap="round" fill="none"/>`;
}

function crosses(
  left: number,
  rows: PlaneRows,
  gone: readonly number[],
  categories: BoundaryPicture["categories"],
): string {
  const path = gone.map((row) => `M${placeOf(left, rows, row, categories)}m-2-2l4 4m0-4l-4 4`).join("");
  return `<path d="${path}" stroke="${colours.gone}" stroke-opacity="0.7" fill="none"/>`;
}

/** The cells of the plane where kernels of rare rows weigh more, and the line around them. */
function side(left: number, rows: PlaneRows, categories: BoundaryPicture["categories"]): string[] {
  const cell = { width: panel.width / grid.across, height: panel.height / grid.up };
  const step = (plane.high - plane.low) / grid.across;
  const stepUp = (plane.high - plane.low) / grid.up;
  let path = "";
  for (let v = 0; v < grid.up; v++) {
    const y = plane.low + (v + 0.5) * stepUp;
    for (let u = 0; u < grid.across; u++) {
      let end = u;
      while (end < grid.across && callsRare(rows, plane.low + (end + 0.5) * step, y, categories)) end++;
      if (end === u) continue;
      const from = (left + u * cell.width).toFixed(0);
      const to = (left + end * cell.width).toFixed(0);
      const top = (panel.top + panel.height - (v + 1) * cell.height).toFixed(0);
      path += `M${from} ${top}H${to}v${cell.height.toFixed(0)}H${from}z`;
      u = end;
    }
  }
  return [`<path d="${path}" fill="${colours.side}"/>`];
}

/** Whether rare kernels outweigh common ones at a point; categories are near to themselves alone. */
function callsRare(
  rows: PlaneRows,
  x: number,
  y: number,
  categories: BoundaryPicture["categories"],
): boolean {
  const [u, v] = [categories.x ? Math.round(x) : x, categories.y ? Math.round(y) : y];
  let weight = 0;
  for (let row = 0; row < rows.isRare.length; row++) {
    const [dx, dy] = [rows.x[row]! - u, rows.y[row]! - v];
    if ((categories.x && dx !== 0) || (categories.y && dy !== 0)) continue;
    const kernel = Math.exp(-(dx * dx + dy * dy) / (2 * bandwidth * bandwidth));
    weight += rows.isRare[row] ? kernel : -kernel;
  }
  // Far from all rows nothing is said.
  return weight > 0.02;
}

function legend(): string[] {
  const y = panel.top + panel.height + 20;
  const marks = [
    [lefts[0] + 5, colours.common, "common"],
    [lefts[0] + 72, colours.rare, "rare"],
    [lefts[0] + 116, colours.fresh, "new"],
  ] as const;
  return [
    ...marks.flatMap(([x, colour, words]) => [
      `<path d="M${x} ${y - 4}h0" stroke="${colour}" stroke-width="7" stroke-linecap="round"/>`,
      text(x + 8, y, words, "start"),
    ]),
    `<path d="M${lefts[0] + 160} ${y - 4}m-3-3l6 6m0-6l-6 6" stroke="${colours.gone}" stroke-width="1.5"/>`,
    text(lefts[0] + 169, y, "taken away", "start"),
    `<rect x="${lefts[0] + 240}" y="${y - 10}" width="12" height="12" fill="${colours.side}" stroke="#ddd"/>`,
    text(lefts[0] + 257, y, "where a classifier of kernels says rare", "start"),
  ];
}

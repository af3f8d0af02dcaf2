// A picture of a synthetic table beside the real one, as SVG: two numbers as clouds of points with their median lines (that
// of the real rows in both), and the shares of a category's values as bars. Made of texts only: it needs no browser.

import { escaped, text } from "./svg-text.ts";

/** What the picture shows of one table, row by row. */
export interface PicturedRows {
  readonly x: readonly number[];
  /** NaN where the cell is missing. */
  readonly y: readonly number[];
  readonly category: readonly string[];
}

export interface ComparisonPicture {
  readonly title: string;
  readonly real: PicturedRows;
  readonly synthetic: PicturedRows;
  readonly axes: {
    readonly x: {
      readonly name: string;
      readonly low: number;
      readonly high: number;
      readonly every: number;
    };
    readonly y: {
      readonly name: string;
      readonly low: number;
      readonly high: number;
      readonly every: number;
    };
    /** The values of the category, in the order of their bars. */
    readonly categories: readonly string[];
  };
  /** Points drawn of each table, the first ones; the bars and lines take all rows. */
  readonly points: number;
}

const ink = "#333";
const colours = { real: "#31688e", synthetic: "#d1603d" };
const panel = { width: 250, height: 210, top: 52 };
const lefts = [52, 342, 640] as const;
const size = { width: 912, height: 312 };
const bins = 14;

type Axes = ComparisonPicture["axes"];

/** The picture as an SVG document. */
export function comparisonSvg({ title, real, synthetic, axes, points }: ComparisonPicture): string {
  const line = medianLine(real, axes);
  const parts = [
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    text(lefts[0], 24, title, "start", 15),
    ...cloud(lefts[0], "real rows", colours.real, real, line, { axes, points, isFirst: true }),
    ...cloud(lefts[1], "synthetic rows", colours.synthetic, synthetic, line, {
      axes,
      points,
      isFirst: false,
    }),
    ...bars(lefts[2], real, synthetic, axes),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="11" fill="${ink}" role="img" aria-label="${escaped(title)}">
${parts.join("\n")}
</svg>
`;
}

/** Medians of y in equal stretches of x; stretches with fewer than 20 rows are left out. */
export function medianLine(
  { x, y }: PicturedRows,
  { x: axis }: Pick<Axes, "x">,
): [x: number, median: number][] {
  const width = (axis.high - axis.low) / bins;
  const groups: number[][] = Array.from({ length: bins }, () => []);
  x.forEach((value, row) => {
    if (!Number.isNaN(y[row])) groups[Math.floor((value - axis.low) / width)]?.push(y[row]!);
  });
  return groups.flatMap((values, bin): [number, number][] => {
    if (values.length < 20) return [];
    values.sort((a, b) => a - b);
    return [[axis.low + (bin + 0.5) * width, values[values.length >> 1]!]];
  });
}

/** Share of the rows that have a value, and of these the part whose y is missing: 0 to 1 of all rows. */
export function categoryShares(
  { category, y }: PicturedRows,
  value: string,
): { all: number; missing: number } {
  const rows = category.length;
  const all = category.filter((cell) => cell === value).length;
  const missing = category.filter((cell, row) => cell === value && Number.isNaN(y[row])).length;
  return { all: all / rows, missing: missing / rows };
}

function cloud(
  left: number,
  name: string,
  colour: string,
  { x, y }: PicturedRows,
  line: readonly (readonly [number, number])[],
  { axes, points, isFirst }: { readonly axes: Axes; readonly points: number; readonly isFirst: boolean },
): string[] {
  const across = (value: number) => left + (panel.width * (value - axes.x.low)) / (axes.x.high - axes.x.low);
  const up = (value: number) =>
    panel.top + panel.height * (1 - (value - axes.y.low) / (axes.y.high - axes.y.low));
  const isInside = (row: number) =>
    x[row]! >= axes.x.low && x[row]! <= axes.x.high && y[row]! >= axes.y.low && y[row]! <= axes.y.high;
  const dots = Array.from({ length: Math.min(points, x.length) }, (_, row) => row)
    .filter(isInside)
    .map((row) => `M${across(x[row]!).toFixed(0)} ${up(y[row]!).toFixed(0)}h0`)
    .join("");
  const path = (medians: readonly (readonly [number, number])[]) =>
    medians.map(([at, value]) => `${across(at).toFixed(0)},${up(value).toFixed(0)}`).join(" ");
  return [
    frame(left),
    text(left + panel.width / 2, panel.top - 8, name, "middle", 12),
    `<path d="${dots}" stroke="${colour}" stroke-opacity="0.45" stroke-width="3" stroke-linecap="round" fill="none"/>`,
    `<polyline points="${path(line)}" fill="none" stroke="${ink}" stroke-width="2"${isFirst ? "" : ' stroke-dasharray="5 4"'}/>`,
    ...(isFirst
      ? []
      : [
          `<polyline points="${path(medianLine({ x, y, category: [] }, axes))}" fill="none" stroke="#8c2d04" stroke-width="2"/>`,
        ]),
    ...ticks(axes.x).map((value) =>
      text(across(value), panel.top + panel.height + 15, String(value), "middle"),
    ),
    text(left + panel.width / 2, panel.top + panel.height + 32, axes.x.name, "middle"),
    ...(isFirst
      ? [
          ...ticks(axes.y).map((value) => text(left - 5, up(value) + 4, thousands(value), "end")),
          text(left - 5, panel.top - 8, axes.y.name, "end"),
        ]
      : []),
  ];
}

function bars(left: number, real: PicturedRows, synthetic: PicturedRows, axes: Axes): string[] {
  const { categories } = axes;
  const sides = [
    { name: "real", colour: colours.real, rows: real },
    { name: "synthetic", colour: colours.synthetic, rows: synthetic },
  ];
  const shares = sides.map(({ rows }) => categories.map((value) => categoryShares(rows, value)));
  const highest = Math.max(...shares.flat().map(({ all }) => all), 1e-9);
  const step = panel.width / categories.length;
  const width = step * 0.36;
  const drawn = categories.flatMap((value, place) => [
    ...sides.flatMap(({ colour }, side) => {
      const { all, missing } = shares[side]![place]!;
      const from = left + step * (place + 0.12) + side * (width + 2);
      const bar = (share: number, opacity: number, below: number) => {
        const height = (panel.height - 12) * (share / highest);
        const top = panel.top + panel.height - below - height;
        return `<rect x="${from.toFixed(1)}" y="${top.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${colour}" fill-opacity="${opacity}"/>`;
      };
      const known = (panel.height - 12) * ((all - missing) / highest);
      return [bar(all - missing, 0.9, 0), bar(missing, 0.35, known)];
    }),
    text(left + step * (place + 0.5), panel.top + panel.height + 15, value, "middle"),
  ]);
  return [
    frame(left),
    text(left + panel.width / 2, panel.top - 8, "share of rows; pale: income is missing", "middle", 12),
    ...drawn,
  ];
}

const frame = (left: number): string =>
  `<rect x="${left}" y="${panel.top}" width="${panel.width}" height="${panel.height}" fill="none" stroke="#bbb"/>`;

function ticks({ low, high, every }: Axes["x"]): number[] {
  const first = Math.ceil(low / every) * every;
  return Array.from({ length: Math.floor((high - first) / every) + 1 }, (_, i) => first + i * every);
}

const thousands = (value: number): string => (value >= 1000 ? `${value / 1000}k` : String(value));

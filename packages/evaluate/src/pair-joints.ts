// The joint shares of the weakest pairs, coarse enough to be read at a glance: the step from a pair's score to what is
// wrong with it.

import type { ComparedCategories, ComparedColumn, ComparedNumbers } from "./compared-column.ts";
import type { PairJoint, PairTrend } from "./evaluation.ts";

const mostPairs = 24;
/** Ranges of numbers, and named categories, along one side. */
const mostBins = 8;

/** The pairs that cost the most, weakest first. */
export function pairJoints(columns: readonly ComparedColumn[], pairs: readonly PairTrend[]): PairJoint[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const sides = new Map<string, Side>();
  const sideOf = (name: string): Side | null => {
    const known = sides.get(name);
    if (known) return known;
    const column = byName.get(name);
    if (!column || column.kind === "unscored") return null;
    const side = column.kind === "number" ? numberSide(column) : categorySide(column);
    sides.set(name, side);
    return side;
  };
  return pairs
    .filter((pair) => pair.counted && pair.score !== null)
    .sort((a, b) => a.score! - b.score!)
    .slice(0, mostPairs)
    .flatMap(({ column1, column2 }) => {
      const [first, second] = [sideOf(column1), sideOf(column2)];
      if (!first || !second) return [];
      const shares = (table: number): number[] => jointShares(first, second, table);
      return [
        {
          column1,
          column2,
          labels1: first.labels,
          labels2: second.labels,
          real: shares(0),
          synthetic: shares(1),
        },
      ];
    });
}

/** A column cut into few places; the places of the real and of the synthetic rows. */
interface Side {
  readonly labels: string[];
  readonly places: readonly [Uint8Array, Uint8Array];
}

/** Ranges with about equal numbers of real rows; equal values stay together. */
function numberSide({ values, missing, sdtype }: ComparedNumbers): Side {
  const sorted = values[0]!.filter((value) => !Number.isNaN(value)).sort();
  const edges: number[] = [];
  for (let bin = 1; bin < mostBins; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / mostBins)];
    if (edge !== undefined && edge > (edges.at(-1) ?? sorted[0]!)) edges.push(edge);
  }
  const text = (value: number): string =>
    sdtype === "datetime" ? dayOf(value) : String(Number(value.toPrecision(4)));
  const labels = [
    ...edges.map((edge, bin) => (bin === 0 ? `below ${text(edge)}` : `from ${text(edges[bin - 1]!)}`)),
  ];
  labels.push(edges.length === 0 ? "all values" : `from ${text(edges.at(-1)!)}`);
  const gap = labels.length;
  if (missing[0]! + missing[1]! > 0) labels.push("missing");
  const placed = (part: Float64Array): Uint8Array =>
    Uint8Array.from(part, (value) => {
      if (Number.isNaN(value)) return gap;
      let bin = 0;
      while (bin < edges.length && value >= edges[bin]!) bin++;
      return bin;
    });
  return { labels, places: [placed(values[0]!), placed(values[1]!)] };
}

function dayOf(microseconds: number): string {
  const date = new Date(microseconds / 1000);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(0, date.toISOString().indexOf("T"));
}

function categorySide({ codes, labels, counts, missing }: ComparedCategories): Side {
  const order = labels.map((_, code) => code).sort((a, b) => counts[0]![b]! - counts[0]![a]! || a - b);
  const named = order.slice(0, order.length === mostBins + 1 ? mostBins + 1 : mostBins);
  const place = new Uint8Array(labels.length + 1);
  const shown = named.map((code) => labels[code]!);
  if (named.length < order.length) shown.push(`${order.length - named.length} more`);
  place.fill(named.length < order.length ? shown.length - 1 : 0);
  for (const [at, code] of named.entries()) place[code] = at;
  if (missing[0]! + missing[1]! > 0) {
    place[labels.length] = shown.length;
    shown.push("missing");
  }
  const placed = (part: Int32Array): Uint8Array => Uint8Array.from(part, (code) => place[code]!);
  return { labels: shown, places: [placed(codes[0]!), placed(codes[1]!)] };
}

function jointShares(first: Side, second: Side, table: number): number[] {
  const [a, b] = [first.places[table]!, second.places[table]!];
  const width = second.labels.length;
  const counts = new Float64Array(first.labels.length * width);
  for (let row = 0; row < a.length; row++) counts[a[row]! * width + b[row]!]!++;
  return Array.from(counts, (held) => held / a.length);
}

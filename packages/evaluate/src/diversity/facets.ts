// Columns cut into few pieces, each with words that say what it is: ranges with equally many real rows, the commonest
// categories, the missing cells. Subgroups are made of them, and their distributions are compared over them.

import { lowerBound, upperBound } from "@verisim/stats";
import type { JudgedColumn } from "../models/judged-columns.ts";

export interface Facet {
  readonly column: string;
  /** Piece per row, for each table. */
  readonly codes: readonly Uint8Array[];
  /** What each piece is. */
  readonly names: readonly string[];
  /** False for pieces that are no group of like rows: the rarer categories together. */
  readonly isGroup: readonly boolean[];
}

/**
 * @param rows of each table
 * @param most pieces of a column, at most 250; missing cells and rarer categories have one more each
 */
export function facetOf(column: JudgedColumn, rows: readonly Int32Array[], most: number): Facet {
  return column.kind === "number" ? numberFacet(column, rows, most) : categoryFacet(column, rows, most);
}

function numberFacet(
  column: Extract<JudgedColumn, { kind: "number" }>,
  rows: readonly Int32Array[],
  most: number,
): Facet {
  const real = Float64Array.from(rows[0]!, (row) => column.values[0]![row]!).filter(
    (value) => !Number.isNaN(value),
  );
  real.sort();
  const edges = new Set<number>();
  // The largest value of each piece; a value that many rows have fills a piece of its own.
  for (let piece = 1; piece <= most && real.length > 0; piece++)
    edges.add(real[Math.ceil((piece * real.length) / most) - 1]!);
  const upper = Float64Array.from(edges);
  const codes = rows.map((own, table) =>
    Uint8Array.from(own, (row) => {
      const value = column.values[table]![row]!;
      return Number.isNaN(value) ? upper.length : Math.min(upper.length - 1, lowerBound(upper, value));
    }),
  );
  const names = Array.from(upper, (edge, piece) => {
    const first = piece === 0 ? 0 : upperBound(real, upper[piece - 1]!);
    return rangeText(column.sdtype === "datetime", real[first]!, edge);
  });
  return {
    column: column.name,
    codes,
    names: [...names, "missing"],
    isGroup: [...names.map(() => true), true],
  };
}

function categoryFacet(
  column: Extract<JudgedColumn, { kind: "category" }>,
  rows: readonly Int32Array[],
  most: number,
): Facet {
  // The commonest of all tables together: those of the real one alone would be common there by chance too.
  const counts = column.labels.map((_, code) => column.counts.reduce((sum, own) => sum + own[code]!, 0));
  const known = Array.from(counts.keys())
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, most);
  const places = new Uint8Array(column.labels.length + 1).fill(known.length);
  for (const [place, code] of known.entries()) places[code] = place;
  places[column.labels.length] = known.length + 1;
  return {
    column: column.name,
    codes: rows.map((own, table) => Uint8Array.from(own, (row) => places[column.codes[table]![row]!]!)),
    names: [...known.map((code) => column.labels[code]!), "any other", "missing"],
    isGroup: [...known.map(() => true), false, true],
  };
}

/** A range in words: both ends are in it. */
export function rangeText(isDatetime: boolean, low: number, high: number): string {
  const [from, to] = [low, high].map((value) => (isDatetime ? dateText(value) : numberText(value)));
  return from === to ? from! : `${from} to ${to}`;
}

function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15
    ? String(value)
    : String(Number(value.toPrecision(4)));
}

/** Microseconds as a date, with the time where there is one. */
function dateText(value: number): string {
  const date = new Date(value / 1000);
  if (Number.isNaN(date.getTime())) return numberText(value);
  return date
    .toISOString()
    .replace(/T00:00:00\.000Z$/, "")
    .replace(/\.\d+Z$/, "");
}

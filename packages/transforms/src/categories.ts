// Categories with their counts: mergeable statistics and the code <-> cell mapping that every categorical transform
// shares. Memory is in proportion to the categories; where a table's dictionary is the state's, codes are not copied.

import type { Column, RowContext } from "@verisim/core";
import { VerisimError } from "@verisim/core";
import type { MissingMode } from "./missing.ts";
import { drawsGap, missingRate, standInUniform } from "./missing.ts";

export interface CategoryStats {
  readonly column: string;
  /** The kind of column that cells came from; numbers are held as their shortest text. */
  readonly kind: Column["kind"];
  readonly rows: number;
  readonly missing: number;
  readonly dictionary: readonly string[];
  /** Rows per entry of the dictionary; entries that no row has are 0. */
  readonly counts: Float64Array;
}

export function analyzeCategories(part: Column): CategoryStats {
  if (part.kind === "dictionary") {
    const counts = new Float64Array(part.dictionary.length);
    let missing = 0;
    for (const code of part.codes) {
      if (code < 0) missing++;
      else counts[code]!++;
    }
    return {
      column: part.name,
      kind: part.kind,
      rows: part.codes.length,
      missing,
      dictionary: part.dictionary,
      counts,
    };
  }
  const seen = new Map<number, number>();
  let missing = 0;
  for (const value of part.values) {
    if (Number.isNaN(value)) missing++;
    else seen.set(value, (seen.get(value) ?? 0) + 1);
  }
  return {
    column: part.name,
    kind: part.kind,
    rows: part.values.length,
    missing,
    dictionary: Array.from(seen.keys(), String),
    counts: Float64Array.from(seen.values()),
  };
}

function sameEntries(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Counts add up whatever the order; new entries follow the ones of `a`. */
export function mergeCategories(a: CategoryStats, b: CategoryStats): CategoryStats {
  const totals = {
    column: a.column,
    kind: a.kind === b.kind ? a.kind : ("dictionary" as const),
    rows: a.rows + b.rows,
    missing: a.missing + b.missing,
  };
  if (sameEntries(a.dictionary, b.dictionary)) {
    return {
      ...totals,
      dictionary: a.dictionary,
      counts: a.counts.map((count, code) => count + b.counts[code]!),
    };
  }
  const merged = new Map<string, number>();
  for (const { dictionary, counts } of [a, b]) {
    for (let code = 0; code < dictionary.length; code++) {
      const text = dictionary[code]!;
      merged.set(text, (merged.get(text) ?? 0) + counts[code]!);
    }
  }
  return { ...totals, dictionary: [...merged.keys()], counts: Float64Array.from(merged.values()) };
}

/** Number of entries that some row has. */
export function distinctCount(stats: CategoryStats): number {
  let count = 0;
  for (const rows of stats.counts) if (rows > 0) count++;
  return count;
}

/** `seen`: as the data brings them (no copy); ties of `frequency` keep that order. */
export type CategoryOrder = "seen" | "alphabetical" | "numerical" | "frequency";

export type CategoryState = {
  readonly column: string;
  readonly kind: Column["kind"];
  readonly categories: readonly string[];
  /** Rows per category. */
  readonly counts: Float64Array;
  readonly missing: MissingMode;
  /** Share of missing cells, 0 to 1. */
  readonly rate: number;
};

/** @throws VerisimError `VERISIM_CATEGORY_ORDER` where a given order leaves out a category of the data. */
export function fitCategories(
  stats: CategoryStats,
  missing: MissingMode,
  order: CategoryOrder | readonly string[] = "seen",
): CategoryState {
  const present: number[] = [];
  for (let code = 0; code < stats.counts.length; code++) if (stats.counts[code]! > 0) present.push(code);
  let categories = stats.dictionary;
  let counts = stats.counts;
  if (typeof order !== "string") {
    const index = new Map(stats.dictionary.map((text, code) => [text, code]));
    const listed = new Set(order);
    const left = present.map((code) => stats.dictionary[code]!).filter((text) => !listed.has(text));
    if (left.length > 0 || listed.size !== order.length) {
      throw new VerisimError(
        "VERISIM_CATEGORY_ORDER",
        left.length > 0
          ? `Expected the order to name every category but it leaves out ${quoted(left)}.`
          : "Expected the order to name every category once but it names one twice.",
        { where: { column: stats.column }, hint: "List all categories from lowest to highest." },
      );
    }
    categories = order;
    counts = Float64Array.from(order, (text) => stats.counts[index.get(text) ?? -1] ?? 0);
  } else if (order !== "seen" || present.length < stats.dictionary.length) {
    if (order === "alphabetical")
      present.sort((a, b) => (stats.dictionary[a]! < stats.dictionary[b]! ? -1 : 1));
    if (order === "numerical")
      present.sort((a, b) => Number(stats.dictionary[a]) - Number(stats.dictionary[b]) || a - b);
    if (order === "frequency") present.sort((a, b) => stats.counts[b]! - stats.counts[a]! || a - b);
    categories = present.map((code) => stats.dictionary[code]!);
    counts = Float64Array.from(present, (code) => stats.counts[code]!);
  }
  return { column: stats.column, kind: stats.kind, categories, counts, missing, rate: missingRate(stats) };
}

function quoted(texts: readonly string[]): string {
  const shown = texts.slice(0, 5).map((text) => JSON.stringify(text));
  return shown.join(", ") + (texts.length > 5 ? ` and ${texts.length - 5} more` : "");
}

/** Codes that encode may give: missing is one more category in mode "from_column". */
export function cardinalityOf(state: CategoryState): number {
  return state.categories.length + (hasMissingCode(state) ? 1 : 0);
}

export function hasMissingCode(state: CategoryState): boolean {
  return state.missing === "from_column" && state.rate > 0;
}

/** Shares of the codes (cardinalityOf of them), summing to 1; empty where there are no codes. */
export function categoryShares(state: CategoryState): Float64Array {
  const cardinality = cardinalityOf(state);
  const shares = new Float64Array(cardinality);
  let total = 0;
  for (const count of state.counts) total += count;
  const present = hasMissingCode(state) ? 1 - state.rate : 1;
  for (let code = 0; code < state.counts.length; code++) {
    shares[code] = total > 0 ? (state.counts[code]! / total) * present : present / state.counts.length;
  }
  if (hasMissingCode(state)) shares[cardinality - 1] = state.categories.length === 0 ? 1 : state.rate;
  return shares;
}

/** Running sums of shares: entry k is the end of code k's interval; the last entry is exactly 1. */
export function cumulativeShares(shares: Float64Array): Float64Array {
  const ends = new Float64Array(shares.length);
  let sum = 0;
  for (let code = 0; code < shares.length; code++) {
    sum += shares[code]!;
    ends[code] = sum;
  }
  if (ends.length > 0) ends[ends.length - 1] = 1;
  return ends;
}

/** The first code whose interval ends above u; NaN gives -1. */
export function codeAt(ends: Float64Array, u: number): number {
  if (Number.isNaN(u) || ends.length === 0) return -1;
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Codes of the column in the state's categories, -1 for missing cells and for categories that the fit did not see. */
export function rawCodes(column: Column, state: CategoryState): Int32Array {
  if (column.kind === "dictionary") {
    if (sameEntries(column.dictionary, state.categories)) return column.codes;
    const index = new Map(state.categories.map((text, code) => [text, code]));
    const map = Int32Array.from(column.dictionary, (text) => index.get(text) ?? -1);
    return column.codes.map((code) => (code < 0 ? -1 : map[code]!));
  }
  const index = new Map(state.categories.map((text, code) => [Number(text), code]));
  return Int32Array.from(column.values, (value) => index.get(value) ?? -1);
}

/** As rawCodes, with missing cells as the mode wants them: kept, drawn from the shares, or a code of their own. */
export function encodeCodes(column: Column, state: CategoryState, context: RowContext): Int32Array {
  const codes = rawCodes(column, state);
  if (state.missing === "keep") return codes;
  let result: Int32Array | undefined;
  let ends: Float64Array | undefined;
  for (let i = 0; i < codes.length; i++) {
    if (codes[i]! >= 0) continue;
    result ??= codes.slice();
    if (hasMissingCode(state)) {
      result[i] = state.categories.length;
      continue;
    }
    ends ??= cumulativeShares(categoryShares(state));
    result[i] = codeAt(ends, standInUniform(context, i));
  }
  return result ?? codes;
}

/** The cells of codes; codes outside the categories are missing, and mode "random" makes gaps at the learnt rate. */
export function decodeCodes(codes: Int32Array, state: CategoryState, context: RowContext): Column {
  const count = state.categories.length;
  let cells = codes;
  const rate = state.missing === "random" ? state.rate : 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === -1 || (code >= 0 && code < count && !drawsGap(context, i, rate))) continue;
    if (cells === codes) cells = codes.slice();
    cells[i] = -1;
  }
  if (state.kind === "dictionary") {
    return { kind: "dictionary", name: state.column, codes: cells, dictionary: state.categories };
  }
  const values = Float64Array.from(state.categories, Number);
  return {
    kind: "number",
    name: state.column,
    values: Float64Array.from(cells, (code) => (code < 0 ? Number.NaN : values[code]!)),
  };
}

// Columns cut into about ten bins that hold as many real rows each, categories being their own bins as long as they are
// frequent: the rules of mostlyai-qa, on which its accuracy rests.

import type { ComparedCategories, ComparedColumn, ComparedNumbers } from "../compared-column.ts";

/** One column as bins: code per row of every table, and how many codes there are. */
export interface BinnedColumn {
  readonly name: string;
  readonly codes: readonly Int32Array[];
  readonly codeCount: number;
}

const binCount = 10;
/** A category with fewer real rows than this goes to the bin of the others. */
const rareBelow = 5;
/** Most boundaries that are tried when a column has heavy values. */
const mostBoundaries = 1000;
const microsecondsPerDay = 86_400_000_000;

/** The scored columns as bins, by the real table (0). */
export function accuracyBins(columns: readonly ComparedColumn[]): BinnedColumn[] {
  return columns.flatMap((column) => {
    if (column.kind === "number") return [binNumbers(column)];
    return column.kind === "category" ? [binCategories(column)] : [];
  });
}

/** The ten most frequent categories, missing and empty cells among them, and one bin for the rest. */
function binCategories({ name, codes, counts, labels }: ComparedCategories): BinnedColumn {
  const real = counts[0]!;
  const frequent = Array.from(real.keys())
    .filter((code) => real[code]! > 0)
    .sort((a, b) => real[b]! - real[a]! || a - b)
    .slice(0, binCount)
    .filter((code) => real[code]! >= rareBelow);
  const bins = new Int32Array(labels.length + 1).fill(-1);
  let next = 0;
  for (const code of frequent) bins[code] = next++;
  for (const own of [labels.indexOf(""), labels.length]) if (own >= 0 && bins[own] === -1) bins[own] = next++;
  const others = next++;
  return {
    name,
    codes: codes.map((table) => table.map((code) => (bins[code]! < 0 ? others : bins[code]!))),
    codeCount: next,
  };
}

function binNumbers({ name, sdtype, values }: ComparedNumbers): BinnedColumn {
  const isDate = sdtype === "datetime";
  const present = values[0]!.filter((value) => !Number.isNaN(value)).sort();
  const breaks = boundariesOf(present, isDate);
  const low = breaks[0]!;
  const high = breaks.at(-1)!;
  const last = breaks.length - 2;
  return {
    name,
    codes: values.map((table) =>
      Int32Array.from(table, (value) => {
        if (Number.isNaN(value)) return last + 1;
        return binOf(Math.min(high, Math.max(low, value)), breaks, last);
      }),
    ),
    codeCount: last + 2,
  };
}

/** The bin whose boundaries hold the value; the last one holds all from its lower boundary on. */
function binOf(value: number, breaks: readonly number[], last: number): number {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (value >= breaks[middle]!) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Two or more ascending boundaries. */
function boundariesOf(sorted: Float64Array, isDate: boolean): number[] {
  if (sorted.length === 0) return [-1e10, 1e10];
  const distinct = distinctUpTo(sorted, binCount + 1);
  if (isDate)
    return distinct.length === 1 ? [distinct[0]!, distinct[0]! + microsecondsPerDay] : evenBoundaries(sorted);
  const exact = distinct.length <= binCount ? [...distinct, distinct.at(-1)! + 1] : evenBoundaries(sorted);
  const breaks = exact.filter((value, at) => at === 0 || value > exact[at - 1]!);
  if (breaks.length === 1) return [breaks[0]!, breaks[0]! + 1];
  // Boundaries lose the decimals that they do not need.
  for (let decimals = 0; decimals < 20; decimals++) {
    const power = 10 ** decimals;
    const floored = breaks.map((value) => Math.floor(value * power) / power);
    if (new Set(floored).size === breaks.length) return [...floored.slice(0, -1), breaks.at(-1)!];
  }
  return breaks;
}

function distinctUpTo(sorted: Float64Array, most: number): number[] {
  const distinct: number[] = [];
  for (let at = 0; at < sorted.length && distinct.length < most; at++)
    if (at === 0 || sorted[at] !== sorted[at - 1]) distinct.push(sorted[at]!);
  return distinct;
}

/** Values at even places of the sorted ones, at more and more places until eleven of them differ. */
function evenBoundaries(sorted: Float64Array): number[] {
  let breaks: number[] = [];
  const end = Math.max(binCount + 1, Math.min(mostBoundaries, sorted.length + 1));
  for (let places = binCount; places < end; places++) {
    const step = (sorted.length - 1) / (places - 1);
    breaks = [];
    for (let at = 0; at < places; at++) {
      const place = at === places - 1 ? sorted.length - 1 : Math.trunc(at * step);
      const value = sorted[place]!;
      if (at === 0 || value !== breaks.at(-1)) breaks.push(value);
    }
    if (breaks.length > binCount) break;
  }
  return breaks;
}

// What the report draws for each column: bins of equal width over the bulk of the values, shared by all tables. The
// range follows the values beside a dominant one (the zeros of a zero-heavy column), which is named as a spike, and thin
// tails are folded into the end bins, so that such columns still show their shape.

import { lowerBound, upperBound } from "@verisim/stats";
import type { ComparedCategories, ComparedNumbers } from "./compared-column.ts";
import type { ColumnDistribution, Spike } from "./evaluation.ts";

const mostBins = 40;
/** Categories shown by name; the rest are pooled. */
const mostLabels = 20;
/** A value with at least this share of the real rows stands apart, unless every value has its own bin anyway. */
const spikeShare = 0.2;
/** Share of the values beyond the drawn range on each side of a long-tailed column. */
const tailShare = 0.005;
/** A column is long-tailed when its range is this many times as wide as what lies between the tails. */
const longTail = 3;

export function categoryDistribution(column: ComparedCategories): ColumnDistribution {
  const real = column.counts[0]!;
  const order = column.labels
    .map((_, code) => code)
    .sort((a, b) => real[b]! - real[a]! || column.counts[1]![b]! - column.counts[1]![a]! || a - b);
  // A single leftover is shown by its own name: "1 other" would hide it without saving a line.
  const shownCount = order.length === mostLabels + 1 ? order.length : Math.min(order.length, mostLabels);
  const shown = order.slice(0, shownCount);
  const pooled = order.slice(shownCount);
  const shares = column.counts.map((counts) => {
    let rows = 0;
    for (let code = 0; code < column.labels.length; code++) rows += counts[code]!;
    const share = (codes: readonly number[]): number =>
      rows === 0 ? 0 : codes.reduce((sum, code) => sum + counts[code]!, 0) / rows;
    return [...shown.map((code) => share([code])), ...(pooled.length > 0 ? [share(pooled)] : [])];
  });
  const labels = shown.map((code) => column.labels[code]!);
  if (pooled.length > 0) labels.push(`${pooled.length} others`);
  return {
    column: column.name,
    kind: "category",
    edges: [],
    openLow: false,
    openHigh: false,
    spike: null,
    labels,
    pooled: pooled.length,
    real: shares[0]!,
    synthetic: shares[1]!,
    holdout: shares[2] ?? null,
  };
}

/** @param sorted the values of each table, ascending and without NaN */
export function numberDistribution(
  column: ComparedNumbers,
  sorted: readonly Float64Array[],
): ColumnDistribution {
  const kind: "datetime" | "number" = column.sdtype === "datetime" ? "datetime" : "number";
  const finite = sorted.map(withoutInfinities);
  const base = {
    column: column.name,
    kind,
    labels: [] as string[],
    pooled: 0,
  } satisfies Partial<ColumnDistribution>;
  const drawn = finite.filter((values) => values.length > 0);
  if (drawn.length === 0) {
    const nothing = { openLow: false, openHigh: false, spike: null, edges: [], real: [], synthetic: [] };
    return { ...base, ...nothing, holdout: sorted.length > 2 ? [] : null };
  }
  const min = Math.min(...drawn.map((values) => values[0]!));
  const max = Math.max(...drawn.map((values) => values.at(-1)!));
  const isWhole = drawn.every(holdsWholeNumbers);
  if (kind === "number" && isWhole && max - min < mostBins) {
    const edges = Array.from({ length: max - min + 2 }, (_, i) => min - 0.5 + i);
    return { ...base, ...binned(finite, edges, null), openLow: false, openHigh: false };
  }
  const heaviest = kind === "number" && finite[0]!.length > 0 ? mostCommon(finite[0]!) : null;
  const spikeValue = heaviest !== null && heaviest.share >= spikeShare ? heaviest.value : null;
  const rest = drawn.map((values) => valuesBeside(values, spikeValue));
  const lowAt = (share: number): number =>
    Math.min(...rest.map((values) => at(values, share)).filter(Number.isFinite));
  const highAt = (share: number): number =>
    Math.max(...rest.map((values) => at(values, share)).filter(Number.isFinite));
  const bulk = highAt(1 - tailShare) - lowAt(tailShare);
  const isLong = bulk > 0 && highAt(1) - lowAt(0) > longTail * bulk;
  const low = Math.min(isLong ? lowAt(tailShare) : lowAt(0), spikeValue ?? Number.POSITIVE_INFINITY);
  const high = Math.max(isLong ? highAt(1 - tailShare) : highAt(1), spikeValue ?? Number.NEGATIVE_INFINITY);
  return {
    ...base,
    ...binned(finite, evenEdges(low, high, isWhole && kind === "number"), spikeValue),
    openLow: isLong && min < low,
    openHigh: isLong && max > high,
  };
}

/** Even edges over [low, high]; whole numbers get bins that each hold equally many of them. */
function evenEdges(low: number, high: number, isWhole: boolean): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
  if (low === high) return [low - 0.5, low + 0.5];
  const width = isWhole ? Math.ceil((high - low + 1) / mostBins) : (high - low) / mostBins;
  const start = isWhole ? low - 0.5 : low;
  const bins = isWhole ? Math.ceil((high - low + 1) / width) : mostBins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => start + i * width);
  if (!isWhole) edges[bins] = high;
  return edges;
}

/** Shares per bin; values beyond the edges count in the end bins. */
function binned(
  tables: readonly Float64Array[],
  edges: number[],
  spikeValue: number | null,
): Pick<ColumnDistribution, "edges" | "spike" | "real" | "synthetic" | "holdout"> {
  const bins = Math.max(0, edges.length - 1);
  const shares = tables.map((values) => {
    let from = 0;
    return Array.from({ length: bins }, (_, bin) => {
      const to = bin === bins - 1 ? values.length : lowerBound(values, edges[bin + 1]!);
      const share = values.length === 0 ? 0 : (to - from) / values.length;
      from = to;
      return share;
    });
  });
  const spikeShares = tables.map((values) =>
    spikeValue === null || values.length === 0
      ? 0
      : (upperBound(values, spikeValue) - lowerBound(values, spikeValue)) / values.length,
  );
  const spike: Spike | null =
    spikeValue === null
      ? null
      : {
          value: spikeValue,
          real: spikeShares[0]!,
          synthetic: spikeShares[1]!,
          holdout: spikeShares[2] ?? null,
        };
  return { edges, spike, real: shares[0]!, synthetic: shares[1]!, holdout: shares[2] ?? null };
}

function holdsWholeNumbers(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) return false;
  return true;
}

function withoutInfinities(sorted: Float64Array): Float64Array {
  return sorted.subarray(
    upperBound(sorted, Number.NEGATIVE_INFINITY),
    lowerBound(sorted, Number.POSITIVE_INFINITY),
  );
}

function mostCommon(sorted: Float64Array): { value: number; share: number } {
  let best = 0;
  let value = Number.NaN;
  for (let start = 0; start < sorted.length; ) {
    // Only a run longer than the best one so far matters: look there first.
    if (sorted[start + best] !== sorted[start]) {
      start++;
      continue;
    }
    const end = upperBound(sorted, sorted[start]!);
    if (end - start > best) {
      best = end - start;
      value = sorted[start]!;
    }
    start = end;
  }
  return { value, share: best / sorted.length };
}

/** The sorted values without one of them, as a view where possible. */
function valuesBeside(sorted: Float64Array, value: number | null): Float64Array {
  if (value === null) return sorted;
  const from = lowerBound(sorted, value);
  const to = upperBound(sorted, value);
  if (from === 0) return sorted.subarray(to);
  if (to === sorted.length) return sorted.subarray(0, from);
  const rest = new Float64Array(sorted.length - (to - from));
  rest.set(sorted.subarray(0, from));
  rest.set(sorted.subarray(to), from);
  return rest;
}

/** The value at a share of the way through the sorted values; NaN when there are none. */
function at(sorted: Float64Array, share: number): number {
  return sorted.length === 0
    ? Number.NaN
    : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

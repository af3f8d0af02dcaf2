// The two ways in which synthcity turns a column into frequencies: bins of equal width of its own histogram, and bins that
// are closed on their right.

import { equalWidth } from "./equal-width.ts";

const binCount = 10;
/** Columns with fewer different values are categories. */
const categoriesBelow = 5;
/** What stands for a frequency of nothing. */
const nothing = 1e-11;
/** What the original adds to the rows of a histogram. */
const padding = 1e-8;

export interface FrequencyPair {
  readonly real: number;
  readonly judged: number;
}

/** Frequencies of values (fewer than five of them) or of ten bins over the real range, none of them 0. */
export function frequencies(real: Float64Array, judged: Float64Array): FrequencyPair[] {
  const distinct = new Set(real).size;
  if (distinct < categoriesBelow) {
    const [a, b] = [countValues(real), countValues(judged)];
    return [...new Set([...a.keys(), ...b.keys()])].map((value) => ({
      real: (a.get(value) ?? 0) / real.length || nothing,
      judged: (b.get(value) ?? 0) / judged.length || nothing,
    }));
  }
  const edges = equalWidth(real, Math.min(binCount, distinct));
  const [a, b] = [histogram(real, edges), histogram(judged, edges)];
  const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0) + padding;
  return Array.from(a, (count, bin) => ({
    real: count / total(a) || nothing,
    judged: b[bin]! / total(b) || nothing,
  }));
}

function countValues(values: Float64Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Bins closed on their left, the last one on both sides; values outside are left out. */
function histogram(values: Float64Array, edges: Float64Array): Float64Array {
  const last = edges.length - 2;
  const counts = new Float64Array(edges.length - 1);
  for (const value of values) {
    if (!(value >= edges[0]! && value <= edges[last + 1]!)) continue;
    let bin = last;
    while (value < edges[bin]!) bin--;
    counts[bin]!++;
  }
  return counts;
}

/** Shares of at most ten bins over the real range, closed on their right, and of what lies outside. */
export function cutShares(real: Float64Array, judged: Float64Array): { real: number[]; judged: number[] } {
  const edges = equalWidth(real, Math.min(binCount, new Set(real).size), "cut");
  const shares = (values: Float64Array): number[] => {
    const counts = new Float64Array(edges.length);
    for (const value of values) {
      let bin = 0;
      while (bin < edges.length && value > edges[bin]!) bin++;
      // Bin 0 lies below all edges, and so does what lies above them count.
      counts[bin === edges.length ? 0 : bin]!++;
    }
    return Array.from(counts, (count) => count / values.length);
  };
  return { real: shares(real), judged: shares(judged) };
}

// What under-samplers and cleaners share: the rows that stay, and votes of neighbours.

import { allRows, findNeighbours, type NeighbourTable, type Outcome, type Work } from "../work.ts";

/** All rows but those that were left out. */
export function withoutRows(work: Work, left: Iterable<number>): Outcome {
  const gone = new Set(left);
  return { kept: allRows(work).filter((row) => !gone.has(row)), made: [] };
}

/** Per class, the rows that stay: all, but in the classes that `choose` is asked about. */
export async function keepPerClass(
  work: Work,
  choose: (label: number, rows: Int32Array, count: number) => Promise<Int32Array>,
): Promise<Int32Array> {
  const kept: Int32Array[] = [];
  for (const [label, rows] of work.classRows.entries()) {
    const count = work.goals.totals[label]!;
    kept.push(count < rows.length ? await choose(label, rows, count) : rows);
  }
  return ascending(kept);
}

export function ascending(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let next = 0;
  for (const part of parts) {
    all.set(part, next);
    next += part.length;
  }
  return all.sort();
}

/** The smallest class, of equals the first. */
export function minorityOf(work: Work): number {
  return work.goals.sizes.indexOf(Math.min(...work.goals.sizes));
}

/** Neighbours of `queries` among `rows`, with the mismatch of `rows`. */
export function neighboursAmong(
  work: Work,
  queries: Int32Array,
  rows: Int32Array,
  k: number,
): Promise<NeighbourTable> {
  return findNeighbours(work, queries, rows, k, work.features.mismatch(rows));
}

/** The most frequent label of some rows; of equals the smallest, as SciPy's mode. */
export function majorityLabel(work: Work, rows: Int32Array, from: number, to: number): number {
  const counts = new Int32Array(work.classes.length);
  for (let i = from; i < to; i++) counts[work.labels[rows[i]!]!]!++;
  let best = 0;
  for (let label = 1; label < counts.length; label++) if (counts[label]! > counts[best]!) best = label;
  return best;
}

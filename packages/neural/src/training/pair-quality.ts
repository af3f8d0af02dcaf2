// A cheap score of a synthetic sample: how alike its pairs of columns are to those of rows that training never saw. Every
// column is cut to at most ten groups; a pair scores 1 minus the total variation of its joint shares. It costs
// milliseconds, falls when modes are lost, and needs no model of its own.

import { drawToFront, RowRandom, streamKey } from "@verisim/core";
import type { EncodedRows } from "../encoding/layout.ts";

/** Groups per column and pairs looked at, at most. */
const mostGroups = 10;
const mostPairs = 300;

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly real: Float64Array;
}

/** Scores samples against held-out rows. */
export class PairQuality {
  readonly #spans: number;
  /** Group of each alternative of each column. */
  readonly #groups: readonly Uint8Array[];
  readonly #pairs: readonly Pair[];

  /** @param widths alternatives per column; at least one column */
  constructor(held: EncodedRows, widths: readonly number[]) {
    this.#spans = widths.length;
    this.#groups = widths.map((width, column) => groupsOf(held, widths.length, column, width));
    this.#pairs = choosePairs(widths.length).map(([a, b]) => ({ a, b, real: this.#joint(held, a, b) }));
  }

  /** 0 to 1; equal samples of one distribution score a little below 1. */
  score(rows: EncodedRows): number {
    let sum = 0;
    for (const { a, b, real } of this.#pairs) {
      const own = this.#joint(rows, a, b);
      let distance = 0;
      for (let i = 0; i < real.length; i++) distance += Math.abs(real[i]! - own[i]!);
      sum += 1 - distance / 2;
    }
    return sum / this.#pairs.length;
  }

  #joint({ alternatives, rowCount }: EncodedRows, a: number, b: number): Float64Array {
    const shares = new Float64Array(mostGroups * mostGroups);
    const [groupsA, groupsB] = [this.#groups[a]!, this.#groups[b]!];
    for (let row = 0; row < rowCount; row++) {
      const at = row * this.#spans;
      shares[groupsA[alternatives[at + a]!]! * mostGroups + groupsB[alternatives[at + b]!]!]!++;
    }
    return shares.map((count) => count / Math.max(1, rowCount));
  }
}

/** Few alternatives stay as they are; many are cut where they lie into groups of about equal numbers of rows. */
function groupsOf(held: EncodedRows, spans: number, column: number, width: number): Uint8Array {
  if (width <= mostGroups) return Uint8Array.from({ length: width }, (_, i) => i);
  const counts = new Float64Array(width);
  for (let row = 0; row < held.rowCount; row++) counts[held.alternatives[row * spans + column]!]!++;
  let passed = 0;
  return Uint8Array.from(counts, (count) => {
    const group = Math.floor(((passed + count / 2) / Math.max(1, held.rowCount)) * mostGroups);
    passed += count;
    return Math.min(mostGroups - 1, group);
  });
}

/** All pairs, or as many as are looked at of them; a single column is its own pair. */
function choosePairs(columns: number): [number, number][] {
  if (columns === 1) return [[0, 0]];
  const pairs: [number, number][] = [];
  for (let a = 0; a < columns; a++) for (let b = a + 1; b < columns; b++) pairs.push([a, b]);
  return drawToFront(pairs, mostPairs, new RowRandom(streamKey(0, "pairs"), 0)).slice(0, mostPairs);
}

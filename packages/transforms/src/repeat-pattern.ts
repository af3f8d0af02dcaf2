// How often values repeat, without the values: the number of values per number of rows. A row of a synthetic column
// gets the number of a value such that every N rows (N = rows of the real column) repeat values just as often as
// the real column did, in an order that a keyed permutation makes irregular.

import type { StreamKey } from "@verisim/core";
import { Permutation, philox } from "@verisim/core";
import type { CategoryStats } from "./categories.ts";

/** `auto`: unique where all values differ, else scale. */
export type CardinalityRule = "auto" | "unique" | "match" | "scale" | "none";

export type RepeatPattern = {
  /** Rows with a value. */
  readonly rows: number;
  readonly distinct: number;
  /** Ascending rows per value, and how many values have as many. */
  readonly repeats: readonly number[];
  readonly values: readonly number[];
  /** True: every `rows` rows bring new values. False: the same values for ever. */
  readonly renew: boolean;
};

export function learnRepeats(stats: CategoryStats, renew: boolean): RepeatPattern {
  const byRepeats = new Map<number, number>();
  let rows = 0;
  let distinct = 0;
  for (const count of stats.counts) {
    if (count === 0) continue;
    byRepeats.set(count, (byRepeats.get(count) ?? 0) + 1);
    rows += count;
    distinct++;
  }
  const repeats = [...byRepeats.keys()].sort((a, b) => a - b);
  return { rows, distinct, repeats, values: repeats.map((count) => byRepeats.get(count)!), renew };
}

/** Numbers of values by row; reads no state but its arguments, so rows may come in any order. */
export class RepeatSequence {
  readonly #pattern: RepeatPattern;
  readonly #key: StreamKey;
  #block = -1;
  #permutation: Permutation | undefined;

  constructor(pattern: RepeatPattern, key: StreamKey) {
    this.#pattern = pattern;
    this.#key = key;
  }

  at(row: number): number {
    const { rows, distinct, repeats, values, renew } = this.#pattern;
    if (rows === 0) return row;
    const block = Math.floor(row / rows);
    if (block !== this.#block || !this.#permutation) {
      const words = philox([block >>> 0, Math.floor(block / 0x100000000) >>> 0, 1, 0xfffffff3], this.#key);
      this.#permutation = new Permutation(rows, [words[0], words[1]]);
      this.#block = block;
    }
    let slot = this.#permutation.at(row - block * rows);
    let before = renew ? block * distinct : 0;
    for (let i = 0; i < repeats.length; i++) {
      const slots = repeats[i]! * values[i]!;
      if (slot < slots) return before + Math.floor(slot / repeats[i]!);
      slot -= slots;
      before += values[i]!;
    }
    throw new Error("internal: slot outside the repeat pattern");
  }
}

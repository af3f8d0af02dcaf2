// The k-th smallest of n uniforms without the others: the middle one follows a beta distribution, and given it both
// sides are uniforms again (David and Nagaraja, "Order Statistics", 2003, section 2.5). Halving down to short stretches
// gives any rank of any n at once, so that the times of a Poisson process stream in order.

import { rowUniform, type StreamKey } from "@verisim/core";
import { betaIInverse } from "@verisim/stats";
import type { Batch } from "../engine/batch.ts";

/** Stretches up to this length are drawn outright and sorted. */
const leafSize = 256;
const rememberedSplits = 4096;
const longestInsertion = 12;

export class OrderedUniforms {
  readonly #stream: number;
  readonly #key: StreamKey;
  readonly #splitKey: StreamKey;
  readonly #splits = new Map<number, number>();
  #leafStart = -1;
  readonly #buffer = new Float64Array(leafSize);
  /** A part of the buffer. */
  #leaf: Float64Array = this.#buffer.subarray(0, 0);

  /**
   * @param stream the stream of `key`, from which rows of the batch are taken
   * @param splitKey of the middle ones
   */
  constructor(stream: number, key: StreamKey, splitKey: StreamKey) {
    this.#stream = stream;
    this.#key = key;
    this.#splitKey = splitKey;
  }

  /** Uniforms of rows [from, to) of the batch, stretch by stretch. */
  fill(batch: Batch, out: Float64Array, from: number, to: number): void {
    for (let i = from; i < to; ) {
      out[i] = this.at(batch, i);
      const place = batch.rows[i]! - this.#leafStart;
      const inLeaf = this.#leafStart >= 0 && place >= 0 && place < this.#leaf.length;
      const count = inLeaf ? Math.min(to - i, this.#leaf.length - place) : 1;
      if (inLeaf) out.set(this.#leaf.subarray(place, place + count), i);
      i += count;
    }
  }

  /** The uniform of row `i` of the batch: that of its place among as many as its sequence has. */
  at(batch: Batch, i: number): number {
    const row = batch.rows[i]!;
    const inLeaf = row - this.#leafStart;
    if (this.#leafStart >= 0 && inLeaf >= 0 && inLeaf < this.#leaf.length) return this.#leaf[inLeaf]!;
    let first = row - batch.index[i]!;
    let count = batch.count[i]!;
    let low = 0;
    let high = 1;
    while (count > leafSize) {
      const middle = Math.floor(count / 2);
      const split = low + (high - low) * this.#split(first + middle, middle + 1, count - middle);
      if (row === first + middle) return split;
      if (row < first + middle) {
        high = split;
        count = middle;
      } else {
        low = split;
        first += middle + 1;
        count -= middle + 1;
      }
    }
    const draws = batch.draws[this.#stream]!;
    const leaf = this.#buffer.subarray(0, count);
    for (let k = 0; k < count; k++) {
      const inBatch = first + k - batch.rowStart;
      const u = inBatch >= 0 && inBatch < batch.rowCount ? draws[inBatch]! : rowUniform(this.#key, first + k);
      leaf[k] = low + (high - low) * u;
    }
    this.#leaf = sort(leaf, low, high);
    this.#leafStart = first;
    return leaf[row - first]!;
  }

  #split(row: number, a: number, b: number): number {
    let value = this.#splits.get(row);
    if (value === undefined) {
      value = betaIInverse(a, b, rowUniform(this.#splitKey, row));
      if (this.#splits.size >= rememberedSplits) this.#splits.clear();
      this.#splits.set(row, value);
    }
    return value;
  }
}

const counts = new Uint16Array(leafSize + 1);
const parts = new Uint16Array(leafSize);
const unsorted = new Float64Array(leafSize);

/** Sorts uniforms between two ends: first into as many parts as there are numbers, then by insertion. */
function sort(values: Float64Array, low: number, high: number): Float64Array {
  const { length } = values;
  const scale = length / (high - low);
  if (length > longestInsertion && Number.isFinite(scale)) {
    counts.fill(0, 0, length + 1);
    for (let i = 0; i < length; i++) {
      // Whole parts by a bit operation, which is a single instruction.
      const part = ((values[i]! - low) * scale) | 0;
      parts[i] = part < length ? part : length - 1;
      counts[parts[i]! + 1]!++;
    }
    for (let part = 1; part < length; part++) counts[part]! += counts[part - 1]!;
    unsorted.set(values);
    for (let i = 0; i < length; i++) values[counts[parts[i]!]!++] = unsorted[i]!;
  }
  for (let i = 1; i < length; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
  return values;
}

// Which parent a child row belongs to: running totals of child rows at every thousandth parent, from which the rest is
// counted again when it is asked for. Memory is a number per thousand parents; of up to a million, all counts are kept.

import { VerisimError } from "@verisim/core";

const blockSize = 1_024;
/** Counts of so many parents are kept (8 MB), which saves drawing them again. */
const mostKept = 2 ** 20;

/** Counts of child rows of parents [from, from + count). */
export type CountSource = (from: number, count: number) => Promise<Float64Array>;

export interface Sequence {
  readonly parent: number;
  readonly start: number;
  readonly count: number;
}

export class ChildIndex {
  readonly parentCount: number;
  readonly rowCount: number;
  /** Places for episodes of the index's length that lie within one parent's rows. */
  readonly placeCount: number;
  readonly #counts: CountSource;
  readonly #episode: number;
  /** Sums of counts before each block, before they are scaled to `rowCount`. */
  readonly #weights: Float64Array;
  readonly #places: Float64Array;
  #block = -1;
  #starts: Float64Array = new Float64Array(0);

  private constructor(
    counts: CountSource,
    parentCount: number,
    rowCount: number,
    weights: Float64Array,
    episode: number,
    places: Float64Array,
  ) {
    this.#counts = counts;
    this.parentCount = parentCount;
    this.rowCount = rowCount;
    this.#weights = weights;
    this.#episode = episode;
    this.#places = places;
    this.placeCount = places.at(-1) ?? 0;
  }

  /**
   * Counts all parents once.
   * @param rows shared out in proportion to the counts, exactly so many; undefined takes the counts as they are
   * @param episode rows of the episodes that `placeCount` is about
   * @throws VerisimError `VERISIM_SIMULATION_ROWS` where rows are asked for and all counts are 0
   */
  static async create(
    child: string,
    parentCount: number,
    rows: number | undefined,
    episode: number,
    counts: CountSource,
  ): Promise<ChildIndex> {
    const blocks = Math.ceil(parentCount / blockSize);
    const weights = new Float64Array(blocks + 1);
    const kept = parentCount <= mostKept ? new Float64Array(parentCount) : undefined;
    for (let block = 0; block < blocks; block++) {
      const from = block * blockSize;
      const part = await counts(from, Math.min(blockSize, parentCount - from));
      kept?.set(part, from);
      let sum = weights[block]!;
      for (const count of part) sum += count;
      weights[block + 1] = sum;
    }
    const total = weights[blocks]!;
    if (rows !== undefined && rows > 0 && !(total > 0))
      throw new VerisimError(
        "VERISIM_SIMULATION_ROWS",
        `Expected parents to share ${rows} rows but their counts are all 0.`,
        {
          where: { table: child },
          hint: "0 rows are possible: give more parent rows, or larger counts.",
        },
      );
    const rowCount = rows ?? total;
    const none = new Float64Array(blocks + 1);
    const again: CountSource = kept ? async (from, count) => kept.subarray(from, from + count) : counts;
    const index = new ChildIndex(again, parentCount, rowCount, weights, episode, none);
    const places = new Float64Array(blocks + 1);
    if (episode <= 1) places[blocks] = rowCount;
    else
      for (let block = 0; block < blocks; block++) {
        const starts = await index.#load(block);
        let sum = places[block]!;
        for (let i = 0; i + 1 < starts.length; i++)
          sum += Math.floor((starts[i + 1]! - starts[i]!) / episode);
        places[block + 1] = sum;
      }
    return new ChildIndex(again, parentCount, rowCount, weights, episode, places);
  }

  /** First child rows of the block's parents, and the row after the last. */
  async #load(block: number): Promise<Float64Array> {
    if (block === this.#block) return this.#starts;
    const from = block * blockSize;
    const part = await this.#counts(from, Math.min(blockSize, this.parentCount - from));
    const total = this.#weights.at(-1)!;
    const starts = new Float64Array(part.length + 1);
    let sum = this.#weights[block]!;
    for (let i = 0; i <= part.length; i++) {
      // The share of all before, rounded down: differences are whole, add up, and are proportional to within one row.
      starts[i] = total === this.rowCount ? sum : Math.floor((this.rowCount / total) * sum * (1 + 2 ** -52));
      if (sum >= total) starts[i] = this.rowCount;
      if (i < part.length) sum += part[i]!;
    }
    this.#block = block;
    this.#starts = starts;
    return starts;
  }

  /** The row at which a block's parents begin to have children. */
  #blockStart(block: number): number {
    const total = this.#weights.at(-1)!;
    const sum = this.#weights[block]!;
    if (sum >= total) return this.rowCount;
    return total === this.rowCount ? sum : Math.floor((this.rowCount / total) * sum * (1 + 2 ** -52));
  }

  /** The sequences of rows [from, from + count), in order, without parents that have no rows. */
  async sequences(from: number, count: number): Promise<Sequence[]> {
    const result: Sequence[] = [];
    const end = Math.min(this.rowCount, from + count);
    if (from >= end) return result;
    let low = 0;
    let high = this.#weights.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#blockStart(middle) <= from) low = middle;
      else high = middle - 1;
    }
    for (let block = low; block < this.#weights.length - 1; block++) {
      const starts = await this.#load(block);
      if (starts[0]! >= end) break;
      for (let i = 0; i + 1 < starts.length && starts[i]! < end; i++) {
        const rows = starts[i + 1]! - starts[i]!;
        if (rows > 0 && starts[i + 1]! > from)
          result.push({ parent: block * blockSize + i, start: starts[i]!, count: rows });
      }
    }
    return result;
  }

  /** First rows of places, which are given in ascending order. */
  async placeRows(places: Float64Array): Promise<Float64Array> {
    const rows = new Float64Array(places.length);
    if (this.#episode <= 1) {
      rows.set(places);
      return rows;
    }
    let block = 0;
    let starts = new Float64Array(0);
    let loaded = -1;
    for (let i = 0; i < places.length; i++) {
      while (this.#places[block + 1]! <= places[i]!) block++;
      if (loaded !== block) {
        starts = (await this.#load(block)) as Float64Array<ArrayBuffer>;
        loaded = block;
      }
      let left = places[i]! - this.#places[block]!;
      let parent = 0;
      for (;;) {
        const fits = Math.floor((starts[parent + 1]! - starts[parent]!) / this.#episode);
        if (left < fits) break;
        left -= fits;
        parent++;
      }
      rows[i] = starts[parent]! + left * this.#episode;
    }
    return rows;
  }
}

// Rows on their way from one thread to another: blocks of shared memory that the sender fills and the receiver empties.
// A block holds all columns, numbers first: 8 bytes a number (NaN where missing), 4 bytes a code (-1 where missing).

/** How the cells of a column travel. */
export type Wire = "number" | "code";

/** Rows that DuckDB takes at once; blocks hold a multiple of them. */
export const vectorRows = 2048;
const mostRows = 8 * vectorRows;
const slotBytes = 2 << 20;
/** More rows than a row group has, where columns are few: the next ones are made while it is encoded. */
const slotCount = 10;

export class RowSlots {
  readonly memory: SharedArrayBuffer;
  readonly count: number = slotCount;
  /** Rows of a slot. */
  readonly rows: number;
  readonly #wires: readonly Wire[];
  readonly #offsets: readonly number[];
  readonly #bytes: number;

  /** @param memory of slots that another thread has made for the same columns; made here where it is left out */
  constructor(wires: readonly Wire[], memory?: SharedArrayBuffer) {
    const width = wires.reduce((sum, wire) => sum + (wire === "number" ? 8 : 4), 0);
    const vectors = Math.floor(slotBytes / Math.max(1, width) / vectorRows);
    this.rows = Math.min(mostRows, Math.max(1, vectors) * vectorRows);
    const offsets = new Array<number>(wires.length);
    let offset = 0;
    for (const wanted of ["number", "code"] as const)
      wires.forEach((wire, index) => {
        if (wire !== wanted) return;
        offsets[index] = offset;
        offset += this.rows * (wire === "number" ? 8 : 4);
      });
    this.#wires = wires;
    this.#offsets = offsets;
    this.#bytes = Math.ceil(offset / 8) * 8;
    this.memory = memory ?? new SharedArrayBuffer(Math.max(8, this.#bytes * slotCount));
  }

  numbers(slot: number, column: number): Float64Array {
    return new Float64Array(this.memory, this.#at(slot, column, "number"), this.rows);
  }

  codes(slot: number, column: number): Int32Array {
    return new Int32Array(this.memory, this.#at(slot, column, "code"), this.rows);
  }

  #at(slot: number, column: number, wire: Wire): number {
    if (this.#wires[column] !== wire) throw new Error(`internal: column ${column} holds no ${wire}s`);
    return slot * this.#bytes + this.#offsets[column]!;
  }
}

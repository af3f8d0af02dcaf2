// Copies with some cells changed: what a synthetic row shares with one real row is weighed by how rare the shared values
// are, as records are matched between registers (I. Fellegi and A. Sunter, "A theory for record linkage", 1969). Only
// rows that share a rare value with it are looked at, found by lists of the rows that hold each rare value.
//
// A value that only training rows hold can come from them alone, and a generator of categories repeats them rightly. So
// what counts is which row among the holders of the rarest shared value agrees in the rest; a value with one holder counts
// only together with a second one that is as rare.

import { throwIfAborted } from "@verisim/core";
import type { RiskColumn } from "../tables/risk-columns.ts";
import type { Events } from "./nearest-events.ts";

/** Rows of a table, as {@link RealValues} takes them. */
export interface TableRows {
  /** Number of the table among those the columns hold. */
  readonly table: number;
  readonly rows: ArrayLike<number>;
}

/** Values in more rows than this say too little to start from. */
const rareRows = 64;
/** Real rows that are looked at for one row. */
const mostCandidates = 256;

/** Rows that hold a value which may confirm a value with one holder, at most. */
const confirmingRows = 3;

interface ColumnValues {
  readonly column: RiskColumn;
  /** Number cells by value; null for categories, whose codes serve as they are. */
  readonly codeOf: ReadonlyMap<number, number> | null;
  /** Code of each real row; rows that hold it, per code. */
  readonly codes: Int32Array;
  readonly counts: Int32Array;
  /** The rows of a rare value's code: `rows[starts[code]]` to `rows[starts[code + 1]]`. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** The values of the real rows, prepared for {@link RealValues.events}. */
export class RealValues {
  readonly #columns: readonly ColumnValues[];
  readonly #rowCount: number;
  readonly #trainingRows: number;

  /** @param parts training and holdout rows; real rows are numbered through in this order */
  constructor(columns: readonly RiskColumn[], parts: readonly TableRows[]) {
    this.#rowCount = parts.reduce((sum, { rows }) => sum + rows.length, 0);
    this.#trainingRows = parts[0]!.rows.length;
    this.#columns = columns.map((column) => columnValues(column, parts, this.#rowCount));
  }

  /**
   * Events by agreement: the weight of what a row shares with its best real row, less the same of the third best.
   * @param self per row the real row that it is itself, -1 for none
   */
  events({ table, rows }: TableRows, self: ArrayLike<number> | null, signal?: AbortSignal): Events {
    const width = this.#columns.length;
    const targets = new Int32Array(rows.length).fill(-1);
    const scores = new Float64Array(rows.length);
    const chances = new Float64Array(rows.length);
    const seen = new Int32Array(this.#rowCount).fill(-1);
    const codes = new Int32Array(width);
    const weights = new Float64Array(width);
    const readers = this.#columns.map((column) => reader(column, table));
    for (let i = 0; i < rows.length; i++) {
      if (i % 1024 === 0) throwIfAborted(signal);
      const own = self ? self[i]! : -1;
      const rare: [count: number, column: number][] = [];
      for (let c = 0; c < width; c++) {
        const column = this.#columns[c]!;
        const code = readers[c]!(rows[i]!);
        codes[c] = code;
        const others = code < 0 ? 0 : column.counts[code]! - (own >= 0 ? 1 : 0);
        weights[c] = others > 0 ? Math.log(this.#rowCount / others) : 0;
        if (others > 0 && others <= rareRows) rare.push([others, c]);
      }
      rare.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      let best = -1;
      const top = [0, 0, 0];
      let candidates = 0;
      for (const [count, c] of rare) {
        if (candidates + count > mostCandidates) break;
        const { starts, rows: holders } = this.#columns[c]!;
        const code = codes[c]!;
        for (let at = starts[code]!; at < starts[code + 1]!; at++) {
          const row = holders[at]!;
          if (row === own || seen[row] === i) continue;
          seen[row] = i;
          candidates++;
          let weight = 0;
          for (let other = 0; other < width; other++)
            if (this.#columns[other]!.codes[row] === codes[other]) weight += weights[other]!;
          if (weight > top[0]!) {
            best = row;
            top.unshift(weight);
            top.length = 3;
          } else if (weight > top[1]!) {
            top.splice(1, 0, weight);
            top.length = 3;
          } else if (weight > top[2]!) top[2] = weight;
        }
      }
      if (best < 0 || top[0] === top[1]) continue;
      const chance = this.#trainingChance(best, codes, own);
      if (chance === null) continue;
      targets[i] = best;
      scores[i] = top[2]! - top[0]!;
      chances[i] = chance;
    }
    return { targets, scores, chances };
  }

  /** Chance that the best of the rows that hold the rarest shared value is a training row; null where it says nothing. */
  #trainingChance(best: number, codes: Int32Array, own: number): number | null {
    let rarest = -1;
    let fewest = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    for (const [c, column] of this.#columns.entries()) {
      if (column.codes[best] !== codes[c]) continue;
      const others = column.counts[codes[c]!]! - (own >= 0 ? 1 : 0);
      if (others < fewest) {
        second = fewest;
        fewest = others;
        rarest = c;
      } else if (others < second) second = others;
    }
    if (fewest === 1) return second <= confirmingRows ? this.#trainingRows / this.#rowCount : null;
    const { starts, rows } = this.#columns[rarest]!;
    let training = 0;
    for (let at = starts[codes[rarest]!]!; at < starts[codes[rarest]! + 1]!; at++)
      if (rows[at] !== own && rows[at]! < this.#trainingRows) training++;
    return training / fewest;
  }
}

/** The code of a row's cell among the real values; -1 for a value that no real row holds. */
function reader({ column, codeOf, counts }: ColumnValues, table: number): (row: number) => number {
  if (column.kind === "category") {
    const codes = column.codes[table]!;
    return (row) => (codes[row]! < counts.length ? codes[row]! : -1);
  }
  const values = column.values[table]!;
  return (row) => codeOf!.get(values[row]!) ?? -1;
}

function columnValues(column: RiskColumn, parts: readonly TableRows[], rowCount: number): ColumnValues {
  const codes = new Int32Array(rowCount);
  const codeOf = column.kind === "number" ? new Map<number, number>() : null;
  let at = 0;
  for (const { table, rows } of parts)
    for (let i = 0; i < rows.length; i++) {
      if (column.kind === "category") codes[at++] = column.codes[table]![rows[i]!]!;
      else {
        const value = column.values[table]![rows[i]!]!;
        let code = codeOf!.get(value);
        if (code === undefined) {
          code = codeOf!.size;
          codeOf!.set(value, code);
        }
        codes[at++] = code;
      }
    }
  const counts = new Int32Array(column.kind === "category" ? column.labelCount + 1 : codeOf!.size);
  for (const code of codes) counts[code]!++;
  const starts = new Int32Array(counts.length + 1);
  for (let code = 0; code < counts.length; code++)
    starts[code + 1] = starts[code]! + (counts[code]! <= rareRows + 1 ? counts[code]! : 0);
  const holders = new Int32Array(starts.at(-1)!);
  const filled = starts.slice();
  for (let row = 0; row < rowCount; row++) {
    const code = codes[row]!;
    if (counts[code]! <= rareRows + 1) holders[filled[code]!++] = row;
  }
  return { column, codeOf, codes, counts, starts, rows: holders };
}

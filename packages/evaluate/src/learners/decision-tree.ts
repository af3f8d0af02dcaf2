// A classification tree after L. Breiman et al., "Classification and Regression Trees" (1984), by Gini impurity, over numbers
// and one-hot blocks. A block costs one pass over its codes at each node, however many columns it stands for.

import type { RowRandom } from "@verisim/core";
import type { ScaledRows } from "./scaled-rows.ts";

export interface TreeOptions {
  /** Levels of splits, 1 or more. */
  mostDepth: number;
  /** Weight per row; rows without weight take no part. Default 1. */
  weights?: Float64Array;
  /** {@link sortedRows} of the rows, where several trees are grown from them. */
  sorted?: readonly Int32Array[];
  /** At each node only so many columns are looked at, drawn by `random`. Default: all. */
  columns?: { readonly count: number; readonly random: RowRandom };
}

interface Leaf {
  /** The class with most weight; of equal ones the first. */
  readonly label: number;
}

interface Split {
  /** A number's index, or a block's. */
  readonly number: number;
  readonly block: number;
  /** Rows at or below go left. */
  readonly threshold: number;
  /** Rows with this code go right. */
  readonly code: number;
  readonly left: Node;
  readonly right: Node;
}

type Node = Leaf | Split;

/** Numbers that are nearer to each other are not told apart. */
const leastGap = 1e-7;
const pure = 2 ** -52;

interface Best {
  gain: number;
  number: number;
  block: number;
  threshold: number;
  code: number;
}

/** The rows in the order of each number. */
export function sortedRows({ count, numbers }: ScaledRows): Int32Array[] {
  return numbers.map((values) => {
    const single = Float32Array.from(values);
    return Int32Array.from({ length: count }, (_, row) => row).sort((a, b) => single[a]! - single[b]!);
  });
}

/** A tree that was grown from rows. */
export class DecisionTree {
  readonly #root: Node;

  private constructor(root: Node) {
    this.#root = root;
  }

  /**
   * Numbers are told apart in single precision, as scikit-learn does. Of equally good splits the first column's is taken.
   *
   * @param labels classes from 0 on, one per row
   * @param widths columns of each block
   */
  static grow(
    rows: ScaledRows,
    widths: readonly number[],
    labels: Int32Array,
    classCount: number,
    options: TreeOptions,
  ): DecisionTree {
    return new DecisionTree(new Grower(rows, widths, labels, classCount, options).grow());
  }

  /** The label of every row. */
  predict({ count, numbers, codes }: ScaledRows): Int32Array {
    return Int32Array.from({ length: count }, (_, row) => {
      let node = this.#root;
      while (!("label" in node)) {
        const isRight =
          node.block >= 0
            ? codes[node.block]![row] === node.code
            : Math.fround(numbers[node.number]![row]!) > node.threshold;
        node = isRight ? node.right : node.left;
      }
      return node.label;
    });
  }
}

class Grower {
  readonly #rows: ScaledRows;
  readonly #values: Float32Array[];
  readonly #widths: readonly number[];
  readonly #labels: Int32Array;
  readonly #classes: number;
  readonly #options: TreeOptions;
  readonly #weights: Float64Array;
  /** The same stretch of each order holds a node's rows: as they came, then by each number. */
  readonly #orders: Int32Array[];
  readonly #spare: Int32Array;
  readonly #goesRight: Uint8Array;
  /** Per code of a block its place, from 1 on, among the codes that a node's rows have; 0 between nodes. */
  readonly #slots: Int32Array;
  readonly #seen: Int32Array;
  /** Weight per place and class. */
  readonly #tally: Float64Array;

  constructor(
    rows: ScaledRows,
    widths: readonly number[],
    labels: Int32Array,
    classes: number,
    options: TreeOptions,
  ) {
    this.#rows = rows;
    this.#values = rows.numbers.map((values) => Float32Array.from(values));
    this.#widths = widths;
    this.#labels = labels;
    this.#classes = classes;
    this.#options = options;
    this.#weights = options.weights ?? new Float64Array(rows.count).fill(1);
    const taken = Int32Array.from({ length: rows.count }, (_, row) => row).filter(
      (row) => this.#weights[row]! > 0,
    );
    const isWhole = taken.length === rows.count;
    const sorted = (options.sorted ?? sortedRows(rows)).map((order) =>
      isWhole ? order.slice() : order.filter((row) => this.#weights[row]! > 0),
    );
    this.#orders = [taken, ...sorted];
    this.#spare = new Int32Array(taken.length);
    this.#goesRight = new Uint8Array(rows.count);
    const widest = widths.reduce((most, width) => Math.max(most, width), 0);
    const places = Math.min(widest, taken.length);
    this.#slots = new Int32Array(widest);
    this.#seen = new Int32Array(places);
    this.#tally = new Float64Array(places * classes);
  }

  grow(): Node {
    return this.#node(0, this.#orders[0]!.length, 0);
  }

  #node(start: number, end: number, depth: number): Node {
    const total = this.#weigh(start, end);
    const weight = total.reduce((sum, own) => sum + own, 0);
    const squares = squared(total);
    const leaf: Leaf = { label: total.indexOf(total.reduce((most, own) => Math.max(most, own), -1)) };
    const impurity = 1 - squares / (weight * weight);
    if (depth >= this.#options.mostDepth || end - start < 2 || impurity <= pure) return leaf;
    const best = this.#bestSplit(start, end, total, weight);
    if (best.gain === Number.NEGATIVE_INFINITY) return leaf;
    const middle = this.#part(start, end, best);
    const { number, block, threshold, code } = best;
    return {
      number,
      block,
      threshold,
      code,
      left: this.#node(start, middle, depth + 1),
      right: this.#node(middle, end, depth + 1),
    };
  }

  #weigh(start: number, end: number): Float64Array {
    const total = new Float64Array(this.#classes);
    for (let at = start; at < end; at++) {
      const row = this.#orders[0]![at]!;
      total[this.#labels[row]!]! += this.#weights[row]!;
    }
    return total;
  }

  #bestSplit(start: number, end: number, total: Float64Array, weight: number): Best {
    const best: Best = { gain: Number.NEGATIVE_INFINITY, number: -1, block: -1, threshold: 0, code: -1 };
    const chosen = this.#chosenColumns();
    this.#tryColumns(chosen, start, end, total, weight, best);
    // None of the drawn columns differs among these rows: all are looked at.
    if (chosen && best.gain === Number.NEGATIVE_INFINITY)
      this.#tryColumns(null, start, end, total, weight, best);
    return best;
  }

  #tryColumns(
    chosen: Set<number> | null,
    start: number,
    end: number,
    total: Float64Array,
    weight: number,
    best: Best,
  ): void {
    for (const number of this.#values.keys())
      if (!chosen || chosen.has(number)) this.#tryNumber(number, start, end, total, weight, best);
    let base = this.#values.length;
    for (const [block, width] of this.#widths.entries()) {
      this.#tryBlock(block, base, chosen, start, end, total, weight, best);
      base += width;
    }
  }

  /** Columns that this node looks at; null for all. */
  #chosenColumns(): Set<number> | null {
    const { columns } = this.#options;
    if (!columns) return null;
    const width = this.#widths.reduce((sum, own) => sum + own, this.#values.length);
    const chosen = new Set<number>();
    while (chosen.size < Math.min(columns.count, width)) chosen.add(columns.random.below(width));
    return chosen;
  }

  #tryNumber(
    number: number,
    start: number,
    end: number,
    total: Float64Array,
    weight: number,
    best: Best,
  ): void {
    const order = this.#orders[number + 1]!;
    const values = this.#values[number]!;
    const left = new Float64Array(this.#classes);
    let leftWeight = 0;
    for (let at = start; at + 1 < end; at++) {
      const row = order[at]!;
      left[this.#labels[row]!]! += this.#weights[row]!;
      leftWeight += this.#weights[row]!;
      const [value, next] = [values[row]!, values[order[at + 1]!]!];
      if (next <= value + leastGap) continue;
      const gain = proxyGain(left, leftWeight, total, weight);
      if (gain <= best.gain) continue;
      const middle = value / 2 + next / 2;
      const threshold = middle === next || !Number.isFinite(middle) ? value : middle;
      Object.assign(best, { gain, number, block: -1, threshold, code: -1 });
    }
  }

  /** Every category against the others, from one count. */
  #tryBlock(
    block: number,
    base: number,
    chosen: Set<number> | null,
    start: number,
    end: number,
    total: Float64Array,
    weight: number,
    best: Best,
  ): void {
    if (chosen && !hasAny(chosen, base, this.#widths[block]!)) return;
    const codes = this.#rows.codes[block]!;
    const [order, labels, weights, classes] = [this.#orders[0]!, this.#labels, this.#weights, this.#classes];
    const [slots, seen, tally] = [this.#slots, this.#seen, this.#tally];
    let used = 0;
    for (let at = start; at < end; at++) {
      const row = order[at]!;
      const code = codes[row]!;
      if (code < 0 || (chosen && !chosen.has(base + code))) continue;
      if (slots[code] === 0) {
        tally.fill(0, used * classes, (used + 1) * classes);
        seen[used] = code;
        slots[code] = ++used;
      }
      tally[(slots[code]! - 1) * classes + labels[row]!]! += weights[row]!;
    }
    for (const code of seen.subarray(0, used).sort()) {
      const slot = slots[code]! - 1;
      slots[code] = 0;
      const right = tally.subarray(slot * classes, (slot + 1) * classes);
      const rightWeight = right.reduce((sum, own) => sum + own, 0);
      if (rightWeight >= weight * (1 - 1e-12)) continue;
      const gain = proxyGain(right, rightWeight, total, weight);
      if (gain > best.gain) Object.assign(best, { gain, number: -1, block, threshold: 0, code });
    }
  }

  /** Moves the rows that go right behind the others in every order; returns where they start. */
  #part(start: number, end: number, { number, block, threshold, code }: Best): number {
    const rows = this.#orders[0]!;
    for (let at = start; at < end; at++) {
      const row = rows[at]!;
      const isRight =
        block >= 0 ? this.#rows.codes[block]![row] === code : this.#values[number]![row]! > threshold;
      this.#goesRight[row] = isRight ? 1 : 0;
    }
    let middle = start;
    for (const order of this.#orders) {
      middle = start;
      let spare = 0;
      for (let at = start; at < end; at++) {
        const row = order[at]!;
        if (this.#goesRight[row]) this.#spare[spare++] = row;
        else order[middle++] = row;
      }
      order.set(this.#spare.subarray(0, spare), middle);
    }
    return middle;
  }
}

function hasAny(chosen: ReadonlySet<number>, base: number, width: number): boolean {
  for (const column of chosen) if (column >= base && column < base + width) return true;
  return false;
}

function squared(weights: Float64Array): number {
  let sum = 0;
  for (const own of weights) sum += own * own;
  return sum;
}

/** What grows with the decrease of impurity: summed squares over weight, on both sides. */
function proxyGain(side: Float64Array, sideWeight: number, total: Float64Array, weight: number): number {
  let own = 0;
  let others = 0;
  for (let label = 0; label < total.length; label++) {
    own += side[label]! * side[label]!;
    others += (total[label]! - side[label]!) ** 2;
  }
  return own / sideWeight + others / (weight - sideWeight);
}

/** Weights under which every class weighs the same, n in all. */
export function balancedWeights(labels: Int32Array, classCount: number): Float64Array {
  const counts = new Float64Array(classCount);
  for (const label of labels) counts[label]!++;
  const present = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  return Float64Array.from(labels, (label) => labels.length / (present * counts[label]!));
}

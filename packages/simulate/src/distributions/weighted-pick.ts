// Picks one of many by weight from one uniform: cumulative weights with a guide to where the search begins (Chen and
// Asau, "On generating random variates from an empirical distribution", AIIE Transactions 6, 1974).

/** Cells of the guide for each weight: with so many most searches end where they begin. */
const cellsPerWeight = 8;

export class WeightedPick {
  /** Cumulative shares; the last is 1. */
  readonly #ends: Float64Array;
  readonly #guide: Int32Array;

  /** @param weights not negative, their sum positive and finite */
  constructor(weights: ArrayLike<number>) {
    const count = weights.length;
    this.#ends = new Float64Array(count);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += weights[i]!;
      this.#ends[i] = sum;
    }
    if (!(sum > 0 && Number.isFinite(sum))) throw new RangeError("internal: weights have no sum");
    let last = count - 1;
    while (weights[last] === 0) last--;
    for (let i = 0; i < count; i++) this.#ends[i] = i >= last ? 1 : this.#ends[i]! / sum;
    const cells = Math.max(1, Math.min(cellsPerWeight * count, 1 << 20));
    this.#guide = new Int32Array(cells + 1);
    let at = 0;
    for (let cell = 0; cell <= cells; cell++) {
      while (this.#ends[at]! < cell / cells) at++;
      this.#guide[cell] = at;
    }
  }

  get count(): number {
    return this.#ends.length;
  }

  /** The index for a uniform in (0, 1); those of weight 0 are never picked. */
  at(u: number): number {
    const ends = this.#ends;
    let i = this.#guide[Math.floor(u * (this.#guide.length - 1))]!;
    while (ends[i]! < u) i++;
    return i;
  }
}

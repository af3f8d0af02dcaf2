// Exact neighbours among points of numbers and categories, in JavaScript: a tree of boxes, in which whole boxes are passed
// over that cannot hold what is asked for. After J. H. Friedman, J. L. Bentley, R. A. Finkel, "An Algorithm for Finding Best
// Matches in Logarithmic Expected Time", ACM TOMS 3 (1977).

import { setImmediate } from "node:timers/promises";

import { type RunOptions, throwIfAborted } from "@verisim/core";
import { type Boxes, buildBoxes } from "./mixed-boxes.ts";
import type { DistanceKind, MixedNeighbours, MixedRows } from "./mixed-rows.ts";

/** Other work of the process gets its turn after this many milliseconds. */
const turnMs = 20;

/** The points of one table, ready to be searched. Distances are the same bits as those of a plain loop over all points. */
export class MixedTree {
  readonly #kind: DistanceKind;
  readonly #mismatch: number;
  readonly #mostPerNumber: number;
  readonly #numbersWidth: number;
  readonly #codesWidth: number;
  /** The points in the tree's order. */
  readonly #numbers: Float64Array;
  readonly #codes: Int32Array;
  /** Row of the table per place in the tree's order. */
  readonly #rows: Int32Array;
  readonly #boxes: Boxes;

  constructor(points: MixedRows, kind: DistanceKind) {
    this.#kind = kind;
    this.#mismatch = points.mismatch;
    this.#mostPerNumber = points.mostPerNumber ?? Number.POSITIVE_INFINITY;
    this.#numbersWidth = points.numbersWidth;
    this.#codesWidth = points.codesWidth;
    this.#rows = Int32Array.from({ length: points.rowCount }, (_, row) => row);
    this.#boxes = buildBoxes(points, this.#rows, kind);
    const { numbersWidth, codesWidth } = points;
    this.#numbers = new Float64Array(points.rowCount * numbersWidth);
    this.#codes = new Int32Array(points.rowCount * codesWidth);
    for (let at = 0; at < this.#rows.length; at++) {
      const row = this.#rows[at]!;
      for (let c = 0; c < numbersWidth; c++)
        this.#numbers[at * numbersWidth + c] = points.numbers[row * numbersWidth + c]!;
      for (let c = 0; c < codesWidth; c++)
        this.#codes[at * codesWidth + c] = points.codes[row * codesWidth + c]!;
    }
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  /**
   * The k nearest points of each query.
   *
   * @param k 1 to the number of points
   * @param sameTable true where the queries are the points themselves: none is then its own neighbour, and k is at most
   * the number of points less one
   */
  async nearest(
    queries: MixedRows,
    k: number,
    { sameTable = false, ...run }: RunOptions & { sameTable?: boolean } = {},
  ): Promise<MixedNeighbours> {
    if (!(k >= 1 && k <= this.rowCount - (sameTable ? 1 : 0)))
      throw new Error(`internal: asked for ${k} neighbours among ${this.rowCount} points`);
    const rows = new Int32Array(queries.rowCount * k);
    const distances = new Float64Array(queries.rowCount * k);
    const search = new Search(this.#boxes);
    await inTurns(queries.rowCount, run, (query) => {
      const best = distances.subarray(query * k, query * k + k).fill(Number.POSITIVE_INFINITY);
      const found = rows.subarray(query * k, query * k + k).fill(-1);
      search.begin(0, this.#boxDistance(queries, query, 0, Number.POSITIVE_INFINITY));
      while (search.next(best[k - 1]!)) {
        const box = search.box;
        const child = this.#boxes.child[box]!;
        if (child >= 0) {
          const near = this.#boxDistance(queries, query, child, best[k - 1]!);
          const far = this.#boxDistance(queries, query, child + 1, best[k - 1]!);
          // What is pushed last is looked at first.
          if (near <= far) {
            search.push(child + 1, far);
            search.push(child, near);
          } else {
            search.push(child, near);
            search.push(child + 1, far);
          }
          continue;
        }
        for (let at = this.#boxes.start[box]!; at < this.#boxes.end[box]!; at++) {
          const row = this.#rows[at]!;
          if (sameTable && row === query) continue;
          const distance = this.#distance(queries, query, at, best[k - 1]!);
          insert(best, found, distance, row);
        }
      }
    });
    if (this.#kind === "euclidean")
      for (let i = 0; i < distances.length; i++) distances[i] = Math.sqrt(distances[i]!);
    return { k, rows, distances };
  }

  /**
   * Calls `visit` for every point strictly nearer to a query than the query's own radius.
   *
   * @param radii one per query, as {@link nearest} returns distances
   * @param only the queries that are searched for
   */
  async within(
    queries: MixedRows,
    radii: Float64Array,
    only: ArrayLike<number>,
    visit: (query: number, row: number) => void,
    run: RunOptions = {},
  ): Promise<void> {
    const search = new Search(this.#boxes);
    await inTurns(only.length, run, (at) => {
      const query = only[at]!;
      const radius = radii[query]!;
      // The square of a rounded root may fall on either side of what it was the root of: roots decide.
      const bound = this.#kind === "euclidean" ? radius * radius * (1 + 1e-12) : radius;
      search.begin(0, this.#boxDistance(queries, query, 0, bound));
      while (search.next(bound)) {
        const box = search.box;
        const child = this.#boxes.child[box]!;
        if (child >= 0) {
          search.push(child, this.#boxDistance(queries, query, child, bound));
          search.push(child + 1, this.#boxDistance(queries, query, child + 1, bound));
          continue;
        }
        for (let place = this.#boxes.start[box]!; place < this.#boxes.end[box]!; place++) {
          const distance = this.#distance(queries, query, place, bound);
          if (distance > bound) continue;
          const isInside = this.#kind === "euclidean" ? Math.sqrt(distance) < radius : distance < radius;
          if (isInside) visit(query, this.#rows[place]!);
        }
      }
    });
  }

  /** The distance to a point, squared where it is euclidean; anything above `bound` once it is known to be above. */
  #distance(queries: MixedRows, query: number, at: number, bound: number): number {
    const width = this.#numbersWidth;
    const numbers = this.#numbers;
    const place = at * width;
    const queryPlace = query * width;
    let sum = 0;
    if (this.#kind === "euclidean")
      for (let c = 0; c < width; c++) {
        const gap = queries.numbers[queryPlace + c]! - numbers[place + c]!;
        sum += gap * gap;
      }
    else
      for (let c = 0; c < width; c++) {
        const gap = Math.abs(queries.numbers[queryPlace + c]! - numbers[place + c]!);
        sum += Math.min(gap, this.#mostPerNumber);
      }
    if (sum > bound) return sum;
    const codesWidth = this.#codesWidth;
    const codes = this.#codes;
    const codePlace = at * codesWidth;
    const queryCodes = query * codesWidth;
    let different = 0;
    for (let c = 0; c < codesWidth; c++)
      if (queries.codes[queryCodes + c] !== codes[codePlace + c]) different++;
    return sum + this.#mismatch * different;
  }

  /**
   * No point of the box is nearer than this. It adds up in the order of {@link #distance}, and rounding keeps the order
   * of numbers, so that the bound holds for rounded distances too.
   */
  #boxDistance(queries: MixedRows, query: number, box: number, bound: number): number {
    const width = this.#numbersWidth;
    const bounds = this.#boxes.numberBounds;
    const place = box * width * 2;
    let sum = 0;
    for (let c = 0; c < width; c++) {
      const value = queries.numbers[query * width + c]!;
      const low = bounds[place + c]!;
      const high = bounds[place + width + c]!;
      const gap = value < low ? low - value : value > high ? value - high : 0;
      sum += this.#kind === "euclidean" ? gap * gap : Math.min(gap, this.#mostPerNumber);
    }
    if (sum > bound) return sum;
    const codesWidth = this.#codesWidth;
    const codeBounds = this.#boxes.codeBounds;
    const codePlace = box * codesWidth * 2;
    let different = 0;
    for (let c = 0; c < codesWidth; c++) {
      const code = queries.codes[query * codesWidth + c]!;
      if (code < codeBounds[codePlace + c]! || code > codeBounds[codePlace + codesWidth + c]!) different++;
    }
    return sum + this.#mismatch * different;
  }
}

/** The boxes that a search has still to look at, the nearest of two on top. */
class Search {
  readonly #boxes: Int32Array;
  readonly #distances: Float64Array;
  #size = 0;
  box = 0;

  constructor(boxes: Boxes) {
    // A box leaves one sibling behind per level; halving keeps levels few, but nothing guarantees it for equal points.
    const most = boxes.start.length + 1;
    this.#boxes = new Int32Array(most);
    this.#distances = new Float64Array(most);
  }

  begin(box: number, distance: number): void {
    this.#size = 0;
    this.push(box, distance);
  }

  push(box: number, distance: number): void {
    this.#boxes[this.#size] = box;
    this.#distances[this.#size++] = distance;
  }

  /** The next box that is not farther than `bound`. */
  next(bound: number): boolean {
    while (this.#size > 0) {
      this.#size--;
      if (this.#distances[this.#size]! > bound) continue;
      this.box = this.#boxes[this.#size]!;
      return true;
    }
    return false;
  }
}

/** Keeps the k lowest (distance, row) in order. */
function insert(best: Float64Array, found: Int32Array, distance: number, row: number): void {
  let at = best.length - 1;
  if (distance > best[at]! || (distance === best[at] && found[at]! >= 0 && row > found[at]!)) return;
  while (at > 0 && (distance < best[at - 1]! || (distance === best[at - 1] && row < found[at - 1]!))) {
    best[at] = best[at - 1]!;
    found[at] = found[at - 1]!;
    at--;
  }
  best[at] = distance;
  found[at] = row;
}

async function inTurns(count: number, run: RunOptions, work: (index: number) => void): Promise<void> {
  throwIfAborted(run.signal);
  let turnStart = performance.now();
  for (let index = 0; index < count; index++) {
    work(index);
    if ((index & 15) !== 15 || performance.now() - turnStart < turnMs) continue;
    await setImmediate();
    throwIfAborted(run.signal);
    turnStart = performance.now();
  }
}

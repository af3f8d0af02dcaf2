// Exact neighbours among points of numbers and categories: by the addon, whose distances are added up in an order of their
// own, so that those that are compared are computed here once more. What the addon does not know (a limit per number, all
// points within a radius) goes to a tree.

import type { RunOptions } from "@verisim/core";
import { nearestNeighbours } from "@verisim/tensor/arrays";
import { type DistanceKind, type MixedNeighbours, type MixedRows, pairDistance } from "./mixed-rows.ts";
import { MixedTree } from "./mixed-tree.ts";

/** Neighbours that are asked for beyond those that are wanted: rounding may put any of a few equal ones first. */
const spare = 2;
/** Points within a radius are looked for among this many nearest first: few queries have more. */
const mostAtOnce = 16;

/** The points of one table, ready to be searched. */
export class MixedIndex {
  readonly #points: MixedRows;
  readonly #kind: DistanceKind;
  #tree: MixedTree | undefined;

  constructor(points: MixedRows, kind: DistanceKind) {
    this.#points = points;
    this.#kind = kind;
  }

  get rowCount(): number {
    return this.#points.rowCount;
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
    const most = this.rowCount - (sameTable ? 1 : 0);
    if (!(k >= 1 && k <= most)) throw new Error(`internal: asked for ${k} neighbours among ${most} points`);
    const points = this.#points;
    if (points.numbersWidth + points.codesWidth === 0)
      return this.#ownTree().nearest(queries, k, { sameTable, ...run });
    if (points.mostPerNumber === undefined) return this.#byAddon(queries, k, sameTable, run);
    // Where no difference can reach the limit there is none.
    const isLimited = limitedQueries(points, queries, points.mostPerNumber);
    const parts = [0, 1].map((mark) =>
      Int32Array.from(isLimited.keys()).filter((query) => isLimited[query] === mark),
    ) as [Int32Array, Int32Array];
    if (sameTable || parts[0].length === 0) return this.#ownTree().nearest(queries, k, { sameTable, ...run });
    if (parts[1].length === 0) return this.#byAddon(queries, k, false, run);
    const found = {
      k,
      rows: new Int32Array(queries.rowCount * k),
      distances: new Float64Array(queries.rowCount * k),
    };
    const searches = [
      await this.#byAddon(rowsOf(queries, parts[0]), k, false, run),
      await this.#ownTree().nearest(rowsOf(queries, parts[1]), k, run),
    ];
    for (const [index, { rows, distances }] of searches.entries())
      for (const [at, query] of parts[index]!.entries()) {
        found.rows.set(rows.subarray(at * k, (at + 1) * k), query * k);
        found.distances.set(distances.subarray(at * k, (at + 1) * k), query * k);
      }
    return found;
  }

  async #byAddon(
    queries: MixedRows,
    k: number,
    sameTable: boolean,
    run: RunOptions,
  ): Promise<MixedNeighbours> {
    const points = this.#points;
    const most = this.rowCount - (sameTable ? 1 : 0);
    const asked = Math.min(most, k + spare);
    const { indices } = await nearestNeighbours(
      {
        reference: points.numbers,
        queries: queries.numbers,
        width: points.numbersWidth,
        k: asked,
        metric: this.#kind,
        excludeSelf: sameTable,
        ...(points.codesWidth === 0
          ? {}
          : {
              categories: {
                reference: points.codes,
                queries: queries.codes,
                weights: new Float64Array(points.codesWidth).fill(points.mismatch),
              },
            }),
      },
      run.signal ? { signal: run.signal } : {},
    );
    const rows = new Int32Array(queries.rowCount * k);
    const distances = new Float64Array(queries.rowCount * k);
    const found = new Float64Array(asked);
    const order = new Int32Array(asked);
    for (let query = 0; query < queries.rowCount; query++) {
      const own = indices.subarray(query * asked, (query + 1) * asked);
      for (let at = 0; at < asked; at++) {
        const distance = pairDistance(this.#kind, queries, query, points, own[at]!);
        // Nearly sorted already: each one moves past few others.
        let place = at;
        while (
          place > 0 &&
          (distance < found[place - 1]! || (distance === found[place - 1] && own[at]! < order[place - 1]!))
        ) {
          found[place] = found[place - 1]!;
          order[place] = order[place - 1]!;
          place--;
        }
        found[place] = distance;
        order[place] = own[at]!;
      }
      rows.set(order.subarray(0, k), query * k);
      distances.set(found.subarray(0, k), query * k);
    }
    return { k, rows, distances };
  }

  /**
   * Calls `visit` for every point strictly nearer to a query than the query's own radius.
   *
   * @param radii one per query, as {@link nearest} returns distances
   */
  async within(
    queries: MixedRows,
    radii: Float64Array,
    visit: (query: number, row: number) => void,
    run: RunOptions = {},
  ): Promise<void> {
    const k = Math.min(mostAtOnce, this.rowCount);
    if (k === 0) return;
    const { rows, distances } = await this.nearest(queries, k, run);
    const crowded: number[] = [];
    for (let query = 0; query < queries.rowCount; query++) {
      if (k < this.rowCount && distances[query * k + k - 1]! < radii[query]!) {
        crowded.push(query);
        continue;
      }
      for (let at = query * k; at < (query + 1) * k && distances[at]! < radii[query]!; at++)
        visit(query, rows[at]!);
    }
    if (crowded.length > 0) await this.#ownTree().within(queries, radii, crowded, visit, run);
  }

  #ownTree(): MixedTree {
    this.#tree ??= new MixedTree(this.#points, this.#kind);
    return this.#tree;
  }
}

/** 1 for queries of which a number may lie farther from one of the points' than the limit. */
function limitedQueries(points: MixedRows, queries: MixedRows, limit: number): Uint8Array {
  const width = points.numbersWidth;
  const low = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  for (let at = 0; at < points.numbers.length; at++) {
    const value = points.numbers[at]!;
    if (value < low[at % width]!) low[at % width] = value;
    if (value > high[at % width]!) high[at % width] = value;
  }
  const isLimited = new Uint8Array(queries.rowCount);
  for (let at = 0; at < queries.numbers.length; at++) {
    const value = queries.numbers[at]!;
    if (value - low[at % width]! > limit || high[at % width]! - value > limit)
      isLimited[Math.floor(at / width)] = 1;
  }
  return isLimited;
}

function rowsOf(points: MixedRows, rows: Int32Array): MixedRows {
  const { numbersWidth, codesWidth } = points;
  const numbers = new Float64Array(rows.length * numbersWidth);
  const codes = new Int32Array(rows.length * codesWidth);
  for (const [at, row] of rows.entries()) {
    numbers.set(points.numbers.subarray(row * numbersWidth, (row + 1) * numbersWidth), at * numbersWidth);
    codes.set(points.codes.subarray(row * codesWidth, (row + 1) * codesWidth), at * codesWidth);
  }
  return { ...points, rowCount: rows.length, numbers, codes };
}

// Conditions of CTGAN ("training by sampling", Xu et al. 2019, section 4.3): a categorical column, each as likely as any
// other, and one of its categories by the logarithm of its frequency; then a real row that has it. Both are drawn in a
// fixed number of steps, however many categories there are: by an alias table (Walker 1977, Vose 1991) and by lists of rows.

import type { Tensor } from "../../graph/tensor.ts";
import { gather } from "../../ops/indexing.ts";
import { add, less, where } from "../../ops/pointwise.ts";
import type { Rng } from "../../ops/random.ts";
import { type TensorData, tensorData } from "../../tensor-data.ts";
import { conditionsOf, type EncodedTable, firstCategory } from "./encoded-table.ts";

/** One entry per category of any column, but for `rows`. */
export interface Conditions<T> {
  /** Probability that the alias table keeps the entry that was hit. */
  readonly keep: T;
  /** The entry taken otherwise, i32. */
  readonly alias: T;
  /** Where the category's rows begin in `rows`, and how many there are, i32. */
  readonly start: T;
  readonly count: T;
  /** Row numbers grouped by category, i32 [rowCount x categorical columns]. */
  readonly rows: T;
}

/** Probabilities and aliases for weights of any sum. */
export function aliasTable(weights: readonly number[]): { keep: Float32Array; alias: Int32Array } {
  const size = weights.length;
  const sum = weights.reduce((a, b) => a + b, 0);
  const scaled = weights.map((weight) => (weight * size) / sum);
  const keep = new Float32Array(size).fill(1);
  const alias = Int32Array.from({ length: size }, (_, i) => i);
  const small = [...scaled.keys()].filter((i) => scaled[i]! < 1);
  const large = [...scaled.keys()].filter((i) => scaled[i]! >= 1);
  while (small.length > 0 && large.length > 0) {
    const [under, over] = [small.pop()!, large.at(-1)!];
    keep[under] = scaled[under]!;
    alias[under] = over;
    scaled[over]! -= 1 - scaled[under]!;
    if (scaled[over]! < 1) small.push(large.pop()!);
  }
  return { keep, alias };
}

/** What conditions of a table are drawn from. */
export function initConditions(table: EncodedTable): Conditions<TensorData> {
  const { modes, categories, rowCount } = table;
  const first = firstCategory(table);
  const columns = modes.length + categories.length;
  const lists: number[][] = Array.from({ length: conditionsOf(table) }, () => []);
  for (let row = 0; row < rowCount; row++)
    for (let column = modes.length; column < columns; column++)
      lists[table.ones.data[row * columns + column]! - first]!.push(row);
  const weights = columnShares(
    lists.map((list) => Math.log1p(list.length)),
    categories,
  );
  const { keep, alias } = aliasTable(weights);
  const count = Int32Array.from(lists, (list) => list.length);
  const start = count.map((_, i) => count.subarray(0, i).reduce((a, b) => a + b, 0));
  return {
    keep: tensorData(keep),
    alias: tensorData(alias),
    start: tensorData(start),
    count: tensorData(count),
    rows: tensorData(Int32Array.from(lists.flat())),
  };
}

/** Weights scaled to a sum of 1 within every column. */
function columnShares(weights: readonly number[], widths: readonly number[]): number[] {
  let start = 0;
  return widths.flatMap((width) => {
    const own = weights.slice(start, start + width);
    start += width;
    const sum = own.reduce((a, b) => a + b, 0);
    return own.map((weight) => weight / sum);
  });
}

/** `count` conditions: i32 [count], numbers of categories. */
export function drawConditions(rng: Rng, { keep, alias }: Conditions<Tensor>, count: number): Tensor {
  const hit = rng.below(keep.shape[0]!, [count]);
  return where(less(rng.uniform([count]), gather(keep, hit)), hit, gather(alias, hit));
}

/** A row number for each condition, among the rows that have its category. */
export function drawRows(rng: Rng, { start, count, rows }: Conditions<Tensor>, chosen: Tensor): Tensor {
  const place = rng.below(gather(count, chosen), chosen.shape);
  return gather(rows, add(gather(start, chosen), place));
}

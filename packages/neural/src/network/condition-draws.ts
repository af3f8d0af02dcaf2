// Conditions of CTGAN ("training by sampling", Xu et al. 2019, section 4.3): a discrete column, each as likely as any
// other, and one of its categories; then a real row that has it. Both are drawn in a fixed number of steps, however many
// categories there are: by an alias table (Walker 1977, Vose 1991) and by lists of rows.

import {
  add,
  constant,
  gather,
  less,
  type nn,
  type Rng,
  reshape,
  type Tensor,
  type TensorData,
  tensorData,
  where,
} from "@verisim/tensor";
import type { EncodedRows, Layout } from "../encoding/layout.ts";
import { spanStarts } from "./outputs.ts";

/** The columns of a condition: the choices of the discrete columns, end to end. */
export function conditionWidths({ widths, discrete }: Layout): number[] {
  return discrete.map((column) => widths[column]!);
}

/** How many columns a condition has. */
export function conditionsOf(layout: Layout): number {
  return conditionWidths(layout).reduce((sum, width) => sum + width, 0);
}

/** Conditions i32 [rows] as a network's input of ones and zeros. */
export function conditionBag(chosen: Tensor, layout: Layout): nn.Bag {
  return { indices: reshape(chosen, [chosen.shape[0]!, 1]), size: conditionsOf(layout) };
}

/** Choices (over all) of conditions (over the discrete columns'): i32 [rows, 1]. */
export function choiceOfCondition(conditions: Tensor, layout: Layout): Tensor {
  const starts = spanStarts(layout);
  const choices = layout.discrete.flatMap((column) =>
    Array.from({ length: layout.widths[column]! }, (_, i) => starts[column]! + i),
  );
  const table = constant(Int32Array.from(choices), [choices.length]);
  return reshape(gather(table, conditions), [conditions.shape[0]!, 1]);
}

/** One entry per category of any discrete column, but for `rows`. */
export interface ConditionTable<T> {
  /** Probability that the alias table keeps the entry that was hit: training by sampling. */
  readonly keep: T;
  /** The entry taken otherwise, i32. */
  readonly alias: T;
  /** Where the category's rows begin in `rows`, and how many there are, i32. */
  readonly start: T;
  readonly count: T;
  /** Row numbers grouped by category, i32 [rowCount x discrete columns]. */
  readonly rows: T;
}

/** An alias table as state: what sampling draws its conditions from. */
export interface AliasTable<T> {
  readonly keep: T;
  readonly alias: T;
}

/** Probabilities and aliases for weights of any sum. */
export function aliasTable(weights: ArrayLike<number>): AliasTable<TensorData> {
  const size = weights.length;
  let sum = 0;
  for (let i = 0; i < size; i++) sum += weights[i]!;
  const scaled = Array.from({ length: size }, (_, i) => (weights[i]! * size) / sum);
  const keep = new Float32Array(size).fill(1);
  const alias = Int32Array.from({ length: size }, (_, i) => i);
  const small = [...scaled.keys()].filter((i) => scaled[i]! < 1);
  const large = [...scaled.keys()].filter((i) => scaled[i]! >= 1);
  while (small.length > 0 && large.length > 0) {
    const under = small.pop()!;
    const over = large.at(-1)!;
    keep[under] = scaled[under]!;
    alias[under] = over;
    scaled[over]! -= 1 - scaled[under]!;
    if (scaled[over]! < 1) small.push(large.pop()!);
  }
  return { keep: tensorData(keep), alias: tensorData(alias) };
}

/**
 * What training draws conditions and rows from: categories by the logarithm of their frequency (section 4.3).
 * Categories that no row has are never drawn.
 */
export function conditionTable(rows: EncodedRows, layout: Layout): ConditionTable<TensorData> {
  const widths = conditionWidths(layout);
  const spans = layout.widths.length;
  const total = widths.reduce((a, b) => a + b, 0);
  const count = new Int32Array(total);
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((a, b) => a + b, 0));
  const categoryOf = (row: number, place: number): number =>
    starts[place]! + rows.alternatives[row * spans + layout.discrete[place]!]!;
  for (let row = 0; row < rows.rowCount; row++)
    for (let place = 0; place < widths.length; place++) count[categoryOf(row, place)]!++;
  const start = new Int32Array(total);
  for (let i = 1; i < total; i++) start[i] = start[i - 1]! + count[i - 1]!;
  const listed = new Int32Array(rows.rowCount * widths.length);
  const next = start.slice();
  for (let row = 0; row < rows.rowCount; row++)
    for (let place = 0; place < widths.length; place++) listed[next[categoryOf(row, place)]!++] = row;
  const weights = columnShares(
    Float64Array.from(count, (n) => Math.log1p(n)),
    widths,
  );
  return {
    ...aliasTable(weights),
    start: tensorData(start),
    count: tensorData(count),
    rows: tensorData(listed),
  };
}

/** Weights scaled to a sum of 1 within every column. */
export function columnShares(weights: Float64Array, widths: readonly number[]): Float64Array {
  const shares = weights.slice();
  let start = 0;
  for (const width of widths) {
    let sum = 0;
    for (let i = start; i < start + width; i++) sum += weights[i]!;
    for (let i = start; i < start + width; i++) shares[i] = sum > 0 ? weights[i]! / sum : 1 / width;
    start += width;
  }
  return shares;
}

/** `count` conditions: i32 [count], numbers of categories. */
export function drawConditions(rng: Rng, { keep, alias }: AliasTable<Tensor>, count: number): Tensor {
  const hit = rng.below(keep.shape[0]!, [count]);
  return where(less(rng.uniform([count]), gather(keep, hit)), hit, gather(alias, hit));
}

/** A row number for each condition, among the rows that have its category. */
export function drawRows(rng: Rng, { start, count, rows }: ConditionTable<Tensor>, chosen: Tensor): Tensor {
  const place = rng.below(gather(count, chosen), chosen.shape);
  return gather(rows, add(gather(start, chosen), place));
}

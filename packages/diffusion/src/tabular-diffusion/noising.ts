// Training rows seen through noise. Most rows have one time for all their columns, as in sampling, which every number's
// level follows in a way of its own, so that any schedule that is learnt later has been seen; the others have levels drawn
// apart for each column, so that rows of which some cells are given are nothing new.

import {
  add,
  constant,
  div,
  exp,
  floor,
  gather,
  less,
  minimum,
  mul,
  pow,
  type Rng,
  sub,
  type Tensor,
  toI32,
  where,
} from "@verisim/tensor";
import { chosenOnes, columnsAt, evidenceOf, type Known, rowOf } from "./beliefs.ts";
import type { NoisedColumns } from "./columns.ts";
import { levelKnots } from "./noise-levels.ts";

export interface NoisedRows extends Known {
  /** [rows, columns]: 1 where the column is shown. */
  readonly isShown: Tensor;
  /** [rows, columns]: weight of each column's loss, 0 where it is shown. */
  readonly weights: Tensor;
  /** [rows, numbers]: level of each number; undefined where there are none. */
  readonly levels: Tensor | undefined;
  /** [rows, 1]: 1 where the columns' levels were drawn apart. */
  readonly apart: Tensor;
}

export interface NoisingOptions {
  /** Share of the rows with levels apart. */
  readonly ownLevels: number;
}

/** How far numbers' levels stray from the row's time: the deviation of the logarithm of a power. */
const strayed = 0.4;
/** Share of the numbers that are given where levels are drawn apart. */
const givenNumbers = 0.3;
/** Most weight of a column: those that are still hidden late count for those that were shown earlier. */
const mostWeight = 8;

/**
 * @param ones i32 [rows, columns]
 * @param inverse [numbers x levelKnots]: inverse deviations of the noise at even levels
 */
export function noiseRows(
  rng: Rng,
  ones: Tensor,
  inverse: Tensor | undefined,
  columns: NoisedColumns,
  { ownLevels }: NoisingOptions,
): NoisedRows {
  const [rows, count] = ones.shape as readonly [number, number];
  const { numbers, numberOf, columnOf, scores } = columns;
  const time = rng.uniform([rows, 1]);
  const apart = less(rng.uniform([rows, 1]), ownLevels);
  const own = rng.uniform([rows, count]);
  const times = where(apart, own, add(mul(own, 0), time));
  const isNumber = new Float32Array(count);
  for (const column of numbers) isNumber[column] = 1;
  const draws = rng.uniform([rows, count]);
  const isShown = where(rowOf(isNumber), mul(apart, less(draws, givenNumbers)), less(draws, times));
  const late = where(apart, 1, minimum(mostWeight, div(1, sub(1.0001, time))));
  const weights = mul(sub(1, isShown), where(rowOf(isNumber), 1, late));
  const shown = columnsAt(isShown, columnOf);
  const known = { shown, ones: chosenOnes(ones, columns), isShown, weights, apart };
  if (numbers.length === 0 || inverse === undefined)
    return { ...known, evidence: mul(shown, 0), levels: undefined };
  const stray = exp(mul(strayed, rng.normal([rows, numbers.length])));
  const levels = where(apart, columnsAt(own, numbers), pow(time, stray));
  const scale = atLevel(inverse, levels);
  const score = gather(constant(scores, [scores.length]), columnsAt(ones, numbers));
  // offset of the look y = score + noise / scale from each alternative's score, in deviations
  const look = add(mul(scale, score), rng.normal([rows, numbers.length]));
  const offsets = sub(columnsAt(look, numberOf), mul(columnsAt(scale, numberOf), rowOf(scores)));
  return { ...known, evidence: evidenceOf(offsets), levels };
}

/** Inverse deviations at levels [rows, numbers], by straight lines between knots. */
function atLevel(inverse: Tensor, levels: Tensor): Tensor {
  const numbers = levels.shape[1]!;
  const place = mul(minimum(levels, 0.999999), levelKnots - 1);
  const knot = floor(place);
  const first = Int32Array.from({ length: numbers }, (_, i) => i * levelKnots);
  const at = add(toI32(knot), constant(first, [1, numbers]));
  const low = gather(inverse, at);
  const high = gather(inverse, add(at, 1));
  return add(low, mul(sub(place, knot), sub(high, low)));
}

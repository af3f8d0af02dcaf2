// Training rows seen through noise: at a random time of the row, some of its columns are known, some are not, and those whose
// clocks run are numbers behind noise. A row so is what sampling meets, and what given cells leave open too.

import {
  add,
  constant,
  div,
  exp,
  floor,
  gather,
  less,
  maximum,
  minimum,
  mul,
  pow,
  type Rng,
  reshape,
  sub,
  type Tensor,
  toI32,
} from "@verisim/tensor";
import { chosenOnes, columnsAt, evidenceOf, type Known, rowOf } from "./beliefs.ts";
import { clockAt, endOf } from "./column-clocks.ts";
import type { NoisedColumns } from "./columns.ts";

export interface NoisedRows extends Known {
  /** [rows, columns]: weight of each column's loss, 0 where it is shown. */
  readonly weights: Tensor;
  /** Of the numbers, [rows, numbers] each; undefined where there are none. */
  readonly numbers:
    | {
        /** Levels of noise. */
        readonly levels: Tensor;
        /** 1 where the number's clock runs, else 0. */
        readonly running: Tensor;
      }
    | undefined;
}

/** How far numbers' levels stray from their clocks: the deviation of the logarithm of a power. */
const strayed = 0.4;
/** Most weight of a column: those that are still hidden late count for those that were shown earlier. */
const mostWeight = 8;

/**
 * @param ones i32 [rows, columns]
 * @param inverse [levelKnots, numbers]: inverse deviations of the noise at even levels
 * @param overlap of the columns' clocks
 */
export function noiseRows(
  rng: Rng,
  ones: Tensor,
  inverse: Tensor | undefined,
  columns: NoisedColumns,
  overlap: number,
): NoisedRows {
  const [rows, count] = ones.shape as readonly [number, number];
  const { numbers, numberOf, columnOf, scores } = columns;
  const time = mul(rng.uniform([rows, 1]), endOf(overlap));
  const clocks = clockAt(time, rng.uniform([rows, count]), overlap);
  const isShown = shownAt(clocks, columns);
  const known = minimum(1, maximum(0, sub(time, overlap / 2)));
  const late = minimum(mostWeight, div(1, sub(1.0001, known)));
  const shared = {
    weights: mul(sub(1, isShown), late),
    shown: columnsAt(isShown, columnOf),
    ones: chosenOnes(ones, columns),
  };
  if (numbers.length === 0 || inverse === undefined)
    return { ...shared, evidence: mul(shared.shown, 0), numbers: undefined };
  const clock = columnsAt(clocks, numbers);
  // Whatever schedule is learnt later has been seen.
  const levels = pow(clock, exp(mul(strayed, rng.normal([rows, numbers.length]))));
  const scale = inverseAt(inverse, levels);
  const score = gather(constant(scores, [scores.length]), columnsAt(ones, numbers));
  // offset of the look y = score + noise / scale from each alternative's score, in deviations
  const look = add(mul(scale, score), rng.normal([rows, numbers.length]));
  const offsets = sub(columnsAt(look, numberOf), mul(columnsAt(scale, numberOf), rowOf(scores)));
  const running = mul(less(0, clock), less(clock, 1));
  return { ...shared, evidence: evidenceOf(offsets), numbers: { levels, running } };
}

/** 1 where a column is shown, [rows, columns]: categories in the middle of their clocks' run, numbers at its end. */
export function shownAt(clocks: Tensor, { widths, numbers }: NoisedColumns): Tensor {
  const needed = new Float32Array(widths.length).fill(0.5);
  for (const column of numbers) needed[column] = 1;
  return sub(1, less(clocks, rowOf(needed)));
}

/**
 * Inverse deviations of the noise, by straight lines between knots: [rows, numbers].
 * @param inverse [knots, numbers], at even places from 0 to 1
 * @param places [rows, numbers], 0 to 1
 */
export function inverseAt(inverse: Tensor, places: Tensor): Tensor {
  const [knots, numbers] = inverse.shape as readonly [number, number];
  const table = reshape(inverse, [knots * numbers]);
  const place = mul(minimum(places, 0.999999), knots - 1);
  const knot = floor(place);
  const own = constant(
    Int32Array.from({ length: numbers }, (_, i) => i),
    [1, numbers],
  );
  const at = add(mul(toI32(knot), numbers), own);
  const low = gather(table, at);
  const high = gather(table, add(at, numbers));
  return add(low, mul(sub(place, knot), sub(high, low)));
}

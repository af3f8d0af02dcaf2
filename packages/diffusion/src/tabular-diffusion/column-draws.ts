// Alternatives drawn from a network's logits, one per column, by inversion: one uniform number each, however many
// alternatives there are.

import {
  add,
  cumsum,
  equal,
  erf,
  less,
  maximum,
  minimum,
  mul,
  segmentSoftmax,
  segmentSum,
  sub,
  type Tensor,
} from "@verisim/tensor";
import { rowOf } from "./beliefs.ts";
import type { NoisedColumns } from "./columns.ts";

/** Standard normal numbers as uniform ones in (0, 1). */
export function uniformOf(normal: Tensor): Tensor {
  const uniform = add(0.5, mul(0.5, erf(mul(normal, Math.SQRT1_2))));
  return minimum(1 - 2e-7, maximum(2e-7, uniform));
}

/**
 * The place of each column's alternative among its alternatives, at all of the column's choices: [rows, choices].
 * @param uniforms [rows, choices], the same at all choices of a column
 */
export function drawPlaces(logits: Tensor, uniforms: Tensor, { widths, columnOf }: NoisedColumns): Tensor {
  const probabilities = segmentSoftmax(logits, widths);
  // Every column's probabilities sum to 1: before a column the running sum is the number of columns before it.
  const within = sub(cumsum(probabilities), rowOf(Float32Array.from(columnOf)));
  const last = rowOf(Float32Array.from(columnOf, (column) => widths[column]! - 1));
  return minimum(last, segmentSum(less(within, uniforms), widths));
}

/** 1 at the choice of each column, else 0: [rows, choices]. @param places as {@link drawPlaces} gives them */
export function onesAt(places: Tensor, { columnOf, starts }: NoisedColumns): Tensor {
  return equal(places, rowOf(Float32Array.from(columnOf, (column, choice) => choice - starts[column]!)));
}

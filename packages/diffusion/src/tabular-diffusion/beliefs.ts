// What is known of a row's columns, as tensors over all choices: noisy looks at numbers become probabilities by Bayes'
// rule, which is exact for a column alone; columns that are shown are certain.

import {
  add,
  constant,
  equal,
  gather,
  iota,
  mul,
  segmentSoftmax,
  sub,
  type Tensor,
  toF32,
  transpose,
  where,
} from "@verisim/tensor";
import type { NoisedColumns } from "./columns.ts";

/** x [rows, n] at the given columns: [rows, count]; 0 where a number is outside of [0, n). */
export function columnsAt(x: Tensor, columns: Int32Array | readonly number[]): Tensor {
  const places = constant(Int32Array.from(columns), [columns.length]);
  return transpose(gather(transpose(x), places));
}

/** A row of numbers as a tensor [1, count]. */
export function rowOf(numbers: Float32Array): Tensor {
  return constant(numbers, [1, numbers.length]);
}

/** 1 at the choice of each column: [rows, choices]. @param ones i32 [rows, columns], counted over all choices */
export function chosenOnes(ones: Tensor, { columnOf }: NoisedColumns): Tensor {
  const rows = ones.shape[0]!;
  return equal(columnsAt(toF32(ones), columnOf), iota([rows, columnOf.length], 1));
}

/**
 * Logarithm of how likely noisy looks are under each alternative, less what all share: [rows, choices], 0 for categories.
 * @param offsets [rows, choices]: look less score, in deviations of the noise
 */
export function evidenceOf(offsets: Tensor): Tensor {
  return mul(-0.5, mul(offsets, offsets));
}

/** Everything that is known of a row. */
export interface Known {
  /** [rows, choices]: {@link evidenceOf}. */
  readonly evidence: Tensor;
  /** [rows, choices]: 1 for all choices of columns that are shown, else 0. */
  readonly shown: Tensor;
  /** [rows, choices]: 1 at the choice of columns that are shown; anything elsewhere. */
  readonly ones: Tensor;
}

/** What a column's own look says of it: logits [rows, choices]. */
export function ownLogits(evidence: Tensor, { logShares }: NoisedColumns): Tensor {
  return add(evidence, rowOf(logShares));
}

/** Probabilities less the shares of the training rows, which say nothing of a row: the network's input. */
export function beliefOf({ evidence, shown, ones }: Known, columns: NoisedColumns): Tensor {
  const probabilities = segmentSoftmax(ownLogits(evidence, columns), columns.widths);
  return sub(where(shown, ones, probabilities), rowOf(columns.shares));
}

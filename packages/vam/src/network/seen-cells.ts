// Which cells a training step looks at. Some rows are shown whole, with their missing cells as what they are; the others
// lose single cells and whole parts at random, so that any part is learnt from any others.

import { add, constant, less, mul, type Rng, sub, sum, type Tensor } from "@verisim/tensor";
import type { Part } from "../parts/part.ts";

export interface SeenCells {
  /** f32 [rows, cells]: what the encoder may look at. */
  readonly seen: Tensor;
  /** f32 [rows, cells]: what the loss counts. */
  readonly counted: Tensor;
}

export interface SeenDraws {
  readonly cells: readonly SeenCells[];
  /** f32 [rows, 1]: 1 for rows that lose cells. */
  readonly masked: Tensor;
}

/** Largest share of single cells and of parts that a row loses. */
const mostCells = 0.7;
const mostParts = 0.7;

/**
 * @param known f32 [rows, cells] for each part
 * @param maskedRows how many rows, the last ones, lose cells
 */
export function drawSeen(
  rng: Rng,
  parts: readonly Part[],
  known: readonly Tensor[],
  maskedRows: number,
): SeenDraws {
  const rows = known[0]!.shape[0]!;
  const masked = constant(
    Float32Array.from({ length: rows }, (_, row) => (row >= rows - maskedRows ? 1 : 0)),
    [rows, 1],
  );
  // Half of these rows lose single cells; with several parts, half lose parts.
  const rate = (most: number): Tensor =>
    mul(masked, mul(less(rng.uniform([rows, 1]), 0.6), mul(most, rng.uniform([rows, 1]))));
  const cellRate = rate(mostCells);
  const partRate = parts.length > 1 ? rate(mostParts) : undefined;
  const whole = sub(1, masked);
  const cells = parts.map((part, i) => {
    const keepCells = less(cellRate, rng.uniform([rows, part.cells]));
    const keep = partRate ? mul(keepCells, less(partRate, rng.uniform([rows, 1]))) : keepCells;
    // Where missing is a value, rows that are shown whole show it.
    const there = part.learnsMissing ? add(whole, mul(masked, known[i]!)) : known[i]!;
    return { seen: mul(there, keep), counted: there };
  });
  return { cells, masked };
}

/** f32 [rows, 1]: 1 where at least one cell is seen. */
export function presence(seen: Tensor): Tensor {
  return less(0, sum(seen, 1, true));
}

// Cholesky factors and triangular systems, column by column and row by row: TensorFlow.js has neither.

import type { Tensor } from "@tensorflow/tfjs";
import { type Lowering, sliceAxis, type Tf } from "./lowering.ts";

/** Rows `from` to `to - 1` and columns likewise of matrices [..., n, m]. */
function block(
  tf: Tf,
  x: Tensor,
  rows: readonly [number, number],
  columns: readonly [number, number],
): Tensor {
  return sliceAxis(tf, sliceAxis(tf, x, x.rank - 2, ...rows), x.rank - 1, ...columns);
}

/** Column j is x(j.., j) minus what the columns before explain, over the root of its first element. */
const cholesky: Lowering = (tf, _node, [x]) => {
  const [rank, n] = [x!.rank, x!.shape.at(-1)!];
  const columns: Tensor[] = [];
  let sound: Tensor | undefined;
  for (let j = 0; j < n; j++) {
    let column = block(tf, x!, [j, n], [j, j + 1]);
    if (j > 0) {
      const before = tf.concat(columns, rank - 1);
      const row = block(tf, before, [j, j + 1], [0, j]);
      column = tf.sub(column, tf.matMul(block(tf, before, [j, n], [0, j]), row, false, true));
    }
    const pivot = sliceAxis(tf, column, rank - 2, 0, 1);
    const positive = tf.greater(pivot, 0);
    // From the first pivot on that is not positive, the rest is NaN.
    sound = sound === undefined ? positive : tf.logicalAnd(sound, positive);
    const root = tf.where(sound, tf.sqrt(pivot), Number.NaN);
    const above = x!.shape.map((_, axis): [number, number] => [axis === rank - 2 ? j : 0, 0]);
    columns.push(tf.pad(tf.div(column, root), above));
  }
  return tf.concat(columns, rank - 1);
};

/** Row i of the result is row i of b minus what the rows before explain, over the diagonal. */
const triangularSolve: Lowering = (tf, { attributes }, [lower, b]) => {
  const rank = b!.rank;
  const [n, m] = [b!.shape.at(-2)!, b!.shape.at(-1)!];
  const upwards = attributes.transpose === true;
  const rows: Tensor[] = [];
  for (let step = 0; step < n; step++) {
    const i = upwards ? n - 1 - step : step;
    let row = block(tf, b!, [i, i + 1], [0, m]);
    if (step > 0) {
      const factors = upwards
        ? block(tf, lower!, [i + 1, n], [i, i + 1])
        : block(tf, lower!, [i, i + 1], [0, i]);
      row = tf.sub(row, tf.matMul(factors, tf.concat(rows, rank - 2), upwards));
    }
    const solved = tf.div(row, block(tf, lower!, [i, i + 1], [i, i + 1]));
    if (upwards) rows.unshift(solved);
    else rows.push(solved);
  }
  return tf.concat(rows, rank - 2);
};

export const linalgLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["cholesky", cholesky],
  ["triangularSolve", triangularSolve],
]);

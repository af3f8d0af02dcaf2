// Rows by number. TensorFlow.js refuses numbers outside a table, where our ops give zeros: such numbers read row 0 and
// are then masked, or write to a row more that is cut off again.

import type { Tensor } from "@tensorflow/tfjs";
import { type Tensor as Node, sizeOf } from "@verisim/tensor";
import { filled, type Lowering, sliceAxis, type Tf } from "./lowering.ts";

const integer = (tf: Tf, value: number): Tensor => tf.scalar(value, "int32");

function inside(tf: Tf, indices: Tensor, rows: number): Tensor {
  return tf.logicalAnd(tf.greaterEqual(indices, integer(tf, 0)), tf.less(indices, integer(tf, rows)));
}

/** `x` with `count` axes of length 1 at its end. */
function widened(tf: Tf, x: Tensor, count: number): Tensor {
  return tf.reshape(x, [...x.shape, ...new Array<number>(count).fill(1)]);
}

function readRows(tf: Tf, table: Tensor, indices: Tensor, rows: number): { read: Tensor; mask: Tensor } {
  const mask = inside(tf, indices, rows);
  const safe = tf.cast(tf.where(mask, indices, integer(tf, 0)), "int32");
  return { read: tf.gather(table, safe), mask: widened(tf, mask, table.rank - 1) };
}

const zeroLike = (tf: Tf, x: Tensor): Tensor => tf.scalar(0, x.dtype);

const gather: Lowering = (tf, node, [table, indices]) => {
  const rows = table!.shape[0]!;
  if (rows === 0) return filled(tf, node, 0);
  const { read, mask } = readRows(tf, table!, indices!, rows);
  return tf.where(mask, read, zeroLike(tf, read));
};

const gatherSum: Lowering = (tf, node, [table, indices, weights]) => {
  const rows = table!.shape[0]!;
  if (rows === 0 || indices!.shape.at(-1) === 0) return filled(tf, node, 0);
  const { read, mask } = readRows(tf, table!, indices!, rows);
  const weighted = weights === undefined ? read : tf.mul(read, widened(tf, weights, 1));
  return tf.sum(tf.where(mask, weighted, zeroLike(tf, read)), indices!.rank - 1);
};

/** Updates [...indices, ...] added up by row number. */
function addRows(tf: Tf, node: Node, indices: Tensor, updates: Tensor): Tensor {
  const [rows, ...rest] = node.shape;
  const count = sizeOf(indices.shape);
  if (count === 0) return filled(tf, node, 0);
  const places = tf.where(inside(tf, indices, rows!), indices, integer(tf, rows!));
  const flat = tf.cast(tf.reshape(places, [count, 1]), "int32");
  const sums = tf.scatterND(flat, tf.reshape(updates, [count, ...rest]), [rows! + 1, ...rest]);
  return sliceAxis(tf, sums, 0, 0, rows!);
}

const scatterAdd: Lowering = (tf, node, [indices, updates]) => addRows(tf, node, indices!, updates!);

const scatterSum: Lowering = (tf, node, [x, indices, weights]) => {
  const outer = tf.expandDims(x!, x!.rank - 1);
  const spread = tf.broadcastTo(outer, [...indices!.shape, x!.shape.at(-1)!]);
  return addRows(
    tf,
    node,
    indices!,
    weights === undefined ? spread : tf.mul(spread, widened(tf, weights, 1)),
  );
};

export const indexingLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["gather", gather],
  ["gatherSum", gatherSum],
  ["scatterAdd", scatterAdd],
  ["scatterSum", scatterSum],
]);

// Pointwise ops that are not one function of TensorFlow.js, or not with our rules. All others name their function
// themselves, in their row (`tfjs` in packages/tensor/src/ops/pointwise.ts).

import type { Tensor } from "@tensorflow/tfjs";
import type { Lowering, Tf } from "./lowering.ts";

type Build = (tf: Tf, a: Tensor, b: Tensor, c: Tensor) => Tensor;

/** 1 and -1 to a power that is not finite are NaN, as in JavaScript and unlike C, which tfjs-node follows. */
const pow: Build = (tf, a, b) => {
  const undecided = tf.logicalAnd(tf.equal(tf.abs(a), 1), tf.logicalNot(tf.isFinite(b)));
  return tf.where(undecided, Number.NaN, tf.pow(a, b));
};

/** Modulo 2^32: the product of two i32 does not fit the doubles that the JavaScript backend computes with, so it is put
 * together of two that do. */
const multiplyIntegers: Build = (tf, a, b) => {
  const high = tf.floorDiv(a, tf.scalar(65536, "int32"));
  const low = tf.sub(a, tf.mul(high, tf.scalar(65536, "int32")));
  return tf.add(tf.mul(tf.mul(high, b), tf.scalar(65536, "int32")), tf.mul(low, b));
};

const builds: Readonly<Record<string, Build>> = {
  pow,
  sign: (tf, x) => tf.where(tf.isNaN(x), x, tf.sign(x)),
  less: (tf, a, b) => tf.less(a, b),
  equal: (tf, a, b) => tf.equal(a, b),
  fma: (tf, a, b, c) => tf.add(tf.mul(a, b), c),
  where: (tf, condition, a, b) => tf.where(tf.notEqual(condition, 0), a, b),
  to_f32: (_tf, x) => x,
  to_i32: (_tf, x) => x,
  add_i32: (tf, a, b) => tf.add(a, b),
  sub_i32: (tf, a, b) => tf.sub(a, b),
  mul_i32: multiplyIntegers,
  maximum_i32: (tf, a, b) => tf.maximum(a, b),
  minimum_i32: (tf, a, b) => tf.minimum(a, b),
  less_i32: (tf, a, b) => tf.less(a, b),
  equal_i32: (tf, a, b) => tf.equal(a, b),
};

export const pointwiseLowerings: ReadonlyMap<string, Lowering> = new Map(
  Object.entries(builds).map(([name, build]) => [name, (tf, _node, [a, b, c]) => build(tf, a!, b!, c!)]),
);

// What one op needs to run on TensorFlow.js. The module is the caller's: this package never imports it, so that it works
// with every build of TensorFlow.js and with tfjs-node.

import type { DataType, NumericDataType, Tensor } from "@tensorflow/tfjs";
import { VerisimError } from "@verisim/core";
import type { DType, Tensor as Node, Shape } from "@verisim/tensor";

/** The TensorFlow.js module, or that of tfjs-node. */
export type Tf = typeof import("@tensorflow/tfjs");

/** Runs a node on its inputs' values; an update yields one value per part. */
export type Lowering = (tf: Tf, node: Node, inputs: readonly Tensor[]) => Tensor | readonly Tensor[];

/** TensorFlow.js's name of a dtype. */
export const dtypeNames: Readonly<Record<DType, NumericDataType>> = { f32: "float32", i32: "int32" };

export function unsupported(node: Node, message: string, hint: string): VerisimError {
  return new VerisimError("VERISIM_TFJS_UNSUPPORTED", `[${node.op.name}] ${message}`, {
    where: { op: node.op.name },
    hint,
  });
}

/** A value of a dtype, whatever the function yields: comparisons give truth values. */
export function asDType(tf: Tf, x: Tensor, dtype: DataType): Tensor {
  return x.dtype === dtype ? x : tf.cast(x, dtype);
}

/** The same number everywhere. */
export function filled(
  tf: Tf,
  node: { readonly shape: Shape; readonly dtype: DType },
  value: number,
): Tensor {
  return tf.fill([...node.shape], value, dtypeNames[node.dtype]);
}

/** Elements `start` to `end - 1` of one axis. */
export function sliceAxis(tf: Tf, x: Tensor, axis: number, start: number, end: number): Tensor {
  const begin = x.shape.map((_, i) => (i === axis ? start : 0));
  return tf.slice(
    x,
    begin,
    x.shape.map((length, i) => (i === axis ? end - start : length)),
  );
}

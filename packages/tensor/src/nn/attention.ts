// Multi-head attention (Vaswani et al. 2017, section 3.2).

import { softmax } from "../functions/softmax.ts";
import type { Tensor } from "../graph/tensor.ts";
import { matmul } from "../ops/contract.ts";
import { reshape, transpose } from "../ops/movement.ts";
import { add, mul } from "../ops/pointwise.ts";
import { constant } from "../ops/source.ts";
import { shapeError } from "../shape.ts";
import type { TensorData } from "../tensor-data.ts";
import type { Initializer } from "./initializer.ts";
import { xavierUniform } from "./initializer.ts";
import { initLinear, type LinearParameters, linear } from "./linear.ts";

/** Four linear layers of width by width. */
export interface AttentionParameters<T> {
  readonly query: LinearParameters<T>;
  readonly key: LinearParameters<T>;
  readonly value: LinearParameters<T>;
  readonly output: LinearParameters<T>;
}

/** First parameters, by {@link xavierUniform}. */
export function initAttention(at: Initializer, width: number): AttentionParameters<TensorData> {
  const layer = (name: string): LinearParameters<TensorData> =>
    initLinear(at.at(name), { inputs: width, outputs: width, init: xavierUniform });
  return { query: layer("query"), key: layer("key"), value: layer("value"), output: layer("output") };
}

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** Number of heads; divides the width. */
  readonly heads: number;
  /** What is attended to, [batch, places, width]; default `x` itself. */
  readonly context?: Tensor;
  /** Places see themselves and earlier ones only; default false. */
  readonly causal?: boolean;
}

/**
 * softmax(Q K^T / sqrt(width / heads)) V per head: x [batch, places, width] to the same shape.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function attention(
  parameters: AttentionParameters<Tensor>,
  x: Tensor,
  { heads, context = x, causal = false }: AttentionOptions,
): Tensor {
  const [batch, , width] = x.shape as readonly [number, number, number];
  if (width % heads !== 0)
    throw shapeError("attention", `Expected heads that divide the width ${width} but received ${heads}`);
  const depth = width / heads;
  const split = (y: Tensor): Tensor =>
    transpose(reshape(y, [batch, y.shape[1]!, heads, depth]), [0, 2, 1, 3]);
  const query = split(linear(parameters.query, x));
  const key = split(linear(parameters.key, context));
  const value = split(linear(parameters.value, context));
  const scores = mul(matmul(query, transpose(key)), 1 / Math.sqrt(depth));
  const mixed = matmul(
    softmax(causal ? add(scores, causalMask(x.shape[1]!, context.shape[1]!)) : scores),
    value,
  );
  return linear(parameters.output, reshape(transpose(mixed, [0, 2, 1, 3]), x.shape));
}

/** 0 where a place may look, a number that no softmax sees elsewhere. */
function causalMask(places: number, seen: number): Tensor {
  const mask = Float32Array.from({ length: places * seen }, (_, i) =>
    i % seen > Math.floor(i / seen) ? -1e9 : 0,
  );
  return constant(mask, [places, seen]);
}

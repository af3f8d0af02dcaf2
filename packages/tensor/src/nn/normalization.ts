// Layers that bring activations to mean 0 and variance 1, over the rows of a batch or over the columns of a row. Running
// statistics are state: what a training step returns, the next one is given.

import { mean } from "../functions/statistics.ts";
import type { Tensor } from "../graph/tensor.ts";
import { reshape } from "../ops/movement.ts";
import { add, mul, rsqrt, sub } from "../ops/pointwise.ts";
import { sizeOf } from "../shape.ts";
import type { TensorData } from "../tensor-data.ts";
import { filled } from "./initializer.ts";

/** Factor and summand per column, [columns]. */
export interface NormParameters<T> {
  readonly scale: T;
  readonly shift: T;
}

/** Running mean and variance per column, [columns]. */
export interface BatchNormState<T> {
  readonly mean: T;
  readonly variance: T;
}

/** Scale 1, shift 0: first parameters of batchNorm and layerNorm. */
export function initNorm(columns: number): NormParameters<TensorData> {
  return { scale: filled([columns], 1), shift: filled([columns], 0) };
}

/** Mean 0, variance 1. */
export function initBatchNormState(columns: number): BatchNormState<TensorData> {
  return { mean: filled([columns], 0), variance: filled([columns], 1) };
}

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Share of the batch's statistics in the new running ones, [0, 1]; default 0.1. */
  readonly momentum?: number;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Batch normalization while training (Ioffe and Szegedy 2015): every column of x [..., columns] by the mean and variance
 * of this batch. The running variance is the unbiased one.
 */
export function batchNorm(
  { scale, shift }: NormParameters<Tensor>,
  running: BatchNormState<Tensor>,
  x: Tensor,
  { momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions = {},
): { y: Tensor; state: BatchNormState<Tensor> } {
  const columns = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / columns;
  const flat = reshape(x, [rows, columns]);
  const means = mean(flat, 0);
  const centred = sub(flat, means);
  const variance = mean(mul(centred, centred), 0);
  const y = add(mul(centred, mul(scale, rsqrt(add(variance, epsilon)))), shift);
  const blend = (old: Tensor, now: Tensor, factor: number): Tensor =>
    add(mul(old, 1 - momentum), mul(now, momentum * factor));
  return {
    y: reshape(y, x.shape),
    state: {
      mean: blend(running.mean, means, 1),
      variance: blend(running.variance, variance, rows / Math.max(1, rows - 1)),
    },
  };
}

/** Batch normalization after training: by the running statistics, so that a row's result depends on that row alone. */
export function batchNormInference(
  { scale, shift }: NormParameters<Tensor>,
  running: BatchNormState<Tensor>,
  x: Tensor,
  { epsilon = 1e-5 }: BatchNormOptions = {},
): Tensor {
  const factor = mul(scale, rsqrt(add(running.variance, epsilon)));
  return add(mul(x, factor), sub(shift, mul(running.mean, factor)));
}

/** Layer normalization (Ba, Kiros and Hinton 2016): every row of x [..., columns] to mean 0 and variance 1. */
export function layerNorm(
  { scale, shift }: NormParameters<Tensor>,
  x: Tensor,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): Tensor {
  const centred = sub(x, mean(x, -1, true));
  const variance = mean(mul(centred, centred), -1, true);
  return add(mul(mul(centred, rsqrt(add(variance, epsilon))), scale), shift);
}

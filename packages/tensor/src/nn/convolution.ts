// Convolutions over images [batch, height, width, channels]: patches as rows, then one matrix product. The transposed layer
// is the other way round.

import type { Tensor } from "../graph/tensor.ts";
import { matmul } from "../ops/contract.ts";
import { col2im, im2col, type Patches } from "../ops/convolution.ts";
import { reshape, transpose } from "../ops/movement.ts";
import { add } from "../ops/pointwise.ts";
import { sizeOf } from "../shape.ts";
import type { TensorData } from "../tensor-data.ts";
import { fanInUniform, type Initializer, type WeightInit } from "./initializer.ts";

/** [kernel height, kernel width, inputs, outputs] and [outputs]; a transposed layer swaps inputs and outputs. */
export interface ConvolutionParameters<T> {
  readonly weight: T;
  readonly bias: T;
}

/** Sizes of a convolution. */
export interface ConvolutionOptions {
  /** Height and width of the patches. */
  readonly kernel: readonly [number, number];
  readonly inputs: number;
  readonly outputs: number;
  /** Default {@link fanInUniform}. */
  readonly init?: WeightInit;
}

/** How patches lie in the image; see {@link Patches}. */
export type ConvolutionPlacement = Omit<Patches, "kernel">;

function initWeight(
  at: Initializer,
  options: ConvolutionOptions,
  transposed: boolean,
): ConvolutionParameters<TensorData> {
  const { kernel, inputs, outputs, init = fanInUniform } = options;
  const fans = { fanIn: kernel[0] * kernel[1] * inputs, fanOut: kernel[0] * kernel[1] * outputs };
  const shape = [...kernel, ...(transposed ? [outputs, inputs] : [inputs, outputs])];
  return { weight: init(at.at("weight"), shape, fans), bias: fanInUniform(at.at("bias"), [outputs], fans) };
}

/** First parameters of {@link conv2d}. */
export function initConv2d(at: Initializer, options: ConvolutionOptions): ConvolutionParameters<TensorData> {
  return initWeight(at, options, false);
}

/** First parameters of {@link conv2dTranspose}. */
export function initConv2dTranspose(
  at: Initializer,
  options: ConvolutionOptions,
): ConvolutionParameters<TensorData> {
  return initWeight(at, options, true);
}

const kernelOf = (weight: Tensor): [number, number] => [weight.shape[0]!, weight.shape[1]!];

/**
 * [batch, height, width, inputs] to [batch, out height, out width, outputs].
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function conv2d(
  { weight, bias }: ConvolutionParameters<Tensor>,
  x: Tensor,
  placement: ConvolutionPlacement = {},
): Tensor {
  const patches = im2col(x, { ...placement, kernel: kernelOf(weight) });
  const [inner, outputs] = [sizeOf(weight.shape.slice(0, 3)), weight.shape[3]!];
  const [batch, height, width] = patches.shape as readonly [number, number, number];
  const y = matmul(reshape(patches, [batch * height * width, inner]), reshape(weight, [inner, outputs]));
  return add(reshape(y, [batch, height, width, outputs]), bias);
}

/**
 * The transpose of {@link conv2d}, which makes images larger: [batch, height, width, inputs] to
 * [batch, image height, image width, outputs], of which conv2d with the same placement makes height x width again.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function conv2dTranspose(
  { weight, bias }: ConvolutionParameters<Tensor>,
  x: Tensor,
  image: readonly [number, number],
  placement: ConvolutionPlacement = {},
): Tensor {
  const [batch, height, width, inputs] = x.shape as readonly [number, number, number, number];
  const kernel = kernelOf(weight);
  const outputs = weight.shape[2]!;
  const flat = reshape(weight, [kernel[0] * kernel[1] * outputs, inputs]);
  const columns = matmul(reshape(x, [batch * height * width, inputs]), transpose(flat));
  const shaped = reshape(columns, [batch, height, width, ...kernel, outputs]);
  return add(col2im(shaped, image[0], image[1], { ...placement, kernel }), bias);
}

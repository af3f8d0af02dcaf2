// The linear layer, with one weight block per input. What other frameworks concatenate before the product stays apart, and
// an input of ones and zeros is given as a bag of column numbers, which adds up weight rows and multiplies no zeros.

import type { Tensor } from "../graph/tensor.ts";
import { matmul } from "../ops/contract.ts";
import { gatherSum } from "../ops/indexing.ts";
import { transpose } from "../ops/movement.ts";
import { add } from "../ops/pointwise.ts";
import { shapeError } from "../shape.ts";
import type { TensorData } from "../tensor-data.ts";
import { fanInUniform, type Initializer, type WeightInit } from "./initializer.ts";

/** Rows of `size` columns of which few are not 0: `weights[..., j]` (default 1) at column `indices[..., j]`. */
export interface Bag {
  /** i32 [..., bag]; numbers outside [0, size) are left out: a missing category is a row of zeros. */
  readonly indices: Tensor;
  /** f32 [..., bag]. */
  readonly weights?: Tensor;
  /** Number of columns. */
  readonly size: number;
}

/** [..., n], or a bag of n columns. */
export type LinearInput = Tensor | Bag;

/** One [inputs[i], outputs] weight per input, and [outputs]. */
export interface LinearParameters<T> {
  readonly weights: readonly T[];
  readonly bias?: T;
}

/** Sizes of a linear layer. */
export interface LinearOptions {
  /** Columns of the input, or of each of several inputs. */
  readonly inputs: number | readonly number[];
  readonly outputs: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default {@link fanInUniform}, over all inputs together. */
  readonly init?: WeightInit;
}

const isTensor = (input: LinearInput): input is Tensor => "op" in input;

/** First parameters of a linear layer. */
export function initLinear(at: Initializer, options: LinearOptions): LinearParameters<TensorData> {
  const { inputs, outputs, bias = true, init = fanInUniform } = options;
  const sizes = typeof inputs === "number" ? [inputs] : inputs;
  const fans = { fanIn: sizes.reduce((a, b) => a + b, 0), fanOut: outputs };
  const weights = sizes.map((size, i) => init(at.at("weights", i), [size, outputs], fans));
  return bias ? { weights, bias: fanInUniform(at.at("bias"), [outputs], fans) } : { weights };
}

/**
 * Sum over the inputs of input times weight, plus bias: [..., outputs].
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`
 */
export function linear(
  { weights, bias }: LinearParameters<Tensor>,
  input: LinearInput | readonly LinearInput[],
): Tensor {
  const inputs = isList(input) ? input : [input];
  if (inputs.length !== weights.length)
    throw shapeError("linear", `Expected ${weights.length} inputs but received ${inputs.length}`);
  // Products last, so that each adds to what is there and the whole sum takes no array besides the result's.
  const products = inputs
    .map((x, i) => ({ x, weight: weights[i]! }))
    .sort((a, b) => Number(isTensor(a.x)) - Number(isTensor(b.x)))
    .map(({ x, weight }) => (isTensor(x) ? matmul(x, weight) : bagTimes(x, weight)));
  const total = products.reduce((a, b) => add(a, b));
  return bias === undefined ? total : add(total, bias);
}

function isList(input: LinearInput | readonly LinearInput[]): input is readonly LinearInput[] {
  return Array.isArray(input);
}

function bagTimes({ indices, weights, size }: Bag, table: Tensor): Tensor {
  if (table.shape[0] !== size)
    throw shapeError("linear", `Expected a bag of ${table.shape[0]} columns but received one of ${size}`);
  return gatherSum(table, indices, weights);
}

/**
 * The gradient of a linear layer's inputs: g [..., outputs] times each transposed weight, dense also where the input is a
 * bag.
 */
export function linearInputGradients({ weights }: LinearParameters<Tensor>, g: Tensor): Tensor[] {
  return weights.map((weight) => matmul(g, transpose(weight)));
}

// Activation functions, written so that no large argument overflows on the way to a finite result or derivative.

import type { Tensor } from "../graph/tensor.ts";
import {
  abs,
  add,
  erf,
  exp,
  less,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  sigmoid,
  where,
} from "../ops/pointwise.ts";
import { type TensorLike, toTensors } from "../ops/source.ts";

/** x where it is positive, else `slope` x (Maas, Hannun and Ng 2013). Default slope 0.01. */
export function leakyRelu(x: TensorLike, slope: number = 0.01): Tensor {
  return where(less(0, x), x, mul(x, slope));
}

/** x P(Z < x) for a standard normal Z (Hendrycks and Gimpel 2016), by the error function. */
export function gelu(x: TensorLike): Tensor {
  return mul(mul(0.5, x), add(1, erf(mul(x, Math.SQRT1_2))));
}

/** x sigmoid(x), also called swish (Ramachandran, Zoph and Le 2017). */
export function silu(x: TensorLike): Tensor {
  return mul(x, sigmoid(x));
}

/** log(1 + e^x), as max(x, 0) + log(1 + e^-|x|), which neither overflows nor loses small results. */
export function softplus(x: TensorLike): Tensor {
  return add(maximum(x, 0), log1p(exp(neg(abs(x)))));
}

/** log(sigmoid(x)) without the logarithm of 0. */
export function logSigmoid(x: TensorLike): Tensor {
  return neg(softplus(neg(x)));
}

/** x within [low, high]; a NaN stays one. */
export function clip(x: TensorLike, low: TensorLike, high: TensorLike): Tensor {
  return minimum(maximum(x, low), high);
}

/** x x. */
export function square(x: TensorLike): Tensor {
  const [tensor] = toTensors("square", [x]);
  return mul(tensor!, tensor!);
}

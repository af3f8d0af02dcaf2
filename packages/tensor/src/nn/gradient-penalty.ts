// The gradient penalty of WGAN-GP (Gulrajani et al. 2017): the critic's gradient by its input should have length 1.

import { mean } from "../functions/statistics.ts";
import { gradients } from "../grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add, mul, sqrt, sub } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";

/**
 * The mean over samples of (length of the gradient - 1)^2, for gradients that are there already: those of one critic
 * input in parts, each [samples, ...]. With pac the samples are the packed ones.
 */
export function lengthPenalty(inputGradients: readonly Tensor[]): Tensor {
  const squares = inputGradients.map((g) => {
    const axes = g.shape.map((_, axis) => axis).slice(1);
    return sum(mul(g, g), axes);
  });
  // A gradient of exactly 0 has no direction; the summand keeps the root's derivative finite there.
  const length = sqrt(
    add(
      squares.reduce((a, b) => add(a, b)),
      1e-12,
    ),
  );
  const excess = sub(length, 1);
  return mean(mul(excess, excess));
}

/**
 * The penalty at a mix of real and fake samples.
 * @param critic one number per sample
 * @param share of the real sample in each mix, [samples, 1, ...], drawn uniformly
 */
export function gradientPenalty(
  critic: (x: Tensor) => Tensor,
  real: Tensor,
  fake: Tensor,
  share: Tensor,
): Tensor {
  const mixed = add(mul(share, real), mul(sub(1, share), fake));
  return lengthPenalty(gradients(sum(critic(mixed)), [mixed]));
}

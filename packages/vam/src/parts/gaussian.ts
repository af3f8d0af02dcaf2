// Numbers with a normal distribution whose deviation is learnt, one for each column.

import { add, clip, exp, mul, square, sub, sum, type Tensor } from "@verisim/tensor";

/** Logarithms of the smallest and the largest deviation of standardised numbers. */
const [least, most] = [-3, 0.7];

/** The deviation of a learnt logarithm. */
export function deviationOf(logDeviation: number): number {
  return Math.exp(Math.min(most, Math.max(least, logDeviation)));
}

/** Negative log likelihood without its constant, summed over columns, mean over rows. @param counted weights of the cells */
export function normalLoss(means: Tensor, real: Tensor, logDeviation: Tensor, counted: Tensor): Tensor {
  const logs = clip(logDeviation, least, most);
  const off = mul(sub(real, means), exp(mul(-1, logs)));
  return mul(sum(mul(counted, add(mul(0.5, square(off)), logs))), 1 / real.shape[0]!);
}

/** Squared error against squared distance from 0, over cells that count. */
export function squaredError(
  means: Tensor,
  real: Tensor,
  counted: Tensor,
): { readonly error: Tensor; readonly scale: Tensor } {
  return {
    error: sum(mul(counted, square(sub(real, means)))),
    scale: sum(mul(counted, square(real))),
  };
}

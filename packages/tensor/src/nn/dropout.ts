// Dropout (Srivastava et al. 2014): the kept numbers grow so that the mean stays.

import type { Tensor } from "../graph/tensor.ts";
import { less, mul } from "../ops/pointwise.ts";
import type { Rng } from "../ops/random.ts";

/**
 * Each number of `x` is 0 with probability `rate` and divided by 1 - rate otherwise. Every call draws anew.
 * @param rate in [0, 1)
 */
export function dropout(rng: Rng, x: Tensor, rate: number): Tensor {
  if (rate === 0) return x;
  return mul(x, mul(less(rng.uniform(x.shape), 1 - rate), 1 / (1 - rate)));
}

// Gradient clipping: all gradients together are one vector, which is shortened where it is too long.

import type { Tensor } from "../graph/tensor.ts";
import { add, div, minimum, mul, sqrt } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { tensorsOf, withTensors } from "./parameter-tree.ts";

/**
 * Gradients whose length over the whole tree is at most `limit` (Pascanu, Mikolov and Bengio 2013), and their length
 * before.
 * @param limit above 0
 */
export function clipByGlobalNorm<P>(gradients: P, limit: number): { gradients: P; norm: Tensor } {
  const tensors = tensorsOf(gradients);
  const norm = sqrt(tensors.map((g) => sum(mul(g, g))).reduce((a, b) => add(a, b)));
  const factor = minimum(1, div(limit, add(norm, 1e-6)));
  return {
    gradients: withTensors(
      gradients,
      tensors.map((g) => mul(g, factor)),
    ),
    norm,
  };
}

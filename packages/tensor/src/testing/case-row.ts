// How a case of op-cases.ts is written down: one call per op and situation.

import type { Tensor } from "../graph/tensor.ts";
import type { Rng } from "../ops/random.ts";
import type { Shape } from "../shape.ts";
import { type TensorData, tensorData } from "../tensor-data.ts";
import { caseIntegers, caseNumbers } from "./case-numbers.ts";
import type { OpCase } from "./op-cases.ts";

type Build = (x: Tensor[], rng: Rng) => Tensor | Tensor[];
type Facts = Partial<Pick<OpCase, "order" | "tolerance" | "special">>;

/** A case whose inputs are given as shapes of f32 numbers, or as numbers. */
export function row(
  op: string,
  what: string,
  inputs: readonly (Shape | TensorData)[],
  build: Build,
  facts: Facts = {},
): OpCase {
  const name = `${op} of ${what}`;
  return {
    name,
    op,
    inputs: inputs.map((input, i) => ("data" in input ? input : caseNumbers(`${name} ${i}`, input))),
    build: (tensors, rng) => [build([...tensors], rng)].flat(),
    order: 2,
    tolerance: 3e-6,
    special: false,
    ...facts,
  };
}

/** Whole numbers from `low` to `high` - 1. */
export const integers = (shape: Shape, low: number, high: number): TensorData =>
  caseIntegers(`integers ${shape}`, shape, low, high);
/** The given numbers. */
export const f32 = (values: readonly number[], shape?: Shape): TensorData => tensorData(values, shape);

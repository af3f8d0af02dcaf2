// What a function of tensors gives in float64, for tests that compare it with numbers worked out by hand.

import type { Tensor } from "../graph/tensor.ts";
import type { ReferenceContext } from "../ops/operation.ts";
import type { Rng } from "../ops/random.ts";
import { type ReferenceNumbers, runReference } from "../runtime/reference.ts";
import { traceEntry } from "../trace.ts";

/** The numbers of each result of `f`, given one tensor per input and counted random numbers last. */
export function referenceValues(
  f: (inputs: readonly Tensor[], rng: Rng) => Tensor | readonly Tensor[],
  inputs: readonly ReferenceNumbers[] = [],
  context: Partial<ReferenceContext> = {},
): number[][] {
  const types = inputs.map(({ shape, data }) => ({
    shape,
    dtype: data instanceof Int32Array ? ("i32" as const) : ("f32" as const),
  }));
  const entry = traceEntry("values", {}, types, (step) => ({ outputs: [f(step.inputs, step.rng)].flat() }));
  return (runReference(entry, { inputs, context }).outputs as ReferenceNumbers[]).map(({ data }) => [
    ...data,
  ]);
}

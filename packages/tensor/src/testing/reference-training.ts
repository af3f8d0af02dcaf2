// Functions and training programs in the float64 reference, for tests of layers and models.

import type { Tensor } from "../graph/tensor.ts";
import type { Rng } from "../ops/random.ts";
import { type ProgramSpec, traceProgram } from "../program-spec.ts";
import { type ReferenceNumbers, runReference } from "../runtime/reference.ts";
import { traceEntry } from "../trace.ts";

/** What `f` makes of inputs: the numbers of every tensor that it returns. */
export function referenceValues(
  inputs: readonly ReferenceNumbers[],
  f: (x: readonly Tensor[], rng: Rng) => Tensor | readonly Tensor[],
): number[][] {
  const types = inputs.map(({ shape, data }) => ({
    shape,
    dtype: data instanceof Int32Array ? ("i32" as const) : ("f32" as const),
  }));
  const entry = traceEntry("test", {}, types, (context) => ({
    outputs: [f(context.inputs, context.rng)].flat(),
  }));
  return (runReference(entry, { inputs }).outputs as ReferenceNumbers[]).map(({ data }) => [...data]);
}

/** A training program in the reference, step by step. */
export interface ReferenceTraining {
  /** Outputs of one step from the given state (default: that of the step before, which is then replaced). */
  step(state?: unknown): { readonly outputs: Record<string, number>; readonly state: unknown };
}

/** Starts the entry `train` of a program. Steps from a given state all draw the numbers of step 0. */
export function referenceTraining(spec: ProgramSpec): ReferenceTraining {
  const entry = traceProgram(spec).find(({ name }) => name === "train")!;
  let [current, count] = [spec.state, 0];
  return {
    step(given) {
      const context = { key: [1, 2] as const, step: given === undefined ? count++ : 0 };
      const { outputs, state } = runReference(entry, { state: given ?? current, context });
      if (given === undefined) current = state;
      const numbers = Object.entries(outputs as Record<string, ReferenceNumbers>).map(([name, { data }]) => [
        name,
        data[0]!,
      ]);
      return { outputs: Object.fromEntries(numbers), state };
    },
  };
}

// What a program is made of: one state, and entries (a training step, a sampler) that read and change it.

import type { Tensor } from "./graph/tensor.ts";
import type { Rng } from "./ops/random.ts";
import type { DataTree, TensorData } from "./tensor-data.ts";
import { type StepResult, type TracedEntry, traceEntry } from "./trace.ts";
import type { MapTree } from "./tree.ts";

/** One entry of a program whose state has the form S. */
export interface EntrySpec<S = unknown> {
  /** Types (or example numbers) of what every run is given, a tree; default none. */
  readonly inputs?: unknown;
  /**
   * One step: called once, when the program is built, with tensors in place of numbers. What it leaves out of the new
   * state stays as it is.
   */
  step(context: {
    readonly state: DataTree<S, Tensor>;
    // biome-ignore lint/suspicious/noExplicitAny: of the form of `inputs`, which is checked where a run is given its inputs
    readonly inputs: any;
    readonly rng: Rng;
  }): StepResult;
}

/** A program: numbers that its state starts from, and its entries by name. */
export interface ProgramSpec<
  S = unknown,
  E extends Readonly<Record<string, EntrySpec<S>>> = Readonly<Record<string, EntrySpec<S>>>,
> {
  readonly state: S;
  readonly entries: E;
}

/** The outputs of an entry as numbers. */
export type EntryOutputs<E extends EntrySpec<never>> = MapTree<
  ReturnType<E["step"]> extends { readonly outputs: infer O } ? O : Record<never, never>,
  Tensor,
  TensorData
>;

/**
 * Traces all entries.
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_STATE_MISMATCH` and others from the functions
 */
export function traceProgram<S, E extends Readonly<Record<string, EntrySpec<S>>>>(
  spec: ProgramSpec<S, E>,
): TracedEntry[] {
  return Object.entries(spec.entries).map(([name, entry]) =>
    traceEntry(name, spec.state, entry.inputs ?? {}, (context) => entry.step(context)),
  );
}

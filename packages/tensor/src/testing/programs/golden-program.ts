// The form that the golden programs have: what buildProgram takes, with the names of their losses.

import type { Tensor } from "../../graph/tensor.ts";
import type { EntrySpec, ProgramSpec } from "../../program-spec.ts";

/** A training step whose outputs are single numbers. */
export interface TrainingEntry<Losses extends string> extends EntrySpec {
  step(context: Parameters<EntrySpec["step"]>[0]): {
    readonly state: unknown;
    readonly outputs: Readonly<Record<Losses, Tensor>>;
  };
}

/** A program with one entry, `train`. */
export type TrainingProgram<Losses extends string = "loss"> = ProgramSpec<
  unknown,
  { readonly train: TrainingEntry<Losses> }
>;

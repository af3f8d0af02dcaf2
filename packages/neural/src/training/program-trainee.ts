// A program as what the supervisor trains: its entry `train`, whose one input is the factor of all learning rates, over the
// part `model` of its state.

import { type RunOptions, type TensorData, tensorData } from "@verisim/tensor";
import type { StateTree } from "../network/table-network.ts";
import type { Trainee } from "./supervise.ts";

/** What a training program can do; a Program of that form does. */
export interface TrainableProgram {
  run(entry: "train", options: RunOptions): Promise<unknown>;
  readPart(key: "model", into?: StateTree): StateTree;
  write(state: unknown): void;
}

/** @param quality of what the network makes now; none where nothing is held out */
export function programTrainee(
  program: TrainableProgram,
  quality?: () => Promise<number>,
): Trainee<StateTree> {
  return {
    run: async (first, steps, rate, run) =>
      (await program.run("train", {
        steps,
        firstStep: first,
        inputs: { rate: tensorData([rate], []) },
        ...run,
      })) as Readonly<Record<string, TensorData>>,
    save: (into) => program.readPart("model", into),
    restore: (model) => program.write({ model }),
    ...(quality ? { quality } : {}),
  };
}

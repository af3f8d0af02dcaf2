// From the rows of all parts to trained parameters: some records are held out, and the quality that training is judged by is
// how well hidden cells and parts of them are told from the others.

import { Permutation, RowRandom, type RunOptions, streamKey } from "@verisim/core";
import {
  heldRowCount,
  lookPlan,
  programTrainee,
  requireMemory,
  type StateTree,
  supervise,
  type TrainingCheckpoint,
  type TrainingOutcome,
} from "@verisim/neural";
import {
  buildProgram,
  type EntrySpec,
  nn,
  type Program,
  type Tensor,
  type TensorData,
  tensorData,
} from "@verisim/tensor";
import { initJoint, type JointOptions, jointQuality, jointStep } from "../network/joint-network.ts";
import { gatherRows, pickRows } from "../network/records-state.ts";
import type { Part, PartRows } from "../parts/part.ts";

export interface RecordTraining {
  readonly parts: readonly Part[];
  readonly rows: readonly PartRows<TensorData>[];
  readonly rowCount: number;
  readonly options: JointOptions;
  readonly batchSize: number;
  readonly steps: number;
  readonly holdoutShare: number;
  readonly patience: number;
  readonly schedule: (share: number) => number;
  readonly seed: number;
  readonly maxTimeMs?: number;
  readonly maxMemoryBytes?: number;
}

export interface RecordTrainingHooks extends RunOptions {
  readonly from?: TrainingCheckpoint<StateTree>;
  readonly onCheckpoint?: (checkpoint: TrainingCheckpoint<StateTree>) => Promise<void>;
}

/** Fewest records that are held out. */
const leastHeld = 50;
const lookCosts = { leastBetween: 1, mostBetween: 100, leastGain: 0.0005 };

/** @throws VerisimError `VERISIM_ABORTED`, `VERISIM_TRAINING_DIVERGED`, `VERISIM_MEMORY_BUDGET` */
export async function trainRecords(
  training: RecordTraining,
  hooks: RecordTrainingHooks,
): Promise<{ parameters: StateTree; outcome: TrainingOutcome; heldRows: number }> {
  const { parts, rowCount, options, batchSize, steps, holdoutShare, patience, seed } = training;
  const heldRows = heldRowCount(rowCount, holdoutShare, leastHeld);
  const order = new Permutation(rowCount, streamKey(seed, "holdout"));
  const numbers = Array.from({ length: rowCount }, (_, i) => order.at(i));
  const own = numbers.slice(heldRows);
  const held = heldRows > 0 ? numbers.slice(0, heldRows) : numbers.slice(0, 1);
  const heldParts = training.rows.map((rows) => pickRows(rows, held));
  const initial = {
    rows: training.rows.map((rows) => pickRows(rows, own)),
    held: heldParts,
    masks: hide(parts, heldParts, seed),
    model: initJoint(new nn.Initializer(seed, "network"), parts, options),
  };
  const program = buildProgram(
    {
      state: initial,
      entries: {
        train: {
          inputs: { rate: { shape: [], dtype: "f32" } },
          step: ({ state, inputs, rng }) => {
            const { rows, model } = state as unknown as { rows: PartRows<Tensor>[]; model: StateTree };
            const batch = gatherRows(rows, rng.below(own.length, [batchSize]));
            const made = jointStep(rng, model, parts, batch, inputs.rate, options);
            return { state: { model: made.model }, outputs: made.losses };
          },
        },
        judge: {
          step: ({ state }) => {
            const {
              held: rows,
              masks,
              model,
            } = state as unknown as {
              held: PartRows<Tensor>[];
              masks: { seen: Tensor; hidden: Tensor }[];
              model: StateTree;
            };
            const seen = masks.map((mask) => mask.seen);
            const hidden = masks.map((mask) => mask.hidden);
            return { outputs: { parts: jointQuality(model.average, parts, rows, seen, hidden, options) } };
          },
        },
      },
    },
    { seed },
  ) as unknown as Program<{ readonly model: StateTree }, Record<"train" | "judge", EntrySpec>>;
  try {
    requireMemory(program, initial, training.maxMemoryBytes, "batchSize, compressDims or decompressDims");
    const quality = async (): Promise<number> => {
      const judged = (await program.call("judge")) as unknown as {
        parts: { error: TensorData; scale: TensorData }[];
      };
      const shares = judged.parts.map(({ error, scale }) =>
        Math.sqrt(error.data[0]! / Math.max(1e-9, scale.data[0]!)),
      );
      return 1 - shares.reduce((a, b) => a + b, 0) / shares.length;
    };
    const stepsPerEpoch = Math.max(1, Math.ceil(own.length / batchSize));
    const outcome = await supervise(
      programTrainee(program, heldRows > 0 ? quality : undefined),
      {
        ...lookPlan(steps, stepsPerEpoch, patience, lookCosts),
        schedule: training.schedule,
        keepBest: heldRows > 0,
        ...(training.maxTimeMs === undefined ? {} : { maxTimeMs: training.maxTimeMs }),
      },
      { ...hooks, stepsPerEpoch },
    );
    return { parameters: program.readPart("model").average, outcome, heldRows };
  } finally {
    program.free();
  }
}

/** What the held-out records show and hide: a third of the parts where there are several, and a fifth of the cells. */
function hide(
  parts: readonly Part[],
  rows: readonly PartRows<TensorData>[],
  seed: number,
): { seen: TensorData; hidden: TensorData }[] {
  const key = streamKey(seed, "hidden");
  return parts.map(({ cells }, i) => {
    const { data: known, shape } = rows[i]!.known;
    const seen = Float32Array.from(known);
    const hidden = new Float32Array(known.length);
    for (let row = 0; row < shape[0]!; row++) {
      const random = new RowRandom(key, row * parts.length + i);
      const all = parts.length > 1 && random.uniform() < 1 / 3;
      for (let at = row * cells; at < (row + 1) * cells; at++) {
        if (!(random.uniform() < 0.2 || all) || known[at] === 0) continue;
        seen[at] = 0;
        hidden[at] = 1;
      }
    }
    return { seen: tensorData(seen, shape), hidden: tensorData(hidden, shape) };
  });
}

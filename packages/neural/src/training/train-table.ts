// From encoded rows to a trained network: splits off held-out rows, builds the training program and a sampler to look at it,
// and hands both to the supervisor.

import { Permutation, type RunOptions, streamKey } from "@verisim/core";
import { buildProgram, type EntrySpec, nn, type Program, type TensorData } from "@verisim/tensor";
import type { EncodedRows, Layout } from "../encoding/layout.ts";
import { tableState } from "../network/outputs.ts";
import type { NetworkContext, StateTree, StepGiven, TableNetwork } from "../network/table-network.ts";
import { calibrateShares } from "../sampling/calibrate.ts";
import { RowSampler, windowRows } from "../sampling/row-sampler.ts";
import { bestCommonStep, foldCount, foldsOf, isCrossValidated } from "./cross-validation.ts";
import { heldRowCount, lookPlan } from "./look-plan.ts";
import { requireMemory } from "./memory-budget.ts";
import { PairQuality } from "./pair-quality.ts";
import { programTrainee } from "./program-trainee.ts";
import { supervise, type TrainingCheckpoint, type TrainingOutcome, type TrainingPlan } from "./supervise.ts";

export interface TableTraining {
  readonly network: TableNetwork;
  readonly layout: Layout;
  readonly rows: EncodedRows;
  readonly shares: Float64Array;
  readonly seed: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly minSteps: number;
  /** Steps that the passes take at most; the fewest win over it. Default: any. */
  readonly maxSteps?: number;
  readonly holdoutShare: number;
  readonly patience: number;
  /** Whether shares are calibrated after training, and so before every look. */
  readonly calibrate: boolean;
  readonly schedule: (share: number) => number;
  readonly maxTimeMs?: number;
  readonly maxMemoryBytes?: number;
}

export interface TrainingHooks extends RunOptions {
  readonly from?: TrainingCheckpoint<StateTree>;
  readonly onCheckpoint?: (checkpoint: TrainingCheckpoint<StateTree>) => Promise<void>;
}

/** A trained network: the numbers that sampling needs, and how it went. */
export interface TrainedTable {
  readonly weights: StateTree;
  readonly outcome: TrainingOutcome;
  readonly heldRows: number;
}

/** Fewest rows that are held out. */
const leastHeld = 100;
const lookCosts = { leastBetween: 20, mostBetween: 250, leastGain: 0.001 };
/** Gain that counts where held-out rows judge, alike at every look: there is no chance in it. */
const leastHeldGain = 0.00005;

/** Rows to train on, and those to judge by. */
interface Parts {
  readonly trained: EncodedRows;
  readonly held: EncodedRows | null;
}

/** @throws VerisimError `VERISIM_ABORTED`, `VERISIM_TRAINING_DIVERGED`, `VERISIM_MEMORY_BUDGET` */
export async function trainTable(training: TableTraining, hooks: TrainingHooks): Promise<TrainedTable> {
  const { network, rows, holdoutShare } = training;
  const parts = split(training);
  if (!parts.held && network.heldLoss && isCrossValidated(rows.rowCount, holdoutShare))
    return trainCrossValidated(training, hooks);
  return trainParts(training, parts, hooks);
}

/** Trains on all rows for as long as networks gained that each had not seen a part of them. */
async function trainCrossValidated(training: TableTraining, hooks: TrainingHooks): Promise<TrainedTable> {
  const { rows, layout, seed, maxTimeMs } = training;
  const started = performance.now();
  const folds = foldsOf(rows.rowCount, seed);
  const histories: TrainingOutcome["record"]["history"][] = [];
  /** What is left of the time, shared among the trainings to come. */
  const timed = (trainings: number): TableTraining =>
    maxTimeMs === undefined
      ? training
      : { ...training, maxTimeMs: Math.max(0, maxTimeMs - (performance.now() - started)) / trainings };
  const { signal, onProgress } = hooks;
  for (let fold = 0; fold < foldCount; fold++) {
    const others = folds.map((own) => (own === fold ? 1 : 0));
    const parts = { trained: pick(rows, layout, others, 0), held: pick(rows, layout, others, 1) };
    const detail = `how long to train, ${fold + 1} of ${foldCount}`;
    const { outcome } = await trainParts(timed(foldCount + 1 - fold), parts, {
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress: (progress) => onProgress({ ...progress, detail }) } : {}),
    });
    histories.push(outcome.record.history);
  }
  const lastStep = bestCommonStep(histories);
  return trainParts(timed(1), { trained: rows, held: null }, hooks, lastStep > 0 ? lastStep : undefined);
}

/** @param lastStep where it is known after which training gains nothing more */
async function trainParts(
  training: TableTraining,
  { trained, held }: Parts,
  hooks: TrainingHooks,
  lastStep?: number,
): Promise<TrainedTable> {
  const { network, layout, seed, batchSize } = training;
  const context: NetworkContext = { layout, rows: trained, shares: training.shares, batchSize };
  const stepsPerEpoch = Math.max(1, Math.ceil(trained.rowCount / batchSize));
  const steps = Math.max(
    training.minSteps,
    Math.min(training.maxSteps ?? Number.POSITIVE_INFINITY, training.epochs * stepsPerEpoch),
  );
  const program = buildTraining(context, network, seed, held, training.maxMemoryBytes);
  const looking = held ? qualityOf(training, program, held) : undefined;
  try {
    const plan: TrainingPlan = {
      ...lookPlan(steps, stepsPerEpoch, training.patience, {
        ...lookCosts,
        ...(network.heldLoss ? { leastGain: leastHeldGain } : {}),
      }),
      schedule: training.schedule,
      keepBest: held !== null,
      ...(lastStep === undefined ? {} : { lastStep }),
      ...(training.maxTimeMs === undefined ? {} : { maxTimeMs: training.maxTimeMs }),
    };
    const trainee = programTrainee(program, looking?.quality);
    const outcome = await supervise(trainee, plan, { ...hooks, stepsPerEpoch });
    return { weights: weightsOf(network, program), outcome, heldRows: held?.rowCount ?? 0 };
  } finally {
    program.free();
    looking?.free();
  }
}

function weightsOf(network: TableNetwork, program: TrainingProgram): StateTree {
  return network.sampling(program.readPart("model"));
}

/** How good what the network makes is now, by rows that were held out. */
interface Looking {
  quality(): Promise<number>;
  free(): void;
}

function qualityOf(training: TableTraining, program: TrainingProgram, held: EncodedRows): Looking {
  const { network, layout, shares, seed, batchSize, calibrate } = training;
  if (network.heldLoss)
    return { quality: likelihoodQuality(program, held.rowCount, batchSize), free: () => undefined };
  const scorer = new PairQuality(held, layout.widths);
  const sampler = new RowSampler({
    network,
    layout,
    weights: weightsOf(network, program),
    bias: new Float32Array(shares.length),
    shares,
  });
  const quality = async (): Promise<number> => {
    sampler.setWeights(weightsOf(network, program));
    // What calibration will take out is no reason to prefer one state to another.
    if (calibrate && !(await calibrateShares(sampler, shares, 2)).every(Number.isFinite)) return Number.NaN;
    const scores = [];
    for (let window = 0; window < 2; window++)
      scores.push(
        scorer.score({
          rowCount: windowRows,
          ...(await sampler.draw({ rowStart: window * windowRows, seed })),
        }),
      );
    return scores.reduce((a, b) => a + b, 0) / scores.length;
  };
  return { quality, free: () => sampler.free() };
}

interface JudgeContext {
  readonly state: Readonly<Record<"model" | "data" | "held", StateTree>>;
  readonly rng: StepGiven["rng"];
}

/** The mean probability (geometric) of what held-out rows hold, over batches that are the same at every look. */
function likelihoodQuality(
  program: TrainingProgram,
  heldRows: number,
  batchSize: number,
): () => Promise<number> {
  const steps = Math.ceil(heldRows / batchSize);
  return async () => {
    const outputs = await program.run("judge", { steps, firstStep: 0 });
    const { data } = (outputs as { readonly loss: TensorData }).loss;
    return Math.exp(-Array.from(data).reduce((sum, loss) => sum + loss, 0) / steps);
  };
}

type TrainingProgram = Program<
  { readonly model: StateTree },
  Readonly<Record<"train" | "judge", EntrySpec<{ readonly model: StateTree }>>>
>;

function buildTraining(
  context: NetworkContext,
  network: TableNetwork,
  seed: number,
  held: EncodedRows | null,
  maxMemoryBytes?: number,
): TrainingProgram {
  const { layout } = context;
  const judged = network.heldLoss ? held : null;
  const state = {
    table: tableState(context.rows, layout),
    held: judged ? tableState(judged, layout) : {},
    data: network.data?.(context) ?? {},
    model: network.init(new nn.Initializer(seed, "network"), context),
  };
  const program = buildProgram(
    {
      state,
      entries: {
        train: {
          inputs: { rate: { shape: [], dtype: "f32" } },
          step: (given) => {
            const { model, data, table } = given.state as never as {
              model: StateTree;
              data: StateTree;
              table: never;
            };
            const made = network.step(
              { rng: given.rng, model, data, table, rate: given.inputs.rate },
              context,
            );
            return { state: { model: made.model }, outputs: made.losses };
          },
        },
        ...(judged
          ? {
              judge: {
                step: ({ state: now, rng }: JudgeContext) => ({
                  outputs: {
                    loss: network.heldLoss!(
                      { rng, model: now.model, data: now.data, table: now.held },
                      { ...context, rows: judged },
                    ),
                  },
                }),
              },
            }
          : {}),
      },
    },
    { seed },
  ) as unknown as TrainingProgram;
  try {
    requireMemory(program, state, maxMemoryBytes, "batchSize or maxCategories");
  } catch (error) {
    program.free();
    throw error;
  }
  return program;
}

/** Training rows, and held-out rows where there are enough. */
function split({ rows, holdoutShare, seed, layout }: TableTraining): Parts {
  const count = layout.widths.length > 0 ? heldRowCount(rows.rowCount, holdoutShare, leastHeld) : 0;
  if (count === 0) return { trained: rows, held: null };
  const order = new Permutation(rows.rowCount, streamKey(seed, "holdout"));
  const isHeld = new Uint8Array(rows.rowCount);
  for (let i = 0; i < count; i++) isHeld[order.at(i)] = 1;
  return { trained: pick(rows, layout, isHeld, 0), held: pick(rows, layout, isHeld, 1) };
}

function pick(rows: EncodedRows, layout: Layout, isHeld: Uint8Array, wanted: number): EncodedRows {
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  const rowCount = isHeld.reduce((sum, flag) => sum + (flag === wanted ? 1 : 0), 0);
  const alternatives = new Int32Array(rowCount * spans);
  const places = new Float32Array(rowCount * placed);
  let to = 0;
  for (let row = 0; row < rows.rowCount; row++) {
    if (isHeld[row] !== wanted) continue;
    alternatives.set(rows.alternatives.subarray(row * spans, (row + 1) * spans), to * spans);
    places.set(rows.places.subarray(row * placed, (row + 1) * placed), to * placed);
    to++;
  }
  return { rowCount, alternatives, places };
}

// From encoded rows to a trained network: splits off held-out rows, builds the training program and a sampler to look at it,
// and hands both to the supervisor.

import { type EncodedColumn, Permutation, type RunOptions, streamKey } from "@verisim/core";
import { buildProgram, type EntrySpec, nn, type Program, type TensorData } from "@verisim/tensor";
import type { EncodedRows, Layout, WrittenColumn } from "../encoding/layout.ts";
import { tableState } from "../network/outputs.ts";
import type { NetworkContext, StateTree, StepGiven, TableNetwork } from "../network/table-network.ts";
import { calibrateShares } from "../sampling/calibrate.ts";
import { RowSampler, windowRows } from "../sampling/row-sampler.ts";
import { bestStep, commonHistory, foldCount, foldsOf, isCrossValidated } from "./cross-validation.ts";
import { heldBack, type LeakVerdict, leakShare, mostAskedRows, notAsked } from "./held-back.ts";
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
  /** Whether rows of the table give themselves away is asked of networks that give likelihoods. Default: it is not. */
  readonly leak?: LeakQuestion;
  readonly maxTimeMs?: number;
  readonly maxMemoryBytes?: number;
}

/** How the share of drawn rows that lie nearer to rows learnt from is measured. */
export interface LeakQuestion {
  /** Share that is allowed, 0.5 to below 1. */
  readonly maxNearer: number;
  readonly columns: readonly WrittenColumn[];
  /** Cells of these columns. */
  drawnCells(rows: EncodedRows): Promise<readonly EncodedColumn[]>;
}

export interface TrainingHooks extends RunOptions {
  readonly from?: TrainingCheckpoint<StateTree>;
  readonly onCheckpoint?: (checkpoint: TrainingCheckpoint<StateTree>) => Promise<void>;
}

/** A trained network: the numbers that sampling needs, and how it went. */
interface Trained {
  readonly weights: StateTree;
  readonly outcome: TrainingOutcome;
  readonly heldRows: number;
}

/** The same, and whether it was held back. */
export interface TrainedTable extends Trained {
  readonly leak: LeakVerdict;
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
  /** Which rows of the table these are. */
  readonly numbers: { readonly learnt: Uint32Array; readonly held: Uint32Array };
}

/** @throws VerisimError `VERISIM_ABORTED`, `VERISIM_TRAINING_DIVERGED`, `VERISIM_MEMORY_BUDGET` */
export async function trainTable(training: TableTraining, hooks: TrainingHooks): Promise<TrainedTable> {
  const { network, rows, holdoutShare } = training;
  const parts = split(training);
  if (!parts.held && network.heldLoss && isCrossValidated(rows.rowCount, holdoutShare))
    return trainCrossValidated(training, hooks);
  const started = performance.now();
  const trained = await trainParts(training, parts, hooks);
  const { history, bestStep: best } = trained.outcome.record;
  const leak = await askLeak(training, [{ ...trained, parts }], history, best, hooks);
  if (leak.heldBackTo === null) return { ...trained, leak };
  const { signal, onProgress } = hooks;
  // A checkpoint is of the training that came before.
  const anew = { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
  return trainAll(timeLeft(training, started), anew, leak, leak.heldBackTo);
}

/** A training, and the rows that it learnt and was judged by. */
interface JudgedTraining extends Trained {
  readonly parts: Parts;
}

/** Whether the best states of trainings give rows away, in their mean, and at which look of their history training should end. */
async function askLeak(
  { leak, network, layout, shares, seed }: TableTraining,
  trainings: readonly JudgedTraining[],
  history: TrainingOutcome["record"]["history"],
  best: number,
  { signal }: RunOptions,
): Promise<LeakVerdict> {
  if (!leak || history.some(({ learnt }) => learnt === undefined) || history.length === 0) return notAsked;
  const run = signal ? { signal } : {};
  let sum = 0;
  for (const { weights, parts } of trainings) {
    const bias = new Float32Array(shares.length);
    const sampler = new RowSampler({ network, layout, weights, bias, shares });
    try {
      const drawn = await sampler.draw({ rowStart: 0, seed, ...run });
      const cells = await leak.drawnCells({ rowCount: windowRows, ...drawn });
      sum += await leakShare(leak.columns, cells, parts.numbers, seed, run);
    } finally {
      sampler.free();
    }
  }
  return heldBack(sum / trainings.length, best, history, leak.maxNearer);
}

/** What is left of a training's time, shared among the trainings to come. */
function timeLeft(training: TableTraining, started: number, trainings = 1): TableTraining {
  const { maxTimeMs } = training;
  return maxTimeMs === undefined
    ? training
    : { ...training, maxTimeMs: Math.max(0, maxTimeMs - (performance.now() - started)) / trainings };
}

/** Learns from all rows until a step. */
async function trainAll(
  training: TableTraining,
  hooks: TrainingHooks,
  leak: LeakVerdict,
  lastStep: number,
): Promise<TrainedTable> {
  const { rows, layout } = training;
  const parts = { ...partsOf(rows, layout, new Uint8Array(rows.rowCount)), held: null };
  return { ...(await trainParts(training, parts, hooks, lastStep > 0 ? lastStep : undefined)), leak };
}

/** Trains on all rows for as long as networks gained that each had not seen a part of them. */
async function trainCrossValidated(training: TableTraining, hooks: TrainingHooks): Promise<TrainedTable> {
  const { rows, layout, seed } = training;
  const started = performance.now();
  const folds = foldsOf(rows.rowCount, seed);
  const trainings: JudgedTraining[] = [];
  const { signal, onProgress } = hooks;
  for (let fold = 0; fold < foldCount; fold++) {
    const others = folds.map((own) => (own === fold ? 1 : 0));
    const parts = partsOf(rows, layout, others);
    const detail = `how long to train, ${fold + 1} of ${foldCount}`;
    const trained = await trainParts(timeLeft(training, started, foldCount + 1 - fold), parts, {
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress: (progress) => onProgress({ ...progress, detail }) } : {}),
    });
    trainings.push({ ...trained, parts });
  }
  const history = commonHistory(trainings.map(({ outcome }) => outcome.record.history));
  const best = bestStep(history);
  const leak = await askLeak(training, trainings, history, best, hooks);
  return trainAll(timeLeft(training, started), hooks, leak, leak.heldBackTo ?? best);
}

/** @param lastStep where it is known after which training gains nothing more */
async function trainParts(
  training: TableTraining,
  { trained, held }: Parts,
  hooks: TrainingHooks,
  lastStep?: number,
): Promise<Trained> {
  const { network, layout, seed, batchSize } = training;
  const context: NetworkContext = { layout, rows: trained, shares: training.shares, batchSize };
  const stepsPerEpoch = Math.max(1, Math.ceil(trained.rowCount / batchSize));
  const steps = Math.max(
    training.minSteps,
    Math.min(training.maxSteps ?? Number.POSITIVE_INFINITY, training.epochs * stepsPerEpoch),
  );
  const asks = training.leak !== undefined && held !== null && trained.rowCount <= mostAskedRows;
  const learnt = asks ? firstRows(trained, held.rowCount, layout) : null;
  const program = buildTraining(context, network, seed, { held, learnt }, training.maxMemoryBytes);
  const looking = held ? qualityOf(training, program, { held, learnt }) : undefined;
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
    const trainee = programTrainee(program, looking);
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
  learntQuality?(): Promise<number>;
  free(): void;
}

function qualityOf(
  training: TableTraining,
  program: TrainingProgram,
  { held, learnt }: { readonly held: EncodedRows; readonly learnt: EncodedRows | null },
): Looking {
  const { network, layout, shares, seed, batchSize, calibrate } = training;
  if (network.heldLoss)
    return {
      quality: likelihoodQuality(program, "judge", held.rowCount, batchSize),
      ...(learnt
        ? { learntQuality: likelihoodQuality(program, "judgeLearnt", learnt.rowCount, batchSize) }
        : {}),
      free: () => undefined,
    };
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
  readonly state: Readonly<Record<"model" | "data" | "held" | "learnt", StateTree>>;
  readonly rng: StepGiven["rng"];
}

/** The mean probability (geometric) of what held-out or learnt rows hold, over batches that are the same at every look. */
function likelihoodQuality(
  program: TrainingProgram,
  entry: "judge" | "judgeLearnt",
  heldRows: number,
  batchSize: number,
): () => Promise<number> {
  const steps = Math.ceil(heldRows / batchSize);
  return async () => {
    const outputs = await program.run(entry, { steps, firstStep: 0 });
    const { data } = (outputs as { readonly loss: TensorData }).loss;
    return Math.exp(-Array.from(data).reduce((sum, loss) => sum + loss, 0) / steps);
  };
}

type TrainingProgram = Program<
  { readonly model: StateTree },
  Readonly<Record<"train" | "judge" | "judgeLearnt", EntrySpec<{ readonly model: StateTree }>>>
>;

function buildTraining(
  context: NetworkContext,
  network: TableNetwork,
  seed: number,
  { held, learnt }: { readonly held: EncodedRows | null; readonly learnt: EncodedRows | null },
  maxMemoryBytes?: number,
): TrainingProgram {
  const { layout } = context;
  const judgedBy = { held: network.heldLoss ? held : null, learnt: network.heldLoss ? learnt : null };
  const judging = (side: keyof typeof judgedBy, rows: EncodedRows) => ({
    step: ({ state: now, rng }: JudgeContext) => ({
      outputs: {
        loss: network.heldLoss!(
          { rng, model: now.model, data: now.data, table: now[side] },
          { ...context, rows },
        ),
      },
    }),
  });
  const state = {
    table: tableState(context.rows, layout),
    held: judgedBy.held ? tableState(judgedBy.held, layout) : {},
    learnt: judgedBy.learnt ? tableState(judgedBy.learnt, layout) : {},
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
        ...(judgedBy.held ? { judge: judging("held", judgedBy.held) } : {}),
        ...(judgedBy.learnt ? { judgeLearnt: judging("learnt", judgedBy.learnt) } : {}),
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
  const isHeld = new Uint8Array(rows.rowCount);
  if (count === 0) return { ...partsOf(rows, layout, isHeld), held: null };
  const order = new Permutation(rows.rowCount, streamKey(seed, "holdout"));
  for (let i = 0; i < count; i++) isHeld[order.at(i)] = 1;
  return partsOf(rows, layout, isHeld);
}

function partsOf(
  rows: EncodedRows,
  layout: Layout,
  isHeld: Uint8Array,
): Parts & { readonly held: EncodedRows } {
  const all = Uint32Array.from(isHeld, (_, row) => row);
  const numbers = {
    learnt: all.filter((row) => isHeld[row] === 0),
    held: all.filter((row) => isHeld[row] === 1),
  };
  return { trained: pick(rows, numbers.learnt, layout), held: pick(rows, numbers.held, layout), numbers };
}

function firstRows(rows: EncodedRows, count: number, layout: Layout): EncodedRows {
  return pick(
    rows,
    Uint32Array.from({ length: Math.min(count, rows.rowCount) }, (_, row) => row),
    layout,
  );
}

function pick(rows: EncodedRows, numbers: Uint32Array, layout: Layout): EncodedRows {
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  const alternatives = new Int32Array(numbers.length * spans);
  const places = new Float32Array(numbers.length * placed);
  numbers.forEach((row, to) => {
    alternatives.set(rows.alternatives.subarray(row * spans, (row + 1) * spans), to * spans);
    places.set(rows.places.subarray(row * placed, (row + 1) * placed), to * placed);
  });
  return { rowCount: numbers.length, alternatives, places };
}

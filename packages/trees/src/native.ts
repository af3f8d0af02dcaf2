// The addon as TypeScript sees it, and the one way every call goes: an abort signal becomes a flag that the work reads,
// native errors become VerisimErrors.

import { availableParallelism } from "node:os";
import { throwIfAborted, VerisimError } from "@verisim/core";
import { loadAddon, loadOwnTrees } from "./load-addon.ts";

/** Tagged handles of the addon; nothing can be done with them but passing them back. */
export type TrainingHandle = object;
export type ModelHandle = object;
export type AbortHandle = object;
export type ChainHandle = object;

/** The addon's exports, in the order of native/trees/addon.cc. */
export interface Addon {
  readonly version: string;
  openLibrary(path: string): void;
  beginTraining(
    columns: readonly Float64Array[],
    labels: Float32Array,
    weights: Float32Array | undefined,
    watchedColumns: readonly Float64Array[] | undefined,
    watchedLabels: Float32Array | undefined,
    watchedWeights: Float32Array | undefined,
    names: readonly string[],
    parameters: string,
    abort: AbortHandle | undefined,
  ): Promise<TrainingHandle>;
  growTraining(
    training: TrainingHandle,
    rounds: number,
    losses: Float64Array | undefined,
    abort: AbortHandle | undefined,
  ): Promise<number>;
  trainingText(training: TrainingHandle, rounds: number): Promise<string>;
  freeTraining(training: TrainingHandle): void;
  loadModel(text: string): Promise<ModelHandle>;
  modelInfo(model: ModelHandle): [features: number, outputs: number, iterations: number];
  predict(
    model: ModelHandle,
    columns: readonly Float64Array[],
    raw: boolean,
    threads: number,
    out: Float64Array,
    abort: AbortHandle | undefined,
  ): Promise<number>;
  importance(model: ModelHandle, gain: boolean, out: Float64Array): void;
  createAbort(): AbortHandle;
  abort(handle: AbortHandle): void;
  growDonorTree(
    bins: readonly Uint8Array[],
    counts: Int32Array,
    nominal: Uint8Array,
    codes: Int32Array,
    outcomes: number,
    ordered: boolean,
    zeroApart: boolean,
    folds: readonly Uint32Array[],
    minLeaf: number,
    penalty: number,
    leakPrice: number,
    abort: AbortHandle | undefined,
  ): Promise<GrownTree>;
  boostClasses(
    bins: readonly Uint8Array[],
    counts: Int32Array,
    nominal: Uint8Array,
    classOf: Int32Array,
    classes: number,
    held: Uint32Array,
    depth: number,
    maxTrees: number,
    learningRate: number,
    toBeat: number,
    leakPrice: number,
    seed: number,
    abort: AbortHandle | undefined,
  ): Promise<GrownBoosting>;
  makeChain(columns: readonly object[]): ChainHandle;
  drawChain(
    chain: ChainHandle,
    keys: Uint32Array,
    choices: Uint32Array,
    rowStart: number,
    rowCount: number,
    rows: Int32Array | undefined,
    allowed: readonly object[],
    tries: number,
    threads: number,
    codes: readonly (Int32Array | undefined)[],
    values: readonly (Float64Array | undefined)[],
    forced: Uint8Array | undefined,
    weights: Float64Array | undefined,
    abort: AbortHandle | undefined,
  ): Promise<number>;
}

/** A tree as arrays: node n splits on `feature[n]` (-1: a leaf), its children are `left[n]` and the one after. */
export interface DonorTree {
  readonly feature: Int32Array;
  /** The last bin that goes left; -1 - m: the bins of mask m do. */
  readonly threshold: Int32Array;
  readonly left: Int32Array;
  /** The donors of node n are [start[n], end[n]). */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Eight words of 32 bins per mask. */
  readonly masks: Uint32Array;
  /** Outcomes of the rows that were learnt. */
  readonly donors: Int32Array;
  /** Probability that a draw which comes to node n goes on to the one above it. */
  readonly up: Float32Array;
}

export interface GrownTree extends DonorTree {
  /** Rows that the node above counts as, per class of the node beyond the first. */
  readonly smoothing: number;
  /** Class per outcome, below 64, as held-out rows are judged by: frequent outcomes alone, the others in groups. */
  readonly classOf: Uint8Array;
  /** Mean log-likelihood of the classes of the first fold's rows, in nats; of no split at all. */
  readonly heldScore: number;
  readonly heldRoot: number;
  /** That of held-out rows less the price of what learnt rows are likelier by: what the tree was chosen by. */
  readonly worth: number;
}

/** Boosted oblivious trees as arrays; see native/trees/boosted_classes.h. */
export interface BoostedClasses {
  readonly classes: number;
  readonly depth: number;
  readonly start: Float32Array;
  readonly feature: Int32Array;
  readonly threshold: Uint8Array;
  readonly leaves: Float32Array;
  readonly order: Uint8Array;
}

export interface GrownBoosting extends BoostedClasses {
  /** Mean log-likelihood of held-out rows' classes, in nats. */
  readonly heldScore: number;
  /** That less the price of what learnt rows are likelier by: what the number of trees was chosen by. */
  readonly worth: number;
}

/** Rows from which more than one thread is used unless told otherwise. */
const manyRows = 100_000;

/**
 * Threads for a number of rows: one below 100,000, where waiting for each other costs more than it saves; else
 * VERISIM_THREADS or the processors that this process may use.
 */
export function threadsFor(rowCount: number): number {
  if (rowCount < manyRows) return 1;
  const wished = Number(process.env.VERISIM_THREADS);
  return Math.min(256, Number.isInteger(wished) && wished >= 1 ? wished : availableParallelism());
}

function toVerisimError(error: unknown, op: string, signal: AbortSignal | undefined): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  if (error.code === "VERISIM_ABORTED")
    return new VerisimError("VERISIM_ABORTED", "The work was stopped on request.", { cause: signal?.reason });
  if (typeof error.code === "string" && error.code.startsWith("VERISIM_"))
    return new VerisimError(error.code, `${op}: ${error.message}.`, { where: { op }, cause: error });
  return error;
}

/** Calls a native function that answers at once; its errors become VerisimErrors. */
export function callNative<T>(op: string, call: (addon: Addon) => T): T {
  return callWith(loadAddon, op, call);
}

/** The same for what needs no LightGBM. */
export function callOwnTrees<T>(op: string, call: (addon: Addon) => T): T {
  return callWith(loadOwnTrees, op, call);
}

function callWith<T>(load: () => Addon, op: string, call: (addon: Addon) => T): T {
  const addon = load();
  try {
    return call(addon);
  } catch (error) {
    throw toVerisimError(error, op, undefined);
  }
}

/** Starts native work and turns its errors into VerisimErrors. */
export function runNative<T>(
  op: string,
  signal: AbortSignal | undefined,
  start: (addon: Addon, abort: AbortHandle | undefined) => Promise<T>,
): Promise<T> {
  return runWith(loadAddon, op, signal, start);
}

/** The same for what needs no LightGBM. */
export function runOwnTrees<T>(
  op: string,
  signal: AbortSignal | undefined,
  start: (addon: Addon, abort: AbortHandle | undefined) => Promise<T>,
): Promise<T> {
  return runWith(loadOwnTrees, op, signal, start);
}

async function runWith<T>(
  load: () => Addon,
  op: string,
  signal: AbortSignal | undefined,
  start: (addon: Addon, abort: AbortHandle | undefined) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const addon = load();
  const handle = signal ? addon.createAbort() : undefined;
  const stop = () => addon.abort(handle!);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await start(addon, handle);
  } catch (error) {
    throw toVerisimError(error, op, signal);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

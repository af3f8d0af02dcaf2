// The addon as TypeScript sees it, and the one way every call goes: an abort signal becomes a flag that the work reads,
// native errors become VerisimErrors.

import { availableParallelism } from "node:os";
import { throwIfAborted, VerisimError } from "@verisim/core";
import { loadAddon } from "./load-addon.ts";

/** Tagged handles of the addon; nothing can be done with them but passing them back. */
export type TrainingHandle = object;
export type ModelHandle = object;
export type AbortHandle = object;

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
  const addon = loadAddon();
  try {
    return call(addon);
  } catch (error) {
    throw toVerisimError(error, op, undefined);
  }
}

/** Starts native work and turns its errors into VerisimErrors. */
export async function runNative<T>(
  op: string,
  signal: AbortSignal | undefined,
  start: (addon: Addon, abort: AbortHandle | undefined) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const addon = loadAddon();
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

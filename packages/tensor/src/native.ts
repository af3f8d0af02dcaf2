// The addon as TypeScript sees it, and the one way every function calls it: an abort signal becomes a flag that the
// kernels read, native errors become VerisimErrors, and typed arrays go through as they are.

import { availableParallelism } from "node:os";
import { throwIfAborted, VerisimError } from "@verisim/core";
import type { DType, NumberArray } from "./dtype.ts";
import { loadAddon } from "./load-addon.ts";

/** What every function takes last. */
export interface NativeOptions {
  /** Stops the work; the promise then rejects with `VERISIM_ABORTED` and outputs hold anything. */
  signal?: AbortSignal | undefined;
  /** Most threads to use, 1 to 256. Default: environment variable VERISIM_THREADS, else the processors available. Never changes a bit of a result. */
  threads?: number | undefined;
}

/** A tagged handle of the addon; nothing can be done with it but passing it back. */
export type AbortHandle = object;

/** A tagged handle to a loaded program. */
export type ProgramHandle = object;

/** A place that programs may run on. */
export interface DeviceInfo {
  readonly name: string;
  /** Instruction set or board; where the device cannot be used, why. */
  readonly description: string;
  readonly available: boolean;
}

/** What a loaded program is made of. */
export interface ProgramInfo {
  readonly device: string;
  readonly state: "idle" | "busy" | "freed";
  readonly arenaWords: number;
  readonly slots: readonly { readonly dtype: DType; readonly words: number }[];
  readonly entries: readonly {
    readonly instructions: number;
    readonly outputs: readonly { readonly dtype: DType; readonly length: number }[];
  }[];
}

type Run = [threads: number, abort: AbortHandle | undefined];

/** The addon's exports, in the order of native/tensor/addon.cc and program_addon.cc. */
export interface Addon {
  readonly version: string;
  readonly simd: string;
  drawNumbers(
    out: Float64Array,
    keys: readonly (readonly [number, number])[],
    rowStart: number,
    rowCount: number,
    attempt: number,
    block: number,
    normal: boolean,
    ...run: Run
  ): Promise<number>;
  mapNormal(x: Float64Array, out: Float64Array, inverse: boolean, ...run: Run): Promise<number>;
  gemm(
    transposeA: boolean,
    transposeB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Float64Array | Float32Array,
    b: Float64Array | Float32Array,
    beta: number,
    c: Float64Array | Float32Array,
    ...run: Run
  ): Promise<number>;
  cholesky(a: Float64Array, n: number, ...run: Run): Promise<number>;
  symmetricEigen(a: Float64Array, values: Float64Array, n: number, ...run: Run): Promise<number>;
  sortNumbers(values: Float64Array, out: Float64Array, ...run: Run): Promise<number>;
  ranks(values: Float64Array, out: Float64Array, ...run: Run): Promise<number>;
  bucketize(
    z: Float64Array,
    thresholds: Float64Array,
    out: Int32Array,
    labels: Int32Array | undefined,
    ...run: Run
  ): Promise<number>;
  quantileMap(
    z: Float64Array,
    thresholds: Float64Array,
    cumulative: Float64Array,
    low: Float64Array,
    high: Float64Array,
    decimals: number,
    out: Float64Array,
    ...run: Run
  ): Promise<number>;
  correlation(
    columns: readonly Float64Array[],
    correlation: Float64Array,
    counts: Float64Array,
    ...run: Run
  ): Promise<number>;
  histogram(values: Float64Array, edges: Float64Array, counts: Float64Array, ...run: Run): Promise<number>;
  contingency(
    a: Int32Array,
    cardinalityA: number,
    b: Int32Array,
    cardinalityB: number,
    counts: Float64Array,
    ...run: Run
  ): Promise<number>;
  ksStatistic(sortedA: Float64Array, sortedB: Float64Array, ...run: Run): Promise<number>;
  nearestNeighbours(
    queries: Float64Array | Float32Array,
    reference: Float64Array | Float32Array,
    queryCount: number,
    referenceCount: number,
    width: number,
    queryCodes: Int32Array | undefined,
    referenceCodes: Int32Array | undefined,
    weights: Float64Array | undefined,
    k: number,
    manhattan: boolean,
    selves: Int32Array | undefined,
    indices: Int32Array,
    distances: Float64Array,
    ...run: Run
  ): Promise<number>;
  createAbort(): AbortHandle;
  abort(handle: AbortHandle): void;
  kernelNames(): string[];
  pointwiseNames(): string[];
  devices(): DeviceInfo[];
  cudaText(words: Int32Array): string;
  createProgram(words: Int32Array, device: string): ProgramHandle;
  programInfo(program: ProgramHandle): ProgramInfo;
  writeSlot(program: ProgramHandle, slot: number, numbers: NumberArray, offset: number): void;
  readSlot(program: ProgramHandle, slot: number, out: NumberArray, offset: number): void;
  runProgram(
    program: ProgramHandle,
    entry: number,
    steps: number,
    seedLow: number,
    seedHigh: number,
    firstStep: number,
    rowOffset: number,
    outputs: readonly NumberArray[],
    ...run: Run
  ): Promise<number>;
  programTimes(program: ProgramHandle, entry: number): number[];
  freeProgram(program: ProgramHandle): void;
}

let threadsByDefault: number | undefined;

/** Threads that functions use unless told: VERISIM_THREADS, else the processors that this process may use. */
export function defaultThreads(): number {
  if (threadsByDefault === undefined) {
    const wished = Number(process.env.VERISIM_THREADS);
    threadsByDefault =
      Number.isInteger(wished) && wished >= 1 ? Math.min(256, wished) : availableParallelism();
  }
  return Math.min(256, threadsByDefault);
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

/** Starts one native function and turns its errors into VerisimErrors; resolves to the number it returns. */
export async function runNative(
  op: string,
  options: NativeOptions | undefined,
  start: (addon: Addon, ...run: Run) => Promise<number>,
): Promise<number> {
  const signal = options?.signal;
  throwIfAborted(signal);
  const addon = loadAddon();
  const threads = options?.threads ?? defaultThreads();
  if (signal === undefined) {
    try {
      return await start(addon, threads, undefined);
    } catch (error) {
      throw toVerisimError(error, op, signal);
    }
  }
  const handle = addon.createAbort();
  const forget = abortWith(signal, () => addon.abort(handle));
  try {
    return await start(addon, threads, handle);
  } catch (error) {
    throw toVerisimError(error, op, signal);
  } finally {
    forget();
  }
}

const aborted = new WeakMap<AbortSignal, Set<() => void>>();

/** One listener per signal, however many calls run: Node warns of a leak at the eleventh. Returns how to undo it. */
function abortWith(signal: AbortSignal, abort: () => void): () => void {
  let calls = aborted.get(signal);
  if (calls === undefined) {
    const running = new Set<() => void>();
    const onAbort = (): void => running.forEach((stop) => void stop());
    signal.addEventListener("abort", onAbort, { once: true });
    calls = running;
    aborted.set(signal, calls);
  }
  calls.add(abort);
  return () => void calls.delete(abort);
}

/** An argument that TypeScript's types would have refused. */
export function wrongArgument(op: string, message: string): VerisimError {
  return new VerisimError("VERISIM_NATIVE_ARGUMENT", `${op}: ${message}.`, { where: { op } });
}

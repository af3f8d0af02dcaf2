// A program on a device: state that lives there, entries that run K steps in one call off the JavaScript thread. The
// only class that a training loop needs; everything before it happens once, when the program is built.

import { streamKey, throwIfAborted, VerisimError } from "@verisim/core";
import { type CompiledEntry, type CompiledProgram, compileEntries, debugs } from "./compile/compile.ts";
import { type PlanSummary, printTimes, summarize } from "./compile/print-steps.ts";
import { dtypeOf, type NumberArray, numberArray } from "./dtype.ts";
import { typeText } from "./graph/tensor.ts";
import { type EntryOutputs, type EntrySpec, type ProgramSpec, traceProgram } from "./program-spec.ts";
import { kernelNames, NativeProgram, pointwiseNames } from "./runtime/native-program.ts";
import { sameShape, sizeOf } from "./shape.ts";
import { isTensorData, type TensorData, typeOfData } from "./tensor-data.ts";
import { isTensor } from "./trace.ts";
import { leavesOf, mapTree } from "./tree.ts";

export interface ProgramOptions {
  /** Where it runs: `cpu` (default) or `cuda`; `cuda:1` is the second board. */
  readonly device?: string;
  /** Seed of all random numbers, any safe integer; default 0. */
  readonly seed?: number;
  /** A program of the same entries over a state of the same form: what was compiled for it is taken again. */
  readonly like?: Program;
}

/** How one call of an entry runs. */
export interface RunOptions {
  /** Steps of this call, at least 1; default 1. */
  readonly steps?: number;
  /** Numbers for the entry's inputs, of the form that it declared; the same for all steps. */
  readonly inputs?: unknown;
  /** Number of the first step, which random numbers depend on; default: counts on from the entry's last call. */
  readonly firstStep?: number;
  /** Number of the first row of random arrays; default 0. */
  readonly rowOffset?: number;
  /** Default: the program's. */
  readonly seed?: number;
  /** Most threads, 1 to 256; changes no bit. Default: environment variable VERISIM_THREADS, else the processors available. */
  readonly threads?: number;
  /**
   * Arrays to write outputs into instead of new ones, by the output's path: of its dtype, with the numbers of all steps.
   * They are written at any time until the run is over.
   */
  readonly into?: Readonly<Record<string, NumberArray>>;
  /** Stops between two instructions; the state then holds anything. */
  readonly signal?: AbortSignal;
  /** Called about ten times a second with the steps done. */
  readonly onProgress?: (done: number) => void;
}

/** Time between two calls of onProgress. */
const progressMs = 100;

/** A compiled program with its memory. Free it when done; programs that are dropped are freed in time. */
export class Program<
  S = unknown,
  E extends Readonly<Record<string, EntrySpec<S>>> = Readonly<Record<string, EntrySpec<S>>>,
> {
  readonly #spec: ProgramSpec<S, E>;
  readonly #compiled: CompiledProgram;
  readonly #native: NativeProgram;
  readonly #outputTrees: ReadonlyMap<string, unknown>;
  /** Steps run per entry, for VERISIM_DEBUG=run. */
  readonly #measured = new Map<number, number>();
  readonly #nextStep = new Map<string, number>();
  readonly #seed: number;
  /** The call before: calls of one program take their turns. */
  #last: Promise<unknown> = Promise.resolve();

  /** Use {@link buildProgram}. */
  constructor(spec: ProgramSpec<S, E>, options: ProgramOptions = {}) {
    const device = options.device ?? "cpu";
    this.#spec = spec;
    this.#seed = options.seed ?? 0;
    if (options.like) {
      this.#outputTrees = options.like.#outputTrees;
      this.#compiled = options.like.#compiled;
    } else {
      const traced = traceProgram(spec);
      this.#outputTrees = new Map(traced.map(({ name, outputTree }) => [name, outputTree]));
      this.#compiled = compileEntries(traced, { kernels: kernelNames(), pointwise: pointwiseNames() });
    }
    this.#native = NativeProgram.create(this.#compiled.words, device);
    for (const [slot, { data }] of this.#compiled.slots.entries())
      if (data) this.#native.writeSlot(slot, data);
    this.write(spec.state);
  }

  /** What each entry costs in kernels, products and bytes. */
  get plan(): Readonly<Record<keyof E & string, PlanSummary>> {
    const plans = this.#compiled.entries.map(({ name, planned }) => [name, summarize(planned)]);
    return Object.fromEntries(plans);
  }

  /**
   * Runs steps of an entry. Calls on one program run one after another; inputs are read when a call's turn comes.
   * @returns its outputs, each with the steps as its first axis
   * @throws VerisimError `VERISIM_ENTRY_UNKNOWN`, `VERISIM_INPUT_MISMATCH`, `VERISIM_OUTPUT_MISMATCH`, `VERISIM_ABORTED`,
   * `VERISIM_PROGRAM_FREED`
   */
  run<K extends keyof E & string>(name: K, options: RunOptions = {}): Promise<EntryOutputs<E[K]>> {
    const turn = this.#last.then(() => this.#runNow(name, options));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #runNow<K extends keyof E & string>(name: K, options: RunOptions): Promise<EntryOutputs<E[K]>> {
    const index = this.#indexOf(name);
    const entry = this.#compiled.entries[index]!;
    const { steps = 1, signal, threads, onProgress } = options;
    throwIfAborted(signal);
    this.#giveInputs(entry, options.inputs ?? {});
    const outputs = entry.outputs.map(({ path, type }) => {
      const size = steps * sizeOf(type.shape);
      const given = options.into?.[path];
      if (given !== undefined && (given.length !== size || dtypeOf(given) !== type.dtype))
        throw new VerisimError(
          "VERISIM_OUTPUT_MISMATCH",
          `[${entry.name}] Expected room for ${size} numbers of ${type.dtype} for output ${path} but received ${given.length} of ${dtypeOf(given)}`,
          { where: { op: entry.name } },
        );
      return given ?? numberArray(type.dtype, size);
    });
    const first = options.firstStep ?? this.#nextStep.get(name) ?? 0;
    const key = streamKey(options.seed ?? this.#seed, name);
    let chunk = onProgress === undefined ? steps : 1;
    for (let done = 0; done < steps; ) {
      const count = Math.min(chunk, steps - done);
      const parts = outputs.map((array) => {
        const length = array.length / steps;
        return array.subarray(done * length, (done + count) * length);
      });
      const started = performance.now();
      await this.#native.run(index, {
        steps: count,
        seed: key,
        firstStep: first + done,
        rowOffset: options.rowOffset ?? 0,
        outputs: parts,
        signal,
        threads,
      });
      done += count;
      this.#nextStep.set(name, first + done);
      onProgress?.(done);
      chunk = Math.ceil((count * progressMs) / Math.max(performance.now() - started, 0.01));
    }
    this.#showTimes(index, steps);
    const shaped = new Map(
      entry.outputs.map(({ path, type }, i) => [path, { shape: [steps, ...type.shape], data: outputs[i]! }]),
    );
    return this.#inTree(name, shaped);
  }

  /** One step of an entry; outputs have their own shapes. Throws as {@link run}. */
  async call<K extends keyof E & string>(
    name: K,
    inputs: unknown = {},
    options: Omit<RunOptions, "steps" | "inputs" | "onProgress"> = {},
  ): Promise<EntryOutputs<E[K]>> {
    const stacked = await this.run(name, { ...options, inputs });
    return mapTree(stacked, isTensorData, ({ shape, data }) => ({
      shape: shape.slice(1),
      data,
    })) as EntryOutputs<E[K]>;
  }

  /**
   * The state's numbers, of the form that the program was built with.
   * @throws VerisimError `VERISIM_PROGRAM_BUSY`, `VERISIM_PROGRAM_FREED`
   */
  read(): S {
    let slot = 0;
    return mapTree(this.#spec.state, isTensorData, ({ shape, data }) => {
      return { shape, data: this.#native.readSlot(slot++, numberArray(dtypeOf(data), data.length)) };
    }) as S;
  }

  /**
   * The numbers under one key of the state: parameters without the data table beside them. Throws as {@link read}.
   * @param into an earlier result for this key: its arrays are filled and returned, where they fit
   */
  readPart<K extends keyof S & string>(key: K, into?: S[K]): S[K] {
    const known = new Map(
      leavesOf({ [key]: into }, isTensorData).map(({ path, value }) => [path, value.data]),
    );
    let slot = 0;
    const parts = mapTree(this.#spec.state, isTensorData, ({ shape, data }, path) => {
      const own = slot++;
      if (path !== key && !path.startsWith(`${key}.`)) return null;
      const dtype = dtypeOf(data);
      const old = known.get(path);
      const room =
        old?.length === data.length && dtypeOf(old) === dtype ? old : numberArray(dtype, data.length);
      return { shape, data: this.#native.readSlot(own, room) };
    }) as S;
    return parts[key];
  }

  /**
   * Writes numbers into the state: the whole tree or a part of it.
   * @throws VerisimError `VERISIM_STATE_MISMATCH`, `VERISIM_PROGRAM_BUSY`, `VERISIM_PROGRAM_FREED`
   */
  write(state: unknown): void {
    const slots = new Map(
      leavesOf(this.#spec.state, isTensorData).map(({ path, value }, slot) => [path, { slot, value }]),
    );
    for (const { path, value } of leavesOf(state, isTensorData)) {
      const known = slots.get(path);
      if (known === undefined || !matches(value, known.value))
        throw new VerisimError(
          "VERISIM_STATE_MISMATCH",
          known === undefined
            ? `Expected a part of the program's state but received ${path}`
            : `Expected ${typeText(typeOfData(known.value))} for state ${path} but received ${typeText(typeOfData(value))}`,
        );
      this.#native.writeSlot(known.slot, value.data);
    }
  }

  /** Frees the program's memory; calling it twice does no harm. A program that runs cannot be freed (`VERISIM_PROGRAM_BUSY`). */
  free(): void {
    this.#native[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #showTimes(index: number, steps: number): void {
    if (!debugs("run")) return;
    const done = (this.#measured.get(index) ?? 0) + steps;
    this.#measured.set(index, done);
    const times = this.#native.times(index);
    if (times.length > 0)
      process.stderr.write(`${printTimes(this.#compiled.entries[index]!.planned.entry, times, done)}\n`);
  }

  #indexOf(name: string): number {
    const index = this.#compiled.entries.findIndex((entry) => entry.name === name);
    if (index >= 0) return index;
    const known = this.#compiled.entries.map((entry) => entry.name).join(", ");
    throw new VerisimError(
      "VERISIM_ENTRY_UNKNOWN",
      `Expected an entry of the program (${known}) but received ${name}`,
    );
  }

  #giveInputs(entry: CompiledEntry, inputs: unknown): void {
    const given = new Map(leavesOf(inputs, isTensorData).map(({ path, value }) => [path, value]));
    for (const { path, slot, type } of entry.inputs) {
      const value = given.get(path);
      if (value === undefined || !matches(value, type))
        throw new VerisimError(
          "VERISIM_INPUT_MISMATCH",
          `[${entry.name}] Expected ${typeText(type)} for input ${path} but received ${value === undefined ? "nothing" : typeText(typeOfData(value))}`,
          { where: { op: entry.name } },
        );
      given.delete(path);
      this.#native.writeSlot(slot, value.data);
    }
    const [extra] = given.keys();
    if (extra !== undefined)
      throw new VerisimError("VERISIM_INPUT_MISMATCH", `[${entry.name}] Expected no input ${extra}`, {
        where: { op: entry.name },
      });
  }

  #inTree<K extends keyof E & string>(name: K, outputs: ReadonlyMap<string, TensorData>): EntryOutputs<E[K]> {
    return mapTree(this.#outputTrees.get(name), isTensor, (_, path) => outputs.get(path)!) as EntryOutputs<
      E[K]
    >;
  }
}

function matches(
  value: TensorData,
  expected: TensorData | { shape: readonly number[]; dtype: string },
): boolean {
  const type = typeOfData(value);
  const wanted = "dtype" in expected ? expected : typeOfData(expected);
  return (
    type.dtype === wanted.dtype &&
    sameShape(type.shape, wanted.shape) &&
    value.data.length === sizeOf(type.shape)
  );
}

/**
 * Traces, compiles and loads a program. Costs tens of milliseconds: build once, run many times.
 *
 * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`, `VERISIM_STATE_MISMATCH` from the entries;
 * `VERISIM_DEVICE_UNAVAILABLE`, `VERISIM_NATIVE_MISSING`, `VERISIM_OUT_OF_MEMORY`
 */
export function buildProgram<const S, E extends Readonly<Record<string, EntrySpec<S>>>>(
  spec: ProgramSpec<S, E>,
  options?: ProgramOptions,
): Program<S, E> {
  return new Program(spec, options);
}

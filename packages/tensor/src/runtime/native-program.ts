// A program in native memory (docs/design/tensor-program.md): a thin class over the addon's handle. It knows slots and
// entries by number only; names, trees and shapes belong to the compiler.

import type { NumberArray } from "../dtype.ts";
import {
  callNative,
  type DeviceInfo,
  type NativeOptions,
  type ProgramHandle,
  type ProgramInfo,
  runNative,
} from "../native.ts";

/** Two 32-bit words, low and high. */
export type SeedWords = readonly [low: number, high: number];

/** How an entry is run. */
export interface NativeRunOptions extends NativeOptions {
  /** Times that the entry runs, 0 to 2^31 - 1. Default 1. */
  steps?: number | undefined;
  /** Default [0, 0]. */
  seed?: SeedWords | undefined;
  /** Number of the first step, 0 to 2^53 - 1: random numbers depend on it. Default 0. */
  firstStep?: number | undefined;
  /** Number of the first row, 0 to 2^53 - 1: random numbers depend on it. Default 0. */
  rowOffset?: number | undefined;
  /**
   * One array per output of the entry, of its dtype, `steps` times as long: step after step. They are written when the
   * run has ended well, and left as they are otherwise. Default none.
   */
  outputs?: readonly NumberArray[] | undefined;
}

/**
 * A loaded program: state slots and an arena at fixed addresses. State is zero until written. One run at a time; slots
 * are read and written between runs.
 *
 * Native memory is given back by {@link NativeProgram.free}, or some time after nobody holds the program any more.
 */
export class NativeProgram {
  /** What the program is made of, as it was loaded. */
  readonly info: Omit<ProgramInfo, "state">;
  readonly #handle: ProgramHandle;

  private constructor(handle: ProgramHandle) {
    this.#handle = handle;
    const { state: _, ...info } = callNative("program", (addon) => addon.programInfo(handle));
    this.info = info;
  }

  /**
   * Checks and binds a program.
   * @param words as docs/design/tensor-program.md says
   * @param device one of {@link nativeDevices}. Default `"cpu"`.
   * @throws VerisimError `VERISIM_PROGRAM_INVALID`, `VERISIM_DEVICE_UNAVAILABLE`, `VERISIM_OUT_OF_MEMORY`
   */
  static create(words: Int32Array, device = "cpu"): NativeProgram {
    return new NativeProgram(callNative("createProgram", (addon) => addon.createProgram(words, device)));
  }

  /** Whether it can be used now, runs, or was freed. */
  get state(): ProgramInfo["state"] {
    return callNative("program", (addon) => addon.programInfo(this.#handle).state);
  }

  /**
   * Copies numbers of the slot's dtype into a slot, from `offset` on (in numbers).
   * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_PROGRAM_BUSY` while it runs, `VERISIM_PROGRAM_FREED`
   */
  writeSlot(slot: number, numbers: NumberArray, offset = 0): void {
    callNative("writeSlot", (addon) => addon.writeSlot(this.#handle, slot, numbers, offset));
  }

  /**
   * Fills `out`, of the slot's dtype, from a slot, from `offset` on (in numbers), and returns it.
   * @throws VerisimError `VERISIM_NATIVE_ARGUMENT`, `VERISIM_PROGRAM_BUSY` while it runs, `VERISIM_PROGRAM_FREED`
   */
  readSlot<T extends NumberArray>(slot: number, out: T, offset = 0): T {
    callNative("readSlot", (addon) => addon.readSlot(this.#handle, slot, out, offset));
    return out;
  }

  /**
   * Runs an entry and resolves to the number of steps.
   * @throws VerisimError `VERISIM_ABORTED` (the slots then hold anything), `VERISIM_NATIVE_ARGUMENT`,
   *   `VERISIM_PROGRAM_BUSY` while another run goes on, `VERISIM_PROGRAM_FREED`, `VERISIM_OUT_OF_MEMORY`
   */
  run(entry: number, options: NativeRunOptions = {}): Promise<number> {
    const { steps = 1, seed = [0, 0], firstStep = 0, rowOffset = 0, outputs = [] } = options;
    return runNative("runProgram", options, (addon, ...run) =>
      addon.runProgram(this.#handle, entry, steps, ...seed, firstStep, rowOffset, outputs, ...run),
    );
  }

  /**
   * Nanoseconds spent in each instruction of an entry over all runs; empty unless `VERISIM_DEBUG` named `run` when the
   * program was created.
   * @throws VerisimError `VERISIM_PROGRAM_BUSY`, `VERISIM_PROGRAM_FREED`
   */
  times(entry: number): number[] {
    return callNative("programTimes", (addon) => addon.programTimes(this.#handle, entry));
  }

  /**
   * Gives the memory back at once.
   * @throws VerisimError `VERISIM_PROGRAM_BUSY` while it runs, `VERISIM_PROGRAM_FREED` the second time
   */
  free(): void {
    callNative("freeProgram", (addon) => addon.freeProgram(this.#handle));
  }

  /** As {@link NativeProgram.free}, and nothing where it was freed before. */
  [Symbol.dispose](): void {
    if (this.state !== "freed") this.free();
  }
}

/** Kernels that this build's programs may call, in the order that programs count them. */
export function kernelNames(): string[] {
  return callNative("kernelNames", (addon) => addon.kernelNames());
}

/** Pointwise ops that groups of this build may hold, in the order that programs count them. */
export function pointwiseNames(): string[] {
  return callNative("pointwiseNames", (addon) => addon.pointwiseNames());
}

/** Devices that this build knows, usable or not. */
export function nativeDevices(): DeviceInfo[] {
  return callNative("devices", (addon) => addon.devices());
}

/**
 * Kernel text of a program's fused groups, as a GPU would compile it: for checks without a GPU.
 * @throws VerisimError `VERISIM_PROGRAM_INVALID`
 */
export function cudaText(words: Int32Array): string {
  return callNative("cudaText", (addon) => addon.cudaText(words));
}

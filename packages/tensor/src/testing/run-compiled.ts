// Runs one traced entry on a device of the native runtime, under a given run state: what the conformance suites compare
// with the reference.

import { compileEntries } from "../compile/compile.ts";
import { type NumberArray, numberArray } from "../dtype.ts";
import type { ReferenceContext } from "../ops/operation.ts";
import { kernelNames, NativeProgram, pointwiseNames } from "../runtime/native-program.ts";
import { sizeOf } from "../shape.ts";
import { isTensorData } from "../tensor-data.ts";
import type { TracedEntry } from "../trace.ts";
import { leavesOf } from "../tree.ts";

/** What a run takes: trees of TensorData of the entry's state and inputs. */
export interface CompiledRun {
  readonly state?: unknown;
  readonly inputs?: unknown;
  readonly context?: ReferenceContext;
  /** Default 1. */
  readonly steps?: number;
  readonly threads?: number;
  /** Whether pointwise ops share instructions; default true. */
  readonly fuse?: boolean;
}

/** Outputs in the order of the entry's (steps one after another), and the state's slots after the run. */
export interface CompiledResult {
  readonly outputs: readonly NumberArray[];
  readonly state: readonly NumberArray[];
}

export async function runCompiled(
  entry: TracedEntry,
  run: CompiledRun,
  device: string,
): Promise<CompiledResult> {
  const names = { kernels: kernelNames(), pointwise: pointwiseNames() };
  const program = compileEntries([entry], names, { fuse: run.fuse ?? true });
  const [compiled] = program.entries;
  const native = NativeProgram.create(program.words, device);
  try {
    for (const [slot, { data }] of program.slots.entries()) if (data) native.writeSlot(slot, data);
    for (const [slot, { value }] of leavesOf(run.state ?? {}, isTensorData).entries())
      native.writeSlot(slot, value.data);
    const given = new Map(
      leavesOf(run.inputs ?? {}, isTensorData).map(({ path, value }) => [path, value.data]),
    );
    for (const { path, slot } of compiled!.inputs) native.writeSlot(slot, given.get(path)!);
    const { steps = 1, threads } = run;
    const { key, step, rowOffset } = run.context ?? { key: [0, 0], step: 0, rowOffset: 0 };
    const outputs = compiled!.outputs.map(({ type }) => numberArray(type.dtype, steps * sizeOf(type.shape)));
    await native.run(0, { steps, seed: key, firstStep: step, rowOffset, outputs, threads });
    const state = entry.state.map(({ tensor }, slot) =>
      native.readSlot(slot, numberArray(tensor.dtype, sizeOf(tensor.shape))),
    );
    return { outputs, state };
  } finally {
    native.free();
  }
}

// The compiler from end to end: simplify, cut into units, lower to steps, plan the arena, emit words; the graph is
// verified between the passes. VERISIM_DEBUG=graph|fuse|plan prints a stage to stderr.

import { printEntry } from "../graph/print.ts";
import { verifyEntry } from "../graph/verify.ts";
import type { TensorType } from "../ops/operation.ts";
import type { TracedEntry } from "../trace.ts";
import { emitProgram, type KernelNames, type PlannedEntry } from "./emit.ts";
import { lowerEntry } from "./lower.ts";
import { planArena } from "./plan.ts";
import { printPlan, printSteps } from "./print-steps.ts";
import { simplify } from "./simplify.ts";
import { Slots } from "./slots.ts";
import type { Slot } from "./steps.ts";
import { partition } from "./units.ts";

/** A compiled entry: what a caller gives and gets, in the order of the words. */
export interface CompiledEntry {
  readonly name: string;
  readonly inputs: readonly { readonly path: string; readonly slot: number; readonly type: TensorType }[];
  readonly outputs: readonly { readonly path: string; readonly type: TensorType }[];
  readonly planned: PlannedEntry;
}

/** A program as words, with what surrounds them. */
export interface CompiledProgram {
  readonly words: Int32Array;
  readonly slots: readonly Slot[];
  readonly entries: readonly CompiledEntry[];
}

/** Stages that VERISIM_DEBUG asks for, separated by commas. */
export function debugs(stage: "graph" | "fuse" | "plan" | "run"): boolean {
  return (process.env.VERISIM_DEBUG ?? "").split(",").includes(stage);
}

function show(stage: "graph" | "fuse" | "plan", text: () => string): void {
  if (debugs(stage)) process.stderr.write(`${text()}\n`);
}

/** How to compile. */
export interface CompileOptions {
  /** Whether pointwise ops share instructions; default true. Tests compare both. */
  readonly fuse?: boolean;
}

/**
 * Compiles entries that share one state.
 * @throws VerisimError `VERISIM_KERNEL_MISSING`, `VERISIM_PROGRAM_TOO_LARGE`, `VERISIM_RANK_TOO_HIGH`
 */
export function compileEntries(
  entries: readonly TracedEntry[],
  names: KernelNames,
  { fuse = true }: CompileOptions = {},
): CompiledProgram {
  const slots = new Slots(entries[0]?.state ?? []);
  const compiled = entries.map((entry) => compileEntry(entry, slots, fuse));
  const words = emitProgram(
    compiled.map(({ planned }) => planned),
    slots.list,
    names,
  );
  return { words, slots: slots.list, entries: compiled };
}

function compileEntry(traced: TracedEntry, slots: Slots, fuse: boolean): CompiledEntry {
  verifyEntry(traced, "tracing");
  const simple = verifyEntry(simplify(traced), "simplify");
  show("graph", () => printEntry(simple));
  const entry = lowerEntry(partition(simple, fuse), slots);
  const planned = { entry, plan: planArena(entry) };
  show("fuse", () => printSteps(entry));
  show("plan", () => printPlan(planned));
  return {
    name: traced.name,
    inputs: simple.inputs.map(({ path, tensor }) => ({
      path,
      slot: slots.input(traced.name, tensor),
      type: typeOf(tensor),
    })),
    outputs: traced.outputs.map(({ path, tensor }) => ({ path, type: typeOf(tensor) })),
    planned,
  };
}

const typeOf = ({ shape, dtype }: TensorType): TensorType => ({ shape, dtype });

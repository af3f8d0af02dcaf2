// From steps to the words of docs/design/tensor-program.md. Names become numbers here: kernels and pointwise ops are
// looked up in the addon's lists, and one that is missing is an error that names it.

import { VerisimError } from "@verisim/core";
import { wordOf } from "./lower-group.ts";
import type { ArenaPlan } from "./plan.ts";
import { type FusedStep, type LoweredEntry, outputModes, type ProgramStep, type Slot } from "./steps.ts";
import type { View } from "./view.ts";

/** The names that a runtime knows, in its order. */
export interface KernelNames {
  readonly kernels: readonly string[];
  readonly pointwise: readonly string[];
}

const magic = 0x56534d31;
const mostWords = 2 ** 31 - 1;

/** An entry with its plan. */
export interface PlannedEntry {
  readonly entry: LoweredEntry;
  readonly plan: ArenaPlan;
}

class Words {
  readonly words: number[] = [];
  readonly #kernels: ReadonlyMap<string, number>;
  readonly #pointwise: ReadonlyMap<string, number>;

  constructor(names: KernelNames) {
    this.#kernels = new Map(names.kernels.map((name, index) => [name, index]));
    this.#pointwise = new Map(names.pointwise.map((name, index) => [name, index]));
  }

  operand(view: View, plan: ArenaPlan, written: boolean): void {
    const { value } = view;
    const home = value.slot === undefined ? plan.offsets.get(value)! : 0;
    const flags = (value.dtype === "i32" ? 1 : 0) + (written ? 2 : 0);
    this.words.push(value.slot ?? -1, home + view.offset, extent(view), flags);
  }

  instruction(step: ProgramStep, plan: ArenaPlan): void {
    const fused = step.kind === "fused";
    const kernel = find(this.#kernels, fused ? "fused" : step.kernel, "kernel");
    const ints = fused ? this.#fusedInts(step) : step.ints;
    const floats = fused ? [] : step.floats;
    const operands = fused
      ? [
          ...step.inputs.map((view) => ({ view, written: false })),
          ...step.outputs.map(({ view }) => ({ view, written: true })),
        ]
      : step.operands;
    this.words.push(kernel, operands.length, ints.length, floats.length);
    for (const { view, written } of operands) this.operand(view, plan, written);
    for (const int of ints) this.words.push(int);
    for (const float of floats) this.words.push(wordOf(float, "f32"));
  }

  #fusedInts(step: FusedStep): number[] {
    const strides = (view: View, mode: number): readonly number[] =>
      mode === outputModes.store ? view.strides : step.dims.map(() => 0);
    return [
      step.dims.length,
      ...step.dims,
      step.split,
      step.inputs.length,
      ...step.inputs.flatMap((view) => view.strides),
      step.constants.length,
      ...step.constants,
      step.ops.length,
      ...step.ops.flatMap(({ name, operands: [a = -1, b = -1, c = -1] }) => [
        find(this.#pointwise, name, "pointwise op"),
        a,
        b,
        c,
      ]),
      step.outputs.length,
      ...step.outputs.flatMap(({ operand, mode, view }) => [operand, mode, ...strides(view, mode)]),
    ];
  }
}

function find(names: ReadonlyMap<string, number>, name: string, what: string): number {
  const index = names.get(name);
  if (index === undefined)
    throw new VerisimError(
      "VERISIM_KERNEL_MISSING",
      `Expected the runtime to have the ${what} ${name} but it has none of that name`,
      {
        where: { op: name },
        hint: "The addon and this package are of different versions: install both again.",
      },
    );
  return index;
}

/** Words from a view's first element to its last. */
export function extent(view: View): number {
  let length = 1;
  for (const [axis, size] of view.shape.entries()) {
    if (size === 0) return 0;
    length += (size - 1) * view.strides[axis]!;
  }
  return length;
}

/**
 * The program of all entries.
 * @throws VerisimError `VERISIM_KERNEL_MISSING`, `VERISIM_PROGRAM_TOO_LARGE`
 */
export function emitProgram(
  entries: readonly PlannedEntry[],
  slots: readonly Slot[],
  names: KernelNames,
): Int32Array {
  const arena = entries.reduce((most, { plan }) => Math.max(most, plan.words), 0);
  if (arena > mostWords || slots.some(({ size }) => size > mostWords))
    throw new VerisimError(
      "VERISIM_PROGRAM_TOO_LARGE",
      `Expected at most ${mostWords} numbers in the arena and in each slot but the program needs ${arena}`,
      {
        hint: "Use a smaller batch, or keep large tables in several state tensors.",
      },
    );
  const out = new Words(names);
  out.words.push(magic, slots.length, arena, entries.length);
  for (const { dtype, size } of slots) out.words.push(dtype === "i32" ? 1 : 0, size);
  for (const { entry, plan } of entries) {
    out.words.push(entry.steps.length, entry.outputs.length);
    for (const view of entry.outputs) out.operand(view, plan, false);
    for (const step of entry.steps) out.instruction(step, plan);
  }
  return Int32Array.from(out.words);
}

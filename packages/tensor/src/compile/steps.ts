// What a compiled entry consists of before it becomes words: steps over views of values. The native program is these
// steps with each value at its place (docs/design/tensor-program.md).

import type { DType, NumberArray } from "../dtype.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Value, View } from "./view.ts";

/** An op inside a fused step; operands count inputs, then constants, then ops. */
export interface FusedOp {
  readonly name: string;
  readonly operands: readonly number[];
}

/** Output modes of a fused step. */
export const outputModes = { store: 0, sumColumns: 1, maxColumns: 2, sumRows: 3, maxRows: 4 } as const;

export interface FusedOutput {
  readonly operand: number;
  readonly mode: number;
  /** Mode 0: over the step's dims. Others: dense. */
  readonly view: View;
}

/** A group: see the kernel `fused`. */
export interface FusedStep {
  readonly kind: "fused";
  readonly dims: readonly number[];
  readonly split: number;
  /** Each over the step's dims. */
  readonly inputs: readonly View[];
  /** Bits. */
  readonly constants: readonly number[];
  readonly ops: readonly FusedOp[];
  readonly outputs: readonly FusedOutput[];
}

export interface CallOperand {
  readonly view: View;
  readonly written: boolean;
}

/** Any other kernel. */
export interface CallStep {
  readonly kind: "call";
  /** The node that it computes, before any value that it adds to. */
  readonly node: Tensor;
  readonly kernel: string;
  readonly operands: readonly CallOperand[];
  readonly ints: readonly number[];
  readonly floats: readonly number[];
}

export type ProgramStep = FusedStep | CallStep;

/** Memory that outlives a step: state, inputs of a run, literal arrays. */
export interface Slot {
  readonly name: string;
  readonly kind: "state" | "input" | "constant";
  readonly dtype: DType;
  readonly size: number;
  /** What a constant holds. */
  readonly data?: NumberArray;
}

/** A compiled entry before its arena is planned. */
export interface LoweredEntry {
  readonly name: string;
  readonly steps: readonly ProgramStep[];
  /** Dense views, in the order of the entry's outputs. */
  readonly outputs: readonly View[];
}

/** Views that a step reads. */
export function readsOf(step: ProgramStep): View[] {
  return step.kind === "fused"
    ? [...step.inputs]
    : step.operands.filter((operand) => !operand.written).map((operand) => operand.view);
}

/** Views that a step writes (some kernels read them too). */
export function writesOf(step: ProgramStep): View[] {
  return step.kind === "fused"
    ? step.outputs.map((output) => output.view)
    : step.operands.filter((operand) => operand.written).map((operand) => operand.view);
}

/** Values that steps make, numbered. */
export class Values {
  #count = 0;

  make(dtype: DType, size: number, slot?: number): Value {
    return { id: this.#count++, dtype, size, slot };
  }
}

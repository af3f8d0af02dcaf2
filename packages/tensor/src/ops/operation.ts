// What an op is: one row of facts. Everything else is derived from these rows: the shape checks of tracing, gradients,
// the float64 reference, the generated tests, fusion (by `kind`, never by name), the native instruction, other runtimes.

import type { DType } from "../dtype.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Shape } from "../shape.ts";

/** Constant arguments of a node, plain data: they are part of its identity. */
export type Attributes = Readonly<Record<string, AttributeValue>>;
export type AttributeValue = number | string | boolean | readonly number[];

/** What a node yields. */
export interface TensorType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Numbers of the float64 reference, row-major; i32 values are whole numbers. */
export interface ReferenceArray extends TensorType {
  readonly data: Float64Array;
}

/** What the reference runtime hands to random ops, as the native runtime's run state (docs/design/tensor-program.md). */
export interface ReferenceContext {
  /** Philox key. */
  readonly key: readonly [number, number];
  readonly step: number;
  readonly rowOffset: number;
}

/**
 * - source: no inputs (constant, state, input, iota)
 * - pointwise: element by element, inputs broadcast (numpy); fused into groups
 * - movement: no arithmetic; views by strides, or a copy
 * - reduce: sum and max over axes; may end a fused group
 * - kernel: an instruction of its own
 * - update: an instruction that writes its state inputs in place and yields several results (see `part`)
 */
export type OperationKind = "source" | "pointwise" | "movement" | "reduce" | "kernel" | "update";

/** One op. */
export interface Operation {
  readonly name: string;
  readonly kind: OperationKind;
  /**
   * The type of the result; checks inputs and attributes.
   * @throws VerisimError `VERISIM_SHAPE_MISMATCH`, `VERISIM_DTYPE_MISMATCH`, `VERISIM_OPERAND_INVALID`
   */
  infer(inputs: readonly TensorType[], attributes: Attributes): TensorType;
  /** Types of all results of an update, in the order that `part` counts. */
  inferParts?(inputs: readonly TensorType[], attributes: Attributes): readonly TensorType[];
  /** Which input each part of an update overwrites; the native instruction writes those operands in place. */
  overwrites?(inputs: readonly TensorType[], attributes: Attributes): readonly number[];
  /**
   * Cotangents of the inputs for cotangent `g` of result `y`, made of public ops on nodes, never of saved numbers, so
   * that they can be differentiated again. A pointwise op ignores broadcasting (grad.ts undoes it). `null`: no gradient
   * flows there. Absent: the op has no gradient at all.
   */
  vjp?(g: Tensor, y: Tensor, inputs: readonly Tensor[], attributes: Attributes): readonly (Tensor | null)[];
  /** The op in float64. Pointwise: `point` is used instead. An update returns one array per part. */
  reference?(
    inputs: readonly ReferenceArray[],
    attributes: Attributes,
    type: TensorType,
    context: ReferenceContext,
  ): Float64Array | readonly Float64Array[];
  /** Pointwise: the function of one element, in float64. */
  point?(...x: number[]): number;
  /** Kernel and update: numbers of the native instruction of the same name (docs/design/tensor-program.md). */
  lower?(node: Tensor): { readonly ints: readonly number[]; readonly floats?: readonly number[] };
  /** Kernel: its instruction can add to what its output holds, by its last int. */
  readonly accumulates?: boolean;
  /** Interval per input on which generated tests draw their numbers; default [-2, 2] for each. */
  readonly domain?: readonly (readonly [number, number])[];
  /** Pointwise: costs far more than an addition (a division or a series); then it is not computed twice to save memory. */
  readonly expensive?: boolean;
  /** Pointwise: the same made of other ops, for runtimes that lack it. Not needed where they have it by name. */
  composition?(...inputs: readonly Tensor[]): Tensor;
  /** Operator of ONNX (opset 21) that is this op, inputs in this order. Absent: packages/onnx knows how. */
  readonly onnx?: string;
  /** Function of TensorFlow.js that is this op, inputs in this order. Absent: packages/tfjs knows how. */
  readonly tfjs?: string;
}

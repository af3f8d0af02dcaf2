// Values that come from nowhere in the graph: literals, literal arrays, program state, inputs of a run, counted numbers.

import { VerisimError } from "@verisim/core";
import { type DType, dtypeOf, type NumberArray } from "../dtype.ts";
import { currentGraph, type Graph, type Tensor } from "../graph/tensor.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Operation, TensorType } from "./operation.ts";

/** What every function over tensors takes: a tensor, or a number that becomes one. */
export type TensorLike = Tensor | number;

const typeOf = (attributes: { readonly [name: string]: unknown }): TensorType => ({
  shape: attributes.shape as Shape,
  dtype: attributes.dtype as DType,
});

/** A single number. Attributes: value, dtype. */
export const scalarOperation: Operation = {
  name: "scalar",
  kind: "source",
  infer: (_, { dtype }) => ({ shape: [], dtype: dtype as DType }),
  // Text keeps what JSON cannot: infinities, NaN, and the sign of zero.
  reference: (_, { value }) => Float64Array.of(Number(value)),
};

/** A literal array. Attributes: array (its number in graph.constants), shape, dtype. */
export const constantOperation: Operation = { name: "constant", kind: "source", infer: (_, a) => typeOf(a) };
/** A state slot's value at the start of a step. Attributes: slot, shape, dtype. */
export const stateOperation: Operation = { name: "state", kind: "source", infer: (_, a) => typeOf(a) };
/** What a run was given. Attributes: name, shape, dtype. */
export const inputOperation: Operation = { name: "input", kind: "source", infer: (_, a) => typeOf(a) };
/** 0, 1, 2, ... along one axis. Attributes: shape, axis, dtype. */
export const iotaOperation: Operation = {
  name: "iota",
  kind: "source",
  infer: (_, a) => typeOf(a),
  reference: (_, attributes, { shape }) => {
    const axis = attributes.axis as number;
    const inner = sizeOf(shape.slice(axis + 1));
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / inner) % shape[axis]!);
  },
};

/** A number as a tensor of shape `[]`. */
export function scalar(value: number, dtype: DType = "f32"): Tensor {
  return scalarIn(currentGraph("scalar"), value, dtype);
}

function scalarIn(graph: Graph, value: number, dtype: DType): Tensor {
  const stored = dtype === "i32" ? Math.trunc(value) : value;
  return graph.make(scalarOperation, [], { value: Object.is(stored, -0) ? "-0" : String(stored), dtype });
}

/** The number that a `scalar` node holds, or undefined for another node. */
export function scalarValue(tensor: Tensor): number | undefined {
  return tensor.op === scalarOperation ? Number(tensor.attributes.value) : undefined;
}

/** Tensors of a mixed list of tensors and numbers; a number takes the dtype of the first tensor. */
export function toTensors(op: string, values: readonly TensorLike[]): Tensor[] {
  const first = values.find((value) => typeof value !== "number");
  const graph = first?.graph ?? currentGraph(op);
  return values.map((value) =>
    typeof value === "number" ? scalarIn(graph, value, first?.dtype ?? "f32") : value,
  );
}

/**
 * A literal array, part of the program.
 * @param data copied by reference: it must not change afterwards
 */
export function constant(data: NumberArray | readonly number[], shape?: Shape): Tensor {
  const graph = currentGraph("constant");
  const array = data instanceof Float32Array || data instanceof Int32Array ? data : Float32Array.from(data);
  const type = { shape: shape ?? [array.length], dtype: dtypeOf(array) };
  if (sizeOf(type.shape) !== array.length)
    throw new VerisimError(
      "VERISIM_SHAPE_MISMATCH",
      `[constant] Expected ${sizeOf(type.shape)} numbers for shape [${type.shape.join(", ")}] but received ${array.length}`,
      { where: { op: "constant" } },
    );
  let index = graph.constants.findIndex((known) => known.data === array);
  if (index < 0) index = graph.constants.push({ shape: type.shape, data: array }) - 1;
  return graph.make(constantOperation, [], { array: index, ...type });
}

/** 0, 1, 2, ... along `axis`, the same along all others. Default dtype f32. */
export function iota(shape: Shape, axis: number = -1, dtype: DType = "f32"): Tensor {
  const counted = axis < 0 ? axis + shape.length : axis;
  return currentGraph("iota").make(iotaOperation, [], { shape, axis: counted, dtype });
}

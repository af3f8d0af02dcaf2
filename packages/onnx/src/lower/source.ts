// Values that come from nowhere in the graph: inputs, program state, literals, counted numbers.

import { type ConstantArray, type Shape, sizeOf, type Tensor, type TensorData } from "@verisim/tensor";
import { elementOf } from "../builder.ts";
import type { Dim, OnnxValue } from "../model.ts";
import type { Lowering, Target } from "./lowering.ts";

const scalar: Lowering = ({ graph }, node) =>
  graph.scalar(elementOf[node.dtype], Number(node.attributes.value));

const constant: Lowering = ({ graph }, node) => {
  const number = node.attributes.array as number;
  const { data }: ConstantArray = node.graph.constants[number]!;
  return graph.weights(`constant.${number}`, { shape: node.shape, data });
};

/** 0, 1, 2, ... along one axis, as a literal of that axis; where it is the open one, counted by the run. */
const iota: Lowering = (target, node) => {
  const { graph, open } = target;
  const axis = node.attributes.axis as number;
  const dims = open(node.shape);
  const line = node.shape.map((_, i) => (i === axis ? node.shape[axis]! : 1));
  const element = elementOf[node.dtype];
  if (typeof dims[axis] === "number")
    return graph.expand(
      graph.literal(
        element,
        Array.from({ length: node.shape[axis]! }, (_, i) => i),
        line,
      ),
      dims,
    );
  return graph.expand(
    graph.reshape(graph.cast(counted(target, dims[axis]!), element), line, target.traced),
    dims,
  );
};

function counted({ graph }: Target, dim: Dim): OnnxValue {
  const count = graph.add(
    "Reshape",
    [graph.shape([dim]), graph.ints([])],
    {},
    { element: "int64", dims: [] },
  );
  const [zero, one] = [graph.scalar("int64", 0), graph.scalar("int64", 1)];
  return graph.add("Range", [zero, count, one], {}, { element: "int64", dims: [dim] });
}

export const sourceLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["scalar", scalar],
  ["constant", constant],
  ["iota", iota],
]);

/** Literal zeros where a shape has no elements, whatever the op. */
export function emptyValue({ graph }: Target, node: Tensor): OnnxValue {
  return graph.literal(elementOf[node.dtype], [], node.shape);
}

export function isEmpty(shape: Shape): boolean {
  return sizeOf(shape) === 0;
}

/** A state slot's numbers. */
export function stateValue({ graph }: Target, path: string, data: TensorData): OnnxValue {
  return graph.weights(path === "" ? "state" : `state.${path}`, data);
}

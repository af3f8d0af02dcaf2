// Rows by number. ONNX refuses numbers outside a table, where our ops give zeros: such numbers read row 0 and are then
// masked, or write to a row more that is cut off again.

import { sizeOf, type Tensor } from "@verisim/tensor";
import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";
import { type Lowering, needsClosed, type Target } from "./lowering.ts";

/** Which numbers are those of rows. */
function inside(graph: GraphBuilder, indices: OnnxValue, rows: number): OnnxValue {
  return graph.add("And", [
    graph.add("GreaterOrEqual", [indices, graph.scalar("int32", 0)]),
    graph.add("Less", [indices, graph.scalar("int32", rows)]),
  ]);
}

/** `mask` with `count` axes of length 1 at its end. */
function widened(graph: GraphBuilder, mask: OnnxValue, count: number): OnnxValue {
  return graph.unsqueeze(
    mask,
    Array.from({ length: count }, (_, i) => mask.dims.length + i),
  );
}

/** Rows of a table [rows, ...] and where they are real. */
function rowsAt(
  graph: GraphBuilder,
  table: OnnxValue,
  indices: OnnxValue,
  rows: number,
): [OnnxValue, OnnxValue] {
  const mask = inside(graph, indices, rows);
  const safe = graph.add("Where", [mask, indices, graph.scalar("int32", 0)]);
  return [graph.add("Gather", [table, safe], { axis: 0 }), widened(graph, mask, table.dims.length - 1)];
}

const masked = (graph: GraphBuilder, mask: OnnxValue, x: OnnxValue): OnnxValue =>
  graph.add("Where", [mask, x, graph.scalar(x.element, 0)]);

const gather: Lowering = ({ graph }, node, [table, indices]) => {
  needsClosed(node, table!, [0]);
  const rows = node.inputs[0]!.shape[0]!;
  if (rows === 0) return graph.filled(table!.element, 0, node.shape);
  const [read, mask] = rowsAt(graph, table!, indices!, rows);
  return masked(graph, mask, read);
};

const gatherSum: Lowering = ({ graph }, node, [table, indices, weights]) => {
  needsClosed(node, table!, [0]);
  const rows = node.inputs[0]!.shape[0]!;
  const bagAxis = indices!.dims.length - 1;
  if (rows === 0 || indices!.dims[bagAxis] === 0) return graph.filled("float", 0, node.shape);
  const [read, mask] = rowsAt(graph, table!, indices!, rows);
  const weighted = weights === undefined ? read : graph.add("Mul", [read, widened(graph, weights, 1)]);
  return graph.add("ReduceSum", [masked(graph, mask, weighted), graph.ints([bagAxis])], { keepdims: 0 });
};

/** Updates [count, ...] added up by row number [count]. */
function addRows(target: Target, node: Tensor, indices: OnnxValue, updates: OnnxValue): OnnxValue {
  const { graph, traced } = target;
  const [rows, ...rest] = node.shape;
  const count = sizeOf(indices.dims.map(traced));
  if (count === 0) return graph.filled("float", 0, node.shape);
  const kept = graph.add("Where", [inside(graph, indices, rows!), indices, graph.scalar("int32", rows!)]);
  const places = graph.reshape(graph.cast(kept, "int64"), [count, 1], traced);
  const zeros = graph.filled("float", 0, [rows! + 1, ...rest]);
  const flat = graph.reshape(updates, [count, ...rest], traced);
  const sums = graph.add("ScatterND", [zeros, places, flat], { reduction: "add" });
  return graph.slice(sums, 0, 0, rows!);
}

const everyAxis = ({ dims }: OnnxValue): number[] => dims.map((_, axis) => axis);

const scatterAdd: Lowering = (target, node, [indices, updates]) => {
  needsClosed(node, indices!, everyAxis(indices!));
  return addRows(target, node, indices!, updates!);
};

const scatterSum: Lowering = (target, node, [x, indices, weights]) => {
  const { graph } = target;
  needsClosed(node, indices!, everyAxis(indices!));
  const outer = graph.unsqueeze(x!, [x!.dims.length - 1]);
  const spread = graph.expand(outer, [...indices!.dims, x!.dims.at(-1)!]);
  const updates = weights === undefined ? spread : graph.add("Mul", [spread, widened(graph, weights, 1)]);
  return addRows(target, node, indices!, updates);
};

export const indexingLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["gather", gather],
  ["gatherSum", gatherSum],
  ["scatterAdd", scatterAdd],
  ["scatterSum", scatterSum],
]);

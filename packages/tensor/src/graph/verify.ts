// The grammar of graphs, checked between the passes of the compiler: a pass that breaks it fails there, by name, and not
// as a wrong number later.

import { sameShape } from "../shape.ts";
import type { TracedEntry } from "../trace.ts";
import { printNode } from "./print.ts";
import { type Tensor, typeText } from "./tensor.ts";

function problemOf(node: Tensor, entry: TracedEntry): string | undefined {
  if (entry.graph.nodes[node.id] !== node) return "is not at its place in the graph";
  for (const input of node.inputs) {
    if (input.graph !== node.graph) return "uses a node of another graph";
    if (input.id >= node.id) return `uses %${input.id}, which comes after it`;
    if (input.op.kind === "update" && node.op.name !== "part")
      return "uses an update as if it were one value";
  }
  if (node.shape.some((length) => !Number.isInteger(length) || length < 0)) return "has an impossible shape";
  const type = node.op.infer(node.inputs, node.attributes);
  if (type.dtype !== node.dtype || !sameShape(type.shape, node.shape))
    return `is ${typeText(node)} but its op says ${typeText(type)}`;
  if (node.op.kind === "pointwise" && node.op.point === undefined)
    return "is pointwise without a function of one element";
  if (
    (node.op.kind === "kernel" || node.op.kind === "update") &&
    node.op.lower === undefined &&
    node.op.name !== "matmul"
  )
    return "has no native instruction";
  return undefined;
}

/**
 * Checks every node and the entry's results.
 * @throws Error `internal: ...`, always a fault of the pass named in `after`
 */
export function verifyEntry(entry: TracedEntry, after: string): TracedEntry {
  for (const node of entry.graph.nodes) {
    const problem = problemOf(node, entry);
    if (problem !== undefined) throw new Error(`internal: after ${after}: ${printNode(node)} ${problem}`);
  }
  for (const { path, tensor, slot } of entry.updates) {
    const state = entry.state[slot];
    if (
      state === undefined ||
      state.tensor.dtype !== tensor.dtype ||
      !sameShape(state.tensor.shape, tensor.shape)
    )
      throw new Error(`internal: after ${after}: new state ${path} is ${typeText(tensor)}`);
  }
  for (const { path, tensor } of [...entry.outputs, ...entry.updates, ...entry.state, ...entry.inputs])
    if (tensor.graph !== entry.graph)
      throw new Error(`internal: after ${after}: ${path} is a node of another graph`);
  return entry;
}

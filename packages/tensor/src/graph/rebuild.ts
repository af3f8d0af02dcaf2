// A graph built anew, node by node, with each node free to become another: what passes over graphs have in common.

import type { TracedEntry } from "../trace.ts";
import { isTensor, type NamedTensor } from "../trace.ts";
import { mapTree } from "../tree.ts";
import { liveNodes } from "./live.ts";
import { type Graph, type Tensor, withGraph } from "./tensor.ts";

/**
 * The same entry in `graph`: `make(node, inputs)` gives what stands for a live node, whose inputs have been rebuilt.
 * Constants keep their numbers, state and inputs their places.
 */
export function rebuildEntry(
  entry: TracedEntry,
  graph: Graph,
  make: (node: Tensor, inputs: readonly Tensor[]) => Tensor,
): TracedEntry {
  return withGraph(graph, () => {
    graph.constants.push(...entry.graph.constants);
    const made = new Map<Tensor, Tensor>();
    const from = (node: Tensor): Tensor => {
      const known = made.get(node);
      if (known !== undefined) return known;
      const copy = make(node, node.inputs.map(from));
      made.set(node, copy);
      return copy;
    };
    for (const { tensor } of [...entry.state, ...entry.inputs]) from(tensor);
    for (const node of liveNodes(entry)) from(node);
    const renew = <T extends NamedTensor>(named: T): T => ({ ...named, tensor: from(named.tensor) });
    return {
      name: entry.name,
      graph,
      state: entry.state.map(renew),
      inputs: entry.inputs.map(renew),
      outputs: entry.outputs.map(renew),
      updates: entry.updates.map(renew),
      outputTree: mapTree(entry.outputTree, isTensor, from),
    };
  });
}

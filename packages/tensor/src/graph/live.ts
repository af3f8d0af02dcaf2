// What results need; everything else is as if it had not been written.

import type { TracedEntry } from "../trace.ts";
import type { Tensor } from "./tensor.ts";

/**
 * The nodes that results of one graph need, inputs before users.
 * @param needsInputs whether a node needs its inputs at all; default always
 */
export function neededNodes(
  results: readonly Tensor[],
  needsInputs: (node: Tensor) => boolean = () => true,
): Tensor[] {
  const nodes = results[0]?.graph.nodes ?? [];
  const needed = new Set(results);
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id]!;
    if (needed.has(node) && needsInputs(node)) for (const input of node.inputs) needed.add(input);
  }
  return nodes.filter((node) => needed.has(node));
}

/** The nodes that an entry's outputs and new state need. */
export function liveNodes({ outputs, updates }: TracedEntry): Tensor[] {
  return neededNodes([...outputs, ...updates].map(({ tensor }) => tensor));
}

// What the results of an entry need; everything else is as if it had not been written.

import type { TracedEntry } from "../trace.ts";
import type { Tensor } from "./tensor.ts";

/** The nodes that the entry's results need, inputs before users. */
export function liveNodes(entry: TracedEntry): Tensor[] {
  const live = new Uint8Array(entry.graph.nodes.length);
  for (const { tensor } of [...entry.outputs, ...entry.updates]) live[tensor.id] = 1;
  for (let id = live.length - 1; id >= 0; id--)
    if (live[id] === 1) for (const input of entry.graph.nodes[id]!.inputs) live[input.id] = 1;
  return entry.graph.nodes.filter((node) => live[node.id] === 1);
}

// Ops that a runtime lacks, written out in ops that it has: by the `composition` of their rows.

import { liveNodes } from "./graph/live.ts";
import { rebuildEntry } from "./graph/rebuild.ts";
import { Graph, type Tensor } from "./graph/tensor.ts";
import type { Operation } from "./ops/operation.ts";
import type { TracedEntry } from "./trace.ts";

/**
 * The entry with every op for which `isKnown` is false replaced by its composition, as far as its row has one; the rest
 * stays for the runtime to refuse by name.
 */
export function writeOut(entry: TracedEntry, isKnown: (operation: Operation) => boolean): TracedEntry {
  const isMissing = ({ op }: Tensor): boolean => op.composition !== undefined && !isKnown(op);
  let written = entry;
  // A composition may use another op that has to be written out.
  while (liveNodes(written).some(isMissing)) {
    const graph = new Graph();
    written = rebuildEntry(written, graph, (node, inputs) =>
      isMissing(node) ? node.op.composition!(...inputs) : graph.make(node.op, inputs, node.attributes),
    );
  }
  return written;
}

// Builds the graph anew, node by node, with the rules of rules.ts applied until none fits. Only live nodes come along.

import { liveNodes } from "../graph/live.ts";
import { rebuildEntry } from "../graph/rebuild.ts";
import { Graph, type Tensor } from "../graph/tensor.ts";
import type { Attributes, Operation } from "../ops/operation.ts";
import { scalar } from "../ops/source.ts";
import type { TracedEntry } from "../trace.ts";
import { type Builder, type Rule, rules } from "./rules.ts";

const byOp = new Map<string, Rule[]>();
const forPointwise: Rule[] = rules.filter((rule) => rule.ops === "pointwise");
for (const rule of rules)
  if (rule.ops !== "pointwise") for (const op of rule.ops) byOp.set(op, [...(byOp.get(op) ?? []), rule]);

/** Rewrites of one node that are tried before the result is taken as it is: far more than any chain of rules needs. */
const mostRewrites = 32;

class Simplifier implements Builder {
  readonly graph = new Graph(false);
  readonly #done = new Map<Tensor, Tensor>();
  readonly #usedMore = new Set<Tensor>();

  make(op: Operation, inputs: readonly Tensor[], attributes?: Attributes): Tensor {
    return this.#simplified(this.graph.make(op, inputs, attributes));
  }

  scalar(value: number, like: Tensor): Tensor {
    return scalar(value, like.dtype);
  }

  isUsedOnce(node: Tensor): boolean {
    return !this.#usedMore.has(node);
  }

  /** A node that stands for one with several users. */
  markUsedMore(node: Tensor): void {
    this.#usedMore.add(node);
  }

  #simplified(node: Tensor): Tensor {
    const known = this.#done.get(node);
    if (known !== undefined) return known;
    let current = node;
    for (let i = 0; i < mostRewrites; i++) {
      const next = this.#rewriteOnce(current);
      if (next === undefined || next === current) break;
      current = next;
    }
    this.#done.set(node, current);
    return current;
  }

  #rewriteOnce(node: Tensor): Tensor | undefined {
    for (const rule of byOp.get(node.op.name) ?? []) {
      const made = rule.rewrite(node, this);
      if (made !== undefined) return made;
    }
    if (node.op.kind === "pointwise")
      for (const rule of forPointwise) {
        const made = rule.rewrite(node, this);
        if (made !== undefined) return made;
      }
    return undefined;
  }
}

/** The same entry with a cheaper graph. Random numbers, state and inputs keep their identity. */
export function simplify(entry: TracedEntry): TracedEntry {
  const builder = new Simplifier();
  const users = new Map<Tensor, number>();
  for (const { inputs } of liveNodes(entry))
    for (const input of inputs) users.set(input, (users.get(input) ?? 0) + 1);
  for (const { tensor } of [...entry.outputs, ...entry.updates]) users.set(tensor, 2);
  return rebuildEntry(entry, builder.graph, (node, inputs) => {
    const made = builder.make(node.op, inputs, node.attributes);
    if ((users.get(node) ?? 0) > 1) builder.markUsedMore(made);
    return made;
  });
}

// Builds the graph anew, node by node, with the rules of rules.ts applied until none fits. Only live nodes come along.

import { liveNodes } from "../graph/live.ts";
import { Graph, type Tensor, withGraph } from "../graph/tensor.ts";
import type { Attributes, Operation } from "../ops/operation.ts";
import { scalar } from "../ops/source.ts";
import type { NamedTensor, TracedEntry } from "../trace.ts";
import { type Builder, type Rule, rules } from "./rules.ts";

const byOp = new Map<string, Rule[]>();
const forPointwise: Rule[] = rules.filter((rule) => rule.ops === "pointwise");
for (const rule of rules)
  if (rule.ops !== "pointwise") for (const op of rule.ops) byOp.set(op, [...(byOp.get(op) ?? []), rule]);

/** Rewrites of one node that are tried before the result is taken as it is: far more than any chain of rules needs. */
const mostRewrites = 32;

class Simplifier implements Builder {
  readonly graph = new Graph();
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
  const nodes = liveNodes(entry);
  const users = new Map<Tensor, number>();
  for (const { inputs } of nodes) for (const input of inputs) users.set(input, (users.get(input) ?? 0) + 1);
  for (const { tensor } of [...entry.outputs, ...entry.updates]) users.set(tensor, 2);
  return withGraph(builder.graph, () => {
    builder.graph.constants.push(...entry.graph.constants);
    const made = new Map<Tensor, Tensor>();
    const from = (node: Tensor): Tensor => {
      let copy = made.get(node);
      if (copy === undefined) {
        copy = builder.make(node.op, node.inputs.map(from), node.attributes);
        made.set(node, copy);
        if ((users.get(node) ?? 0) > 1) builder.markUsedMore(copy);
      }
      return copy;
    };
    for (const { tensor } of [...entry.state, ...entry.inputs]) from(tensor);
    for (const node of nodes) from(node);
    const renew = <T extends NamedTensor>(named: T): T => ({ ...named, tensor: from(named.tensor) });
    return {
      ...entry,
      graph: builder.graph,
      state: entry.state.map(renew),
      inputs: entry.inputs.map(renew),
      outputs: entry.outputs.map(renew),
      updates: entry.updates.map(renew),
    };
  });
}

// Tracing: a function over tensors is called once with nodes in place of numbers, and what it returns is its graph.

import { VerisimError } from "@verisim/core";
import { Graph, type Tensor, typeText, withGraph } from "./graph/tensor.ts";
import type { TensorType } from "./ops/operation.ts";
import { Rng } from "./ops/random.ts";
import { inputOperation, stateOperation } from "./ops/source.ts";
import { sameShape } from "./shape.ts";
import { isTensorData, isTensorType, typeOfData } from "./tensor-data.ts";
import { leavesOf, mapTree } from "./tree.ts";

/** A tensor with its place in the tree that it came from. */
export interface NamedTensor {
  readonly path: string;
  readonly tensor: Tensor;
}

/** A state leaf: slot numbers count the leaves of the program's state in order. */
export interface StateUpdate extends NamedTensor {
  readonly slot: number;
}

/** What an entry's function gets: the state at the start of the step, the run's inputs, counted random numbers. */
export interface StepContext {
  // biome-ignore lint/suspicious/noExplicitAny: the tree's type is the author's; buildProgram infers it
  readonly state: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly inputs: any;
  readonly rng: Rng;
}

/** What an entry's function returns: the leaves of the state that change, and outputs. */
export interface StepResult {
  readonly state?: unknown;
  readonly outputs?: unknown;
}

/** A traced entry. */
export interface TracedEntry {
  readonly name: string;
  readonly graph: Graph;
  /** All state leaves, in slot order. */
  readonly state: readonly NamedTensor[];
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
  readonly updates: readonly StateUpdate[];
  /** The tree that the function returned as outputs, with the nodes in it. */
  readonly outputTree: unknown;
}

const isType = (value: unknown): value is TensorType => isTensorData(value) || isTensorType(value);
const toType = (value: TensorType): TensorType => (isTensorData(value) ? typeOfData(value) : value);

export function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && (value as Tensor).graph instanceof Graph;
}

/**
 * Traces one entry.
 * @param state tree of numbers or of types; @param inputs likewise
 * @throws VerisimError `VERISIM_STATE_MISMATCH` where the function returns state that is not there or of another type
 */
export function traceEntry(
  name: string,
  state: unknown,
  inputs: unknown,
  step: (context: StepContext) => StepResult,
): TracedEntry {
  const graph = new Graph();
  return withGraph(graph, () => {
    const stateNodes: NamedTensor[] = [];
    const stateTree = mapTree(state, isType, (leaf, path) => {
      const { shape, dtype } = toType(leaf);
      const tensor = graph.make(stateOperation, [], { slot: stateNodes.length, shape, dtype });
      stateNodes.push({ path, tensor });
      return tensor;
    });
    const inputNodes: NamedTensor[] = [];
    const inputTree = mapTree(inputs, isType, (leaf, path) => {
      const { shape, dtype } = toType(leaf);
      const tensor = graph.make(inputOperation, [], { name: path, shape, dtype });
      inputNodes.push({ path, tensor });
      return tensor;
    });
    const result = step({ state: stateTree, inputs: inputTree, rng: new Rng(graph) });
    const outputTree = result.outputs ?? {};
    return {
      name,
      graph,
      state: stateNodes,
      inputs: inputNodes,
      outputs: leavesOf(outputTree, isTensor).map(({ path, value }) => ({ path, tensor: value })),
      updates: updatesOf(name, stateNodes, result.state ?? {}),
      outputTree,
    };
  });
}

function updatesOf(entry: string, state: readonly NamedTensor[], changed: unknown): StateUpdate[] {
  const slots = new Map(state.map(({ path }, slot) => [path, slot]));
  const updates: StateUpdate[] = [];
  for (const { path, value } of leavesOf(changed, isTensor)) {
    const slot = slots.get(path);
    const old = slot === undefined ? undefined : state[slot]!.tensor;
    if (old === undefined || old.dtype !== value.dtype || !sameShape(old.shape, value.shape))
      throw new VerisimError(
        "VERISIM_STATE_MISMATCH",
        old === undefined
          ? `[${entry}] Expected new state to be part of the program's state but received ${path}`
          : `[${entry}] Expected ${typeText(old)} for state ${path} but received ${typeText(value)}`,
        { where: { op: entry } },
      );
    if (old !== value) updates.push({ path, slot: slot!, tensor: value });
  }
  return updates;
}

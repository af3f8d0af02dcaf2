// The float64 reference: runs any traced entry in plain JavaScript, op by op, without the addon. It is the oracle of the
// tests and what examples of the docs run on; it is far too slow to train with, and nothing falls back to it.

import type { NumberArray } from "../dtype.ts";
import { neededNodes } from "../graph/live.ts";
import type { Tensor } from "../graph/tensor.ts";
import { broadcastOperation } from "../ops/movement.ts";
import type { ReferenceArray, ReferenceContext } from "../ops/operation.ts";
import { constantOperation } from "../ops/source.ts";
import { partOperation } from "../ops/update.ts";
import { sameShape, shapeText, sizeOf } from "../shape.ts";
import { isTensor, type TracedEntry } from "../trace.ts";
import { leavesOf, mapTree } from "../tree.ts";

/** Numbers that a reference run takes: float64, or as a program takes them. */
export interface ReferenceNumbers {
  readonly shape: readonly number[];
  readonly data: Float64Array | NumberArray;
}

/** What one step of an entry runs on. */
export interface ReferenceRun {
  /** Tree of the program's state: leaves `{ shape, data }`. */
  readonly state?: unknown;
  /** Tree of inputs. */
  readonly inputs?: unknown;
  /** Default: key 0, step 0, row offset 0. */
  readonly context?: Partial<ReferenceContext>;
}

/** What one step yields: trees of `ReferenceArray`. */
export interface ReferenceResult<Outputs = unknown> {
  readonly outputs: Outputs;
  readonly state: unknown;
}

const isNumbers = (value: unknown): value is ReferenceNumbers =>
  ArrayBuffer.isView((value as ReferenceNumbers | null)?.data);

/**
 * Runs one step of an entry.
 * @throws Error where a leaf of the state or an input is missing or has another shape
 */
export function runReference(
  entry: TracedEntry,
  { state = {}, inputs = {}, context = {} }: ReferenceRun,
): ReferenceResult {
  const sources = new Map<Tensor, Float64Array>();
  for (const [nodes, tree] of [
    [entry.state, state],
    [entry.inputs, inputs],
  ] as const) {
    const given = new Map(leavesOf(tree, isNumbers).map(({ path, value }) => [path, value]));
    for (const { path, tensor } of nodes) {
      const numbers = given.get(path);
      if (numbers === undefined || !sameShape(numbers.shape, tensor.shape))
        throw new Error(
          `Expected numbers of shape ${shapeText(tensor.shape)} for ${path} but received ${numbers === undefined ? "none" : shapeText(numbers.shape)}`,
        );
      sources.set(tensor, Float64Array.from(numbers.data));
    }
  }
  const results = [...entry.outputs, ...entry.updates].map(({ tensor }) => tensor);
  const values = evaluate(results, sources, { key: [0, 0], step: 0, rowOffset: 0, ...context });
  const updated = new Map(entry.updates.map(({ path, tensor }) => [path, tensor]));
  const current = new Map(entry.state.map(({ path, tensor }) => [path, tensor]));
  return {
    outputs: mapTree(entry.outputTree, isTensor, (tensor) => values.get(tensor)!),
    state: mapTree(state, isNumbers, (_, path): ReferenceArray => {
      const old = current.get(path)!;
      return values.get(updated.get(path) ?? old) ?? { ...typeOf(old), data: sources.get(old)! };
    }),
  };
}

const typeOf = ({ shape, dtype }: Tensor): Pick<ReferenceArray, "shape" | "dtype"> => ({ shape, dtype });

/** Values of the nodes and of all that they are made of; `sources` holds those of state and inputs. */
export function evaluate(
  nodes: readonly Tensor[],
  sources: ReadonlyMap<Tensor, Float64Array>,
  context: ReferenceContext,
): Map<Tensor, ReferenceArray> {
  const values = new Map<Tensor, ReferenceArray>();
  const parts = new Map<Tensor, readonly Float64Array[]>();
  for (const node of neededNodes(nodes)) {
    const type = typeOf(node);
    if (node.op === partOperation) {
      values.set(node, { ...type, data: parts.get(node.inputs[0]!)![node.attributes.index as number]! });
      continue;
    }
    const inputs = node.inputs.map((input) => values.get(input)!);
    const computed = sources.get(node) ?? compute(node, inputs, context);
    if (computed instanceof Float64Array) values.set(node, { ...type, data: computed });
    else {
      parts.set(node, computed);
      values.set(node, { ...type, data: computed[0]! });
    }
  }
  return values;
}

function compute(
  node: Tensor,
  inputs: readonly ReferenceArray[],
  context: ReferenceContext,
): Float64Array | readonly Float64Array[] {
  const { op, attributes, graph } = node;
  if (op === constantOperation) return Float64Array.from(graph.constants[attributes.array as number]!.data);
  if (op.point === undefined) return op.reference!(inputs, attributes, node, context);
  const { point } = op;
  const spread = inputs.map((input) =>
    sameShape(input.shape, node.shape) ? input.data : broadcastData(input, node),
  );
  const result = new Float64Array(sizeOf(node.shape));
  const x = new Array<number>(inputs.length);
  for (let i = 0; i < result.length; i++) {
    for (let input = 0; input < x.length; input++) x[input] = spread[input]![i]!;
    result[i] = point(...x);
  }
  return result;
}

function broadcastData(input: ReferenceArray, to: Tensor): Float64Array {
  const context = { key: [0, 0] as const, step: 0, rowOffset: 0 };
  return broadcastOperation.reference!([input], {}, to, context) as Float64Array;
}

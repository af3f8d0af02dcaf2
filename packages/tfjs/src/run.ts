// One step of a traced entry on TensorFlow.js, node by node in the graph's order. Everything made on the way is freed:
// afterwards the module holds as many tensors as before.

import type { Tensor } from "@tensorflow/tfjs";
import { VerisimError } from "@verisim/core";
import {
  isTensor,
  isTensorData,
  leavesOf,
  mapTree,
  type NamedTensor,
  type Tensor as Node,
  neededNodes,
  noiseName,
  sameShape,
  sizeOf,
  type TensorData,
  type TracedEntry,
  typeOfData,
  typeText,
  writeOut,
} from "@verisim/tensor";
import { imageLowerings } from "./lower/image.ts";
import { indexingLowerings } from "./lower/indexing.ts";
import { linalgLowerings } from "./lower/linalg.ts";
import { asDType, dtypeNames, filled, type Lowering, type Tf, unsupported } from "./lower/lowering.ts";
import { movementLowerings } from "./lower/movement.ts";
import { pointwiseLowerings } from "./lower/pointwise.ts";
import { segmentLowerings } from "./lower/segment.ts";
import { updateLowerings } from "./lower/update.ts";

/** Numbers that one step runs on. */
export interface TfjsRun {
  /** Tree of the program's state, as `program.read()` gives it. */
  readonly state?: unknown;
  /** Tree of inputs. */
  readonly inputs?: unknown;
  /** Random numbers by the names that `noiseName` gives; `noiseOf` draws them. */
  readonly noise?: Readonly<Record<string, TensorData>>;
}

/** What one step yields. */
export interface TfjsResult {
  /** The entry's outputs with numbers in place of tensors. */
  readonly outputs: unknown;
  /** The state after the step. */
  readonly state: unknown;
}

const lowerings: ReadonlyMap<string, Lowering> = new Map([
  ...movementLowerings,
  ...pointwiseLowerings,
  ...segmentLowerings,
  ...indexingLowerings,
  ...imageLowerings,
  ...linalgLowerings,
  ...updateLowerings,
]);

function byOwnFunction(tf: Tf, node: Node, inputs: readonly Tensor[]): Tensor {
  const call = (tf as unknown as Readonly<Record<string, unknown>>)[node.op.tfjs!];
  if (typeof call !== "function")
    throw unsupported(
      node,
      `Expected TensorFlow.js to have a function ${node.op.tfjs}`,
      'Correct "tfjs" in the op\'s row.',
    );
  return call(...inputs) as Tensor;
}

function loweringOf(node: Node): Lowering {
  const lowering = lowerings.get(node.op.name);
  if (lowering !== undefined) return lowering;
  if (node.op.kind === "pointwise" && node.op.tfjs !== undefined) return byOwnFunction;
  throw unsupported(
    node,
    "Expected an op that TensorFlow.js has or that packages/tfjs/src/lower knows",
    'A pointwise op names its function in its row ("tfjs", or a "composition", in packages/tensor/src/ops/pointwise.ts); any other op needs a row in packages/tfjs/src/lower.',
  );
}

/** Numbers for the nodes of a tree, by path. */
function given(
  what: string,
  entry: TracedEntry,
  nodes: readonly NamedTensor[],
  tree: unknown,
): Map<Node, TensorData> {
  const leaves = new Map(
    tree === undefined ? [] : leavesOf(tree, isTensorData).map(({ path, value }) => [path, value]),
  );
  return new Map(
    nodes.map(({ path, tensor }) => [tensor, checked(`${what} ${path}`, entry, tensor, leaves.get(path))]),
  );
}

function checked(what: string, entry: TracedEntry, node: Node, data: TensorData | undefined): TensorData {
  const type = data === undefined ? undefined : typeOfData(data);
  if (data === undefined || type!.dtype !== node.dtype || !sameShape(type!.shape, node.shape))
    throw new VerisimError(
      "VERISIM_INPUT_MISMATCH",
      `[${entry.name}] Expected ${typeText(node)} for ${what} but received ${type === undefined ? "nothing" : typeText(type)}`,
      { where: { op: entry.name } },
    );
  return data;
}

/** Values of `results`, made inside a scope that frees all others. */
function evaluate(
  tf: Tf,
  entry: TracedEntry,
  results: readonly Node[],
  sources: ReadonlyMap<Node, TensorData>,
  noise: Readonly<Record<string, TensorData>>,
): Tensor[] {
  const values = new Map<Node, Tensor>();
  const parts = new Map<Node, readonly Tensor[]>();
  const upload = ({ shape, data }: TensorData, { dtype }: Node): Tensor =>
    tf.tensor(data, [...shape], dtypeNames[dtype]);
  const compute = (node: Node): Tensor => {
    if (sizeOf(node.shape) === 0) return filled(tf, node, 0);
    const source = sources.get(node);
    if (source !== undefined) return upload(source, node);
    const drawn = noiseName(node);
    const inputs = node.inputs.map((input) => values.get(input)!);
    if (drawn !== undefined) return noiseValue(tf, entry, node, inputs, noise[drawn], drawn);
    if (node.op.name === "part") return parts.get(node.inputs[0]!)![node.attributes.index as number]!;
    const result = loweringOf(node)(tf, node, inputs);
    if (!Array.isArray(result)) return asDType(tf, result as Tensor, dtypeNames[node.dtype]);
    parts.set(node, result);
    return result[0];
  };
  // A node without elements needs nothing.
  for (const node of neededNodes(results, ({ shape }) => sizeOf(shape) > 0)) values.set(node, compute(node));
  // A copy each, so that a tensor that is two results, or an input, is freed once per result.
  return results.map((node) => tf.clone(values.get(node)!));
}

/** Noise as it is; whole numbers below a bound are remainders by it, 0 where the bound is below 1. */
function noiseValue(
  tf: Tf,
  entry: TracedEntry,
  node: Node,
  [bounds]: readonly Tensor[],
  data: TensorData | undefined,
  name: string,
): Tensor {
  const numbers = checked(`noise ${name}`, entry, node, data);
  const drawn = tf.tensor(numbers.data, [...numbers.shape], dtypeNames[node.dtype]);
  if (bounds === undefined) return drawn;
  return tf.mod(drawn, tf.maximum(bounds, tf.scalar(1, "int32")));
}

/**
 * Runs one step of a traced entry on TensorFlow.js.
 * @param tf the module `@tensorflow/tfjs` or `@tensorflow/tfjs-node`
 * @returns outputs and state as trees of numbers
 * @throws VerisimError `VERISIM_INPUT_MISMATCH` where state, inputs or noise are missing or of another type,
 * `VERISIM_TFJS_UNSUPPORTED` for an op that is not known here
 */
export async function runTfjs(tf: Tf, traced: TracedEntry, run: TfjsRun = {}): Promise<TfjsResult> {
  const entry = writeOut(traced, ({ name, tfjs }) => lowerings.has(name) || tfjs !== undefined);
  const sources = new Map([
    ...given("state", entry, entry.state, run.state),
    ...given("input", entry, entry.inputs, run.inputs),
  ]);
  const results = [...entry.outputs, ...entry.updates].map(({ tensor }) => tensor);
  const tensors = tf.tidy(() => evaluate(tf, entry, results, sources, run.noise ?? {}));
  try {
    const numbers = await Promise.all(
      tensors.map(async (tensor, i): Promise<TensorData> => {
        const { dtype, shape } = results[i]!;
        const values = (await tensor.data()) as Float32Array | Int32Array;
        return { shape, data: dtype === "i32" ? Int32Array.from(values) : Float32Array.from(values) };
      }),
    );
    const byNode = new Map(results.map((node, i) => [node, numbers[i]!]));
    const updated = new Map(entry.updates.map(({ path, tensor }) => [path, byNode.get(tensor)!]));
    return {
      outputs: mapTree(entry.outputTree, isTensor, (node) => byNode.get(node)!),
      state: mapTree(run.state ?? {}, isTensorData, (old, path) => updated.get(path) ?? old),
    };
  } finally {
    tf.dispose(tensors);
  }
}

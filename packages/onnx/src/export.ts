// One traced entry to one ONNX file. Nodes that no output needs are left out; program state becomes the file's weights;
// what an entry would write back (new state, optimizer steps) is not part of an inference graph.

import { VerisimError } from "@verisim/core";
import {
  isTensorData,
  leavesOf,
  type NamedTensor,
  neededNodes,
  noiseName,
  type Shape,
  sameShape,
  type Tensor,
  type TensorData,
  type TracedEntry,
  typeOfData,
  typeText,
  writeOut,
} from "@verisim/tensor";
import { elementOf, GraphBuilder } from "./builder.ts";
import { imageLowerings } from "./lower/image.ts";
import { indexingLowerings } from "./lower/indexing.ts";
import { linalgLowerings } from "./lower/linalg.ts";
import { type Lowering, mixesRows, type Target, unsupported } from "./lower/lowering.ts";
import { movementLowerings } from "./lower/movement.ts";
import { pointwiseLowerings } from "./lower/pointwise.ts";
import { randomLowerings } from "./lower/random.ts";
import { segmentLowerings } from "./lower/segment.ts";
import { emptyValue, isEmpty, sourceLowerings, stateValue } from "./lower/source.ts";
import { type Dim, encodeModel, type OnnxValue } from "./model.ts";
import { irVersion, opsetVersion } from "./operators.ts";

/** What goes into the file besides the graph. */
export interface ExportOptions {
  /** Numbers of the state's leaves: the tree that `program.read()` gives, or a list in slot order. Needed where the entry reads state. */
  readonly state?: unknown;
  /** Name of the graph in the file; default the entry's name. */
  readonly name?: string;
  /** Names of inputs in the file by their path in the entry; default the path. */
  readonly inputNames?: Readonly<Record<string, string>>;
  /** Names of outputs likewise; default the path, and `output` for a single one. */
  readonly outputNames?: Readonly<Record<string, string>>;
  /**
   * Number of rows of the trace that the file leaves open: every input, random array and repetition whose first axis has
   * this length takes any number of rows in the file. Trace with a number that no other axis has. Default: all lengths
   * are fixed.
   */
  readonly rows?: number;
  /**
   * `inputs` (default): random numbers come in as inputs `noise.uniform.N`, `noise.normal.N` and `noise.below.N`, N
   * being the stream of the random op. `operators`: the runtime draws them, differently in every run.
   */
  readonly random?: "inputs" | "operators";
  /**
   * Goes on with the graph where the entry's outputs end: given their values by path it adds nodes (and inputs, whose
   * first axis may be `rows`) and says what the file yields instead.
   */
  readonly extend?: (graph: GraphBuilder, values: Readonly<Record<string, OnnxValue>>) => GraphExtension;
  /** Names that `extend` will use for inputs and outputs of its own, so that nothing else takes them. */
  readonly reserved?: readonly string[];
}

/** What a graph was extended to. */
export interface GraphExtension {
  /** Outputs of the file in order; names are written as they are and must be taken by no input. */
  readonly outputs: readonly { readonly name: string; readonly value: OnnxValue }[];
  /** Texts that the file carries beside the graph (metadata_props). */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The name of an axis whose length is the number of rows of a run. */
export const openRows = "rows";

const lowerings: ReadonlyMap<string, Lowering> = new Map([
  ...sourceLowerings,
  ...movementLowerings,
  ...pointwiseLowerings,
  ...segmentLowerings,
  ...indexingLowerings,
  ...imageLowerings,
  ...linalgLowerings,
  ...randomLowerings,
]);

const byOwnOperator: Lowering = ({ graph }, node, inputs) => graph.add(node.op.onnx!, inputs);

function loweringOf(node: Tensor): Lowering {
  const lowering = lowerings.get(node.op.name);
  if (lowering !== undefined) return lowering;
  if (node.op.kind === "pointwise" && node.op.onnx !== undefined) return byOwnOperator;
  if (node.op.kind === "update" || node.op.name === "part")
    throw unsupported(
      node,
      "Expected an inference graph but received a training step",
      "Export an entry whose outputs do not depend on an optimizer's result.",
    );
  throw unsupported(
    node,
    "Expected an op that ONNX has or that packages/onnx/src/lower knows",
    'A pointwise op names its operator in its row ("onnx", or a "composition", in packages/tensor/src/ops/pointwise.ts); any other op needs a row in packages/onnx/src/lower.',
  );
}

/** Whether the file has the op: false where an export would end in `VERISIM_ONNX_UNSUPPORTED`. */
export function hasLowering(name: string, onnx: string | undefined): boolean {
  return lowerings.has(name) || onnx !== undefined || name === "state" || name === "input";
}

function stateOf(entry: TracedEntry, state: unknown): TensorData[] {
  const leaves = state === undefined ? [] : leavesOf(state, isTensorData).map(({ value }) => value);
  entry.state.forEach(({ path, tensor }, slot) => {
    const given = leaves[slot];
    if (given === undefined) return;
    const type = typeOfData(given);
    if (type.dtype !== tensor.dtype || !sameShape(type.shape, tensor.shape))
      throw new VerisimError(
        "VERISIM_STATE_MISMATCH",
        `[${entry.name}] Expected ${typeText(tensor)} for state ${path} but received ${typeText(type)}`,
        { where: { op: entry.name } },
      );
  });
  return leaves;
}

/**
 * A traced entry as one ONNX file: operator set 21, file version 10, every weight inside the file.
 * @throws VerisimError `VERISIM_ONNX_UNSUPPORTED` for an optimizer's step and for ops that ONNX cannot express,
 * `VERISIM_ONNX_ROWS` where rows are open but the graph mixes them, `VERISIM_STATE_MISMATCH`, `VERISIM_ONNX_SIZE` above 2 GiB
 */
export function exportOnnx(traced: TracedEntry, options: ExportOptions = {}): Uint8Array {
  const entry = writeOut(traced, ({ name, onnx }) => hasLowering(name, onnx));
  const { rows, random = "inputs", name = entry.name } = options;
  const graph = new GraphBuilder();
  const target: Target = {
    graph,
    random,
    traced: (dim: Dim) => (typeof dim === "number" ? dim : tracedLength(dim, rows ?? 0)),
    open: (shape: Shape) => shape.map((dim, axis) => (axis === 0 && dim === rows ? openRows : dim)),
  };
  const state = stateOf(entry, options.state);
  // What has no elements needs nothing.
  const nodes = neededNodes(
    entry.outputs.map(({ tensor }) => tensor),
    ({ shape }) => !isEmpty(shape),
  );
  const inputNames = new Map(
    entry.inputs.map(({ path, tensor }) => [tensor, options.inputNames?.[path] ?? (path || "input")]),
  );
  const outputNames = options.extend
    ? []
    : namesOfOutputs(entry.outputs, new Set(inputNames.values()), options.outputNames);
  for (const reserved of [...inputNames.values(), ...outputNames, ...(options.reserved ?? [])])
    graph.reserve(reserved);
  for (const noise of nodes.map(noiseName)) if (noise !== undefined) graph.reserve(noise);

  const values = new Map<Tensor, OnnxValue>();
  for (const node of nodes)
    if (node.op.name === "input") values.set(node, inputValue(target, node, inputNames.get(node)!));
  if (rows !== undefined && (nodes.length > 0 || !options.extend)) provideRows(target, nodes, values);
  for (const node of nodes)
    if (!values.has(node)) values.set(node, lowerNode(target, entry, node, values, state, rows));
  const extension = options.extend?.(
    graph,
    Object.fromEntries(entry.outputs.map(({ path, tensor }) => [path, values.get(tensor)!])),
  );
  const outputs = extension
    ? extension.outputs.map(({ name: output, value }) => graph.output(output, value))
    : entry.outputs.map(({ tensor }, i) => graph.output(outputNames[i]!, values.get(tensor)!));
  return fileOf(graph, name, outputs, extension?.metadata);
}

/**
 * A file that comes of no traced entry: `build` adds all its inputs and nodes, and says what it yields.
 * @param reserved names of inputs and outputs that `build` will use
 * @throws VerisimError `VERISIM_ONNX_SIZE` above 2 GiB
 */
export function buildOnnx(
  name: string,
  reserved: readonly string[],
  build: (graph: GraphBuilder) => GraphExtension,
): Uint8Array {
  const graph = new GraphBuilder();
  for (const taken of reserved) graph.reserve(taken);
  const { outputs, metadata } = build(graph);
  return fileOf(
    graph,
    name,
    outputs.map((output) => graph.output(output.name, output.value)),
    metadata,
  );
}

function fileOf(
  graph: GraphBuilder,
  name: string,
  outputs: readonly OnnxValue[],
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  return encodeModel({
    irVersion,
    opsets: { "": opsetVersion },
    producer: "verisim",
    producerVersion: "",
    name,
    inputs: graph.inputs,
    outputs,
    values: graph.values,
    initializers: graph.initializers,
    nodes: graph.nodes,
    ...(metadata ? { metadata } : {}),
  });
}

/** What `rows*3` or `rows/2` was in the trace. */
function tracedLength(dim: string, rows: number): number {
  const [, times = "1", over = "1"] = /(?:\*(\d+))?(?:\/(\d+))?$/.exec(dim) ?? [];
  return (rows * Number(times)) / Number(over);
}

function namesOfOutputs(
  outputs: readonly NamedTensor[],
  taken: ReadonlySet<string>,
  names: Readonly<Record<string, string>> = {},
): string[] {
  return outputs.map(({ path }) => {
    const wanted = names[path] ?? (path || "output");
    return taken.has(wanted) ? `output.${wanted}` : wanted;
  });
}

function inputValue({ graph, open }: Target, node: Tensor, name: string): OnnxValue {
  return graph.input(name, { element: elementOf[node.dtype], dims: open(node.shape) });
}

/** Makes the number of rows of a run known: from the first input that has them, else as an input of its own. */
function provideRows(target: Target, nodes: readonly Tensor[], values: Map<Tensor, OnnxValue>): void {
  const { graph, open, random } = target;
  const hasRows = ({ shape }: Tensor): boolean => open(shape)[0] === openRows;
  // Bounds of whole numbers may need the rows themselves.
  const isNoise = (node: Tensor): boolean => noiseName(node) !== undefined && node.inputs.length === 0;
  let source = nodes.find((node) => values.has(node) && hasRows(node));
  if (source === undefined && random === "inputs") {
    source = nodes.find((node) => isNoise(node) && hasRows(node));
    if (source !== undefined) values.set(source, loweringOf(source)(target, source, []));
  }
  if (source === undefined) {
    graph.reserve(openRows);
    graph.setRows(graph.cast(graph.input(openRows, { element: "int32", dims: [1] }), "int64"));
  } else graph.setRows(graph.add("Shape", [values.get(source)!], { start: 0, end: 1 }));
}

function lowerNode(
  target: Target,
  entry: TracedEntry,
  node: Tensor,
  values: ReadonlyMap<Tensor, OnnxValue>,
  state: readonly TensorData[],
  rows: number | undefined,
): OnnxValue {
  if (isEmpty(node.shape)) return emptyValue(target, node);
  if (node.op.name === "state") {
    const slot = node.attributes.slot as number;
    const { path } = entry.state[slot]!;
    const data = state[slot];
    if (data === undefined)
      throw new VerisimError(
        "VERISIM_STATE_MISMATCH",
        `[${entry.name}] Expected numbers for state ${path} but received none`,
        {
          where: { op: entry.name },
          hint: "Give `state`: the tree that program.read() returns.",
        },
      );
    return stateValue(target, path, data);
  }
  const lowering = loweringOf(node);
  try {
    const value = lowering(
      target,
      node,
      node.inputs.map((input) => values.get(input)!),
    );
    const dims = value.dims.map(target.traced);
    if (!sameShape(dims, node.shape) || value.element !== elementOf[node.dtype])
      throw new VerisimError(
        "VERISIM_ONNX_INVALID",
        `internal: ${typeText(node)} became ${value.element}[${value.dims.join(", ")}]`,
      );
    return value;
  } catch (error) {
    if (rows !== undefined && VerisimError.isInstance(error) && error.code === "VERISIM_ONNX_INVALID")
      throw mixesRows(node, error.message, error);
    throw error;
  }
}

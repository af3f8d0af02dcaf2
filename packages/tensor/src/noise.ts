// Random numbers from outside: runtimes that have no counted random numbers of their own (an ONNX file, TensorFlow.js)
// take them as inputs, one array per random node, under names that follow from the graph.

import type { Tensor } from "./graph/tensor.ts";
import type { ReferenceArray } from "./ops/operation.ts";
import { type ReferenceRun, runReference } from "./runtime/reference.ts";
import type { TensorData } from "./tensor-data.ts";
import type { NamedTensor, TracedEntry } from "./trace.ts";

const kinds: Readonly<Record<string, string>> = {
  randomUniform: "uniform",
  randomNormal: "normal",
  randomBelow: "below",
};

/**
 * The name of a random node's noise, as in `noise.normal.0`, where 0 is the node's stream; undefined for other nodes.
 * `uniform` takes numbers in (0, 1), `normal` standard normal ones, `below` whole numbers (i32) from 0 to 2^31 - 1, of
 * which the remainder by the bound is used.
 */
export function noiseName({ op, attributes }: Tensor): string | undefined {
  const kind = kinds[op.name];
  return kind === undefined ? undefined : `noise.${kind}.${attributes.stream}`;
}

/**
 * The noise of an entry by name, with the numbers that the native runtime draws for the same seed, step and rows.
 * @param run state and inputs are needed where a bound of `below` is computed from them
 */
export function noiseOf(entry: TracedEntry, run: ReferenceRun = {}): Record<string, TensorData> {
  const outputs = entry.graph.nodes.flatMap((tensor) => {
    const path = noiseName(tensor);
    return path === undefined ? [] : [{ path, tensor }];
  });
  const needed = new Set(outputs.map(({ tensor }) => tensor));
  for (const node of needed) for (const input of node.inputs) needed.add(input);
  const isNeeded = ({ tensor }: NamedTensor): boolean => needed.has(tensor);
  const drawing: TracedEntry = {
    ...entry,
    state: run.state === undefined ? entry.state.filter(isNeeded) : entry.state,
    inputs: run.inputs === undefined ? entry.inputs.filter(isNeeded) : entry.inputs,
    outputs,
    outputTree: outputs.map(({ tensor }) => tensor),
    updates: [],
  };
  const drawn = runReference(drawing, run).outputs as readonly ReferenceArray[];
  return Object.fromEntries(
    drawn.map(({ shape, dtype, data }, i) => [
      outputs[i]!.path,
      { shape, data: dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data) },
    ]),
  );
}

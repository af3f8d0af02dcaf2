// Random numbers from outside: runtimes that have no counted random numbers of their own (an ONNX file, TensorFlow.js)
// take them as inputs, one array per random node, under names that follow from the graph.

import type { Tensor } from "./graph/tensor.ts";
import { type ReferenceRun, runReference } from "./runtime/reference.ts";
import type { TensorData } from "./tensor-data.ts";
import type { TracedEntry } from "./trace.ts";

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
  const outputTree = Object.fromEntries(outputs.map(({ path, tensor }) => [path, tensor]));
  const drawn = runReference({ ...entry, outputs, outputTree, updates: [] }, run).outputs as Readonly<
    Record<string, { shape: readonly number[]; dtype: "f32" | "i32"; data: Float64Array }>
  >;
  return Object.fromEntries(
    Object.entries(drawn).map(([name, { shape, dtype, data }]) => [
      name,
      { shape, data: dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data) },
    ]),
  );
}

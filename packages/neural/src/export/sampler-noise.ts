// The numbers that the native runtime draws for given rows, as the inputs of a sampler's file or graph: with them every
// runtime gives the rows of `sample`.

import { seedOf, streamKey } from "@verisim/core";
import type { NoiseArray, NoiseRequest } from "@verisim/onnx";
import { noiseOf, type TensorData, tensorData, traceEntry } from "@verisim/tensor";
import { randomUniforms } from "@verisim/tensor/arrays";
import type { TableEncoding } from "../encoding/table-encoding.ts";
import {
  type SamplerParts,
  samplerEntries,
  samplerState,
  takesConditions,
  windowRows,
} from "../sampling/row-sampler.ts";
import { drawnColumns } from "./drawn-cells.ts";
import { inputNames } from "./file-inputs.ts";
import { type ExportedSampler, type SamplerInputs, uniformsOf } from "./sampler-graph.ts";

/**
 * Inputs of a sampler's ONNX file by name: what `sample(rowCount, { seed, from: rowStart })` draws, no conditions asked.
 * A file takes those of them that are among its inputs.
 */
export async function samplerNoise(
  sampler: ExportedSampler,
  request: NoiseRequest,
): Promise<Record<string, NoiseArray>> {
  const { seed = 0, rowStart = 0, rowCount } = request;
  const { encoding, parts } = sampler;
  const names = inputNames(encoding);
  const drawn = drawnColumns(encoding.layout);
  const keys = drawn.map((column) =>
    streamKey(seed, encoding.tableName, encoding.columns[column]!.name, "place"),
  );
  const uniforms = new Float64Array(keys.length * rowCount);
  if (uniforms.length > 0) await randomUniforms(uniforms, keys, rowStart, rowCount);
  const graphInputs: Partial<SamplerInputs<TensorData>> =
    parts === null ? {} : networkNoise(encoding, parts, request);
  return {
    ...Object.fromEntries(
      Object.entries(graphInputs).map(([input, array]): [string, NoiseArray] => [
        names[input as keyof SamplerInputs<TensorData>],
        array,
      ]),
    ),
    [names.placeUniforms]: {
      shape: [rowCount, keys.length],
      data: Float64Array.from(uniforms, (_, at) => {
        const [row, column] = [Math.floor(at / keys.length), at % keys.length];
        return uniforms[column * rowCount + row]!;
      }),
    },
    [names.row]: {
      shape: [rowCount],
      data: BigInt64Array.from({ length: rowCount }, (_, i) => BigInt(rowStart + i)),
    },
  };
}

/** The inputs of the network's graph alone, for {@link samplerGraph} over as many rows. */
export function networkNoise(
  encoding: TableEncoding,
  parts: SamplerParts,
  { seed = 0, rowStart = 0, rowCount }: NoiseRequest,
): SamplerInputs<TensorData> {
  const { network, layout } = parts;
  const takes = takesConditions(network, layout);
  const noise = new Float32Array(rowCount * network.noise);
  const width = uniformsOf(parts);
  const choices = new Float32Array(rowCount * width);
  const conditionUniforms = new Float32Array(rowCount * 2);
  const { inputs, step } = samplerEntries(parts, Math.max(1, Math.min(windowRows, rowCount))).draw;
  const entry = traceEntry("draw", samplerState(parts), inputs, step as Parameters<typeof traceEntry>[3]);
  const key = streamKey(seedOf(seed, encoding.tableName, "rows"), "draw");
  for (let from = 0; from < rowCount; from += windowRows) {
    const rows = Math.min(windowRows, rowCount - from);
    const drawn = noiseOf(entry, { context: { key, step: 0, rowOffset: rowStart + from } });
    const all = (kind: string): TensorData[] =>
      Object.entries(drawn).flatMap(([name, array]) => (name.startsWith(`noise.${kind}.`) ? [array] : []));
    const take = (array: TensorData, into: Float32Array, width: number): void =>
      into.set(array.data.subarray(0, rows * width), from * width);
    const uniform = all("uniform");
    if (network.noise > 0) take(all("normal")[0]!, noise, network.noise);
    take(uniform.at(-1)!, choices, width);
    if (!takes) continue;
    // A whole number below the entries' count, as the uniform in the middle of what falls on it.
    const [hits, kept] = [all("below")[0]!, uniform[0]!];
    const entries = layout.discrete.reduce((sum, column) => sum + layout.widths[column]!, 0);
    for (let row = 0; row < rows; row++) {
      conditionUniforms[2 * (from + row)] = (hits.data[row]! + 0.5) / entries;
      conditionUniforms[2 * (from + row) + 1] = kept.data[row]!;
    }
  }
  return {
    ...(network.noise > 0 ? { noise: tensorData(noise, [rowCount, network.noise]) } : {}),
    choiceUniforms: tensorData(choices, [rowCount, width]),
    ...(takes
      ? {
          condition: tensorData(new Int32Array(rowCount).fill(-1), [rowCount]),
          conditionUniforms: tensorData(conditionUniforms, [rowCount, 2]),
        }
      : {}),
  };
}

// The numbers that a model of records draws natively for given records, and the modalities that are given, as the inputs of its
// file: with them the file makes the records of `sample` and `generateFrom`.

import { RowRandom, streamKey } from "@verisim/core";
import type { NoiseArray, NoiseRequest } from "@verisim/onnx";
import { noiseOf, traceEntry } from "@verisim/tensor";
import { priorNoise } from "../network/prior.ts";
import type { Part } from "../parts/part.ts";
import { windowRows } from "../records/fill-records.ts";
import type { Records } from "../records/records.ts";
import { cellKey, TableModality } from "../records/table-modality.ts";
import { TextModality, wordKey } from "../records/text-modality.ts";
import { VectorModality, vectorKey } from "../records/vector-modality.ts";
import { recordFileNames } from "./file-names.ts";
import type { ExportedRecords } from "./records-onnx.ts";

/** @param records with the modalities that are given, in as many records as are asked for */
export function recordNoise(
  { modalities, sizes }: ExportedRecords,
  { seed = 0, rowStart = 0, rowCount }: NoiseRequest,
  given: readonly string[],
  records: Records,
): Record<string, NoiseArray> {
  const names = recordFileNames(modalities, given);
  const width = priorNoise(sizes.prior);
  const noise = new Float32Array(rowCount * width);
  // The entry of the native run: its stream of random numbers goes by its name.
  const entry = traceEntry("fill", {}, {}, ({ rng }) => ({ outputs: rng.normal([windowRows, width]) }));
  const key = streamKey(seed, "fill");
  for (let from = 0; from < rowCount; from += windowRows) {
    const [drawn] = Object.values(noiseOf(entry, { context: { key, step: 0, rowOffset: rowStart + from } }));
    noise.set(drawn!.data.subarray(0, Math.min(windowRows, rowCount - from) * width), from * width);
  }
  const inputs: Record<string, NoiseArray> = {
    [names.noise]: { shape: [rowCount, width], data: noise },
    [names.row]: {
      shape: [rowCount],
      data: BigInt64Array.from({ length: rowCount }, (_, i) => BigInt(rowStart + i)),
    },
  };
  const put = (part: Part, numbers: number, draw: (row: number, into: Float64Array) => void): void => {
    const data = new Float64Array(rowCount * numbers);
    for (let row = 0; row < rowCount; row++)
      draw(rowStart + row, data.subarray(row * numbers, (row + 1) * numbers));
    inputs[names.draws.get(part)!] = { shape: [rowCount, numbers], data };
  };
  const uniforms =
    (key: ReturnType<typeof streamKey>) =>
    (row: number, into: Float64Array): void => {
      const random = new RowRandom(key, row);
      for (let i = 0; i < into.length; i++) into[i] = random.uniform();
    };
  for (const modality of modalities) {
    if (given.includes(modality.name)) {
      modality.rows(records).forEach((arrays, i) => {
        const own = names.given.get(modality.parts[i]!)!;
        for (const [array, { shape, data }] of Object.entries(arrays))
          inputs[own.get(array)!] = { shape, data: data as NoiseArray["data"] };
      });
    } else if (modality instanceof VectorModality) {
      const key = vectorKey(seed, modality.name);
      put(modality.parts[0], modality.parts[0].cells, (row, into) => {
        const random = new RowRandom(key, row);
        for (let dim = 0; dim < into.length; dim++) into[dim] = random.normal();
      });
    } else if (modality instanceof TextModality) {
      const [words, numbers] = modality.parts[0].widths;
      put(modality.parts[0], words + numbers, uniforms(wordKey(seed, modality.name)));
    } else if (modality instanceof TableModality) {
      for (const part of modality.parts)
        put(part, 2 * part.cells, uniforms(cellKey(seed, modality.encoding.tableName, part.name)));
    }
  }
  return inputs;
}

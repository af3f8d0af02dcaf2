// The inputs of the trees' file: their names, and the numbers with which the file yields the rows of `sample`.

import { rowWords, type StreamKey, uniformFromWords } from "@verisim/core";
import { freeInputNames, type NoiseArray, type NoiseRequest } from "@verisim/onnx";
import { hasNumbers, type LearntColumn, outcomeKey } from "../learnt-columns.ts";
import type { TreesModel } from "../table-sampler.ts";

/** Inputs by what they are for. */
export type TreesInput = "outcomeUniforms" | "placeUniforms" | "condition" | "row";

const wanted: Readonly<Record<TreesInput, string>> = {
  outcomeUniforms: "outcome_uniforms",
  placeUniforms: "place_uniforms",
  condition: "condition",
  row: "row",
};

/** How the numbers of each input are drawn. */
export const drawnAs: Readonly<Record<TreesInput, string>> = {
  outcomeUniforms: "uniform in (0, 1)",
  placeUniforms: "uniform in (0, 1)",
  condition: "-1, or the number of a condition",
  row: "the row's number, from 0",
};

/** The names in the file, none of which a column has. */
export function inputNames({ metadata }: TreesModel): Readonly<Record<TreesInput, string>> {
  return freeInputNames(wanted, metadata);
}

/** Columns with stretches: where in its stretch a number lies is drawn. In the order of the chain. */
export function placedColumns({ columns, trees }: TreesModel): number[] {
  return columns.flatMap((column, place) =>
    hasStretch(column) && !("guessed" in trees[place]!.model) ? [place] : [],
  );
}

function hasStretch(column: LearntColumn): boolean {
  return hasNumbers(column) && column.low.some((low, s) => low < column.high[s]!);
}

/** Which rows' numbers are asked for. */
export interface TreesNoiseRequest extends NoiseRequest {
  /** Number of the try, default 0: other numbers, for rows that a condition refused. */
  readonly attempt?: number;
}

/** Inputs of the file by name; no conditions are asked. A file takes those of them that are among its inputs. */
export function treesNoise(model: TreesModel, request: TreesNoiseRequest): Record<string, NoiseArray> {
  const { seed = 0, rowStart = 0, rowCount, attempt = 0 } = request;
  const names = inputNames(model);
  const width = model.columns.length;
  const placed = placedColumns(model);
  const outcomes = new Float64Array(rowCount * width);
  const places = new Float64Array(rowCount * placed.length);
  model.columns.forEach((column, c) => {
    const key = outcomeKey(seed, model.tableName, column);
    const slot = placed.indexOf(c);
    for (let i = 0; i < rowCount; i++) {
      const [a, b, c0, d] = rowWords(key, rowStart + i, attempt);
      const uniform = uniformFromWords(a, b);
      outcomes[i * width + c] = attempt === 0 ? stratifiedUniform(key, rowStart + i, uniform) : uniform;
      if (slot >= 0) places[i * placed.length + slot] = uniformFromWords(c0, d);
    }
  });
  return {
    [names.outcomeUniforms]: { shape: [rowCount, width], data: outcomes },
    [names.placeUniforms]: { shape: [rowCount, placed.length], data: places },
    [names.condition]: { shape: [rowCount], data: new Int32Array(rowCount).fill(-1) },
    [names.row]: {
      shape: [rowCount],
      data: BigInt64Array.from({ length: rowCount }, (_, i) => BigInt(rowStart + i)),
    },
  };
}

/** Rows that share the strata of a uniform. */
const strata = 4096;

/** As the addon's `stratifiedUniform`: each run of 4,096 rows has one number in each of as many parts of (0, 1). */
function stratifiedUniform(key: StreamKey, row: number, inside: number): number {
  const words = rowWords(key, Math.floor(row / strata), 0, 9);
  let [left, right] = [Math.floor(row / 64) % 64, row % 64];
  for (let round = 0; round < 6; round++) {
    let mixed = Math.imul((right + words[round & 3]! + Math.imul(round, 0x9e3779b9)) | 0, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    mixed ^= mixed >>> 13;
    [left, right] = [right, left ^ (mixed & 63)];
  }
  return (left * 64 + right + inside) / strata;
}

// The inputs of a sampler's file: their names, none of which a column has, and what is drawn for each.

import { freeInputNames } from "@verisim/onnx";
import type { TableEncoding } from "../encoding/table-encoding.ts";

/** Inputs by what they are for. */
export type SamplerInput =
  | "noise"
  | "choiceUniforms"
  | "condition"
  | "conditionUniforms"
  | "placeUniforms"
  | "row";

const wanted: Readonly<Record<SamplerInput, string>> = {
  noise: "noise",
  choiceUniforms: "choice_uniforms",
  condition: "condition",
  conditionUniforms: "condition_uniforms",
  placeUniforms: "place_uniforms",
  row: "row",
};

/** How the numbers of each input are drawn, in words that a program can tell apart. */
export const drawnAs: Readonly<Record<SamplerInput, string>> = {
  noise: "standard normal",
  choiceUniforms: "uniform in (0, 1)",
  condition: "-1, or the number of a condition",
  conditionUniforms: "uniform in (0, 1)",
  placeUniforms: "uniform in (0, 1)",
  row: "the row's number, from 0",
};

/** The names in the file, none of which a column has. */
export function inputNames({ metadata }: TableEncoding): Readonly<Record<SamplerInput, string>> {
  return freeInputNames(wanted, metadata);
}

// The inputs of a sampler's file: their names, none of which a column has, and what is drawn for each.

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

/** The first of `name`, `name.2`, `name.3`, ... that is not taken; it is then. */
export function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 2; free === "" || taken.has(free); i++) free = `${name}.${i}`;
  taken.add(free);
  return free;
}

/** The names in the file: a column's name is its output's, so that an input gives way to it. */
export function inputNames({ metadata }: TableEncoding): Readonly<Record<SamplerInput, string>> {
  const taken = new Set(Object.keys(metadata.columns));
  return Object.fromEntries(
    Object.entries(wanted).map(([input, name]) => [input, freeName(name, taken)]),
  ) as Record<SamplerInput, string>;
}

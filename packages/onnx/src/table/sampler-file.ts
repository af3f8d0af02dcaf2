// What the file of a whole sampler says of itself: its inputs and how they are drawn, its columns, and what conditions may
// be asked of it; and the names of all of them, none of which is given twice.

import type { TableMetadata } from "@verisim/core";
import type { GraphBuilder } from "../builder.ts";
import type { GraphExtension } from "../export.ts";
import type { CellValues } from "./cell-values.ts";
import {
  type DecodedColumn,
  type FileColumn,
  type LeftOut,
  type OutputNames,
  type TypingContext,
  typedColumns,
} from "./typed-columns.ts";

/** What the file says of itself, as JSON under {@link descriptionKey} in metadata_props. */
export interface SamplerDescription {
  readonly version: 1;
  readonly generator: string;
  readonly inputs: readonly FileInput[];
  readonly columns: readonly FileColumn[];
  readonly leftOut: readonly LeftOut[];
  /** What may be asked for by the input `condition`: category k of a column is `first + k`; null: the missing cell. */
  readonly conditions: readonly ConditionValues[];
  /**
   * Output double [rows], where asking is by rejection: the probability with which a row that was asked for something is
   * to be kept, else drawn again from other numbers. Absent: every row is kept.
   */
  readonly conditionWeight?: string;
}

/** An input of the file. */
export interface FileInput {
  readonly name: string;
  /** What it is for, the same whatever its name. */
  readonly for: string;
  /** How its numbers are drawn, in words that a program can tell apart. */
  readonly draw: string;
}

export interface ConditionValues {
  readonly column: string;
  readonly first: number;
  readonly values: readonly (string | number | null)[];
}

/** Options of a sampler's file. */
export interface SamplerOnnxOptions {
  /** Name of the graph in the file. Default the generator's. */
  readonly name?: string;
}

/** Which rows of which endless table. */
export interface NoiseRequest {
  /** The seed given to `sample`, default 0. */
  readonly seed?: number;
  /** Number of the first row, default 0. */
  readonly rowStart?: number;
  readonly rowCount: number;
}

/** Numbers for an input of a sampler's file. */
export interface NoiseArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array;
}

/** The key of {@link SamplerDescription} in metadata_props. */
export const descriptionKey = "verisim";

/** The first of `name`, `name.2`, `name.3`, ... that is not taken; it is then. */
export function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let i = 2; free === "" || taken.has(free); i++) free = `${name}.${i}`;
  taken.add(free);
  return free;
}

/** Names of inputs in a file: a column's name is its output's, so that an input gives way to it. */
export function freeInputNames<Input extends string>(
  wanted: Readonly<Record<Input, string>>,
  { columns }: Pick<TableMetadata, "columns">,
): Readonly<Record<Input, string>> {
  const taken = new Set(Object.keys(columns));
  const free = Object.entries<string>(wanted).map(([input, name]) => [input, freeName(name, taken)]);
  return Object.fromEntries(free) as Record<Input, string>;
}

/** Names of every column's outputs; its own name where that can be. */
export function outputNames(
  { columns }: Pick<TableMetadata, "columns">,
  taken: readonly string[],
): Map<string, OutputNames> {
  const names = new Set(taken);
  const own = new Map(Object.keys(columns).map((column) => [column, freeName(column, names)]));
  return new Map(
    [...own].map(([column, output]) => [
      column,
      {
        output,
        missing: freeName(`${column}.missing`, names),
        text: freeName(`${column}.text`, names),
      },
    ]),
  );
}

/** All names that a file's inputs and outputs may take. */
export function reservedNames(
  inputs: Readonly<Record<string, string>>,
  outputs: ReadonlyMap<string, OutputNames>,
): string[] {
  return [
    ...Object.values(inputs),
    ...[...outputs.values()].flatMap(({ output, missing, text }) => [output, missing, text]),
  ];
}

/** A sampler whose cells are in the graph. */
export interface SamplerCells extends Pick<TypingContext, "row"> {
  readonly generator: string;
  readonly metadata: TableMetadata;
  readonly transforms: readonly DecodedColumn[];
  /** The encoded columns in the transforms' order. */
  readonly cells: readonly CellValues[];
  /** Names of the inputs by what they are for, and how each is drawn. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly drawnAs: Readonly<Record<string, string>>;
  readonly outputs: ReadonlyMap<string, OutputNames>;
  /** Told where the file has an input `condition`. */
  readonly conditions: () => readonly ConditionValues[];
  readonly conditionWeight?: string;
}

/** The graph goes on to the table's own columns, and says what it takes and yields. */
export function describedColumns(graph: GraphBuilder, sampler: SamplerCells): GraphExtension {
  const { generator, inputs, drawnAs, conditionWeight } = sampler;
  const { columns, leftOut, outputs } = typedColumns({
    graph,
    ...sampler,
    namesOf: (column) => sampler.outputs.get(column)!,
  });
  const given = new Set(graph.inputs.map((input) => input.name));
  const description: SamplerDescription = {
    version: 1,
    generator,
    inputs: Object.entries(inputs)
      .filter(([, name]) => given.has(name))
      .map(([input, name]) => ({ name, for: input, draw: drawnAs[input]! })),
    columns,
    leftOut,
    conditions: inputs.condition !== undefined && given.has(inputs.condition) ? sampler.conditions() : [],
    ...(conditionWeight === undefined ? {} : { conditionWeight }),
  };
  return { outputs, metadata: { [descriptionKey]: JSON.stringify(description) } };
}

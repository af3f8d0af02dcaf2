// The inputs and outputs of a file of records: columns and modalities keep their names as outputs where they can, and inputs
// give way to them.

import { freeName, type OutputNames, outputNames } from "@verisim/onnx";
import type { Part } from "../parts/part.ts";
import type { Modality } from "../records/modality.ts";
import { TableModality } from "../records/table-modality.ts";

/** Names in a file, none of which is given twice. */
export interface RecordFileNames {
  /** Input float [rows, width]: standard normal numbers that the latent is drawn from. */
  readonly noise: string;
  /** Input int64 [rows]: the record's number, for ids of the table. */
  readonly row: string;
  /** Inputs double [rows, numbers] by part: what the cells of a modality that is made are drawn by. */
  readonly draws: ReadonlyMap<Part, string>;
  /** Inputs by part and array of the modalities that are given. */
  readonly given: ReadonlyMap<Part, ReadonlyMap<string, string>>;
  /** Outputs by modality, the table apart. */
  readonly made: ReadonlyMap<string, string>;
  /** Outputs by column of the table. */
  readonly columns: ReadonlyMap<string, OutputNames>;
}

/** The arrays that a modality's parts are given as. */
const arraysOf: Readonly<Record<Modality["kind"], readonly string[]>> = {
  table: ["ones", "known", "numbers"],
  vectors: ["known", "values"],
  images: ["known", "pixels"],
  texts: ["known", "words"],
};

/** @param given names of the modalities that the file is given; it makes the others */
export function recordFileNames(modalities: readonly Modality[], given: readonly string[]): RecordFileNames {
  const isGiven = ({ name }: Modality): boolean => given.includes(name);
  const made = modalities.filter((modality) => !isGiven(modality));
  const table = made.find((modality) => modality instanceof TableModality);
  const columns = table ? outputNames(table.encoding.metadata, []) : new Map<string, OutputNames>();
  const taken = new Set(
    [...columns.values()].flatMap(({ output, missing, text }) => [output, missing, text]),
  );
  const others = made.filter((modality) => modality !== table);
  return {
    columns,
    made: new Map(others.map(({ name }) => [name, freeName(name, taken)])),
    noise: freeName("noise", taken),
    row: freeName("row", taken),
    draws: new Map(
      made.flatMap(({ parts }) =>
        parts.map((part) => [part, freeName(`${part.name}.draws`, taken)] as const),
      ),
    ),
    given: new Map(
      modalities.filter(isGiven).flatMap(({ kind, parts }) =>
        parts.map((part) => {
          const arrays = arraysOf[kind].map(
            (array) => [array, freeName(`${part.name}.${array}`, taken)] as const,
          );
          return [part, new Map(arrays)] as const;
        }),
      ),
    ),
  };
}

/** All names that the file may take. */
export function allNames({ noise, row, draws, given, made, columns }: RecordFileNames): string[] {
  return [
    noise,
    row,
    ...draws.values(),
    ...[...given.values()].flatMap((arrays) => [...arrays.values()]),
    ...made.values(),
    ...[...columns.values()].flatMap(({ output, missing, text }) => [output, missing, text]),
  ];
}

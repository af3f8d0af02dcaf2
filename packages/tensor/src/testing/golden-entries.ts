// Every entry of the golden programs with numbers to run it on, for suites that compare another runtime with the
// float64 reference.

import type { TensorType } from "../ops/operation.ts";
import { type ProgramSpec, traceProgram } from "../program-spec.ts";
import { isTensorData, isTensorType, type TensorData } from "../tensor-data.ts";
import type { TracedEntry } from "../trace.ts";
import { mapTree } from "../tree.ts";
import { caseIntegers, caseNumbers } from "./case-numbers.ts";
import { goldenPrograms } from "./programs/index.ts";

/** One entry of one golden program. */
export interface GoldenEntry {
  /** As in `ctgan-step: train`. */
  readonly name: string;
  readonly spec: ProgramSpec;
  readonly entry: TracedEntry;
  /** Numbers for the entry's inputs: f32 from -2 to 2, i32 from 0 to 4. */
  readonly inputs: unknown;
}

const isInput = (value: unknown): value is TensorData | TensorType =>
  isTensorData(value) || isTensorType(value);

function numbersFor(input: TensorData | TensorType, path: string): TensorData {
  if (isTensorData(input)) return input;
  return input.dtype === "i32" ? caseIntegers(path, input.shape, 0, 5) : caseNumbers(path, input.shape);
}

/** All entries of all golden programs. */
export function goldenEntries(): GoldenEntry[] {
  return goldenPrograms.flatMap(({ name, make }) => {
    const spec = make();
    return traceProgram(spec).map((entry) => ({
      name: `${name}: ${entry.name}`,
      spec,
      entry,
      inputs: mapTree(spec.entries[entry.name]!.inputs ?? {}, isInput, numbersFor),
    }));
  });
}

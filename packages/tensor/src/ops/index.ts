// All ops by name, collected from what the files of this folder export: a new row is in the list without being named here.

import * as contract from "./contract.ts";
import * as convolution from "./convolution.ts";
import * as indexing from "./indexing.ts";
import * as linalg from "./linalg.ts";
import * as movement from "./movement.ts";
import type { Operation } from "./operation.ts";
import * as pointwise from "./pointwise.ts";
import type { PointwiseOperation, PointwiseRow } from "./pointwise-row.ts";
import * as random from "./random.ts";
import * as reduce from "./reduce.ts";
import * as segment from "./segment.ts";
import * as source from "./source.ts";
import * as update from "./update.ts";

const rows: PointwiseRow[] = Object.values(pointwise).filter((value) => "operation" in value);
const pointwiseRows = rows.flatMap(({ operation, integerOperation }) =>
  integerOperation === undefined ? [operation] : [operation, integerOperation],
);

const isOperation = (value: unknown): value is Operation =>
  typeof value === "object" && value !== null && "infer" in value;
const others = [
  source,
  movement,
  reduce,
  segment,
  contract,
  indexing,
  random,
  convolution,
  linalg,
  update,
].flatMap((exported): Operation[] => Object.values<unknown>(exported).filter(isOperation));

/** The pointwise ops by name. */
export const pointwiseOperations: ReadonlyMap<string, PointwiseOperation> = new Map(
  pointwiseRows.map((operation) => [operation.name, operation]),
);

/** All ops by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  [...others, ...pointwiseRows].map((operation) => [operation.name, operation]),
);

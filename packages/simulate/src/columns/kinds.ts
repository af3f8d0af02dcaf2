// The kinds of columns, and how a column's model finds its kind.

import { knownTextsHint } from "@verisim/core";
import { Fields, type Problems } from "../model/problems.ts";
import { casesKind } from "./cases-column.ts";
import type { ColumnKind, ColumnReading } from "./column-kind.ts";
import { eventKind } from "./event-column.ts";
import { fakerKind, keyKind } from "./key-columns.ts";
import { patternKind } from "./pattern-column.ts";
import { chainKind, machineKind, seriesKind } from "./sequence-columns.ts";
import { timeKind } from "./time-column.ts";
import {
  categoriesKind,
  conditionalKind,
  distributionKind,
  formulaKind,
  quantilesKind,
} from "./value-columns.ts";

export const columnKinds: readonly ColumnKind[] = [
  distributionKind,
  quantilesKind,
  categoriesKind,
  conditionalKind,
  formulaKind,
  casesKind,
  keyKind,
  fakerKind,
  patternKind,
  chainKind,
  machineKind,
  seriesKind,
  timeKind,
  eventKind,
];

/** Columns within columns (cases, gaps); deeper ones are refused, as are those that hold themselves. */
const deepestPath = 40;

/** Reads a column's model; undefined where something is wrong, which `problems` then holds. */
export function readColumn(value: unknown, path: string, problems: Problems): ColumnReading | undefined {
  if (path.split(".").length > deepestPath) {
    problems.add("VERISIM_SIMULATION_FIELD", path.slice(0, 200), "Columns within columns go too deep.");
    return undefined;
  }
  const fields = new Fields(value, path, problems);
  const before = problems.count;
  const kinds = columnKinds.filter(({ field }) => fields.has(field));
  if (kinds.length !== 1) {
    if (fields.names.length > 0 || before === problems.count) {
      const known = columnKinds.map(({ field }) => field);
      problems.add(
        "VERISIM_SIMULATION_FIELD",
        path,
        kinds.length === 0
          ? `Expected one of ${known.join(", ")} to say what the column is.`
          : `Expected one of ${kinds.map(({ field }) => field).join(", ")} alone, for each says what the column is.`,
        kinds.length === 0 && fields.names[0] !== undefined
          ? knownTextsHint("kinds of columns", fields.names[0], known)
          : undefined,
      );
    }
    return undefined;
  }
  const reading = kinds[0]!.read(fields, problems, readColumn);
  for (const common of ["description", "missing", "hidden"]) fields.raw(common);
  // A distribution takes its parameters' names from its family, which is not known where its own name is wrong.
  if (reading) fields.refuseOthers();
  return reading;
}

// SMOTE and SMOTE-NC (Chawla et al. 2002, sections 4.2 and 6.1): one algorithm, since a table may hold both kinds of
// columns. Neighbours are those of the class alone.

import { VerisimError } from "@verisim/core";
import type { NewRows } from "../new-rows.ts";
import {
  affordableNeighbours,
  allRows,
  findNeighbours,
  missingRows,
  type Outcome,
  type Work,
} from "../work.ts";
import { interpolate } from "./interpolation.ts";

export async function smote(work: Work): Promise<Outcome> {
  const made: NewRows[] = [];
  for (const [label, count] of missingRows(work)) made.push(await smoteClass(work, label, count));
  return { kept: allRows(work), made };
}

/** New rows of one class, from all of its rows. */
export async function smoteClass(work: Work, label: number, count: number, part?: string): Promise<NewRows> {
  const bases = rowsWithNeighbours(work, label);
  const k = affordableNeighbours(work, label, work.options.kNeighbors, bases.length - 1, "of its class");
  const neighbours = await findNeighbours(work, bases, bases, k, work.features.mismatch(bases));
  return interpolate(work, { label, bases, neighbours, count, ...(part !== undefined && { part }) });
}

/**
 * The rows of a class that has at least two.
 * @throws VerisimError `VERISIM_RESAMPLE_ROWS`
 */
export function rowsWithNeighbours(work: Work, label: number): Int32Array {
  const rows = work.classRows[label]!;
  if (rows.length >= 2) return rows;
  throw new VerisimError(
    "VERISIM_RESAMPLE_ROWS",
    `Expected at least two rows of class ${JSON.stringify(work.classes[label])} to go from one to another but found ${rows.length}.`,
    { hint: 'The strategy "random" repeats rows, with `shrinkage` moved a little.' },
  );
}

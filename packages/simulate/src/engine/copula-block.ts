// Columns whose ranks go together: their normal scores are mixed by the Cholesky factor of a correlation matrix before
// the columns make cells of them (a Gaussian copula; Sklar 1959, Nelsen, "An Introduction to Copulas", 2006).

import { knownTextsHint } from "@verisim/core";
import { choleskyFactor } from "@verisim/stats";
import type { Problems } from "../model/problems.ts";
import type { ReadTable } from "../model/read-model.ts";
import type { PlannedColumn, Stream } from "./table-plan.ts";

/** What a matrix of correlations must keep of each column beyond those before it. */
const leastPivot = 1e-12;

export interface CopulaBlock {
  readonly columns: readonly string[];
  readonly streams: readonly number[];
  /** Lower triangle, row-major with rows of full length. */
  readonly factor: Float64Array;
}

export function planCopulaBlocks(
  table: ReadTable,
  columns: ReadonlyMap<string, PlannedColumn>,
  streams: readonly Stream[],
  problems: Problems,
): CopulaBlock[] {
  const taken = new Set<string>();
  return table.correlations.flatMap(({ path, columns: names, matrix }) => {
    const before = problems.count;
    const found = names.map((name) => {
      const stream = columns.get(name)?.plan.stream;
      if (stream === undefined || taken.has(name))
        problems.add(
          "VERISIM_SIMULATION_CORRELATION",
          `${path}.columns`,
          taken.has(name)
            ? `The column ${JSON.stringify(name)} is in two blocks.`
            : `Expected a column of a distribution or of categories but received ${JSON.stringify(name)}.`,
          columns.has(name) ? undefined : knownTextsHint("columns", name, columns.keys()),
        );
      taken.add(name);
      return stream ?? -1;
    });
    const factor = choleskyFactor(matrix, leastPivot);
    if (!factor)
      problems.add(
        "VERISIM_SIMULATION_CORRELATION",
        `${path}.matrix`,
        "No columns can have these correlations at once: the matrix is not positive definite.",
        "Make the correlations weaker, or those of two columns more alike that correlate strongly.",
      );
    if (problems.count > before || !factor) return [];
    for (const stream of found) if (!streams[stream]) throw new Error("internal: a block without a stream");
    return [{ columns: names, streams: found, factor }];
  });
}

/** Mixes independent scores `[columns][rows]` in place. */
export function mixScores(scores: readonly Float64Array[], factor: Float64Array, rowCount: number): void {
  const size = scores.length;
  // From the last column on: a column reads only those before it.
  for (let j = size - 1; j >= 0; j--) {
    const out = scores[j]!;
    const own = factor[j * size + j]!;
    for (let i = 0; i < rowCount; i++) out[i]! *= own;
    for (let k = 0; k < j; k++) {
      const weight = factor[j * size + k]!;
      const other = scores[k]!;
      if (weight !== 0) for (let i = 0; i < rowCount; i++) out[i]! += weight * other[i]!;
    }
  }
}

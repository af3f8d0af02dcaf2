// Columns whose ranks go together: their normal scores are mixed by the Cholesky factor of a correlation matrix before
// the columns make cells of them (a Gaussian copula; Sklar 1959, Nelsen, "An Introduction to Copulas", 2006).

import { knownTextsHint } from "@verisim/core";
import type { Problems } from "../model/problems.ts";
import type { ReadTable } from "../model/read-model.ts";
import type { PlannedColumn, Stream } from "./table-plan.ts";

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
    const factor = choleskyFactor(matrix);
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

/** Undefined for a matrix that is not positive definite. */
export function choleskyFactor(matrix: readonly (readonly number[])[]): Float64Array | undefined {
  const size = matrix.length;
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      if (i !== j) factor[i * size + j] = sum / factor[j * size + j]!;
      else if (sum > 1e-12) factor[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
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

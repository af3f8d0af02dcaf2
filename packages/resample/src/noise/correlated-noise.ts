// Jitter in the directions in which the columns vary together: a row moves as rows differ, so that what goes together
// still does. Mahalanobis, "On the generalised distance in statistics" (1936).

import { VerisimError } from "@verisim/core";
import { cholesky } from "@verisim/tensor/arrays";
import { momentsOf } from "../moments.ts";
import type { NoiseKind } from "./noise-kind.ts";
import { changeNumbers } from "./number-noise.ts";

export const correlatedJitter: NoiseKind = {
  name: "correlated",
  summary: "adds normal noise that is correlated as the columns are",
  takes: "numbers",
  options: {
    relative: {
      type: "number",
      default: 0.1,
      min: 0,
      description: "Standard deviation of the noise as a part of each column's own.",
    },
    distance: {
      type: "number",
      default: null,
      min: 0,
      description: "Instead: the Mahalanobis distance that every row is moved by, exactly.",
    },
  },
  async apply(context) {
    const { relative, distance } = context.options as { relative: number; distance: number | null };
    const { table } = context;
    const numbers = context.columns.flatMap((name) => {
      const column = table.column(name);
      return column.kind === "number" && momentsOf(column.values).deviation > 0 ? [column] : [];
    });
    if (numbers.length === 0) return;
    const rows: number[] = [];
    for (let row = 0; row < table.rowCount; row++)
      if (numbers.every(({ values }) => Number.isFinite(values[row]))) rows.push(row);
    if (rows.length < 2)
      throw new VerisimError(
        "VERISIM_NOISE_ROWS",
        `Expected 2 rows or more without gaps but ${rows.length} have none.`,
        { hint: "Name fewer columns, or those that have values together." },
      );
    const columns = numbers.flatMap(({ name, values }) => {
      const { mean, deviation } = momentsOf(Float64Array.from(rows, (row) => values[row]!));
      return deviation > 0 ? [{ name, values, mean, deviation }] : [];
    });
    const size = columns.length;
    const matrix = correlationOf(
      columns.map(({ values, mean, deviation }) =>
        Float64Array.from(rows, (row) => (values[row]! - mean) / deviation),
      ),
    );
    const factor = await positiveFactor(matrix, size);
    const draws = await Promise.all(columns.map(({ name }) => context.normals(name)));
    // A distance of exactly d is a direction on the unit sphere of the whitened space times d.
    const lengths = rows.map((row) => {
      let squares = 0;
      for (const draw of draws) squares += draw[row]! ** 2;
      return Math.sqrt(squares);
    });
    columns.forEach(({ name, deviation }, j) => {
      const shift = new Float64Array(table.rowCount);
      rows.forEach((row, i) => {
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += factor[j * size + k]! * draws[k]![row]!;
        shift[row] = deviation * sum * (distance === null ? relative : distance / lengths[i]!);
      });
      changeNumbers(context, name, Int32Array.from(rows), (value, row) => value + shift[row]!);
    });
  },
};

/** Correlations of standardised columns, row-major. */
function correlationOf(columns: readonly Float64Array[]): Float64Array {
  const size = columns.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      const [a, b] = [columns[i]!, columns[j]!];
      for (let row = 0; row < a.length; row++) sum += a[row]! * b[row]!;
      matrix[i * size + j] = matrix[j * size + i] = i === j ? 1 : sum / a.length;
    }
  }
  return matrix;
}

/** The Cholesky factor, with as little added to the diagonal as it takes where columns follow from each other. */
async function positiveFactor(matrix: Float64Array, size: number): Promise<Float64Array> {
  for (let ridge = 0; ; ridge = ridge === 0 ? 1e-10 : ridge * 10) {
    const factor = matrix.slice();
    for (let i = 0; i < size; i++) factor[i * size + i]! += ridge;
    if ((await cholesky(factor, size)) < 0) return factor;
    if (ridge > 1) throw new Error("internal: no factor of a correlation matrix");
  }
}

// The rows of two tables as one, coded so that swapping the tables changes nothing: only then is a difference that trees
// find a difference between the tables. By the real table's categories alone, a second real sample would give itself away in
// every column of many categories, because each sample has some that the other lacks.

import type { FeatureColumn } from "@verisim/trees";
import type { JudgedColumn } from "../models/judged-columns.ts";

/** Rows of the real table and of one that is held against it. */
export interface PooledRows {
  /** The other table: 1 synthetic, 2 holdout. */
  readonly table: number;
  readonly rows: readonly [real: Int32Array, other: Int32Array];
}

/** Categories with fewer rows than this, of both tables together, are one: so invented ones show, however they are spelt. */
const leastRows = 5;

/** Codes from 0 to count - 1 per side; -1 marks a missing cell. The last code is that of the rare categories. */
export function pooledCodes(
  { codes, labels }: Extract<JudgedColumn, { kind: "category" }>,
  { table, rows }: PooledRows,
): { sides: [Int32Array, Int32Array]; count: number } {
  const own = [codes[0]!, codes[table]!] as const;
  const tally = new Uint32Array(labels.length + 1);
  for (const [side, chosen] of rows.entries()) for (const row of chosen) tally[own[side]![row]!]!++;
  const places = new Int32Array(labels.length + 1).fill(-1);
  let count = 0;
  for (let code = 0; code < labels.length; code++) if (tally[code]! >= leastRows) places[code] = count++;
  for (let code = 0; code < labels.length; code++) if (places[code] === -1) places[code] = count;
  const sides = rows.map((chosen, side) => Int32Array.from(chosen, (row) => places[own[side]![row]!]!));
  return { sides: sides as [Int32Array, Int32Array], count: count + 1 };
}

/** Features of the real rows and, after them, of the others. */
export function pooledFeatures(columns: readonly JudgedColumn[], pooled: PooledRows): FeatureColumn[] {
  const { table, rows } = pooled;
  const realRows = rows[0].length;
  return columns.map((column): FeatureColumn => {
    const values = new Float64Array(realRows + rows[1].length);
    if (column.kind === "number") {
      const [real, other] = [column.values[0]!, column.values[table]!];
      for (let i = 0; i < realRows; i++) values[i] = real[rows[0][i]!]!;
      for (let i = 0; i < rows[1].length; i++) values[realRows + i] = other[rows[1][i]!]!;
      return { name: column.name, values };
    }
    const { sides } = pooledCodes(column, pooled);
    values.set(sides[0]);
    values.set(sides[1], realRows);
    return {
      name: column.name,
      values: values.map((code) => (code < 0 ? Number.NaN : code)),
      categorical: true,
    };
  });
}

// What an attacker measures of a record: how close synthetic rows lie, and how close other real rows do.

import type { RunOptions } from "@verisim/core";
import type { FeatureColumn } from "@verisim/trees";
import { type Nearest, nearest } from "../tables/nearest.ts";
import type { RiskColumn } from "../tables/risk-columns.ts";
import type { RowEncoder, RowPoints } from "../tables/row-encoder.ts";

const neighbours = 8;
/** Equal rows are as far apart as a hundredth of what random rows differ by in one column. */
const smallest = 0.01;

/** Distances of candidates to the synthetic rows and to rows of the population. */
export interface CandidateDistances {
  readonly synthetic: Nearest;
  readonly population: Nearest;
}

/** @param self per candidate the population row that it is itself; absent: none is */
export async function candidateDistances(
  request: {
    readonly encoder: RowEncoder;
    readonly candidates: RowPoints;
    readonly synthetic: RowPoints;
    readonly population: RowPoints;
    readonly self?: ArrayLike<number>;
  },
  run: RunOptions,
): Promise<CandidateDistances> {
  const { encoder, candidates, synthetic, population, self } = request;
  return {
    synthetic: await nearest({ encoder, queries: candidates, reference: synthetic, k: neighbours }, run),
    population: await nearest(
      { encoder, queries: candidates, reference: population, k: neighbours, ...(self ? { self } : {}) },
      run,
    ),
  };
}

/** Mean logarithm of the distances to the nearest rows: low where rows are dense. */
export function logDistance({ k, distances }: Nearest, candidate: number, count: number = k): number {
  let sum = 0;
  let found = 0;
  for (let i = candidate * k; i < candidate * k + count; i++)
    if (Number.isFinite(distances[i])) {
      sum += Math.log(Math.max(smallest, distances[i]!));
      found++;
    }
  return found > 0 ? sum / found : 0;
}

/** Logarithms of how much nearer synthetic rows lie than population rows, by numbers of neighbours: free of scale. */
export function ratioFeatures({ synthetic, population }: CandidateDistances, count: number): FeatureColumn[] {
  return [1, 2, 4, neighbours].map((depth) => ({
    name: `ratio ${depth}`,
    values: Float64Array.from(
      { length: count },
      (_, candidate) => logDistance(population, candidate, depth) - logDistance(synthetic, candidate, depth),
    ),
  }));
}

/** The columns of some rows as trees take them. */
export function treeFeatures(
  columns: readonly RiskColumn[],
  parts: readonly { readonly table: number; readonly rows: ArrayLike<number> }[],
): FeatureColumn[] {
  const count = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  return columns.map((column) => {
    const values = new Float64Array(count);
    let at = 0;
    for (const { table, rows } of parts) {
      const cells = column.kind === "number" ? column.values[table]! : column.codes[table]!;
      for (let i = 0; i < rows.length; i++) values[at++] = cells[rows[i]!]!;
    }
    return { name: column.name, values, ...(column.kind === "category" ? { categorical: true } : {}) };
  });
}

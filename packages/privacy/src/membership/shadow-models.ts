// Shadow models: who has the generator's code trains it on rows whose membership is known, learns what members look like
// there, and applies that to the synthetic table in question. R. Shokri et al., "Membership inference attacks against
// machine learning models", 2017; T. Stadler et al., "Synthetic data - anonymisation groundhog day", 2022.

import { type RunOptions, type Table, throwIfAborted } from "@verisim/core";
import { GradientBoostedTrees } from "@verisim/trees";
import { type PreparedTables, type SampledRows, sampleRows } from "../tables/prepared-tables.ts";
import { riskColumns } from "../tables/risk-columns.ts";
import { rowEncoder } from "../tables/row-encoder.ts";
import { type CandidateDistances, candidateDistances, ratioFeatures } from "./features.ts";

export interface ShadowOptions {
  /** Trains the generator under judgement on some rows and draws others from it. */
  makeRows: (train: Table, rows: number, seed: number) => Promise<Table>;
  /** Generators that are trained, 1 or more. Default 2. */
  models?: number;
}

/** Rows that one shadow model learns, at most. */
const mostRows = 5000;

/**
 * Scores of the candidates by trees that learnt, on shadow models, how distances give members away.
 * @param candidates distances of the candidates to the synthetic rows in question
 */
export async function shadowScores(
  { source, seed }: PreparedTables,
  population: SampledRows,
  candidates: {
    readonly members: CandidateDistances;
    readonly others: CandidateDistances;
    readonly count: number;
  },
  { makeRows, models = 2 }: ShadowOptions,
  run: RunOptions,
): Promise<{ members: Float64Array; others: Float64Array }> {
  const holdout = source.holdout!;
  const columns: Float64Array[][] = [];
  const labels: number[] = [];
  let names: string[] = [];
  for (let model = 0; model < models; model++) {
    throwIfAborted(run.signal);
    const half = Math.min(mostRows, population.rows.length >> 1);
    const inside = sampleRows(population.rows.length, half, seed, `shadow ${model}`);
    const isInside = new Set(inside);
    const others = [...population.rows.keys()].filter((place) => !isInside.has(place));
    const outside = sampleRows(others.length, half, seed, `shadow ${model} others`).map((i) => others[i]!);
    const all = [...inside, ...outside];
    const real = holdout.take(all.map((place) => population.rows[place]!));
    const ratio = source.synthetic.rowCount / source.real.rowCount;
    const drawn = await makeRows(real.slice(0, half), Math.max(1, Math.round(half * ratio)), seed + model);
    const encoder = rowEncoder(riskColumns([real, drawn], source.metadata).columns, [0]);
    const points = encoder.encode(0, [...Array(real.rowCount).keys()]);
    const synthetic = encoder.encode(1, [...Array(drawn.rowCount).keys()]);
    const distances = await candidateDistances(
      { encoder, candidates: points, synthetic, population: points, self: [...Array(real.rowCount).keys()] },
      run,
    );
    const features = ratioFeatures(distances, real.rowCount);
    names = features.map(({ name }) => name);
    columns.push(features.map(({ values }) => values));
    for (let row = 0; row < real.rowCount; row++) labels.push(row < half ? 1 : 0);
  }
  const joined = names.map((name, at) => ({
    name,
    values: Float64Array.from(columns.flatMap((own) => [...own[at]!])),
  }));
  const trees = new GradientBoostedTrees({ objective: "binary", numIterations: 60, numLeaves: 7, seed: 1 });
  const signal = run.signal ? { signal: run.signal } : {};
  await trees.fit(joined, labels, signal);
  return {
    members: await trees.predict(ratioFeatures(candidates.members, candidates.count), signal),
    others: await trees.predict(ratioFeatures(candidates.others, candidates.count), signal),
  };
}

// Boosted classes are held to the shares of the training rows. Each column is learnt from real rows and drawn from drawn
// ones, so that small errors add up along the chain; rows of the chain itself show by how much, and what chance does not
// explain is taken back from the score that every row begins with.

import { streamKey } from "@verisim/core";
import { HistogramTreeChain } from "@verisim/trees";
import type { BoostedModel, ChainTrees } from "./fit-trees.ts";
import { type LearntColumn, outcomeKey, roomFor } from "./learnt-columns.ts";
import { chainColumn } from "./table-sampler.ts";

/** Rows that are drawn to look at, as a multiple of the training rows and within bounds; and how often. */
const rowsPerReal = 4;
const fewestRows = 4_000;
const mostRows = 40_000;
const passes = 2;
/** Deviations of a count within which it is as it should be. */
const beyondChance = 2;

export interface CalibratedChain {
  readonly columns: readonly LearntColumn[];
  readonly trees: readonly ChainTrees[];
  /** Outcome of each training row per column, -1 where none is drawn. */
  readonly codes: readonly Int32Array[];
}

/** The trees with calibrated scores. @throws VerisimError `VERISIM_ABORTED` */
export async function calibrateClasses(chain: CalibratedChain, signal?: AbortSignal): Promise<ChainTrees[]> {
  const { columns, codes } = chain;
  let trees = [...chain.trees];
  if (!trees.some(({ model }) => "boosted" in model)) return trees;
  const real = codes[0]!.length;
  const drawnRows = Math.min(mostRows, Math.max(fewestRows, rowsPerReal * real));
  const outputs = columns.map((column) => roomFor(column, drawnRows));
  for (let pass = 0; pass < passes; pass++) {
    const drawer = new HistogramTreeChain(columns.map((column, place) => chainColumn(column, trees[place]!)));
    await drawer.draw(
      {
        keys: columns.map((column) => outcomeKey(pass, "calibration", column)),
        choices: streamKey(pass, "calibration"),
        rowStart: 0,
        rowCount: drawnRows,
        ...(signal ? { signal } : {}),
      },
      outputs,
    );
    trees = trees.map(({ uses, model }, place) => {
      const drawn = outputs[place]!;
      if (!("boosted" in model) || drawn instanceof Float64Array) return { uses, model };
      return { uses, model: calibrated(model, codes[place]!, drawn) };
    });
  }
  return trees;
}

function calibrated({ boosted, outcomes }: BoostedModel, real: Int32Array, drawn: Int32Array): BoostedModel {
  const [wanted, found] = [countsOf(outcomes, real), countsOf(outcomes, drawn)];
  const rows = wanted.reduce((sum, count) => sum + count, 0);
  const drawnRows = drawn.length;
  const shift = Float64Array.from(outcomes, (_, k) => {
    const expected = (wanted[k]! / rows) * drawnRows;
    const log = Math.log((expected + 0.5) / (found[k]! + 0.5));
    const deviations = Math.abs(log) * Math.sqrt(expected);
    return deviations > beyondChance ? log * (1 - (beyondChance / deviations) ** 2) : 0;
  });
  const start = boosted.start.slice();
  if (outcomes.length === 2) start[0]! += shift[1]! - shift[0]!;
  else for (let k = 0; k < start.length; k++) start[k]! += shift[k]!;
  return { boosted: { ...boosted, start }, outcomes };
}

function countsOf(outcomes: Int32Array, codes: Int32Array): Float64Array {
  const most = outcomes.reduce((largest, outcome) => Math.max(largest, outcome), 0);
  const byCode = new Float64Array(most + 1);
  for (const code of codes) if (code >= 0 && code <= most) byCode[code]!++;
  return Float64Array.from(outcomes, (outcome) => byCode[outcome]!);
}

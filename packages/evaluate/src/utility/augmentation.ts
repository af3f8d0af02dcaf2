// Do synthetic rows help beside the real ones? The comparison of @verisim/trees on tables in one form.

import type { TableMetadata } from "@verisim/core";
import {
  type Column,
  dictionaryColumn,
  numberColumn,
  type RunOptions,
  streamKey,
  Table,
  VerisimError,
} from "@verisim/core";
import { augmentationGain, type TreeOptions } from "@verisim/trees";
import type { Compared } from "../metrics/judged-tables.ts";
import { labelledRows, type Target } from "../models/target.ts";
import type { AugmentationReport } from "./utility-report.ts";

/** Rows and cells of each table, at most: with more of them the real ones alone say all that the synthetic ones could. */
const mostRows = 50_000;
const mostCells = 2_500_000;

/** Trees that may be grown in all, over trainings, sides, rounds and classes: a few seconds. */
const mostTrees = 8000;
/** Real rows up to which a side is trained five times in place of three: few trainings make wide intervals. */
const fewRows = 10_000;

/** Trainings of each side, and trees that learn Adult in a second; early stopping picks the number of rounds. */
function planOf(rowCount: number, classCount: number): { trainings: number; trees: Partial<TreeOptions> } {
  const perRound = classCount > 2 ? classCount : 1;
  const trainings = rowCount <= fewRows && perRound <= 3 ? 5 : 3;
  const rounds = Math.max(30, Math.min(300, Math.floor(mostTrees / (2 * trainings * perRound))));
  return {
    trainings,
    trees: {
      numIterations: rounds,
      earlyStoppingRounds: 20,
      learningRate: rounds < 100 ? 0.2 : 0.1,
      numLeaves: rowCount < 5000 ? 15 : 31,
    },
  };
}

/**
 * The gain by a few trainings with different seeds, each judged on the holdout.
 *
 * @returns null where there are too few rows or classes to compare
 * @throws VerisimError `VERISIM_ABORTED`
 */
export async function augmentationReport(
  { columns }: Compared,
  metadata: TableMetadata,
  target: Target,
  seed: number,
  run: RunOptions,
): Promise<AugmentationReport | null> {
  const used = new Set([target.name, ...target.columns.map(({ name }) => name)]);
  const most = Math.max(1000, Math.min(mostRows, Math.floor(mostCells / used.size)));
  const tables = [0, 1, 2].map((table) => {
    const rows = labelledRows(target, table, most, streamKey(seed, "augmentation", `rows ${table}`));
    const own = columns.flatMap((column): Column[] => {
      if (!used.has(column.name) || column.kind === "unscored") return [];
      if (column.kind === "number") return [numberColumn(column.name, column.values[table]!)];
      const missing = column.labels.length;
      const codes = column.codes[table]!.map((code) => (code === missing ? -1 : code));
      return [dictionaryColumn(column.name, codes, column.labels)];
    });
    return new Table(own).take(rows);
  });
  const known = Object.fromEntries(Object.entries(metadata.columns).filter(([name]) => used.has(name)));
  try {
    const gain = await augmentationGain({
      real: tables[0]!,
      synthetic: tables[1]!,
      holdout: tables[2]!,
      metadata: { columns: known },
      target: target.name,
      ...planOf(tables[0]!.rowCount, target.classes.length),
      resamples: 200,
      seed,
      ...(run.signal ? { signal: run.signal } : {}),
    });
    return {
      trainings: gain.rounds.real.length,
      verdict: gain.verdict,
      scores: gain.scores.map(({ score, better, real, augmented, gain: value, low, high }) => ({
        score,
        better,
        real,
        augmented,
        gain: { value, low, high },
      })),
    };
  } catch (error) {
    if (error instanceof VerisimError && error.code === "VERISIM_AUGMENTATION_ROWS") return null;
    throw error;
  }
}

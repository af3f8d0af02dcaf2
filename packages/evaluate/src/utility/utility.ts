// What are the synthetic rows worth to a model? Train on synthetic, test on real (TSTR), beside train on real, test on real
// (C. Esteban et al., "Real-valued (Medical) Time Series Generation with Recurrent Conditional GANs", 2017, section 4.1).

import { type RunOptions, streamKey } from "@verisim/core";
import type { ScoreKind } from "@verisim/trees";
import { type Compared, compareTables, type JudgedTables } from "../metrics/judged-tables.ts";
import { percentileInterval, resample } from "../models/bootstrap.ts";
import { concurrently } from "../models/concurrently.ts";
import {
  type ModelName,
  predictTarget,
  type TableRows,
  type TargetPredictions,
} from "../models/predict-target.ts";
import { labelledRows, labelsOf, readTarget, type Target, usualRows } from "../models/target.ts";
import { wholeNumber } from "../models/whole-number.ts";
import { augmentationReport } from "./augmentation.ts";
import { classUtility } from "./class-scores.ts";
import { importanceReport } from "./importance.ts";
import { scoresOf } from "./scores.ts";
import type { UtilityModel, UtilityReport, UtilityScore } from "./utility-report.ts";

export interface UtilityOptions extends RunOptions {
  /** The column to predict. */
  target: string;
  /**
   * Rows that are learnt and rows that are judged, at most, per table: 20 to 10,000,000. Default 100,000; beyond
   * 100 columns fewer, but not fewer than 5,000.
   */
  maxRows?: number;
  /** Resamples of the held-out rows, 100 to 10,000; fewer where rows times classes are many. Default 400. */
  resamples?: number;
  /** Whether a linear model is trained beside the boosted trees. Default true. */
  linear?: boolean;
  /** Whether real and synthetic rows together are compared with the real ones alone. Default true. */
  augmentation?: boolean;
  /** Chooses rows and resamples. Any safe integer. Default 0. */
  seed?: number;
  /** The tables in their compared form, where they have been brought to it already. */
  compared?: Compared;
}

/** Fewer held-out rows cannot tell two models apart. */
const leastRows = 10;

/** Numbers that a bootstrap may look at, in all: about two seconds. */
const bootstrapWork = 4e8;

/**
 * Models that learnt the synthetic rows beside models that learnt the real ones, on the holdout.
 *
 * Boosted trees are LightGBM's defaults (with fewer rounds above 50 classes); the linear model is logistic or ridge regression. Rows without a target, or of a
 * class that the real table lacks, are left out; a category that it lacks counts as missing. Intervals are those of a
 * paired bootstrap over the held-out rows, within the classes: they say what other held-out rows could have shown of the
 * models as they are.
 *
 * @returns null without a holdout, or where it has fewer than 10 rows with a target
 * @throws VerisimError `VERISIM_TARGET` for a target that cannot be predicted, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_NO_ROWS`,
 * `VERISIM_OPTION_VALUE`, `VERISIM_ABORTED`
 * @example
 * const report = await utility({ real, synthetic, holdout, metadata }, { target: "income" });
 * console.log(report?.models[0]?.scores[0]);
 */
export async function utility(tables: JudgedTables, options: UtilityOptions): Promise<UtilityReport | null> {
  const { seed = 0, linear = true, augmentation = true } = options;
  const resamples = wholeNumber("resamples", options.resamples ?? 400, 100, 10_000);
  const compared = options.compared ?? compareTables(tables);
  const target = readTarget(compared, tables.metadata, options.target);
  const maxRows = wholeNumber("maxRows", options.maxRows ?? usualRows(target), 20, 10_000_000);
  if (compared.rowCounts.length < 3) return null;
  const [real, synthetic, holdout] = [0, 1, 2].map((table) => ({
    table,
    rows: labelledRows(target, table, maxRows, streamKey(seed, "utility", `rows ${table}`)),
  })) as [TableRows, TableRows, TableRows];
  if (holdout.rows.length < leastRows) return null;
  const run: RunOptions = options.signal ? { signal: options.signal } : {};
  const names: ModelName[] = linear ? ["boosted-trees", "linear"] : ["boosted-trees"];
  const total = names.length * 2 + (augmentation ? 1 : 0);
  let done = 0;
  const report = (detail: string) =>
    options.onProgress?.({ phase: "evaluate", done: ++done, total, unit: "models", detail });

  const jobs = names.flatMap((model) =>
    [real, synthetic].map((learnt) => async () => {
      const predictions = await predictTarget(model, target, learnt, holdout, seed, run);
      report(model);
      return predictions;
    }),
  );
  const fitted = await concurrently(Math.max(real.rows.length, synthetic.rows.length), jobs);
  const labels = labelsOf(target, 2, holdout.rows);
  const models: UtilityModel[] = [];
  for (const [index, model] of names.entries()) {
    const sides = [fitted[2 * index]!, fitted[2 * index + 1]!] as const;
    if (sides[0] === null) continue;
    const [a, b] = [sides[0].predictions, sides[1]?.predictions ?? null];
    models.push({
      model,
      scores: await compareScores(target, labels, a, b, resamples, seed, run),
      classes: target.task === "regression" ? [] : classUtility(target, { real, synthetic }, labels, a, b),
    });
  }
  const [realTrees, syntheticTrees] = fitted as [TargetPredictions | null, TargetPredictions | null];
  const withGains = realTrees?.gains && syntheticTrees?.gains;
  const columnNames = target.columns.map(({ name }) => name);
  const extra = augmentation ? await augmentationReport(compared, tables.metadata, target, seed, run) : null;
  if (augmentation) report("augmentation");
  return {
    target: target.name,
    task: target.task,
    classes: [...target.classes],
    rows: { real: real.rows.length, synthetic: synthetic.rows.length, holdout: holdout.rows.length },
    naive: naiveScores(target, real, labels),
    unused: target.unused,
    models,
    importance: withGains
      ? await importanceReport(columnNames, realTrees.gains!, syntheticTrees.gains!)
      : null,
    augmentation: extra,
    failure: syntheticTrees === null ? failureOf(target, synthetic) : null,
  };
}

function failureOf({ task }: Target, { rows }: TableRows): string {
  if (rows.length === 0) return "no synthetic row has a target that the real table knows";
  return task === "regression"
    ? "all synthetic rows have the same target"
    : "all synthetic rows are of one class";
}

/** The scores that the held-out labels define: an AUC needs two classes among them, R2 two numbers. */
function definedScores({ task, classes }: Target, labels: Float64Array): readonly ScoreKind[] {
  const hasTwo = labels.some((label) => label !== labels[0]);
  const needTwo = new Set(["AUC", "AUC-OvR", "average-precision", "R2"]);
  return scoresOf(task, classes.length).filter(({ name }) => hasTwo || !needTwo.has(name));
}

async function compareScores(
  target: Target,
  labels: Float64Array,
  real: Float64Array,
  synthetic: Float64Array | null,
  resamples: number,
  seed: number,
  run: RunOptions,
): Promise<UtilityScore[]> {
  const classCount = target.classes.length;
  const kinds = definedScores(target, labels);
  const scorers = kinds.map((kind) =>
    [real, synthetic].map((predictions) => predictions && kind.scorer(predictions, labels, classCount)),
  );
  const work = labels.length * Math.max(1, classCount) * kinds.length * 2;
  const count = Math.max(100, Math.min(resamples, Math.floor(bootstrapWork / work)));
  const drawn = kinds.map(() => ({ real: [] as number[], synthetic: [] as number[], gap: [] as number[] }));
  const groups = target.task === "regression" ? null : labels;
  await resample(
    labels.length,
    groups,
    count,
    streamKey(seed, "utility", "bootstrap"),
    (counts) => {
      for (const [index, [first, second]] of scorers.entries()) {
        const a = first!.score(counts);
        drawn[index]!.real.push(a);
        if (!second) continue;
        const b = second.score(counts);
        drawn[index]!.synthetic.push(b);
        drawn[index]!.gap.push(kinds[index]!.better === "higher" ? a - b : b - a);
      }
    },
    run,
  );
  const once = new Uint8Array(labels.length).fill(1);
  return kinds.map(({ name, better }, index) => {
    const [a, b] = scorers[index]!.map((scorer) => scorer?.score(once) ?? null) as [number, number | null];
    const own = drawn[index]!;
    return {
      score: name,
      better,
      real: percentileInterval(a, own.real),
      synthetic: b === null ? null : percentileInterval(b, own.synthetic),
      gap: b === null ? null : percentileInterval(better === "higher" ? a - b : b - a, own.gap),
    };
  });
}

/** The scores of predicting every row by the learnt rows' class shares, or by their mean. */
function naiveScores(target: Target, learnt: TableRows, labels: Float64Array): Record<string, number> {
  const own = labelsOf(target, learnt.table, learnt.rows);
  const count = target.classes.length;
  const shares = target.classes.map(
    (_, place) => own.reduce((sum, label) => sum + (label === place ? 1 : 0), 0) / own.length,
  );
  const constant =
    target.task === "regression"
      ? [own.reduce((sum, value) => sum + value / own.length, 0)]
      : target.task === "binary"
        ? [shares[1]!]
        : shares;
  const predictions = Float64Array.from(
    { length: labels.length * constant.length },
    (_, place) => constant[place % constant.length]!,
  );
  const once = new Uint8Array(labels.length).fill(1);
  return Object.fromEntries(
    definedScores(target, labels).map((kind) => [
      kind.name,
      kind.scorer(predictions, labels, count).score(once),
    ]),
  );
}

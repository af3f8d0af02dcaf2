// Whether resampling helps, on rows that neither it nor the trees have seen: boosted trees (LightGBM's own settings) learn
// the rows as they are and the rows resampled, fold by fold, and both are judged on the fold that was left out.

import {
  checkOptions,
  type OptionTable,
  type Progress,
  type Table,
  type TableMetadata,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import {
  GradientBoostedTrees,
  type LeftOutColumn,
  pairedBootstrap,
  resampleCounts,
  type Scorer,
  type TableFeatures,
  type TreeOptions,
  tableFeatures,
} from "@verisim/trees";
import { readClasses } from "../classes.ts";
import { seededDraws } from "../draws.ts";
import { type ResampleRequest, resample } from "../resample.ts";
import { stratifiedFolds } from "../stratified-folds.ts";
import { correctedInterval } from "./corrected-interval.ts";
import { type Judgement, judgementOf } from "./judged-scores.ts";
import { withCountsOfPart } from "./part-counts.ts";

export interface GainOptions {
  /** Rows to judge on, that are in no way part of the table. Default: the folds of the table, each in its turn. */
  readonly holdout?: Table;
  /** Parts of a cross-validation, 2 to 50. Default 5. */
  readonly folds?: number;
  /** Cross-validations with other folds, 1 to 1000. Default 5; fewer where the table has more than 20,000 rows. */
  readonly repeats?: number;
  /** In place of LightGBM's own settings. */
  readonly trees?: Partial<TreeOptions>;
  readonly onProgress?: (progress: Progress) => void;
}

export type GainVerdict = "better" | "no difference" | "worse";

/** A score with and without resampling. */
export interface ResampleScore {
  readonly score: string;
  /** Mean of the rows as they are, and of the rows resampled. */
  readonly plain: number;
  readonly resampled: number;
  /** Resampled less plain, and the ends of its 95 % interval. */
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

export interface ResampleGain {
  readonly strategy: string;
  readonly target: string;
  readonly classes: readonly string[];
  /** The class that average precision asks for: the rarer of two; null where there are more. */
  readonly rare: string | null;
  /** Of the first score: whether all of its interval lies above 0, below 0, or neither. */
  readonly verdict: GainVerdict;
  /** Average precision (of several classes: its mean over them) decides; then AUC, macro-F1 and accuracy. */
  readonly scores: readonly ResampleScore[];
  /** The first score's gain in each training. */
  readonly gains: readonly number[];
  /** Rows that are learnt, on average over the trainings. */
  readonly rows: { readonly plain: number; readonly resampled: number };
  readonly leftOut: readonly LeftOutColumn[];
}

const optionRows: OptionTable = {
  folds: { type: "integer", default: 5, min: 2, max: 50, description: "parts of a cross-validation" },
  repeats: { type: "integer", default: 5, min: 1, max: 1000, description: "cross-validations" },
};

interface Part {
  readonly train: Table;
  readonly judged: Table;
}

/** Above so many rows the cross-validation is repeated less often: one pass takes long, and says more. */
const oftenRepeated = 20_000;

/**
 * The gains of several requests, judged on the same folds: the rows as they are, are learnt once for all of them.
 *
 * Every strategy is judged alike, whether it adds rows, takes some away or both. Only the training rows of a fold are
 * resampled; `counts` are scaled to their share of the table. The interval is that of the corrected t-test for repeated
 * cross-validation; with a `holdout`, that of a paired bootstrap over its rows and of the spread of the trainings, each of
 * which leaves out a fold.
 *
 * The best of several is better than it will be again: its gain is that of the luckiest. Choose among the training rows,
 * and measure the choice on others.
 *
 * @param requests with one and the same target; seed, signal and threads are the first one's
 * @throws VerisimError as {@link resample}; `VERISIM_RESAMPLE_GAIN` for too few rows to judge by, `VERISIM_OPTION_VALUE`
 */
export async function compareStrategies(
  table: Table,
  metadata: TableMetadata,
  requests: readonly ResampleRequest[],
  options: GainOptions = {},
): Promise<readonly ResampleGain[]> {
  const [first] = requests;
  if (!first) return [];
  const { target, seed = 0, signal, threads } = first;
  if (requests.some((request) => request.target !== target))
    throw new VerisimError("VERISIM_OPTION_VALUE", "Expected one target for all requests.", {
      where: { option: "target" },
    });
  const { classes, classRows } = readClasses(table, target);
  const few = Math.max(1, Math.min(5, Math.round((5 * oftenRepeated) / table.rowCount)));
  const { folds, repeats } = checkOptions("gain", optionRows, {
    folds: options.folds ?? 5,
    repeats: options.repeats ?? few,
  }) as { folds: number; repeats: number };
  // Classes that are numbers are classes all the same.
  const known = asClasses(metadata, target);
  const coding = tableFeatures(table, known, target);
  const judgement = judgementOf(coding, coding.encode(table).labels);
  const trees = { ...options.trees, ...(threads === undefined ? {} : { threads }) };
  const draws = seededDraws(seed, { signal, threads });
  const sides = [null, ...requests];
  const steps = sides.length * folds * repeats;
  const scorers: Scorers[] = sides.map(() => ({ of: [], rows: 0 }));
  const counts: Uint8Array[] = [];
  let done = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const foldOf = await stratifiedFolds(
      draws,
      classes,
      classRows,
      table.rowCount,
      folds,
      `gain, folds ${repeat}`,
    );
    for (let fold = 0; fold < folds; fold++) {
      const { train, judged } = partOf(table, foldOf, fold, options.holdout);
      const held = coding.encode(judged);
      if (new Set(held.labels).size < 2) throw tooFewRows(held.labels.length, folds);
      counts.push(new Uint8Array(held.labels.length).fill(1));
      for (const [index, request] of sides.entries()) {
        throwIfAborted(signal);
        const detail = request?.strategy ?? "as they are";
        options.onProgress?.({ phase: "evaluate", done: done++, total: steps, unit: "trainings", detail });
        const learnt = request
          ? await resample(train, metadata, {
              ...withCountsOfPart(request, table, train),
              seed: (request.seed ?? seed) + repeat * folds + fold,
            })
          : { table: train };
        const predictions = await predictionsOf(learnt.table, held.features, coding, trees, signal);
        scorers[index]!.rows += learnt.table.rowCount / (folds * repeats);
        scorers[index]!.of.push(
          judgement.kinds.map((kind) => kind.scorer(predictions, held.labels, coding.classes.length)),
        );
      }
    }
  }
  options.onProgress?.({ phase: "evaluate", done: steps, total: steps, unit: "trainings" });
  const measured = { coding, judgement, counts, folds, seed, signal, holdout: options.holdout };
  const gains: ResampleGain[] = [];
  for (const [index, { strategy = "smote" }] of requests.entries())
    gains.push(await gainOf(strategy, scorers[0]!, scorers[index + 1]!, measured));
  return gains;
}

/** Per training, the scorers of its predictions by each kind; rows are the mean number learnt. */
interface Scorers {
  readonly of: (readonly Scorer[])[];
  rows: number;
}

interface Measured {
  readonly coding: TableFeatures;
  readonly judgement: Judgement;
  readonly counts: readonly Uint8Array[];
  readonly folds: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly holdout: Table | undefined;
}

async function gainOf(
  strategy: string,
  plain: Scorers,
  resampled: Scorers,
  { coding, judgement, counts, folds, seed, signal, holdout }: Measured,
): Promise<ResampleGain> {
  const valuesOf = (side: Scorers, kind: number): number[] =>
    side.of.map((scorers, training) => scorers[kind]!.score(counts[training]!));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const labels = holdout && coding.encode(holdout).labels;
  const intervals = labels
    ? await pairedBootstrap(
        judgement.kinds.map((_, kind) => ({
          first: plain.of.map((scorers) => scorers[kind]!),
          second: resampled.of.map((scorers) => scorers[kind]!),
        })),
        resampleCounts(labels.length, labels, 1000, seed),
        labels.length,
        seed,
        async () => {
          throwIfAborted(signal);
          await new Promise((resolve) => setImmediate(resolve));
        },
      )
    : judgement.kinds.map((_, kind) => {
        const before = valuesOf(plain, kind);
        return correctedInterval(
          valuesOf(resampled, kind).map((after, training) => after - before[training]!),
          folds,
        );
      });
  const scores = judgement.kinds.map(({ name }, kind): ResampleScore => {
    const [before, after] = [mean(valuesOf(plain, kind)), mean(valuesOf(resampled, kind))];
    const { low, high } = intervals[kind]!;
    return { score: name, plain: before, resampled: after, gain: after - before, low, high };
  });
  const { low, high } = scores[0]!;
  const before = valuesOf(plain, 0);
  return {
    strategy,
    target: coding.target,
    classes: coding.classes,
    rare: judgement.rare,
    verdict: low > 0 ? "better" : high < 0 ? "worse" : "no difference",
    scores,
    gains: valuesOf(resampled, 0).map((after, training) => after - before[training]!),
    rows: { plain: Math.round(plain.rows), resampled: Math.round(resampled.rows) },
    leftOut: coding.leftOut,
  };
}

async function predictionsOf(
  train: Table,
  judged: Parameters<GradientBoostedTrees["predict"]>[0],
  coding: TableFeatures,
  trees: Partial<TreeOptions>,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const stop = signal ? { signal } : {};
  const { features, labels } = coding.encode(train);
  const model = await new GradientBoostedTrees({ ...trees, objective: coding.objective }).fit(
    features,
    labels,
    stop,
  );
  const predictions = await model.predict(judged, stop);
  const classes = coding.classes.length;
  if (coding.objective === "binary" || model.outputs === classes) return predictions;
  // Trees that never saw the last classes give them no output.
  const whole = new Float64Array((predictions.length / model.outputs) * classes);
  for (let i = 0; i < predictions.length; i++)
    whole[Math.floor(i / model.outputs) * classes + (i % model.outputs)] = predictions[i]!;
  return whole;
}

/** All rows with a class but those of a fold, and the rows to judge them by. */
function partOf(table: Table, foldOf: Int32Array, fold: number, holdout: Table | undefined): Part {
  const rows = (keep: (of: number) => boolean): Int32Array =>
    Int32Array.from(foldOf.keys()).filter((row) => foldOf[row]! >= 0 && keep(foldOf[row]!));
  return {
    train: table.take(rows((of) => of !== fold)),
    judged: holdout ?? table.take(rows((of) => of === fold)),
  };
}

function asClasses(metadata: TableMetadata, target: string): TableMetadata {
  const known = metadata.columns[target];
  return known?.sdtype === "numerical"
    ? { ...metadata, columns: { ...metadata.columns, [target]: { sdtype: "categorical" } } }
    : metadata;
}

const tooFewRows = (count: number, folds: number) =>
  new VerisimError(
    "VERISIM_RESAMPLE_GAIN",
    `Expected rows of at least two classes to judge by but found ${count} of one.`,
    { hint: `A class needs at least one row in each of the ${folds} folds: ask for fewer folds.` },
  );

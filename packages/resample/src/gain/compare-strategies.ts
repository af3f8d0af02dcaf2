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
  type Scorer,
  type TableFeatures,
  type TreeOptions,
  tableFeatures,
} from "@verisim/trees";
import { readClasses } from "../classes.ts";
import { seededDraws } from "../draws.ts";
import { type ResampleRequest, resample } from "../resample.ts";
import { stratifiedFolds } from "../stratified-folds.ts";
import { judgementOf } from "./judged-scores.ts";
import { withCountsOfPart } from "./part-counts.ts";
import {
  bootstrapped,
  fromFolds,
  type GainVerdict,
  mean,
  type ResampleScore,
  type Side,
  scoreOf,
  verdictOf,
} from "./verdicts.ts";

export interface GainOptions {
  /** Rows to judge on, that are in no way part of the table. Default: the folds of the table, each in its turn. */
  readonly holdout?: Table;
  /** Parts of a cross-validation, 2 to 50. Default 5. */
  readonly folds?: number;
  /** Cross-validations with other folds, 1 to 1000. Default 10 up to 10,000 rows (with a holdout 5), 5 up to 20,000, 3 up to 100,000, else 1. */
  readonly repeats?: number;
  /** A gain of less than this of the first score is no difference that matters, 0 to 1. Default 0.02. */
  readonly margin?: number;
  /** In place of LightGBM's own settings. */
  readonly trees?: Partial<TreeOptions>;
  readonly onProgress?: (progress: Progress) => void;
}

export interface ResampleGain {
  readonly strategy: string;
  readonly target: string;
  readonly classes: readonly string[];
  /** The class that average precision asks for: the rarer of two; null where there are more. */
  readonly rare: string | null;
  /** Of the first score's interval: all above 0, all below 0, all within the margin, or none of these. */
  readonly verdict: GainVerdict;
  /** Where the verdict is `unsure`, how many rows such as these would tell, roughly; else null. */
  readonly rowsToTell: number | null;
  /** Average precision (of several classes: its mean over them) decides; then AUC, macro-F1 and accuracy. */
  readonly scores: readonly ResampleScore[];
  /** The first score's gain in each cross-validation; with a holdout, in each training. */
  readonly gains: readonly number[];
  /** Rows that are learnt, on average over the trainings. */
  readonly rows: { readonly plain: number; readonly resampled: number };
  readonly leftOut: readonly LeftOutColumn[];
}

const optionRows: OptionTable = {
  folds: { type: "integer", default: 5, min: 2, max: 50, description: "parts of a cross-validation" },
  repeats: { type: "integer", default: 10, min: 1, max: 1000, description: "cross-validations" },
  margin: { type: "number", default: 0.02, min: 0, max: 1, description: "of a gain that does not matter" },
};

/** One pass over many rows takes long, and says more. */
const repeatsUpTo: readonly (readonly [rows: number, repeats: number])[] = [
  [10_000, 10],
  [20_000, 5],
  [100_000, 3],
  [Number.POSITIVE_INFINITY, 1],
];
/** What other trainings could show is little beside what other held-out rows could. */
const repeatsBesideHoldout = 5;
/** Of fewer passes the spread between them is not known well enough. */
const leastPasses = 3;

/**
 * The gains of several requests, judged on the same folds: the rows as they are, are learnt once for all of them.
 *
 * Every strategy is judged alike, whether it adds rows, takes some away or both. Only the training rows of a fold are
 * resampled; `counts` are scaled to their share of the table. A cross-validation is scored as a whole, all its rows ranked
 * together: scores of single folds, which may hold few rare rows, are too good and hide differences. The interval is that of
 * a paired bootstrap over the rows and of the spread between the cross-validations (with a `holdout`, between the
 * trainings); of fewer than three, that of the corrected t-test.
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
  const often = repeatsUpTo.find(([rows]) => table.rowCount <= rows)![1];
  const usual = options.holdout ? Math.min(often, repeatsBesideHoldout) : often;
  const { folds, repeats, margin } = checkOptions("gain", optionRows, {
    folds: options.folds ?? 5,
    repeats: options.repeats ?? usual,
    margin: options.margin ?? 0.02,
  }) as { folds: number; repeats: number; margin: number };
  // Classes that are numbers are classes all the same.
  const known = asClasses(metadata, target);
  const coding = tableFeatures(table, known, target);
  // Rows without a class are in no fold either.
  const { labels, rows: labelled } = coding.encode(table);
  const placeOf = new Int32Array(table.rowCount);
  for (const [place, row] of labelled.entries()) placeOf[row] = place;
  const judgement = judgementOf(coding, labels);
  const trees = { ...options.trees, ...(threads === undefined ? {} : { threads }) };
  const draws = seededDraws(seed, { signal, threads });
  const asked = [null, ...requests];
  const sides = asked.map((): Side => ({ passes: judgement.kinds.map(() => []), folds: [], rows: 0 }));
  const steps = sides.length * folds * repeats;
  const holdout = options.holdout && coding.encode(options.holdout);
  const outputs = coding.objective === "binary" ? 1 : coding.classes.length;
  const scorersOf = (predictions: Float64Array, own: Float64Array): Scorer[] =>
    judgement.kinds.map((kind) => kind.scorer(predictions, own, coding.classes.length));
  const keepPass = (side: Side, scorers: readonly Scorer[]): void =>
    scorers.forEach((scorer, kind) => {
      side.passes[kind]!.push(scorer);
    });
  let done = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const stream = `gain, folds ${repeat}`;
    const foldOf = await stratifiedFolds(draws, classes, classRows, table.rowCount, folds, stream);
    const whole = sides.map(() => new Float64Array(labels.length * outputs));
    for (let fold = 0; fold < folds; fold++) {
      const out = rowsWhere(foldOf, (of) => of === fold);
      const train = table.take(rowsWhere(foldOf, (of) => of >= 0 && of !== fold));
      const held = holdout ?? coding.encode(table.take(out));
      if (new Set(held.labels).size < 2) throw tooFewRows(held.labels.length, folds);
      for (const [index, request] of asked.entries()) {
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
        const side = sides[index]!;
        side.rows += learnt.table.rowCount / (folds * repeats);
        if (holdout) {
          keepPass(side, scorersOf(predictions, held.labels));
          continue;
        }
        if (repeats < leastPasses)
          side.folds.push(scorersOf(predictions, held.labels).map((scorer) => scoreOf(scorer, out.length)));
        for (const [at, row] of out.entries())
          whole[index]!.set(predictions.subarray(at * outputs, (at + 1) * outputs), placeOf[row]! * outputs);
      }
    }
    if (!holdout)
      for (const [index, side] of sides.entries()) keepPass(side, scorersOf(whole[index]!, labels));
  }
  options.onProgress?.({ phase: "evaluate", done: steps, total: steps, unit: "trainings" });
  const judges = holdout?.labels ?? labels;
  const intervals =
    holdout || repeats >= leastPasses ? await bootstrapped(sides, judges, seed, signal) : undefined;
  const scoresOf = (side: Side): number[][] =>
    side.passes.map((scorers) => scorers.map((scorer) => scoreOf(scorer, judges.length)));
  const [plain] = sides as [Side];
  const before = scoresOf(plain);
  return requests.map(({ strategy = "smote" }, index) => {
    const resampled = sides[index + 1]!;
    const after = scoresOf(resampled);
    const scores = judgement.kinds.map(({ name }, kind): ResampleScore => {
      const [first, second] = [mean(before[kind]!), mean(after[kind]!)];
      const gain = second - first;
      const interval = intervals?.[index]?.[kind] ?? fromFolds(plain, resampled, { kind, gain, folds });
      return { score: name, plain: first, resampled: second, gain, ...interval };
    });
    return {
      strategy,
      target: coding.target,
      classes: coding.classes,
      rare: judgement.rare,
      ...verdictOf(scores[0]!, margin, judges.length),
      scores,
      gains: after[0]!.map((score, pass) => score - before[0]![pass]!),
      rows: { plain: Math.round(plain.rows), resampled: Math.round(resampled.rows) },
      leftOut: coding.leftOut,
    };
  });
}

const rowsWhere = (foldOf: Int32Array, holds: (fold: number) => boolean): Int32Array =>
  Int32Array.from(foldOf.keys()).filter((row) => holds(foldOf[row]!));

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

// Machine-learning efficacy of TabSyn's protocol: XGBoost's trees learn eight ninths of a table at 36 settings, the last
// ninth chooses one, held-out real rows score it.

import { sampleRowNumbers, streamKey } from "@verisim/core";
import { type FeatureColumn, GradientBoostedTrees } from "@verisim/trees";
import type { Score } from "../evaluation.ts";
import { type XgboostSettings, xgboostTrees } from "../learners/xgboost-trees.ts";
import { concurrently } from "../models/concurrently.ts";
import { labelledRows, labelsOf, readTarget, type Target } from "../models/target.ts";
import { pickFeatures, treeFeatures } from "../models/tree-features.ts";
import { areaUnderCurve } from "./auc.ts";
import { protocolFloors } from "./efficacy-floors.ts";
import type { MetricContext } from "./metric-context.ts";
import { protocolRows } from "./protocol-rows.ts";
import type { TabsynEfficacy } from "./tabsyn-report.ts";

/** The protocol's limits of a regression target before its logarithm is taken. */
const lowestTarget = 1;
const highestTarget = 20_000;

/** The protocol's grid: each is grown for the most rounds, of which the first ones are the trees of fewer. */
const roundsTried = [10, 50, 100];
const grid = [1, 10].flatMap((minChildWeight) =>
  [5, 10, 20].flatMap((depth) => [0, 1].map((gamma) => ({ minChildWeight, depth, gamma }))),
);

/** Trees of several classes, rounds times classes, and rows times classes: the protocol's tables have two classes. */
const mostTrees = 500;
const mostClassRows = 200_000;
const mostClasses = 50;

/** What is learnt from one table, and what is asked. */
interface Task {
  readonly target: Target;
  readonly learnt: FeatureColumn[];
  readonly learntLabels: Float64Array;
  readonly judged: FeatureColumn[];
  readonly judgedLabels: Float64Array;
  readonly asked: FeatureColumn[];
  /** The classes that the learnt rows have; null for numbers. */
  readonly seen: readonly number[] | null;
  /** The best of what has been tried. */
  best: Candidate | null;
}

/** What trees of one setting and number of rounds say of the held-out rows. */
interface Candidate {
  /** By the last ninth; higher is better. */
  readonly merit: number;
  /** In the grid: of equally good ones the first is taken, whichever was grown first. */
  readonly place: number;
  readonly predictions: Float64Array;
}

/**
 * Scores of models that learnt the synthetic and the real rows; made once per judgement. None above 50 classes.
 *
 * @throws VerisimError `VERISIM_TARGET` for a target that cannot be predicted
 */
export function efficacy(context: MetricContext): Promise<TabsynEfficacy> {
  return context.once("efficacy", () => computeEfficacy(context));
}

async function computeEfficacy(context: MetricContext): Promise<TabsynEfficacy> {
  const target = readTarget(context.compared, context.tables.metadata, context.target!);
  const classes = target.classes.length;
  const most = protocolRows(target.columns.length);
  const limit = classes > 2 ? Math.min(most, Math.floor(mostClassRows / classes)) : most;
  const rows = [0, 1, 2].map((table) =>
    labelledRows(target, table, limit, streamKey(context.seed, "evaluate", `efficacy rows ${table}`)),
  );
  const askedLabels = asLearnt(target, labelsOf(target, 2, rows[2]!));
  const tasks = [1, 0].map((table) => taskOf(target, table, rows, context.seed));
  const jobs = tasks.flatMap((task) =>
    task ? grid.map((settings, place) => () => tryOut(task, settings, place, context)) : [],
  );
  await concurrently(rows[0]!.length, jobs);
  const [synthetic, real] = tasks.map(
    (task): Score => (task?.best ? scoreOf(target, task.best.predictions, askedLabels, task.seen) : null),
  ) as [Score, Score];
  return { score: target.task === "regression" ? "RMSE" : "AUC", synthetic, real };
}

function taskOf(target: Target, table: number, rows: readonly Int32Array[], seed: number): Task | null {
  const own = rows[table]!;
  if (own.length < 2 || rows[2]!.length === 0 || target.classes.length > mostClasses) return null;
  const labels = labelsOf(target, table, own);
  const ninth = sampleRowNumbers(
    own.length,
    Math.floor(own.length / 9),
    streamKey(seed, "evaluate", "efficacy"),
  );
  const isJudged = new Uint8Array(own.length);
  for (const place of ninth) isJudged[place] = 1;
  const places = Int32Array.from(own.keys()).filter((place) => isJudged[place] === 0);
  const all = treeFeatures(target.columns, table, own);
  const floors = protocolFloors(pickFeatures(all, places));
  const floored = (features: readonly FeatureColumn[]): FeatureColumn[] =>
    features.map((column, at) => {
      if (column.categorical) return column;
      const floor = floors[at]!;
      return { ...column, values: column.values.map((value) => Math.fround(Math.max(floor, value))) };
    });
  const learntLabels = Float64Array.from(places, (place) => labels[place]!);
  const isNumber = target.task === "regression";
  const seen = isNumber ? null : [...new Set(learntLabels)].sort((a, b) => a - b);
  if (new Set(learntLabels).size < 2) return null;
  const logged = asLearnt(target, learntLabels);
  return {
    target,
    learnt: floored(pickFeatures(all, places)),
    // A class that the learnt rows lack has no number of its own: the others are numbered without gaps.
    learntLabels: seen ? logged.map((label) => seen.indexOf(label)) : logged,
    judged: floored(pickFeatures(all, ninth)),
    // The protocol takes no logarithm of a number here, so that the choice is by another score than the result.
    judgedLabels: Float64Array.from(ninth, (place) => labels[place]!),
    asked: floored(treeFeatures(target.columns, 2, rows[2]!)),
    seen,
    best: null,
  };
}

/** The labels of a class as they are, of a number its logarithm within the protocol's limits. */
function asLearnt({ task }: Target, labels: Float64Array): Float64Array {
  if (task !== "regression") return labels;
  return labels.map((label) => Math.log(Math.min(highestTarget, Math.max(lowestTarget, label))));
}

async function tryOut(
  task: Task,
  settings: Omit<XgboostSettings, "rounds">,
  place: number,
  { run }: MetricContext,
): Promise<void> {
  const { target, seen, learnt, learntLabels, judged, judgedLabels, asked } = task;
  const classes = seen?.length ?? 0;
  const objective = seen ? (classes > 2 ? "multiclass" : "binary") : "regression";
  const affordable = classes > 2 ? Math.max(roundsTried[0]!, mostTrees / classes) : Number.POSITIVE_INFINITY;
  const tried = roundsTried.filter((rounds) => rounds <= affordable);
  const signal = run.signal ? { signal: run.signal } : {};
  const trees = new GradientBoostedTrees(
    xgboostTrees({ ...settings, rounds: tried.at(-1)! }, objective, learntLabels.length, classes),
  );
  await trees.fit(learnt, learntLabels, signal);
  let merit = Number.NEGATIVE_INFINITY;
  let best = trees;
  // Where growth ended early, more rounds are the same trees.
  for (const rounds of new Set(tried.map((own) => Math.min(own, trees.rounds)))) {
    const own = rounds < trees.rounds ? await trees.first(rounds) : trees;
    const score = scoreOf(target, await own.predict(judged, signal), judgedLabels, seen);
    const ownMerit = score === null ? Number.NEGATIVE_INFINITY : seen ? score : -score;
    if (ownMerit > merit) [merit, best] = [ownMerit, own];
  }
  const isBest = (): boolean =>
    !task.best || merit > task.best.merit || (merit === task.best.merit && place < task.best.place);
  if (!isBest()) return;
  const predictions = await best.predict(asked, signal);
  if (isBest()) task.best = { merit, place, predictions };
}

function scoreOf(
  { classes }: Target,
  predicted: Float64Array,
  labels: Float64Array,
  seen: readonly number[] | null,
): Score {
  if (!seen) return rootMeanSquare(predicted, labels);
  return meanAuc(predicted, labels, classes.length, seen);
}

function rootMeanSquare(predicted: Float64Array, labels: Float64Array): Score {
  if (labels.length === 0) return null;
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += (predicted[row]! - labels[row]!) ** 2;
  return Math.sqrt(sum / labels.length);
}

/** One class against the others, as a mean over the classes that occur in the test rows; 0.5 for a class never learnt. */
function meanAuc(
  predicted: Float64Array,
  labels: Float64Array,
  classCount: number,
  seen: readonly number[],
): Score {
  const outputs = predicted.length / labels.length;
  if (classCount === 2) return areaUnderCurve(predicted, labels);
  const aucs: number[] = [];
  for (let label = 0; label < classCount; label++) {
    const isLabel = Uint8Array.from(labels, (own) => (own === label ? 1 : 0));
    const at = seen.indexOf(label);
    const scores = Float64Array.from(labels, (_, row) => {
      if (at < 0) return 0;
      if (outputs > 1) return predicted[row * outputs + at]!;
      return at === 1 ? predicted[row]! : -predicted[row]!;
    });
    const auc = areaUnderCurve(scores, isLabel);
    if (auc !== null) aucs.push(auc);
  }
  return aucs.length === 0 ? null : aucs.reduce((sum, auc) => sum + auc, 0) / aucs.length;
}

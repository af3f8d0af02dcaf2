// Machine-learning efficacy of TabSyn's protocol: boosted trees learn eight ninths of a table, stop by the last ninth and
// are scored on held-out real rows.

import { sampleRowNumbers, streamKey } from "@verisim/core";
import { GradientBoostedTrees, type LabelledFeatures, tableFeatures } from "@verisim/trees";
import type { Score } from "../evaluation.ts";
import { areaUnderCurve } from "./auc.ts";
import type { MetricContext } from "./metric-context.ts";
import type { TabsynEfficacy } from "./tabsyn-report.ts";

/** The protocol's limits of a regression target before its logarithm is taken. */
const lowestTarget = 1;
const highestTarget = 20_000;

/**
 * Scores of models that learnt the synthetic and the real rows; made once per judgement.
 *
 * @throws VerisimError `VERISIM_TARGET` for a target that cannot be predicted
 */
export function efficacy(context: MetricContext): Promise<TabsynEfficacy> {
  return context.once("efficacy", () => computeEfficacy(context));
}

async function computeEfficacy(context: MetricContext): Promise<TabsynEfficacy> {
  const { real, synthetic, holdout, metadata } = context.tables;
  const { target } = context;
  if (target === undefined || !holdout) throw new Error("internal: efficacy needs a target and a holdout");
  const features = tableFeatures(real, metadata, target);
  const test = features.encode(holdout);
  const scoreOf = async (train: LabelledFeatures): Promise<Score> => {
    if (new Set(train.labels).size < 2 || test.rows.length === 0) return null;
    const isNumber = features.objective === "regression";
    const logged = (labels: Float64Array): Float64Array =>
      isNumber
        ? labels.map((label) => Math.log(Math.min(highestTarget, Math.max(lowestTarget, label))))
        : labels;
    const isValidation = validationRows(train.labels.length, context.seed);
    const learnt = pick(train, logged(train.labels), isValidation, 0);
    const validation = pick(train, logged(train.labels), isValidation, 1);
    const classCount = features.classes.length;
    const objective = features.objective;
    // A class that the learnt rows lack has no number of its own: the others are numbered without gaps.
    const seen = isNumber ? null : [...new Set(learnt.labels)].sort((a, b) => a - b);
    if (seen && seen.length < 2) return null;
    const numberOf = (label: number): number => (seen ? seen.indexOf(label) : label);
    const keep = validation.labels.map((label) => (numberOf(label) < 0 ? 1 : 0));
    const judged = pick(validation, validation.labels.map(numberOf), keep, 0);
    const trees = new GradientBoostedTrees({
      objective: seen && objective === "multiclass" && seen.length === 2 ? "binary" : objective,
      numIterations: 300,
      earlyStoppingRounds: judged.labels.length > 0 ? 20 : 0,
      seed: 1,
    });
    await trees.fit(learnt.features, learnt.labels.map(numberOf), {
      ...(judged.labels.length > 0 ? { validation: judged } : {}),
      ...(context.run.signal ? { signal: context.run.signal } : {}),
    });
    const predicted = await trees.predict(
      test.features,
      context.run.signal ? { signal: context.run.signal } : {},
    );
    if (!seen) return rootMeanSquare(predicted, logged(test.labels));
    return meanAuc(predicted, test.labels, classCount, seen);
  };
  return {
    score: features.objective === "regression" ? "RMSE" : "AUC",
    synthetic: await scoreOf(features.encode(synthetic)),
    real: await scoreOf(features.encode(real)),
  };
}

/** 1 for the ninth of the rows that stops the training. */
function validationRows(count: number, seed: number): Uint8Array {
  const marks = new Uint8Array(count);
  const key = streamKey(seed, "evaluate", "efficacy");
  for (const row of sampleRowNumbers(count, Math.floor(count / 9), key)) marks[row] = 1;
  return marks;
}

function pick(
  { features }: Pick<LabelledFeatures, "features">,
  labels: Float64Array,
  marks: ArrayLike<number>,
  mark: number,
): Pick<LabelledFeatures, "features" | "labels"> {
  const chosen = Int32Array.from(labels.keys()).filter((row) => marks[row] === mark);
  return {
    features: features.map((column) => ({
      ...column,
      values: Float64Array.from(chosen, (row) => column.values[row]!),
    })),
    labels: Float64Array.from(chosen, (row) => labels[row]!),
  };
}

function rootMeanSquare(predicted: Float64Array, labels: Float64Array): number {
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

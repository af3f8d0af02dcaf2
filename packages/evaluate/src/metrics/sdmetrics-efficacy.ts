// SDMetrics' machine-learning efficacy: models of its settings learn the judged rows and are scored on held-out real ones.

import { sampleRowNumbers, streamKey } from "@verisim/core";
import type { Score } from "../evaluation.ts";
import { adaBoost } from "../learners/ada-boost.ts";
import { balancedWeights, DecisionTree } from "../learners/decision-tree.ts";
import { leastSquares } from "../learners/least-squares.ts";
import { numberPerceptron, perceptron } from "../learners/perceptron.ts";
import { denseRows, narrowFeatures, type Scaling, scaledRows, scalingOf } from "../learners/scaled-rows.ts";
import { type EfficacyTask, efficacyTask } from "./efficacy-task.ts";
import { fitLogistic, predictLogistic } from "./logistic-regression.ts";
import type { Metric, MetricValue } from "./metric.ts";
import type { MetricContext } from "./metric-context.ts";

/** Rows that a network learns, and columns that it and least squares take, at most. */
const mostNetworkRows = 5000;
const mostColumns = 400;
/** Cells of the matrix of least squares, at most. */
const mostCells = 4_000_000;

type Model = "decision tree" | "AdaBoost" | "logistic regression" | "perceptron" | "linear regression";

const modelsOf = (task: EfficacyTask): readonly Model[] => {
  if (task.classes === null) return ["linear regression", "perceptron"];
  if (task.classes > 2) return ["decision tree", "perceptron"];
  return ["decision tree", "AdaBoost", "logistic regression", "perceptron"];
};

/** F1 of the positive class, mean F1 of all classes, or R2; null where the model is not one of the task's. */
function scoreOf(context: MetricContext, table: 1 | 2, model: Model): Promise<Score> {
  return context.once(`efficacy ${model} ${table}`, async () => {
    const task = efficacyTask(context, table);
    if (!task || !modelsOf(task).includes(model)) return null;
    const [first] = task.learntLabels;
    const isConstant = task.learntLabels.every((label) => label === first);
    const predicted = isConstant
      ? new Float64Array(task.asked.length).fill(first!)
      : await predictions(context, task, model);
    if (task.classes === null) return determination(task.askedLabels, predicted);
    if (task.classes === 2) return f1(task.askedLabels, predicted, 1);
    const labels = [...new Set([...task.askedLabels, ...predicted])];
    return labels.reduce((sum, label) => sum + f1(task.askedLabels, predicted, label), 0) / labels.length;
  });
}

async function predictions(
  { seed, run }: MetricContext,
  task: EfficacyTask,
  model: Model,
): Promise<Float64Array | Int32Array> {
  const { features, scaling, learnt, learntLabels, asked } = task;
  const widths = features.blocks.map(({ width }) => width);
  const labels = Int32Array.from(learntLabels);
  switch (model) {
    case "decision tree": {
      const tree = DecisionTree.grow(scaledRows(scaling, learnt), widths, labels, task.classes!, {
        mostDepth: task.classes === 2 ? 15 : 30,
        weights: balancedWeights(labels, task.classes!),
      });
      return tree.predict(scaledRows(scaling, asked));
    }
    case "AdaBoost":
      return adaBoost(scaledRows(scaling, learnt), widths, labels, scaledRows(scaling, asked), 50);
    case "logistic regression": {
      const ofRows = new Float64Array(features.rowCount);
      for (const [at, row] of learnt.entries()) ofRows[row] = learntLabels[at]!;
      const fitted = await fitLogistic(features, scaling.scale, learnt, ofRows, {
        weights: balancedWeights(labels, 2),
        mostIterations: 50,
        ...(run.signal ? { signal: run.signal } : {}),
      });
      return predictLogistic(fitted, features, scaling.scale, asked).map((share) => (share > 0.5 ? 1 : 0));
    }
    case "linear regression":
      return linearPredictions(task, seed);
    case "perceptron":
      return networkPredictions(task, seed, run.signal);
  }
}

function fewer({ learnt, learntLabels }: EfficacyTask, most: number, seed: number, purpose: string) {
  if (learnt.length <= most) return { rows: learnt, labels: learntLabels };
  const chosen = sampleRowNumbers(learnt.length, most, streamKey(seed, "evaluate", purpose));
  return {
    rows: Int32Array.from(chosen, (at) => learnt[at]!),
    labels: Float64Array.from(chosen, (at) => learntLabels[at]!),
  };
}

/** The task's scaling for learners whose cost grows with the columns. */
function narrowScaling({ features, scaling, learnt }: EfficacyTask): Scaling {
  const narrow = narrowFeatures(features, learnt, mostColumns);
  return narrow === features ? scaling : scalingOf(narrow, learnt);
}

function linearPredictions(task: EfficacyTask, seed: number): Float64Array {
  const scaling = narrowScaling(task);
  const { rows, labels } = fewer(task, Math.floor(mostCells / scaling.width), seed, "least squares");
  const dense = denseRows(scaling, scaledRows(scaling, rows));
  const { weights, intercept } = leastSquares(dense, rows.length, scaling.width, labels);
  const asked = denseRows(scaling, scaledRows(scaling, task.asked));
  return Float64Array.from(task.asked, (_, row) => {
    let sum = intercept;
    for (let at = 0; at < weights.length; at++) sum += weights[at]! * asked[row * weights.length + at]!;
    return sum;
  });
}

async function networkPredictions(
  task: EfficacyTask,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const scaling = narrowScaling(task);
  const { rows, labels } = fewer(task, mostNetworkRows, seed, "perceptron rows");
  const [learnt, asked] = [scaledRows(scaling, rows), scaledRows(scaling, task.asked)];
  const { classes } = task;
  const options = { hidden: classes === 2 ? 50 : 100, epochs: 50, seed, ...(signal ? { signal } : {}) };
  return classes === null
    ? numberPerceptron(scaling, learnt, labels, asked, options)
    : perceptron(scaling, learnt, labels, asked, { ...options, task: { classes } });
}

function f1(labels: Float64Array, predicted: ArrayLike<number>, positive: number): number {
  let [both, either] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    const [isPositive, isPredicted] = [labels[row] === positive, predicted[row] === positive];
    if (isPositive && isPredicted) both++;
    either += Number(isPositive) + Number(isPredicted);
  }
  return either === 0 ? 0 : (2 * both) / either;
}

/** R2: 1 less the squared errors over those of the mean. */
function determination(labels: Float64Array, predicted: ArrayLike<number>): Score {
  const mean = labels.reduce((sum, label) => sum + label / labels.length, 0);
  let [errors, total] = [0, 0];
  for (let row = 0; row < labels.length; row++) {
    errors += (labels[row]! - predicted[row]!) ** 2;
    total += (labels[row]! - mean) ** 2;
  }
  return total === 0 ? null : 1 - errors / total;
}

const shared = {
  family: "sdmetrics",
  better: "higher",
  range: [0, 1],
  needs: ["holdout", "target"],
  tolerance: null,
  hasCeiling: true,
} as const satisfies Partial<Metric>;

const beside = "The ceiling is that of a model that learnt the real rows.";

const value =
  (model: Model): Metric["compute"] =>
  async (context, table): Promise<MetricValue> => ({ value: await scoreOf(context, table, model) });

export const efficacyMetrics: readonly Metric[] = [
  {
    ...shared,
    name: "efficacy",
    says: `Mean score of the models below that fit the target. ${beside}`,
    original: "single_table.MLEfficacy",
    range: [null, 1],
    differs: "The original returns nothing: it forgets its last line. The models are those below.",
    compute: async (context, table) => {
      const task = efficacyTask(context, table);
      if (!task) return { value: null };
      const scores: number[] = [];
      for (const model of modelsOf(task)) {
        const score = await scoreOf(context, table, model);
        if (score !== null) scores.push(score);
      }
      return { value: scores.length === 0 ? null : scores.reduce((a, b) => a + b, 0) / scores.length };
    },
  },
  {
    ...shared,
    name: "efficacy-decision-tree",
    says: `F1 on held-out rows of a decision tree that learnt the judged ones. ${beside}`,
    original: "single_table.BinaryDecisionTreeClassifier, MulticlassDecisionTreeClassifier",
    differs:
      "The same tree but that the first of equally good splits is taken; the original draws one anew each time.",
    compute: value("decision tree"),
  },
  {
    ...shared,
    name: "efficacy-ada-boost",
    says: `F1 on held-out rows of fifty boosted stumps that learnt the judged ones. ${beside}`,
    original: "single_table.BinaryAdaBoostClassifier",
    differs:
      "The same but that the first of equally good splits is taken; the original draws one anew each time, and after some rounds rounding decides between two.",
    compute: value("AdaBoost"),
  },
  {
    ...shared,
    name: "efficacy-logistic-regression",
    says: `F1 on held-out rows of a logistic regression that learnt the judged ones. ${beside}`,
    original: "single_table.BinaryLogisticRegression",
    tolerance: 1e-6,
    compute: value("logistic regression"),
  },
  {
    ...shared,
    name: "efficacy-perceptron",
    says: `F1, or R2, on held-out rows of a small network that learnt the judged ones. ${beside}`,
    original: "single_table.BinaryMLPClassifier, MulticlassMLPClassifier, MLPRegressor",
    range: [null, 1],
    differs:
      "The same network on 5,000 rows at most, started by the seed instead of anew each time. Numbers are learnt in units " +
      "of their spread: as they are, fifty epochs do not reach them.",
    compute: value("perceptron"),
  },
  {
    ...shared,
    name: "efficacy-linear-regression",
    says: `R2 on held-out rows of a linear regression that learnt the judged ones. ${beside}`,
    original: "single_table.LinearRegression",
    range: [null, 1],
    tolerance: 1e-4,
    differs:
      "Equal to 1e-9 up to 400 columns of numbers and categories; of more, the rarest categories count as none of the others.",
    compute: value("linear regression"),
  },
];

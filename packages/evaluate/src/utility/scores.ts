// The scores of a task beside those that @verisim/trees has: ranking by precision, probabilities, errors, single classes.
// A resample costs one pass, because predictions are put in order once.

import { averagePrecision, type Objective, type ScoreKind, scoreKinds } from "@verisim/trees";

const positiveF1: ScoreKind = {
  name: "positive-F1",
  better: "higher",
  scorer: (predictions, labels) => ({
    score(counts) {
      let [right, either] = [0, 0];
      for (let row = 0; row < labels.length; row++) {
        const chosen = predictions[row]! > 0.5 ? 1 : 0;
        either += counts[row]! * (chosen + labels[row]!);
        right += counts[row]! * chosen * labels[row]!;
      }
      return either === 0 ? 0 : (2 * right) / either;
    },
  }),
};

/** As scikit-learn bounds probabilities of doubles. */
const leastProbability = 2 ** -52;

/** Mean negative logarithm of the probability of the row's own class. */
const logLoss: ScoreKind = {
  name: "log-loss",
  better: "lower",
  scorer(predictions, labels, classCount) {
    const losses = Float64Array.from(labels, (label, row) => {
      const own =
        predictions.length === labels.length
          ? label === 1
            ? predictions[row]!
            : 1 - predictions[row]!
          : predictions[row * classCount + label]!;
      return -Math.log(Math.min(1 - leastProbability, Math.max(leastProbability, own)));
    });
    return meanScorer(losses);
  },
};

function meanScorer(values: Float64Array): { score(counts: ArrayLike<number>): number } {
  return {
    score(counts) {
      let [sum, all] = [0, 0];
      for (let row = 0; row < values.length; row++) {
        sum += counts[row]! * values[row]!;
        all += counts[row]!;
      }
      return sum / all;
    },
  };
}

const [auc, ...otherBinary] = scoreKinds.binary as [ScoreKind, ...ScoreKind[]];

/** One column of probabilities per row and class. */
export function classColumn(predictions: Float64Array, classCount: number, label: number): Float64Array {
  const rows = predictions.length / classCount;
  return Float64Array.from({ length: rows }, (_, row) => predictions[row * classCount + label]!);
}

/** More classes than this have no AUC of one against the others: it would cost a ranking each. */
const mostRankedClasses = 50;

/** Mean over the classes that occur of the AUC of the class against all others. */
const aucOneVersusRest: ScoreKind = {
  name: "AUC-OvR",
  better: "higher",
  scorer(predictions, labels, classCount) {
    const present = [...new Set(labels)].sort((a, b) => a - b);
    const scorers = present.map((label) =>
      auc.scorer(
        classColumn(predictions, classCount, label),
        labels.map((own) => (own === label ? 1 : 0)),
        2,
      ),
    );
    return { score: (counts) => scorers.reduce((sum, own) => sum + own.score(counts), 0) / scorers.length };
  },
};

const mae: ScoreKind = {
  name: "MAE",
  better: "lower",
  scorer: (predictions, labels) =>
    meanScorer(labels.map((label, row) => Math.abs(label - predictions[row]!))),
};

/** The scores of a task; the first is the one that decides. */
export function scoresOf(task: Objective, classCount: number): readonly ScoreKind[] {
  if (task === "binary") return [auc, ...otherBinary, averagePrecision, positiveF1, logLoss];
  if (task === "regression") return [...scoreKinds.regression, mae];
  const ranked = classCount <= mostRankedClasses ? [aucOneVersusRest] : [];
  return [...scoreKinds.multiclass, ...ranked, logLoss];
}

/** AUC of one class against all others; null where one of the two sides is empty. */
export function classAuc(
  predictions: Float64Array,
  labels: Float64Array,
  classCount: number,
  label: number,
): number | null {
  const isOwn = labels.map((own) => (own === label ? 1 : 0));
  const rows = isOwn.reduce((sum, own) => sum + own, 0);
  if (rows === 0 || rows === labels.length) return null;
  const own =
    predictions.length === labels.length
      ? label === 1
        ? predictions
        : predictions.map((value) => 1 - value)
      : classColumn(predictions, classCount, label);
  return auc.scorer(own, isOwn, 2).score(new Uint8Array(labels.length).fill(1));
}

/** The most probable class of every row; the lower one of equals. */
export function chosenClasses(predictions: Float64Array, rowCount: number, classCount: number): Int32Array {
  if (predictions.length === rowCount) return Int32Array.from(predictions, (value) => (value > 0.5 ? 1 : 0));
  return Int32Array.from({ length: rowCount }, (_, row) => {
    let best = 0;
    for (let label = 1; label < classCount; label++)
      if (predictions[row * classCount + label]! > predictions[row * classCount + best]!) best = label;
    return best;
  });
}

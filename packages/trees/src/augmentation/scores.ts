// Scores of predictions on rows that count several times or not at all, so that a resample costs one pass. Predictions
// are put in the order that a score needs once.

import type { TableFeatures } from "../table-features.ts";
import type { Objective } from "../tree-options.ts";

/** A score of predictions; `counts` says how often each row counts. */
export interface Scorer {
  score(counts: ArrayLike<number>): number;
}

/** A way to judge predictions. */
export interface ScoreKind {
  readonly name: string;
  readonly better: "higher" | "lower";
  /** @param predictions as GradientBoostedTrees.predict returns them */
  scorer(predictions: Float64Array, labels: Float64Array, classCount: number): Scorer;
}

/** Area under the ROC curve: the share of pairs of a row of class 1 and one of class 0 in the right order, ties half. */
const auc: ScoreKind = {
  name: "AUC",
  better: "higher",
  scorer(predictions, labels) {
    const order = Int32Array.from(predictions.keys()).sort((a, b) => predictions[a]! - predictions[b]!);
    return {
      score(counts) {
        let pairs = 0;
        let negatives = 0;
        let positives = 0;
        for (let at = 0; at < order.length; ) {
          const value = predictions[order[at]!]!;
          let [tiedNegatives, tiedPositives] = [0, 0];
          for (; at < order.length && predictions[order[at]!] === value; at++) {
            const row = order[at]!;
            if (labels[row] === 1) tiedPositives += counts[row]!;
            else tiedNegatives += counts[row]!;
          }
          pairs += tiedPositives * (negatives + tiedNegatives / 2);
          negatives += tiedNegatives;
          positives += tiedPositives;
        }
        return pairs / (negatives * positives);
      },
    };
  },
};

/** Mean over the positive rows of the precision among the rows that rank as high or higher; ties rank together. */
export const averagePrecision: ScoreKind = {
  name: "average-precision",
  better: "higher",
  scorer(predictions, labels) {
    const order = Int32Array.from(predictions.keys()).sort((a, b) => predictions[b]! - predictions[a]!);
    return {
      score(counts) {
        let [sum, positives, all] = [0, 0, 0];
        for (let at = 0; at < order.length; ) {
          const value = predictions[order[at]!]!;
          let tied = 0;
          for (; at < order.length && predictions[order[at]!] === value; at++) {
            const count = counts[order[at]!]!;
            all += count;
            if (labels[order[at]!] === 1) tied += count;
          }
          positives += tied;
          if (tied > 0) sum += (tied * positives) / all;
        }
        return sum / positives;
      },
    };
  },
};

/** The most probable class of every row; the lower one of equals. */
function chosenClasses(predictions: Float64Array, rowCount: number, classCount: number): Int32Array {
  if (predictions.length === rowCount) return Int32Array.from(predictions, (value) => (value > 0.5 ? 1 : 0));
  return Int32Array.from({ length: rowCount }, (_, row) => {
    let best = 0;
    for (let label = 1; label < classCount; label++)
      if (predictions[row * classCount + label]! > predictions[row * classCount + best]!) best = label;
    return best;
  });
}

const accuracy: ScoreKind = {
  name: "accuracy",
  better: "higher",
  scorer(predictions, labels, classCount) {
    const chosen = chosenClasses(predictions, labels.length, classCount);
    return {
      score(counts) {
        let [right, all] = [0, 0];
        for (let row = 0; row < labels.length; row++) {
          all += counts[row]!;
          if (chosen[row] === labels[row]) right += counts[row]!;
        }
        return right / all;
      },
    };
  },
};

/** Mean over the classes of the harmonic mean of precision and recall; classes that neither occur nor are chosen stay out. */
const macroF1: ScoreKind = {
  name: "macro-F1",
  better: "higher",
  scorer(predictions, labels, classCount) {
    const chosen = chosenClasses(predictions, labels.length, classCount);
    return {
      score(counts) {
        const right = new Float64Array(classCount);
        const either = new Float64Array(classCount);
        for (let row = 0; row < labels.length; row++) {
          const count = counts[row]!;
          either[labels[row]!]! += count;
          either[chosen[row]!]! += count;
          if (chosen[row] === labels[row]) right[chosen[row]!]! += count;
        }
        let [sum, classes] = [0, 0];
        for (let label = 0; label < classCount; label++) {
          if (either[label] === 0) continue;
          sum += (2 * right[label]!) / either[label]!;
          classes++;
        }
        return sum / classes;
      },
    };
  },
};

function squaredErrors(predictions: Float64Array, labels: Float64Array, counts: ArrayLike<number>) {
  let [all, errors, sum] = [0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    all += counts[row]!;
    errors += counts[row]! * (predictions[row]! - labels[row]!) ** 2;
    sum += counts[row]! * labels[row]!;
  }
  return { all, errors, mean: sum / all };
}

/** 1 minus squared errors over squared distances from the mean. */
const r2: ScoreKind = {
  name: "R2",
  better: "higher",
  scorer: (predictions, labels) => ({
    score(counts) {
      const { errors, mean } = squaredErrors(predictions, labels, counts);
      let spread = 0;
      for (let row = 0; row < labels.length; row++) spread += counts[row]! * (labels[row]! - mean) ** 2;
      return 1 - errors / spread;
    },
  }),
};

const rmse: ScoreKind = {
  name: "RMSE",
  better: "lower",
  scorer: (predictions, labels) => ({
    score(counts) {
      const { errors, all } = squaredErrors(predictions, labels, counts);
      return Math.sqrt(errors / all);
    },
  }),
};

/** The scores of an objective; the first is the one that decides. */
export const scoreKinds: Readonly<Record<Objective, readonly ScoreKind[]>> = {
  binary: [auc, macroF1, accuracy],
  multiclass: [macroF1, accuracy],
  regression: [r2, rmse],
};

/**
 * The score that decides: AUC for two classes, macro-F1 for more, R2 for numbers.
 * @param predictions as GradientBoostedTrees.predict returns them
 */
export function decidingScore(
  { objective, classes }: Pick<TableFeatures, "objective" | "classes">,
  predictions: Float64Array,
  labels: Float64Array,
): number {
  const once = new Uint8Array(labels.length).fill(1);
  return scoreKinds[objective][0]!.scorer(predictions, labels, classes.length).score(once);
}

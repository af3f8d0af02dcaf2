// By what resampling is judged: how well the rare class is ranked. Scores that need a threshold come after, since all that
// resampling does to some models is to move theirs.

import {
  averagePrecision,
  type ScoreKind,
  type Scorer,
  scoreKinds,
  type TableFeatures,
} from "@verisim/trees";

/** A score of two classes for class `label` of several against all others. */
function oneAgainstOthers(
  kind: ScoreKind,
  predictions: Float64Array,
  labels: Float64Array,
  classCount: number,
  label: number,
): Scorer {
  const two = predictions.length === labels.length;
  const chances = Float64Array.from(labels, (_, row) =>
    two ? (label === 1 ? predictions[row]! : 1 - predictions[row]!) : predictions[row * classCount + label]!,
  );
  return kind.scorer(
    chances,
    labels.map((own) => (own === label ? 1 : 0)),
    2,
  );
}

/** Mean over the classes that occur among the rows. */
const macroAveragePrecision: ScoreKind = {
  name: "macro average precision",
  better: "higher",
  scorer(predictions, labels, classCount) {
    const scorers = Array.from({ length: classCount }, (_, label) =>
      oneAgainstOthers(averagePrecision, predictions, labels, classCount, label),
    );
    return {
      score(counts) {
        const scores = scorers.map((scorer) => scorer.score(counts)).filter(Number.isFinite);
        return scores.reduce((sum, score) => sum + score, 0) / scores.length;
      },
    };
  },
};

export interface Judgement {
  /** The first one decides. */
  readonly kinds: readonly ScoreKind[];
  /** The class that average precision asks for; null where all do. */
  readonly rare: string | null;
}

/** @param labels of all rows: of two classes the rarer one is asked for, of equals the second */
export function judgementOf({ classes }: TableFeatures, labels: Float64Array): Judgement {
  if (classes.length > 2) return { kinds: [macroAveragePrecision, ...scoreKinds.multiclass], rare: null };
  const second = labels.reduce((sum, label) => sum + label, 0);
  const rare = second <= labels.length - second ? 1 : 0;
  const precision: ScoreKind = {
    name: "average precision",
    better: "higher",
    scorer: (predictions, own, classCount) =>
      oneAgainstOthers(averagePrecision, predictions, own, classCount, rare),
  };
  return { kinds: [precision, ...scoreKinds.binary], rare: classes[rare]! };
}

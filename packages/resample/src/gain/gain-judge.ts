// Who judges: boosted trees learn rows and are scored on others, by the coding of the table that all sides share.

import { type Table, type TableMetadata, VerisimError } from "@verisim/core";
import {
  GradientBoostedTrees,
  type LabelledFeatures,
  type Scorer,
  type TableFeatures,
  type TreeOptions,
  tableFeatures,
} from "@verisim/trees";
import { type Judgement, judgementOf } from "./judged-scores.ts";

export interface GainJudge extends Judgement {
  readonly coding: TableFeatures;
  /** Predictions of a row: 1 of two classes, else as many as there are classes. */
  readonly outputs: number;
  /** Classes of the table's rows that have one, in order, and the place of each row among them. */
  readonly labels: Float64Array;
  readonly placeOf: Int32Array;
  readonly holdout: LabelledFeatures | undefined;
  /** What trees say of the judged rows that learn `train`. */
  predictions(train: Table, judged: LabelledFeatures["features"]): Promise<Float64Array>;
  /** Per score. */
  scorers(predictions: Float64Array, labels: Float64Array): Scorer[];
}

export function gainJudge(
  table: Table,
  metadata: TableMetadata,
  target: string,
  options: {
    readonly holdout: Table | undefined;
    readonly trees: Partial<TreeOptions>;
    readonly signal: AbortSignal | undefined;
  },
): GainJudge {
  const coding = tableFeatures(table, asClasses(metadata, target), target);
  // Rows without a class are in no fold either.
  const { labels, rows } = coding.encode(table);
  const placeOf = new Int32Array(table.rowCount);
  for (const [place, row] of rows.entries()) placeOf[row] = place;
  const judgement = judgementOf(coding, labels);
  const classCount = coding.classes.length;
  const stop = options.signal ? { signal: options.signal } : {};
  return {
    ...judgement,
    coding,
    outputs: coding.objective === "binary" ? 1 : classCount,
    labels,
    placeOf,
    holdout: options.holdout && coding.encode(options.holdout),
    async predictions(train, judged) {
      const learnt = coding.encode(train);
      const trees = new GradientBoostedTrees({ ...options.trees, objective: coding.objective });
      const model = await trees.fit(learnt.features, learnt.labels, stop);
      const predictions = await model.predict(judged, stop);
      return coding.objective === "binary" ? predictions : padded(predictions, model.outputs, classCount);
    },
    scorers: (predictions, own) => judgement.kinds.map((kind) => kind.scorer(predictions, own, classCount)),
  };
}

/** Trees that never saw the last classes give them no output. */
function padded(predictions: Float64Array, outputs: number, classCount: number): Float64Array {
  if (outputs === classCount) return predictions;
  const whole = new Float64Array((predictions.length / outputs) * classCount);
  for (let i = 0; i < predictions.length; i++)
    whole[Math.floor(i / outputs) * classCount + (i % outputs)] = predictions[i]!;
  return whole;
}

/** Classes that are numbers are classes all the same. */
function asClasses(metadata: TableMetadata, target: string): TableMetadata {
  const known = metadata.columns[target];
  return known?.sdtype === "numerical"
    ? { ...metadata, columns: { ...metadata.columns, [target]: { sdtype: "categorical" } } }
    : metadata;
}

/** @throws VerisimError `VERISIM_RESAMPLE_GAIN` where the rows to judge by are of one class */
export function checkJudged({ labels }: LabelledFeatures, folds: number): void {
  if (new Set(labels).size >= 2) return;
  throw new VerisimError(
    "VERISIM_RESAMPLE_GAIN",
    `Expected rows of at least two classes to judge by but found ${labels.length} of one.`,
    { hint: `A class needs at least one row in each of the ${folds} folds, or in the holdout.` },
  );
}

/**
 * Of two classes each needs a row in every fold to judge by; with a holdout, and of more classes, one to learn from.
 * @throws VerisimError `VERISIM_RESAMPLE_GAIN`
 */
export function checkClassSizes(
  classes: readonly string[],
  classRows: readonly Int32Array[],
  folds: number,
  heldOut: boolean,
): void {
  const least = classes.length === 2 && !heldOut ? folds : 2;
  for (const [label, { length }] of classRows.entries()) {
    if (length >= least) continue;
    throw new VerisimError(
      "VERISIM_RESAMPLE_GAIN",
      `Expected at least ${least} rows of class ${JSON.stringify(classes[label])} to measure a gain but found ${length}.`,
      {
        hint:
          least === folds
            ? `Each of the ${folds} folds needs one to judge by. With a holdout 2 are enough.`
            : "A row that is left out cannot be learnt too.",
      },
    );
  }
}

// Synthetic rows with labels of a committee: many trees that learnt resamples of the real rows say what the label of a
// synthetic row would be, and one set of trees learns from them what only their mean knows. The generator is then asked for
// features alone, and its mistakes in the label do no harm. Bucila, Caruana and Niculescu-Mizil, "Model compression", KDD 2006.

import { RowRandom, streamKey } from "@verisim/core";
import { GradientBoostedTrees } from "../gradient-boosted-trees.ts";
import type { LabelledFeatures } from "../table-features.ts";
import type { Objective } from "../tree-options.ts";
import { pickRows } from "./labelled-rows.ts";

/** Rows with weights: of a class's probability each, where the committee is not of one mind. */
export interface TaughtRows {
  readonly rows: LabelledFeatures;
  /** One per row, above 0 and at most 1. */
  readonly weights: Float64Array;
}

/** Trees of the committee. Twice as many change a probability by little more than their own spread. */
const members = 20;
/** Classes below this probability are left out: they would cost a row each and say next to nothing. */
const leastProbability = 0.02;

/**
 * The synthetic rows as the committee labels them: for classes a row per class with its probability as the weight, for
 * numbers the mean of what is predicted.
 *
 * @param seed of resamples and trees
 */
export async function taughtRows(
  real: LabelledFeatures,
  synthetic: LabelledFeatures,
  { objective, classCount }: { readonly objective: Objective; readonly classCount: number },
  seed: number,
  signal?: AbortSignal,
): Promise<TaughtRows> {
  const stop = signal ? { signal } : {};
  const count = synthetic.labels.length;
  const outputs = objective === "multiclass" ? classCount : 1;
  const sums = new Float64Array(count * outputs);
  for (let member = 0; member < members; member++) {
    const rows = pickRows(real, resample(real.labels, classCount > 0, seed, member));
    const trees = await new GradientBoostedTrees({
      objective,
      minDataInLeaf: 2,
      minDataPerGroup: 2,
      featureFraction: 0.7,
      extraTrees: true,
      seed: member,
    }).fit(rows.features, rows.labels, stop);
    const made = await trees.predict(synthetic.features, stop);
    // Trees that never saw the last classes give them no output.
    for (let row = 0; row < count; row++)
      for (let k = 0; k < trees.outputs; k++)
        sums[row * outputs + k]! += made[row * trees.outputs + k]! / members;
  }
  if (objective === "regression")
    return { rows: { ...synthetic, labels: sums }, weights: new Float64Array(count).fill(1) };
  const probability = (row: number, label: number): number => {
    if (objective === "multiclass") return sums[row * outputs + label]!;
    return label === 1 ? sums[row]! : 1 - sums[row]!;
  };
  const places: number[] = [];
  const labels: number[] = [];
  const weights: number[] = [];
  for (let row = 0; row < count; row++)
    for (let label = 0; label < classCount; label++) {
      const weight = probability(row, label);
      if (weight < leastProbability) continue;
      places.push(row);
      labels.push(label);
      weights.push(weight);
    }
  return {
    rows: { ...pickRows(synthetic, Int32Array.from(places)), labels: Float64Array.from(labels) },
    weights: Float64Array.from(weights),
  };
}

/** As many places as there are labels, drawn with repetition, inside of each class. */
function resample(labels: Float64Array, byClass: boolean, seed: number, member: number): Int32Array {
  const random = new RowRandom(streamKey(seed, "augmentation", "committee"), member);
  const groups = new Map<number, number[]>();
  labels.forEach((label, place) => {
    const group = byClass ? label : 0;
    const own = groups.get(group);
    if (own) own.push(place);
    else groups.set(group, [place]);
  });
  return Int32Array.from(
    [...groups.values()].flatMap((own) => own.map(() => own[random.below(own.length)]!)),
  ).sort();
}

// Which synthetic rows have a label that trees believe which learnt the real rows alone: the others may be the
// generator's mistakes.

import { GradientBoostedTrees } from "../gradient-boosted-trees.ts";
import type { LabelledFeatures } from "../table-features.ts";
import type { Objective } from "../tree-options.ts";
import { augmentationTreeOptions } from "./augmentation-trees.ts";
import { pickRows } from "./labelled-rows.ts";
import { splitRows } from "./row-split.ts";

/** A class is improbable below this share of what a guess would give it: 0.25 of two classes, 0.05 of ten. */
const shareOfGuess = 0.5;

/** A number is improbable this many deviations of the trees' own errors off. */
const band = 2;

/**
 * Places of the synthetic rows with a plausible label, in ascending order. Trees learn each half of the real rows; a label must be plausible to both
 * together: its mean probability at least half of 1 / classes, or a number within two root mean squared errors of the
 * mean prediction, where the errors are those of each half on the other.
 *
 * @param seed of the halves and of the trees
 */
export async function plausiblePlaces(
  real: LabelledFeatures,
  synthetic: LabelledFeatures,
  { objective, classCount }: { readonly objective: Objective; readonly classCount: number },
  seed: number,
  signal?: AbortSignal,
): Promise<Int32Array> {
  const stop = signal ? { signal } : {};
  const { kept, splitOff } = splitRows(
    real.labels.length,
    classCount > 0 ? real.labels : null,
    0.5,
    seed,
    "plausible",
  );
  const count = synthetic.labels.length;
  const believed = new Float64Array(count);
  let errors = 0;
  for (const [learnt, other] of [
    [kept, splitOff],
    [splitOff, kept],
  ] as const) {
    const rows = pickRows(real, learnt);
    const options = { ...augmentationTreeOptions(learnt.length), objective, seed: 1 };
    const trees = await new GradientBoostedTrees({
      ...options,
      numIterations: 100,
      earlyStoppingRounds: 0,
    }).fit(rows.features, rows.labels, stop);
    const made = await trees.predict(synthetic.features, stop);
    for (let row = 0; row < count; row++)
      believed[row]! += labelBelief(made, synthetic.labels[row]!, row, trees.outputs, objective) / 2;
    if (objective !== "regression") continue;
    const checked = pickRows(real, other);
    const predicted = await trees.predict(checked.features, stop);
    for (let row = 0; row < predicted.length; row++) errors += (predicted[row]! - checked.labels[row]!) ** 2;
  }
  const reach = band * Math.sqrt(errors / real.labels.length);
  return Int32Array.from(synthetic.labels.keys()).filter((row) =>
    objective === "regression"
      ? Math.abs(believed[row]! - synthetic.labels[row]!) <= reach
      : believed[row]! >= shareOfGuess / classCount,
  );
}

/** The probability of a row's label; regression: the number that is predicted. */
function labelBelief(
  predictions: Float64Array,
  label: number,
  row: number,
  outputs: number,
  objective: Objective,
): number {
  if (objective === "regression") return predictions[row]!;
  if (objective === "binary") return label === 1 ? predictions[row]! : 1 - predictions[row]!;
  // Trees that never saw the last classes give them no output.
  return label < outputs ? predictions[row * outputs + label]! : 0;
}

// Trees from real rows and from synthetic ones as a plan says: how many, what they count, which of them.

import { GradientBoostedTrees } from "../gradient-boosted-trees.ts";
import type { LabelledFeatures, TableFeatures } from "../table-features.ts";
import type { TreeOptions } from "../tree-options.ts";
import { joinRows, pickRows } from "./labelled-rows.ts";
import { plausiblePlaces } from "./plausible-rows.ts";
import { type TaughtRows, taughtRows } from "./taught-rows.ts";

/** How synthetic rows are used. */
export interface AugmentationPlan {
  /** Synthetic rows per real row, above 0. */
  readonly amount: number;
  /** What a synthetic row counts where a real one counts 1, above 0. */
  readonly weight: number;
  /** Only rows whose label trees believe that learnt the real rows alone. */
  readonly plausibleOnly: boolean;
  /** Labels are those of a committee of trees that learnt the real rows, see `taughtRows`; `plausibleOnly` then says nothing. Default false. */
  readonly taught?: boolean;
}

export interface FitAugmentedOptions {
  /** Of the trees that say which labels are plausible. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Places of the synthetic rows with a plausible label, where they are known; ascending. */
  readonly plausible?: Int32Array;
  /** All synthetic rows as the committee labels them, where that is known. */
  readonly taught?: TaughtRows;
  /** Real rows, not among those to learn, on which boosting stops early. A plan's amount is per row of both. */
  readonly validation?: LabelledFeatures;
}

/**
 * Trees that learnt real rows, and synthetic ones as the plan says. The first rows are taken where there are more than
 * the plan wants.
 *
 * @param coding of a table with all classes of the real rows, see `tableFeatures`
 * @param synthetic not used without a plan
 * @param plan null: the real rows alone
 * @param trees earlyStoppingRounds must be 0, the default, where there is no `validation`
 * @throws VerisimError as `GradientBoostedTrees.fit`
 */
export async function fitAugmented(
  coding: TableFeatures,
  real: LabelledFeatures,
  synthetic: LabelledFeatures,
  plan: AugmentationPlan | null,
  trees: Partial<TreeOptions>,
  { seed = 0, signal, plausible, taught, validation }: FitAugmentedOptions = {},
): Promise<GradientBoostedTrees> {
  const { objective, classes } = coding;
  const model = new GradientBoostedTrees({ ...trees, objective });
  const stop = { ...(signal ? { signal } : {}), ...(validation ? { validation } : {}) };
  if (!plan) return model.fit(real.features, real.labels, stop);
  const rows = real.labels.length + (validation?.labels.length ?? 0);
  const count = Math.min(synthetic.labels.length, Math.round(plan.amount * rows));
  const judged = { objective, classCount: classes.length };
  if (plan.taught) {
    const wanted = Int32Array.from({ length: count }, (_, row) => row);
    const own = taught ?? (await taughtRows(real, pickRows(synthetic, wanted), judged, seed, signal));
    const { features, labels, weights } = joinRows(real, own.rows, plan.weight, own.weights);
    return model.fit(features, labels, { ...stop, weights: weights! });
  }
  const places = plan.plausibleOnly
    ? (plausible ?? (await plausiblePlaces(real, synthetic, judged, seed, signal)))
    : Int32Array.from({ length: count }, (_, row) => row);
  const used = pickRows(
    synthetic,
    places.filter((place) => place < count),
  );
  const { features, labels, weights } = joinRows(real, used, plan.weight);
  return model.fit(features, labels, { ...stop, ...(weights ? { weights } : {}) });
}

// What synthetic rows are worth to a model: boosted trees learn the real rows alone, and the real with the synthetic ones;
// both predict real rows that nobody has learnt, several times with different seeds, and the difference gets an interval.

import { type Progress, type Table, type TableMetadata, throwIfAborted, VerisimError } from "@verisim/core";
import { GradientBoostedTrees, type LabelledRows } from "../gradient-boosted-trees.ts";
import { type LabelledFeatures, type LeftOutColumn, tableFeatures } from "../table-features.ts";
import type { Objective, TreeOptions } from "../tree-options.ts";
import { augmentationTreeOptions } from "./augmentation-trees.ts";
import { joinRows, pickRows } from "./labelled-rows.ts";
import { pairedBootstrap, resampleCounts } from "./paired-bootstrap.ts";
import { plausiblePlaces } from "./plausible-rows.ts";
import { splitRows } from "./row-split.ts";
import { scoreKinds } from "./scores.ts";
import { taughtRows } from "./taught-rows.ts";

export interface AugmentationRequest {
  /** Real rows that the generator has learnt. */
  readonly real: Table;
  /** Null: none are used, so that both sides are the same trees and every gain is 0. */
  readonly synthetic: Table | null;
  /** Real rows that nothing has learnt. */
  readonly holdout: Table;
  readonly metadata: TableMetadata;
  /** The column to predict. */
  readonly target: string;
  /** What a synthetic row counts where a real one counts 1: above 0, at most 1000. Default 1. */
  readonly weight?: number;
  /** True: only synthetic rows whose label trees believe that learnt the real rows alone. Default false. */
  readonly plausibleOnly?: boolean;
  /** True: labels are those of a committee of trees that learnt the real rows alone. Default false. */
  readonly taught?: boolean;
  /** Trainings of each side with different seeds and validation rows, 3 to 1000. Default 5. */
  readonly trainings?: number;
  /** Resamples of the holdout, 100 to 100,000. Default 1000. */
  readonly resamples?: number;
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  /** Options of the trees in place of those of {@link augmentationTreeOptions}. */
  readonly trees?: Partial<TreeOptions>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export type AugmentationVerdict = "better" | "no difference" | "worse";

/** One score of both sides; the gain is positive where the synthetic rows helped, whichever way the score counts. */
export interface ScoreGain {
  readonly score: string;
  readonly better: "higher" | "lower";
  readonly real: number;
  readonly augmented: number;
  readonly gain: number;
  /** The ends of the 95 % interval. */
  readonly low: number;
  readonly high: number;
}

export interface AugmentationGain {
  readonly target: string;
  readonly objective: Objective;
  readonly classes: readonly string[];
  /** Rows with a target. */
  readonly rows: { readonly real: number; readonly synthetic: number; readonly holdout: number };
  readonly features: readonly string[];
  readonly leftOut: readonly LeftOutColumn[];
  /** The first one decides the verdict. */
  readonly scores: readonly ScoreGain[];
  readonly verdict: AugmentationVerdict;
  /** Rounds of boosting that were kept, per training. */
  readonly rounds: { readonly real: readonly number[]; readonly augmented: readonly number[] };
  readonly trees: Partial<TreeOptions>;
}

/** Share of the real rows on which both sides stop early. */
const validationShare = 0.2;

/**
 * Compares trees that learnt real rows with trees that learnt real and synthetic ones, on held-out rows.
 *
 * Each training splits a fifth of the real rows off, on which both sides stop early; the synthetic rows are only ever
 * learnt. Scores are means over the trainings; the interval is that of a paired bootstrap over the held-out rows, within
 * the classes, widened by the spread between the trainings.
 *
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_TARGET`, `VERISIM_TYPE_MISMATCH`, `VERISIM_AUGMENTATION_ROWS`
 * for too few rows or classes, `VERISIM_OPTION_VALUE`, `VERISIM_ABORTED`
 */
export async function augmentationGain(request: AugmentationRequest): Promise<AugmentationGain> {
  const { real, holdout, metadata, target, seed = 0, signal } = request;
  const trainings = wholeNumber("trainings", request.trainings ?? 5, 3, 1000);
  const weight = syntheticWeight(request.weight ?? 1);
  const resamples = wholeNumber("resamples", request.resamples ?? 1000, 100, 100_000);
  const coding = tableFeatures(real, metadata, target);
  const { objective, classes } = coding;
  const parts = {
    real: coding.encode(real),
    synthetic: request.synthetic ? coding.encode(request.synthetic) : null,
    holdout: coding.encode(holdout),
  };
  checkRows(parts, classes);
  const steps = 2 * trainings + 1;
  const report = (done: number, detail: string) =>
    request.onProgress?.({ phase: "evaluate", done, total: steps, unit: "trainings", detail });
  const trees = { ...augmentationTreeOptions(parts.real.rows.length), ...request.trees };

  const predictions = { real: [] as Float64Array[], augmented: [] as Float64Array[] };
  const rounds = { real: [] as number[], augmented: [] as number[] };
  const labels = parts.holdout.labels;
  for (let training = 0; training < trainings; training++) {
    throwIfAborted(signal);
    report(2 * training, `training ${training + 1} of ${trainings}`);
    const split = splitRows(
      parts.real.rows.length,
      classes.length > 0 ? parts.real.labels : null,
      validationShare,
      seed + training,
      "validation",
    );
    const learnt = pickRows(parts.real, split.kept);
    const validation = pickRows(parts.real, split.splitOff);
    const options = { ...trees, objective, seed: training + 1 };
    const judged = { objective, classCount: classes.length };
    const sides: LabelledRows[] = [learnt];
    if (parts.synthetic && request.taught) {
      const taught = await taughtRows(learnt, parts.synthetic, judged, seed + training, signal);
      sides.push(joinRows(learnt, taught.rows, weight, taught.weights));
    } else if (parts.synthetic) {
      const synthetic = request.plausibleOnly
        ? pickRows(
            parts.synthetic,
            await plausiblePlaces(learnt, parts.synthetic, judged, seed + training, signal),
          )
        : parts.synthetic;
      sides.push(joinRows(learnt, synthetic, weight));
    }
    const fitted = await Promise.all(
      sides.map((rows) =>
        new GradientBoostedTrees(options).fit(rows.features, rows.labels, {
          ...(rows.weights ? { weights: rows.weights } : {}),
          validation,
          ...(signal ? { signal } : {}),
        }),
      ),
    );
    for (const [index, side] of (["real", "augmented"] as const).entries()) {
      const own = fitted[index];
      if (own) predictions[side].push(await own.predict(parts.holdout.features, signal ? { signal } : {}));
      else predictions[side].push(predictions.real.at(-1)!);
      rounds[side].push((own ?? fitted[0]!).rounds);
    }
  }

  report(2 * trainings, "intervals");
  const kinds = scoreKinds[objective];
  const gains = await pairedBootstrap(
    kinds.map((kind) => {
      const scorers = (side: readonly Float64Array[]) =>
        side.map((values) => kind.scorer(values, labels, classes.length));
      return { first: scorers(predictions.real), second: scorers(predictions.augmented) };
    }),
    resampleCounts(labels.length, classes.length > 0 ? labels : null, resamples, seed),
    labels.length,
    seed,
    async () => {
      throwIfAborted(signal);
      await new Promise((resolve) => setImmediate(resolve));
    },
  );
  report(steps, "intervals");
  const scores = kinds.map(({ name, better }, index): ScoreGain => {
    const { first, second, difference, low, high } = gains[index]!;
    const higher = better === "higher";
    return {
      score: name,
      better,
      real: first,
      augmented: second,
      // Subtracted, so that no gain is 0 and not -0.
      gain: higher ? difference : 0 - difference,
      low: higher ? low : 0 - high,
      high: higher ? high : 0 - low,
    };
  });
  return {
    target,
    objective,
    classes,
    rows: {
      real: parts.real.rows.length,
      synthetic: parts.synthetic?.rows.length ?? 0,
      holdout: parts.holdout.rows.length,
    },
    features: coding.names,
    leftOut: coding.leftOut,
    scores,
    verdict: verdictOf(scores[0]!),
    rounds,
    trees,
  };
}

function verdictOf({ low, high }: ScoreGain): AugmentationVerdict {
  return low > 0 ? "better" : high < 0 ? "worse" : "no difference";
}

function syntheticWeight(value: number): number {
  if (value > 0 && value <= 1000) return value;
  throw new VerisimError(
    "VERISIM_OPTION_VALUE",
    `Expected a weight above 0 and at most 1000 but received ${value}.`,
    { where: { option: "weight" } },
  );
}

function wholeNumber(option: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new VerisimError(
    "VERISIM_OPTION_VALUE",
    `Expected a whole number from ${low} to ${high} for ${option} but received ${value}.`,
    { where: { option } },
  );
}

/** Fewer real rows cannot be learnt and watched, fewer held-out ones cannot tell two models apart. */
const leastRows = { real: 10, synthetic: 1, holdout: 10 };

function checkRows(
  parts: Readonly<Record<keyof typeof leastRows, LabelledFeatures | null>>,
  classes: readonly string[],
): void {
  const words = { real: "real", synthetic: "synthetic", holdout: "held-out" };
  for (const part of ["real", "synthetic", "holdout"] as const) {
    const count = parts[part]?.rows.length;
    if (count === undefined || count >= leastRows[part]) continue;
    throw new VerisimError(
      "VERISIM_AUGMENTATION_ROWS",
      `Expected at least ${leastRows[part]} ${words[part]} rows with a target but found ${count}.`,
      { hint: "Rows whose target is missing, or of a class that the real rows lack, do not count." },
    );
  }
  if (classes.length > 0 && new Set(parts.holdout?.labels).size < 2)
    throw new VerisimError(
      "VERISIM_AUGMENTATION_ROWS",
      "Expected at least two classes among the held-out rows but found one.",
      { hint: "Hold out more rows." },
    );
}

// Gradient-boosted decision trees, by LightGBM: fit, predict, importance, and its own text format for keeping.
// G. Ke et al., "LightGBM: A Highly Efficient Gradient Boosting Decision Tree", NeurIPS 2017.

import { type Progress, VerisimError } from "@verisim/core";
import { checkFeatures, checkLabels, checkWeights, type FeatureColumn, textNames } from "./features.ts";
import { firstRounds, readModelText } from "./model-text.ts";
import { callNative, type ModelHandle, runNative, type TrainingHandle, threadsFor } from "./native.ts";
import { type Objective, parameterText, resolveTreeOptions, type TreeOptions } from "./tree-options.ts";

/** Labelled rows. */
export interface LabelledRows {
  readonly features: readonly FeatureColumn[];
  /** One per row; classes are 0 to k - 1. */
  readonly labels: ArrayLike<number>;
  /** One per row, 0 or more. Default: 1 each. */
  readonly weights?: ArrayLike<number>;
}

export interface FitTreesOptions {
  /** One per row, 0 or more. Default: 1 each. */
  readonly weights?: ArrayLike<number>;
  /** Rows whose loss is measured after every round: columns as those of the training rows. */
  readonly validation?: LabelledRows;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface PredictTreesOptions {
  /** True: sums of the trees before the logistic or softmax function. Default false. */
  readonly raw?: boolean;
  readonly signal?: AbortSignal;
}

/** What a fitted object holds. */
interface Fitted {
  readonly objective: Objective;
  readonly names: readonly string[];
  /** The names as they are in the text format. */
  readonly plainNames: readonly string[];
  readonly outputs: number;
  readonly rounds: number;
  readonly text: string;
  readonly model: ModelHandle;
  readonly validationLosses: Float64Array;
}

/** A piece of training is cut so that it takes about this long: progress stays live, and the trip costs nothing. */
const pieceMs = 60;

/**
 * Boosted trees over columns of numbers and of codes.
 *
 * @example
 * const trees = new GradientBoostedTrees({ objective: "binary", numLeaves: 15 });
 * await trees.fit([{ name: "age", values: ages }], labels);
 * const probabilities = await trees.predict([{ name: "age", values: newAges }]);
 */
export class GradientBoostedTrees {
  readonly options: TreeOptions;
  #fitted: Fitted | undefined;

  /** @throws VerisimError `VERISIM_UNKNOWN_OPTION`, `VERISIM_OPTION_VALUE` */
  constructor(options: Partial<TreeOptions> = {}) {
    this.options = resolveTreeOptions(options);
  }

  /**
   * Learns from rows; a second call forgets the first. Works off the JavaScript thread.
   * @param labels one per row: 0 or 1 (binary), 0 to k - 1 (multiclass), any finite number (regression)
   * @throws VerisimError `VERISIM_FEATURES`, `VERISIM_LABELS`, `VERISIM_WEIGHTS`, `VERISIM_OPTION_VALUE` for early stopping
   * without validation rows, `VERISIM_NATIVE_MISSING`, `VERISIM_ABORTED` (the object is then as it was before)
   */
  async fit(
    features: readonly FeatureColumn[],
    labels: ArrayLike<number>,
    { weights, validation, signal, onProgress }: FitTreesOptions = {},
  ): Promise<this> {
    const { options } = this;
    const rowCount = checkRows(features, labels, weights, options.objective);
    const classCount = checkLabels(labels, rowCount, options.objective);
    if (validation) checkValidation(validation, features, options.objective, classCount);
    else if (options.earlyStoppingRounds > 0)
      throw new VerisimError(
        "VERISIM_OPTION_VALUE",
        "Expected validation rows for earlyStoppingRounds but received none.",
        { where: { option: "earlyStoppingRounds" }, hint: "Pass `validation`, or set it to 0." },
      );
    const names = features.map(({ name }) => String(name));
    const plainNames = textNames(names);
    const threads = options.threads || threadsFor(rowCount);
    const categorical = features.flatMap((column, index) => (column.categorical ? [index] : []));
    const parameters = parameterText(options, { classCount, categorical, threads });
    const training = await runNative("fit", signal, (addon, abort) =>
      addon.beginTraining(
        features.map(({ values }) => values),
        Float32Array.from(labels),
        weights && Float32Array.from(weights),
        validation?.features.map(({ values }) => values),
        validation && Float32Array.from(validation.labels),
        validation?.weights && Float32Array.from(validation.weights),
        plainNames,
        parameters,
        abort,
      ),
    );
    try {
      const losses = await this.#grow(training, validation !== undefined, signal, onProgress);
      const rounds = options.earlyStoppingRounds > 0 ? bestRound(losses) : losses.length;
      const raw = await runNative("fit", signal, (addon) => addon.trainingText(training, rounds));
      // How many threads trained is no property of the model.
      const text = raw.replace(/^\[num_threads: \d+\]$/m, "[num_threads: 0]");
      this.#fitted = await loadText(text, {
        objective: options.objective,
        names,
        plainNames,
        validationLosses: validation ? losses : new Float64Array(0),
      });
    } finally {
      callNative("fit", (addon) => addon.freeTraining(training));
    }
    return this;
  }

  /** Grows round by round; returns the validation loss of each (NaN without validation rows). */
  async #grow(
    training: TrainingHandle,
    watched: boolean,
    signal: AbortSignal | undefined,
    onProgress: ((progress: Progress) => void) | undefined,
  ): Promise<Float64Array> {
    const { numIterations, earlyStoppingRounds } = this.options;
    const losses = new Float64Array(numIterations).fill(Number.NaN);
    let done = 0;
    let piece = 1;
    while (done < numIterations) {
      const rounds = Math.min(piece, numIterations - done);
      const out = watched ? new Float64Array(rounds) : undefined;
      const start = performance.now();
      const grown = await runNative("fit", signal, (addon, abort) =>
        addon.growTraining(training, rounds, out, abort),
      );
      // Twelve digits: the last ones depend on the number of threads, and no decision may.
      for (let i = 0; out && i < grown; i++) losses[done + i] = Number(out[i]!.toPrecision(12));
      done += grown;
      const loss = losses[done - 1];
      onProgress?.({
        phase: "fit",
        done,
        total: numIterations,
        unit: "rounds",
        ...(loss !== undefined && !Number.isNaN(loss) ? { losses: { validation: loss } } : {}),
      });
      if (grown < rounds) break;
      if (earlyStoppingRounds > 0 && done - bestRound(losses.subarray(0, done)) >= earlyStoppingRounds) break;
      piece = Math.max(1, Math.min(512, Math.round((rounds * pieceMs) / (performance.now() - start + 0.1))));
    }
    return losses.slice(0, earlyStoppingRounds > 0 ? stoppedAt(losses, done, earlyStoppingRounds) : done);
  }

  /**
   * Binary: the probability of label 1 per row. Multiclass: k probabilities per row, row after row. Regression: a number
   * per row. Works off the JavaScript thread.
   * @param features the columns that were learnt from, in the same order
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_FEATURES`, `VERISIM_ABORTED`
   */
  async predict(
    features: readonly FeatureColumn[],
    { raw = false, signal }: PredictTreesOptions = {},
  ): Promise<Float64Array> {
    const { model, plainNames, outputs } = this.#state();
    const rowCount = checkFeatures(features);
    checkNames(features, plainNames);
    const out = new Float64Array(rowCount * outputs);
    if (rowCount === 0) return out;
    const columns = features.map(({ values }) => values);
    const threads = this.options.threads || threadsFor(rowCount);
    await runNative("predict", signal, (addon, abort) =>
      addon.predict(model, columns, raw, threads, out, abort),
    );
    return out;
  }

  /**
   * How much each column matters, in the order of the columns.
   * @param kind `gain`: summed gain of its splits; `split`: their number
   * @throws VerisimError `VERISIM_NOT_FITTED`
   */
  importance(kind: "gain" | "split" = "gain"): Float64Array {
    const { model, names } = this.#state();
    const out = new Float64Array(names.length);
    callNative("importance", (addon) => addon.importance(model, kind === "gain", out));
    return out;
  }

  /** @throws VerisimError `VERISIM_NOT_FITTED` */
  get featureNames(): readonly string[] {
    return this.#state().names;
  }

  /** Numbers per row that `predict` returns: k for k classes in multiclass, else 1. @throws VerisimError `VERISIM_NOT_FITTED` */
  get outputs(): number {
    return this.#state().outputs;
  }

  /** Rounds that are kept: with early stopping those up to the lowest validation loss. @throws VerisimError `VERISIM_NOT_FITTED` */
  get rounds(): number {
    return this.#state().rounds;
  }

  /** Loss of the validation rows after each round that was tried; empty without them. @throws VerisimError `VERISIM_NOT_FITTED` */
  get validationLosses(): Float64Array {
    return this.#state().validationLosses;
  }

  /** The trees in LightGBM's own text format, which its other bindings read. @throws VerisimError `VERISIM_NOT_FITTED` */
  toText(): string {
    return this.#state().text;
  }

  /**
   * The trees of the first rounds alone: those that a fit of so many rounds would have grown.
   * @param rounds 1 to as many as there are
   * @throws VerisimError `VERISIM_NOT_FITTED`, `VERISIM_OPTION_VALUE`
   */
  async first(rounds: number): Promise<GradientBoostedTrees> {
    const fitted = this.#state();
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > fitted.rounds)
      throw new VerisimError(
        "VERISIM_OPTION_VALUE",
        `Expected a whole number from 1 to ${fitted.rounds} for rounds but received ${rounds}.`,
        { where: { option: "rounds" } },
      );
    const trees = new GradientBoostedTrees(this.options);
    trees.#fitted = await loadText(firstRounds(fitted.text, rounds), {
      ...fitted,
      validationLosses: fitted.validationLosses.slice(0, rounds),
    });
    return trees;
  }

  /**
   * Trees from LightGBM's text format, of whichever binding wrote it. The text is checked line by line first: native
   * code never sees one that it could stumble over.
   * @throws VerisimError `VERISIM_TREES_TEXT` naming the line
   */
  static async fromText(text: string): Promise<GradientBoostedTrees> {
    const { objective, names } = readModelText(text);
    const trees = new GradientBoostedTrees({ objective });
    const validationLosses = new Float64Array(0);
    trees.#fitted = await loadText(text, { objective, names, plainNames: names, validationLosses });
    return trees;
  }

  #state(): Fitted {
    if (this.#fitted) return this.#fitted;
    throw new VerisimError("VERISIM_NOT_FITTED", "Expected fitted trees but nothing has been learnt yet.", {
      hint: "Call fit(features, labels) first, or GradientBoostedTrees.fromText(text).",
    });
  }
}

/** Only the trees go to native code; what follows them (importances, parameters) is for people. */
async function loadText(
  text: string,
  known: Pick<Fitted, "objective" | "names" | "plainNames" | "validationLosses">,
): Promise<Fitted> {
  const end = "\nend of trees\n";
  const trees = text.slice(0, text.indexOf(end) + end.length);
  const model = await runNative("load", undefined, (addon) => addon.loadModel(trees));
  const [, outputs, rounds] = callNative("load", (addon) => addon.modelInfo(model));
  return { ...known, outputs, rounds, text, model };
}

function checkRows(
  features: readonly FeatureColumn[],
  labels: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  objective: Objective,
): number {
  const rowCount = checkFeatures(features);
  if (rowCount === 0) throw new VerisimError("VERISIM_FEATURES", "Expected at least one row.");
  if (rowCount >= 2 ** 31 - 1)
    throw new VerisimError("VERISIM_FEATURES", `Expected fewer than 2^31 rows but received ${rowCount}.`);
  checkLabels(labels, rowCount, objective);
  checkWeights(weights, rowCount);
  return rowCount;
}

function checkValidation(
  { features, labels, weights }: LabelledRows,
  learnt: readonly FeatureColumn[],
  objective: Objective,
  classCount: number,
): void {
  const rowCount = checkRows(features, labels, weights, objective);
  checkNames(features, textNames(learnt.map(({ name }) => String(name))));
  if (objective === "multiclass" && checkLabels(labels, rowCount, objective) > classCount)
    throw new VerisimError(
      "VERISIM_LABELS",
      `Expected validation labels from 0 to ${classCount - 1}, those of the training rows, but received a higher one.`,
    );
}

/** The columns of a call must be those of the fit, in their order. */
function checkNames(features: readonly FeatureColumn[], expected: readonly string[]): void {
  const names = textNames(features.map(({ name }) => String(name)));
  if (names.length === expected.length && names.every((name, index) => name === expected[index])) return;
  const different = names.findIndex((name, index) => name !== expected[index]);
  throw new VerisimError(
    "VERISIM_FEATURES",
    names.length === expected.length
      ? `Expected ${expected[different]} as column ${different + 1} but received ${names[different]}.`
      : `Expected ${expected.length} columns but received ${names.length}.`,
    { hint: "Pass the columns that the trees were fitted to, in the same order." },
  );
}

/** Rounds up to the lowest loss; the first of equal ones. */
function bestRound(losses: Float64Array): number {
  let best = 0;
  for (let round = 1; round < losses.length; round++) if (losses[round]! < losses[best]!) best = round;
  return Math.min(losses.length, best + 1);
}

/** Rounds after which early stopping ends, whatever the pieces in which they were grown. */
function stoppedAt(losses: Float64Array, done: number, patience: number): number {
  let best = 0;
  for (let round = 1; round < done; round++) {
    if (losses[round]! < losses[best]!) best = round;
    else if (round - best >= patience) return round + 1;
  }
  return done;
}

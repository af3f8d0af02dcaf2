// Whether and how synthetic rows are used, chosen on the real training rows alone: a generator learns each inner training
// part, trees predict the rows that neither has seen, and only a gain beyond its standard error counts.

import {
  type Progress,
  RowRandom,
  streamKey,
  type Table,
  type TableMetadata,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import { type LabelledFeatures, tableFeatures } from "../table-features.ts";
import { resolveTreeOptions, type TreeOptions } from "../tree-options.ts";
import { type AugmentationPlan, fitAugmented } from "./fit-augmented.ts";
import { pickRows } from "./labelled-rows.ts";
import { resampleCounts } from "./paired-bootstrap.ts";
import { plausiblePlaces } from "./plausible-rows.ts";
import { splitRows } from "./row-split.ts";
import { type ScoreKind, type Scorer, scoreKinds } from "./scores.ts";
import { type TaughtRows, taughtRows } from "./taught-rows.ts";

export type { AugmentationPlan } from "./fit-augmented.ts";

export interface AugmentationChoiceRequest {
  /** The real training rows; rows for judging must not be among them. */
  readonly real: Table;
  readonly metadata: TableMetadata;
  /** The column to predict. */
  readonly target: string;
  /** Rows of a generator that has learnt `train` and nothing else. Called once per fold, each with a seed of its own. */
  readonly makeRows: (train: Table, rows: number, seed: number) => Promise<Table>;
  /** Synthetic rows per real row, above 0. Default 4: fewer that count more say the same with more chance. */
  readonly amounts?: readonly number[];
  /** What a synthetic row counts where a real one counts 1, above 0. Default 0.1, 0.3 and 1. */
  readonly weights?: readonly number[];
  /** Also try each plan with only those rows whose label is plausible. Default true. */
  readonly tryPlausible?: boolean;
  /** Also try each plan with labels of a committee of trees. Default: of up to 5,000 real rows. */
  readonly tryTaught?: boolean;
  /** Values of minDataInLeaf (and minDataPerGroup), of which the best for the real rows alone is taken for both sides. Default: that of `trees`. */
  readonly leastLeaves?: readonly number[];
  /** Parts of the real rows, each of which is predicted from the others; 2 to 20. Default 3. */
  readonly folds?: number;
  /** Times that the rows are cut into parts; 1 to 100. Default 1. */
  readonly repeats?: number;
  /** Standard errors that the best plan must gain over the real rows alone, 0 to 10. Default 2: harm is rare. */
  readonly standardErrors?: number;
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  /**
   * Options of the trees in place of LightGBM's defaults. With `earlyStoppingRounds` a fifth of the real rows that trees
   * learn from is kept back to stop on, for both sides the same rows. Default 0.
   */
  readonly trees?: Partial<TreeOptions>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What a plan gained over the real rows alone, on rows that neither generator nor trees had seen. */
export interface TriedPlan {
  readonly plan: AugmentationPlan;
  /** Positive where the synthetic rows helped. */
  readonly gain: number;
  /** Of the gain, by a paired bootstrap of the real rows. */
  readonly standardError: number;
}

export interface AugmentationChoice {
  /** Null: the real rows alone. */
  readonly plan: AugmentationPlan | null;
  /** The choice in words, with the figures behind it. */
  readonly words: string;
  /** The score by which was chosen: AUC, macro-F1 or R2. */
  readonly score: string;
  /** The score of the real rows alone, inside. */
  readonly alone: number;
  /** Options for the final trees, whichever plan it is; early stopping needs rows to stop on. */
  readonly trees: Partial<TreeOptions>;
  readonly tried: readonly TriedPlan[];
}

const resamples = 200;
/** Real rows beyond which a committee is not tried by itself: it costs twenty trainings, and tells trees little more. */
const mostTaught = 5000;
/** Share of the real rows to learn that trees with early stopping stop on, as in `augmentationGain`. */
const stopShare = 0.2;

/**
 * Chooses how synthetic rows are used, if at all: where the best plan gains less over the real rows alone than two standard
 * errors, it is the real rows alone. Else, of the plans within one standard error of the best, it is the one that changes
 * least: fewest synthetic rows times weight.
 *
 * @throws VerisimError `VERISIM_OPTION_VALUE`, `VERISIM_AUGMENTATION_ROWS` for fewer than 10 real rows with a target, what
 * `tableFeatures` and `makeRows` throw, `VERISIM_ABORTED`
 */
export async function chooseAugmentation(request: AugmentationChoiceRequest): Promise<AugmentationChoice> {
  const { real, metadata, target, seed = 0, signal, folds = 3, repeats = 1 } = request;
  const standardErrors = request.standardErrors ?? 2;
  checkWhole("folds", folds, 2, 20);
  checkWhole("repeats", repeats, 1, 100);
  if (!(standardErrors >= 0 && standardErrors <= 10))
    throw new VerisimError(
      "VERISIM_OPTION_VALUE",
      `Expected a number from 0 to 10 for standardErrors but received ${standardErrors}.`,
      { where: { option: "standardErrors" } },
    );
  const coding = tableFeatures(real, metadata, target);
  const all = coding.encode(real);
  const plans = plansOf(request, all.labels.length);
  if (all.labels.length < 10)
    throw new VerisimError(
      "VERISIM_AUGMENTATION_ROWS",
      `Expected at least 10 real rows with a target but found ${all.labels.length}.`,
    );
  const kind = scoreKinds[coding.objective][0]!;
  const outputs = coding.objective === "multiclass" ? coding.classes.length : 1;
  const stopping = request.trees?.earlyStoppingRounds ?? 0;
  const options: readonly Partial<TreeOptions>[] = (request.leastLeaves ?? [undefined]).map((least) => ({
    ...request.trees,
    ...(least === undefined ? {} : { minDataInLeaf: least, minDataPerGroup: Math.max(1, least) }),
    earlyStoppingRounds: stopping,
  }));

  // A generator per fold, and a training of trees per fold for each plan and for each size of a leaf.
  const total = repeats * folds * (1 + options.length + plans.length);
  let done = 0;
  const report = (detail: string) =>
    request.onProgress?.({ phase: "evaluate", done: done++, total, unit: "trainings", detail });

  const rounds: Fold[][] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const places = foldOf(all.labels, coding.classes.length > 0, folds, seed + repeat);
    const round: Fold[] = [];
    for (let fold = 0; fold < folds; fold++) {
      throwIfAborted(signal);
      report(`generator of part ${fold + 1} of ${folds}`);
      const learnt = pickRows(
        all,
        Int32Array.from(places.keys()).filter((row) => places[row] !== fold),
      );
      const out = Int32Array.from(places.keys()).filter((row) => places[row] === fold);
      const most = Math.round(learnt.labels.length * Math.max(...plans.map(({ amount }) => amount)));
      const made = await request.makeRows(real.take(learnt.rows), most, seed + repeat * folds + fold + 1);
      const synthetic = coding.encode(made);
      const judged = { objective: coding.objective, classCount: coding.classes.length };
      const split =
        stopping > 0
          ? splitRows(
              learnt.labels.length,
              judged.classCount > 0 ? learnt.labels : null,
              stopShare,
              seed,
              "stop",
            )
          : undefined;
      const rows = split ? pickRows(learnt, split.kept) : learnt;
      const validation = split && pickRows(learnt, split.splitOff);
      const share = learnt.labels.length / all.labels.length;
      const plausible = plans.some(({ plausibleOnly }) => plausibleOnly)
        ? await plausiblePlaces(rows, synthetic, judged, seed, signal)
        : undefined;
      const amounts = new Set(plans.flatMap(({ amount, taught }) => (taught ? [amount] : [])));
      const taught = new Map<number, TaughtRows>();
      for (const amount of amounts) {
        const count = Math.min(synthetic.labels.length, Math.round(amount * learnt.labels.length));
        const own = pickRows(
          synthetic,
          Int32Array.from({ length: count }, (_, row) => row),
        );
        taught.set(amount, await taughtRows(rows, own, judged, seed, signal));
      }
      round.push({
        learnt: rows,
        validation,
        share,
        out,
        held: pickRows(all, out),
        synthetic,
        plausible,
        taught,
      });
    }
    rounds.push(round);
  }
  const held = rounds[0]!.flatMap(({ out }) => [...out]);
  /** A scorer per repeat over the same rows in the same order. */
  const scorersOf = async (plan: AugmentationPlan | null, trees: Partial<TreeOptions>): Promise<Scorer[]> => {
    const scorers: Scorer[] = [];
    for (const round of rounds) {
      const predictions = new Float64Array(all.labels.length * outputs);
      for (const { learnt, validation, share, out, held, synthetic, plausible, taught } of round) {
        throwIfAborted(signal);
        report(plan ? "trees with synthetic rows" : "trees");
        const inside = inProportion(trees, share);
        const model = await fitAugmented(coding, learnt, synthetic, plan, inside, {
          seed,
          ...(signal ? { signal } : {}),
          ...(plausible ? { plausible } : {}),
          ...(plan?.taught ? { taught: taught.get(plan.amount)! } : {}),
          ...(validation ? { validation } : {}),
        });
        const values = await model.predict(held.features, signal ? { signal } : {});
        for (const [index, row] of out.entries())
          for (let k = 0; k < outputs; k++) predictions[row * outputs + k] = values[index * outputs + k]!;
      }
      scorers.push(kind.scorer(predictions, all.labels, coding.classes.length));
    }
    return scorers;
  };

  const once = new Uint8Array(all.labels.length);
  for (const row of held) once[row] = 1;
  let best: { scorers: Scorer[]; score: number; trees: Partial<TreeOptions> } | undefined;
  for (const trees of options) {
    const scorers = await scorersOf(null, trees);
    const score = meanOf(scorers, once);
    if (!best || (kind.better === "higher" ? score > best.score : score < best.score))
      best = { scorers, score, trees };
  }
  const alone = best!;
  const tried: TriedPlan[] = [];
  for (const plan of plans) {
    const scorers = await scorersOf(plan, alone.trees);
    tried.push({
      plan,
      ...gainOf(kind, alone.scorers, scorers, all.labels, once, coding.classes.length > 0, seed),
    });
  }
  report("done");
  const chosen = leastPlan(tried, standardErrors);
  return {
    plan: chosen?.plan ?? null,
    words: wordsOf(chosen, tried, kind.name, standardErrors),
    score: kind.name,
    alone: alone.score,
    trees: alone.trees,
    tried,
  };
}

interface Fold {
  readonly learnt: LabelledFeatures;
  /** Rows to stop early on, where trees do. */
  readonly validation: LabelledFeatures | undefined;
  /** Of all rows, those that this fold may learn from. */
  readonly share: number;
  /** Places of the held-out rows among all. */
  readonly out: Int32Array;
  readonly held: LabelledFeatures;
  readonly synthetic: LabelledFeatures;
  readonly plausible: Int32Array | undefined;
  /** By amount. */
  readonly taught: ReadonlyMap<number, TaughtRows>;
}

/**
 * Sizes of leaves for a part of the rows: a leaf of 20 starves trees on two thirds of 50 rows, not on all 50, and
 * synthetic rows would seem to help where they only feed the smaller part.
 */
function inProportion(trees: Partial<TreeOptions>, share: number): Partial<TreeOptions> {
  const { minDataInLeaf, minDataPerGroup } = resolveTreeOptions(trees);
  return {
    ...trees,
    minDataInLeaf: Math.round(minDataInLeaf * share),
    minDataPerGroup: Math.max(1, Math.round(minDataPerGroup * share)),
  };
}

/** The fold of each row, classes spread evenly; -1: the only row of its class, which is always learnt. */
function foldOf(labels: Float64Array, byClass: boolean, folds: number, seed: number): Int32Array {
  const random = new RowRandom(streamKey(seed, "augmentation", "folds"), 0);
  const draws = Float64Array.from(labels, () => random.uniform());
  const order = Int32Array.from(labels.keys()).sort((a, b) => draws[a]! - draws[b]! || a - b);
  const groups = new Map<number, number[]>();
  for (const row of order) {
    const label = byClass ? labels[row]! : 0;
    const group = groups.get(label);
    if (group) group.push(row);
    else groups.set(label, [row]);
  }
  const places = new Int32Array(labels.length).fill(-1);
  let next = 0;
  for (const rows of groups.values())
    if (rows.length > 1) for (const row of rows) places[row] = next++ % folds;
  return places;
}

const meanOf = (scorers: readonly Scorer[], counts: ArrayLike<number>): number =>
  scorers.reduce((sum, scorer) => sum + scorer.score(counts), 0) / scorers.length;

function gainOf(
  kind: ScoreKind,
  alone: readonly Scorer[],
  enlarged: readonly Scorer[],
  labels: Float64Array,
  once: Uint8Array,
  byClass: boolean,
  seed: number,
): { gain: number; standardError: number } {
  const sign = kind.better === "higher" ? 1 : -1;
  const gain = sign * (meanOf(enlarged, once) - meanOf(alone, once));
  const rows = Int32Array.from(once.keys()).filter((row) => once[row] === 1);
  const counts = new Uint16Array(labels.length);
  const classes = byClass ? Float64Array.from(rows, (row) => labels[row]!) : null;
  let [sum, squares, count] = [0, 0, 0];
  for (const sample of resampleCounts(rows.length, classes, resamples, seed)) {
    for (const [index, row] of rows.entries()) counts[row] = sample[index]!;
    const value = sign * (meanOf(enlarged, counts) - meanOf(alone, counts));
    if (!Number.isFinite(value)) continue;
    sum += value;
    squares += value * value;
    count++;
  }
  const mean = sum / count;
  return { gain, standardError: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

/**
 * The plan that changes least among those within one standard error of the best; undefined where the best does not gain
 * what is asked for.
 */
function leastPlan(tried: readonly TriedPlan[], standardErrors: number): TriedPlan | undefined {
  const best = bestOf(tried);
  if (!(best.gain > standardErrors * best.standardError)) return undefined;
  const mass = ({ plan }: TriedPlan) => plan.amount * plan.weight;
  const near = tried.filter(({ gain }) => gain > 0 && gain >= best.gain - best.standardError);
  return near.reduce((a, b) => (mass(b) < mass(a) || (mass(b) === mass(a) && b.gain > a.gain) ? b : a));
}

const bestOf = (tried: readonly TriedPlan[]): TriedPlan => tried.reduce((a, b) => (b.gain > a.gain ? b : a));

function wordsOf(
  chosen: TriedPlan | undefined,
  tried: readonly TriedPlan[],
  score: string,
  standardErrors: number,
): string {
  const figures = ({ gain, standardError }: TriedPlan) =>
    `${gain >= 0 ? "+" : ""}${gain.toPrecision(2)} ${score}, standard error ${standardError.toPrecision(2)}`;
  if (chosen) {
    const { amount, weight, plausibleOnly, taught } = chosen.plan;
    const which = taught ? ", with labels of a committee of trees," : ", those with a plausible label,";
    return `${amount} synthetic rows per real row${plausibleOnly || taught ? which : ""} that count ${weight} each: ${figures(chosen)}.`;
  }
  return `None: no plan gained more than ${standardErrors} standard errors over the real rows alone (the best: ${figures(bestOf(tried))}).`;
}

function plansOf(request: AugmentationChoiceRequest, rowCount: number): AugmentationPlan[] {
  const { amounts = [4], weights = [0.1, 0.3, 1], tryPlausible = true } = request;
  const { tryTaught = rowCount <= mostTaught } = request;
  const uses = [
    { plausibleOnly: false },
    ...(tryPlausible ? [{ plausibleOnly: true }] : []),
    ...(tryTaught ? [{ plausibleOnly: false, taught: true }] : []),
  ];
  for (const [option, values] of [
    ["amounts", amounts],
    ["weights", weights],
  ] as const)
    if (values.length === 0 || values.some((value) => !(value > 0 && value <= 1000)))
      throw new VerisimError(
        "VERISIM_OPTION_VALUE",
        `Expected numbers above 0 and at most 1000 for ${option} but received [${values.join(", ")}].`,
        { where: { option } },
      );
  return amounts.flatMap((amount) =>
    weights.flatMap((weight) => uses.map((use): AugmentationPlan => ({ amount, weight, ...use }))),
  );
}

function checkWhole(option: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new VerisimError(
    "VERISIM_OPTION_VALUE",
    `Expected a whole number from ${low} to ${high} for ${option} but received ${value}.`,
    { where: { option } },
  );
}

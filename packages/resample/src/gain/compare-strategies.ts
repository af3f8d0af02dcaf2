// Whether resampling helps, on rows that neither it nor the trees have seen: boosted trees (LightGBM's own settings) learn
// the rows as they are and the rows resampled, fold by fold, and both are judged on the fold that was left out.

import { type Table, type TableMetadata, VerisimError } from "@verisim/core";
import type { LeftOutColumn } from "@verisim/trees";
import type { ResampleRequest } from "../resample.ts";
import { crossValidations } from "./cross-validation.ts";
import { type GainJudge, gainJudge } from "./gain-judge.ts";
import { type GainOptions, type GainPlan, gainPlan, leastPasses } from "./gain-options.ts";
import { isSettled } from "./settled.ts";
import {
  bootstrapped,
  fromFolds,
  type GainVerdict,
  mean,
  type ResampleScore,
  type Side,
  scoreOf,
  verdictOf,
} from "./verdicts.ts";

export interface ResampleGain {
  readonly strategy: string;
  readonly target: string;
  readonly classes: readonly string[];
  /** The class that average precision asks for: the rarer of two; null where there are more. */
  readonly rare: string | null;
  /** Of the first score's interval: all above 0, all below 0, all within the margin, or none of these. */
  readonly verdict: GainVerdict;
  /** Where the verdict is `unsure`, how many rows such as these would tell, roughly; else null. */
  readonly rowsToTell: number | null;
  /** Average precision (of several classes: its mean over them) decides; then AUC, macro-F1 and accuracy. */
  readonly scores: readonly ResampleScore[];
  /** The first score's gain in each cross-validation; with a holdout, in each training. */
  readonly gains: readonly number[];
  /** Rows that are learnt, on average over the trainings. */
  readonly rows: { readonly plain: number; readonly resampled: number };
  readonly leftOut: readonly LeftOutColumn[];
}

/**
 * The gains of several requests, judged on the same folds: the rows as they are, are learnt once for all of them.
 *
 * Every strategy is judged alike, whether it adds rows, takes some away or both. Only the training rows of a fold are
 * resampled; `counts` are scaled to their share of the table. A cross-validation is scored as a whole, all its rows ranked
 * together: scores of single folds, which may hold few rare rows, are too good and hide differences. The interval is that of
 * a paired bootstrap over the rows and of the spread between the cross-validations (with a `holdout`, between the
 * trainings); of fewer than three, that of the corrected t-test.
 *
 * Cross-validations end after the third, fifth or seventh where those left would not change any verdict but in one case of
 * a hundred; `repeats` makes exactly so many.
 *
 * The best of several is better than it will be again: its gain is that of the luckiest. Choose among the training rows,
 * and measure the choice on others.
 *
 * @param requests with one and the same target; seed, signal and threads are the first one's
 * @throws VerisimError as {@link resample}; `VERISIM_RESAMPLE_GAIN` for too few rows to judge by, `VERISIM_OPTION_VALUE`
 */
export async function compareStrategies(
  table: Table,
  metadata: TableMetadata,
  requests: readonly ResampleRequest[],
  options: GainOptions = {},
): Promise<readonly ResampleGain[]> {
  const [first] = requests;
  if (!first) return [];
  const { target, seed = 0, signal, threads } = first;
  if (requests.some((request) => request.target !== target))
    throw new VerisimError("VERISIM_OPTION_VALUE", "Expected one target for all requests.", {
      where: { option: "target" },
    });
  const plan = gainPlan(options, table.rowCount);
  const trees = { ...options.trees, ...(threads === undefined ? {} : { threads }) };
  const judge = gainJudge(table, metadata, target, { holdout: options.holdout, trees, signal });
  const total = (requests.length + 1) * plan.folds * plan.repeats;
  const progress = (done: number, detail?: string): void =>
    options.onProgress?.({ phase: "evaluate", done, total, unit: "trainings", ...(detail && { detail }) });
  let done = 0;
  const { sides, run } = crossValidations(table, metadata, requests, judge, plan, (strategy) =>
    progress(done++, strategy),
  );
  const judged = judge.holdout?.labels ?? judge.labels;
  const allPasses = plan.repeats * (judge.holdout ? plan.folds : 1);
  for (let repeat = 0; repeat < plan.repeats; repeat++) {
    await run(repeat);
    const passes = sides[0]!.passes[0]!.length;
    // To ask costs some, so that it is asked every second time, and no more when there is one left.
    const isAsked = repeat % 2 === 0 && repeat + 2 < plan.repeats;
    if (!plan.mayEnd || passes < leastPasses || !isAsked) continue;
    if (await isSettled(sides, judged, { allPasses, margin: plan.margin, seed, signal })) break;
  }
  progress(total);
  return outcomes(requests, sides, judge, plan, { seed, signal });
}

/** What the sides have shown, strategy by strategy. */
async function outcomes(
  requests: readonly ResampleRequest[],
  sides: readonly Side[],
  judge: GainJudge,
  { folds, margin }: GainPlan,
  { seed, signal }: { readonly seed: number; readonly signal: AbortSignal | undefined },
): Promise<readonly ResampleGain[]> {
  const labels = judge.holdout?.labels ?? judge.labels;
  const [plain, ...resampled] = sides as [Side, ...Side[]];
  const intervals =
    judge.holdout || plain.passes[0]!.length >= leastPasses
      ? await bootstrapped(sides, labels, seed, signal)
      : undefined;
  const scoresOf = (side: Side): number[][] =>
    side.passes.map((scorers) => scorers.map((scorer) => scoreOf(scorer, labels.length)));
  const before = scoresOf(plain);
  return requests.map(({ strategy = "smote" }, index) => {
    const side = resampled[index]!;
    const after = scoresOf(side);
    const scores = judge.kinds.map(({ name }, kind): ResampleScore => {
      const [first, second] = [mean(before[kind]!), mean(after[kind]!)];
      const gain = second - first;
      const interval = intervals?.[index]?.[kind] ?? fromFolds(plain, side, { kind, gain, folds });
      return { score: name, plain: first, resampled: second, gain, ...interval };
    });
    return {
      strategy,
      target: judge.coding.target,
      classes: judge.coding.classes,
      rare: judge.rare,
      ...verdictOf(scores[0]!, margin, labels.length),
      scores,
      gains: after[0]!.map((score, pass) => score - before[0]![pass]!),
      rows: { plain: Math.round(mean(plain.learnt)), resampled: Math.round(mean(side.learnt)) },
      leftOut: judge.coding.leftOut,
    };
  });
}

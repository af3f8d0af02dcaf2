// One cross-validation of the rows as they are and of every strategy: each fold in its turn is left out, and what all sides
// learn without it is judged on it, or on the holdout.

import { type Table, type TableMetadata, throwIfAborted } from "@verisim/core";
import { readClasses } from "../classes.ts";
import { type Draws, seededDraws } from "../draws.ts";
import { type ResampleRequest, resample } from "../resample.ts";
import { stratifiedFolds } from "../stratified-folds.ts";
import { checkClassSizes, checkJudged, type GainJudge } from "./gain-judge.ts";
import { type GainPlan, leastPasses } from "./gain-options.ts";
import { withCountsOfPart } from "./part-counts.ts";
import { type Side, scoreOf } from "./verdicts.ts";

export interface CrossValidations {
  /** What every strategy has shown so far, the rows as they are first. */
  readonly sides: readonly Side[];
  /** Adds cross-validation `repeat` to the sides. */
  run(repeat: number): Promise<void>;
}

/** @param onTraining told before each training of a side */
export function crossValidations(
  table: Table,
  metadata: TableMetadata,
  requests: readonly ResampleRequest[],
  judge: GainJudge,
  plan: GainPlan,
  onTraining: (strategy: string) => void,
): CrossValidations {
  const [{ target, seed = 0, signal, threads }] = requests as [ResampleRequest];
  const { classes, classRows } = readClasses(table, target);
  checkClassSizes(classes, classRows, plan.folds, judge.holdout !== undefined);
  const draws: Draws = seededDraws(seed, { signal, threads });
  const asked = [null, ...requests];
  const sides = asked.map((): Side => ({ passes: judge.kinds.map(() => []), folds: [], learnt: [] }));
  const keepPass = (side: Side, predictions: Float64Array, labels: Float64Array): void => {
    for (const [kind, scorer] of judge.scorers(predictions, labels).entries())
      side.passes[kind]!.push(scorer);
  };

  async function run(repeat: number): Promise<void> {
    const stream = `gain, folds ${repeat}`;
    const foldOf = await stratifiedFolds(draws, classes, classRows, table.rowCount, plan.folds, stream);
    const whole = sides.map(() => new Float64Array(judge.labels.length * judge.outputs));
    for (let fold = 0; fold < plan.folds; fold++) {
      const out = rowsWhere(foldOf, (of) => of === fold);
      const train = table.take(rowsWhere(foldOf, (of) => of >= 0 && of !== fold));
      const judged = judge.holdout ?? judge.coding.encode(table.take(out));
      checkJudged(judged, plan.folds);
      for (const [index, request] of asked.entries()) {
        throwIfAborted(signal);
        onTraining(request?.strategy ?? "as they are");
        const own = (request?.seed ?? seed) + repeat * plan.folds + fold;
        const learnt = request
          ? (await resample(train, metadata, { ...withCountsOfPart(request, table, train), seed: own })).table
          : train;
        const predictions = await judge.predictions(learnt, judged.features);
        const side = sides[index]!;
        side.learnt.push(learnt.rowCount);
        if (judge.holdout) {
          keepPass(side, predictions, judged.labels);
          continue;
        }
        if (plan.repeats < leastPasses)
          side.folds.push(
            judge.scorers(predictions, judged.labels).map((scorer) => scoreOf(scorer, out.length)),
          );
        for (const [at, row] of out.entries()) {
          const { outputs, placeOf } = judge;
          whole[index]!.set(predictions.subarray(at * outputs, (at + 1) * outputs), placeOf[row]! * outputs);
        }
      }
    }
    if (!judge.holdout)
      for (const [index, side] of sides.entries()) keepPass(side, whole[index]!, judge.labels);
  }
  return { sides, run };
}

const rowsWhere = (foldOf: Int32Array, holds: (fold: number) => boolean): Int32Array =>
  Int32Array.from(foldOf.keys()).filter((row) => holds(foldOf[row]!));

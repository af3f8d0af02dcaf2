// How each class fares: precision, recall, F1 and AUC of both sides, beside how common it is.

import type { TableRows } from "../models/predict-target.ts";
import { labelsOf, type Target } from "../models/target.ts";
import { chosenClasses, classAuc } from "./scores.ts";
import type { ClassScores, ClassUtility } from "./utility-report.ts";

/** One entry per class of the target, in its order. */
export function classUtility(
  target: Target,
  learnt: { readonly real: TableRows; readonly synthetic: TableRows },
  labels: Float64Array,
  real: Float64Array,
  synthetic: Float64Array | null,
): ClassUtility[] {
  const count = target.classes.length;
  const shares = [learnt.real, learnt.synthetic].map(({ table, rows }) => {
    const own = tally(labelsOf(target, table, rows), count);
    return own.map((value) => (rows.length === 0 ? 0 : value / rows.length));
  });
  const rows = tally(labels, count);
  const sides = [real, synthetic].map(
    (predictions) => predictions && classScores(predictions, labels, count),
  );
  return target.classes.map((label, place) => ({
    label,
    rows: rows[place]!,
    shareReal: shares[0]![place]!,
    shareSynthetic: shares[1]![place]!,
    real: sides[0]![place]!,
    synthetic: sides[1]?.[place] ?? null,
  }));
}

function tally(labels: ArrayLike<number>, count: number): number[] {
  const out = new Array<number>(count).fill(0);
  for (let row = 0; row < labels.length; row++) out[labels[row]!]!++;
  return out;
}

/** Classes beyond this have no AUC of their own. */
const mostRankedClasses = 50;

function classScores(predictions: Float64Array, labels: Float64Array, count: number): ClassScores[] {
  const chosen = chosenClasses(predictions, labels.length, count);
  const right = tally(
    labels.filter((label, row) => chosen[row] === label),
    count,
  );
  const taken = tally(chosen, count);
  const own = tally(labels, count);
  return right.map((hits, label) => ({
    precision: taken[label] === 0 ? null : hits / taken[label]!,
    recall: own[label] === 0 ? null : hits / own[label]!,
    f1: taken[label]! + own[label]! === 0 ? null : (2 * hits) / (taken[label]! + own[label]!),
    auc: count <= mostRankedClasses ? classAuc(predictions, labels, count, label) : null,
  }));
}

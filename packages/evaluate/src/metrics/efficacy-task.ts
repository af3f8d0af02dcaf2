// What the models of SDMetrics' efficacy learn and what they are asked: judged rows, then held-out ones, in one form.

import { type Scaling, scalingOf } from "../learners/scaled-rows.ts";
import { type LinearFeatures, linearFeatures } from "./linear-features.ts";
import type { MetricContext } from "./metric-context.ts";
import { chosenRows } from "./mixed-rows.ts";

/** Rows are places in the features; labels are places in `classes`, or numbers. */
export interface EfficacyTask {
  /** Classes in the order of their names; two of them are "another one" and the positive one. Null for numbers. */
  readonly classes: number | null;
  readonly features: LinearFeatures;
  readonly scaling: Scaling;
  readonly learnt: Int32Array;
  readonly learntLabels: Float64Array;
  readonly asked: Int32Array;
  readonly askedLabels: Float64Array;
}

/** Rows that are learnt, and that are asked about, at most. */
const mostRows = 20_000;
const mostClasses = 200;

/**
 * The task of the target: binary where the held-out rows have two values, the first of which is the positive class for
 * texts and the larger for numbers; else regression for numbers, and all classes for texts.
 *
 * @param table 1: synthetic rows are learnt, 2: the real ones, which is the ceiling
 * @returns null without labels on both sides, for dates, and for more than 200 classes
 */
export function efficacyTask(context: MetricContext, table: 1 | 2): EfficacyTask | null {
  return context.once(`efficacy task ${table}`, () => taskOf(context, table));
}

function taskOf(context: MetricContext, table: 1 | 2): EfficacyTask | null {
  const { columns, rowCounts } = context.only(table === 1 ? 1 : 0, 2);
  const target = columns.find(({ name }) => name === context.target);
  if (!target || target.kind === "unscored" || target.sdtype === "datetime") return null;
  const raw =
    target.kind === "number"
      ? target.values
      : target.codes.map((codes) =>
          Float64Array.from(codes, (code) => (code < target.labels.length ? code : Number.NaN)),
        );
  const rowsOf = (side: number): Int32Array => {
    const labelled = Int32Array.from(raw[side]!.keys()).filter((row) => Number.isFinite(raw[side]![row]!));
    const chosen = chosenRows(labelled.length, mostRows, context.seed, "efficacy", String(side));
    return chosen ? chosen.map((at) => labelled[at]!) : labelled;
  };
  const [learnt, asked] = [rowsOf(0), rowsOf(1)];
  if (learnt.length < 2 || asked.length === 0) return null;
  const labelsOf = labelling(target, raw[1]!, asked);
  if (!labelsOf) return null;
  const features = linearFeatures(columns, 1, context.target);
  if (features.rowCount === 0) return null;
  const own = (side: number, rows: Int32Array): Float64Array =>
    Float64Array.from(rows, (row) => labelsOf.of(raw[side]![row]!));
  return {
    classes: labelsOf.classes,
    features,
    scaling: scalingOf(features, learnt),
    learnt,
    learntLabels: own(0, learnt),
    asked: asked.map((row) => rowCounts[0]! + row),
    askedLabels: own(1, asked),
  };
}

/** How a raw label becomes a place or a number. */
function labelling(
  target: { readonly kind: "number" } | { readonly kind: "category"; readonly labels: readonly string[] },
  heldOut: Float64Array,
  asked: Int32Array,
): { classes: number | null; of: (raw: number) => number } | null {
  const values = new Set(Float64Array.from(asked, (row) => heldOut[row]!));
  if (values.size === 2) {
    const positive = target.kind === "number" ? Math.max(...values) : heldOut[asked[0]!]!;
    return { classes: 2, of: (raw) => (raw === positive ? 1 : 0) };
  }
  if (target.kind === "number") return { classes: null, of: (raw) => raw };
  const order = [...target.labels.keys()].sort((a, b) =>
    target.labels[a]! < target.labels[b]! ? -1 : target.labels[a]! > target.labels[b]! ? 1 : 0,
  );
  if (order.length > mostClasses) return null;
  const places = new Int32Array(order.length);
  for (const [place, code] of order.entries()) places[code] = place;
  return { classes: order.length, of: (raw) => places[raw]! };
}

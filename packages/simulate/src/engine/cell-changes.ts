// What is done to cells after they are drawn: some become missing, and in the rows of a rare event some become others.

import { rowUniform } from "@verisim/core";
import { type ColumnPlan, compileAs, type PlanContext } from "../columns/column-kind.ts";
import type { NumericNode } from "../formula/nodes.ts";
import type { Formula } from "../formula/parser.ts";
import type { Batch } from "./batch.ts";

/** The plan with a share of its cells missing. */
export function withMissing(plan: ColumnPlan, share: Formula, context: PlanContext): ColumnPlan {
  const node = compileAs(share, ["number"], context, context.path) as NumericNode | undefined;
  if (!node) return plan;
  const stream = context.stream("uniform");
  return {
    ...plan,
    metadata: { ...plan.metadata, nullable: true },
    fill: (batch, from, to) => {
      plan.fill(batch, from, to);
      const u = batch.draws[stream]!;
      const shares = node.evaluate(batch, from, to);
      const vector = batch.vectors[context.slot]!;
      for (let i = from; i < to; i++) {
        if (!(u[i]! < shares[i]!)) continue;
        if (vector.kind === "number") vector.values[i] = Number.NaN;
        else vector.codes[i] = -1;
      }
    },
  };
}

/** The plan with the cell of an episode's first row in all of its rows. */
export function withHeld(plan: ColumnPlan, stepSlot: number, { slot }: PlanContext): ColumnPlan {
  return {
    ...plan,
    ordered: true,
    fill: (batch, from, to) => {
      plan.fill(batch, from, to);
      const steps = batch.numbers(stepSlot);
      const vector = batch.vectors[slot]!;
      for (const i of batch.eventPlaces(stepSlot, from, to)) {
        if (steps[i] === 0) continue;
        if (vector.kind === "number") vector.values[i] = batch.numberBefore(slot, i)!;
        else if (i > 0) vector.codes[i] = vector.codes[i - 1]!;
        else {
          const text = batch.textBefore(slot, i);
          vector.codes[i] =
            typeof text !== "string"
              ? -1
              : vector.growing
                ? vector.growing.code(text)
                : vector.dictionary.indexOf(text);
        }
      }
    },
  };
}

/** The plan of ascending times with those of an episode at most `gap` microseconds apart, in whole seconds. */
export function withEventTimes(
  plan: ColumnPlan,
  gap: number,
  stepSlot: number,
  { slot, key }: PlanContext,
): ColumnPlan {
  const gaps = key("gaps");
  return {
    ...plan,
    fill: (batch, from, to) => {
      plan.fill(batch, from, to);
      const steps = batch.numbers(stepSlot);
      const times = batch.numbers(slot);
      for (const i of batch.eventPlaces(stepSlot, from, to)) {
        if (steps[i] === 0) continue;
        const after = Math.floor((gap * rowUniform(gaps, batch.rows[i]!)) / 1e6) * 1e6;
        times[i] = Math.min(times[i]!, batch.numberBefore(slot, i)! + after);
      }
    },
  };
}

/** The plan with other cells in the rows of an event, whose steps lie in a slot. */
export function withEventSet(
  plan: ColumnPlan,
  formula: Formula,
  stepSlot: number,
  context: PlanContext,
): ColumnPlan {
  const node = compileAs(formula, [plan.type], context, context.path);
  if (!node) return plan;
  const { slot } = context;
  const dictionary =
    node.type !== "text" || !plan.dictionary || !node.dictionary
      ? undefined
      : [...new Set([...plan.dictionary, ...node.dictionary])];
  const { dictionary: _known, ...rest } = plan;
  const change = (batch: Batch, i: number): void => {
    if (node.type !== "text") {
      batch.numbers(slot)[i] = node.evaluate(batch, i, i + 1)[i]!;
      return;
    }
    const { codes, dictionary: source } = node.evaluate(batch, i, i + 1);
    const vector = batch.texts(slot);
    const text = codes[i]! < 0 ? undefined : source[codes[i]!]!;
    vector.codes[i] =
      text === undefined ? -1 : vector.growing ? vector.growing.code(text) : vector.dictionary.indexOf(text);
  };
  return {
    ...(plan.type === "text" ? { ...rest, ...(dictionary ? { dictionary } : {}) } : plan),
    fill: (batch, from, to) => {
      if (plan.type !== "text" || dictionary || !plan.dictionary) plan.fill(batch, from, to);
      else fillGrowing(plan, batch, slot, from, to);
      for (const i of batch.eventPlaces(stepSlot, from, to)) change(batch, i);
    },
  };
}

/** Fills texts of a known dictionary into a vector whose dictionary grows. */
function fillGrowing(plan: ColumnPlan, batch: Batch, slot: number, from: number, to: number): void {
  const vector = batch.texts(slot);
  const codes = plan.dictionary!.map((text) => vector.growing!.code(text));
  plan.fill(batch, from, to);
  for (let i = from; i < to; i++) if (vector.codes[i]! >= 0) vector.codes[i] = codes[vector.codes[i]!]!;
}

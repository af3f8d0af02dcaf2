// What ids, personal values and free text have in common: nothing of them is modelled, encode gives no columns, and
// decode makes cell i from (key, row i). The state holds rates and counts, never a value of the real column.

import type { Column, RowContext } from "@verisim/core";
import type { CategoryStats } from "./categories.ts";
import { distinctCount } from "./categories.ts";
import { drawsGap, missingRate } from "./missing.ts";
import type { CardinalityRule, RepeatPattern } from "./repeat-pattern.ts";
import { learnRepeats, RepeatSequence } from "./repeat-pattern.ts";
import type { TransformOption } from "./transform-options.ts";

export type GeneratedState = {
  readonly column: string;
  readonly kind: Column["kind"];
  /** Share of missing cells, 0 to 1. */
  readonly rate: number;
  /** True: no value twice. */
  readonly unique: boolean;
  readonly repeats: RepeatPattern | null;
};

export const cardinalityRuleOption: TransformOption = {
  type: "choice",
  default: "auto",
  values: ["auto", "unique", "match", "scale", "none"],
  description:
    "No value twice, as many distinct values as the real column, as many per row, or independent rows; auto learns it.",
};

/** `uniqueByNature`: rule "auto" takes a column of all different values as unique, as is right for ids and addresses. */
export function fitGenerated(
  stats: CategoryStats,
  rule: CardinalityRule,
  uniqueByNature: boolean,
): GeneratedState {
  const present = stats.rows - stats.missing;
  const distinct = distinctCount(stats);
  const chosen =
    rule === "auto"
      ? distinct < present
        ? "scale"
        : uniqueByNature && present > 1
          ? "unique"
          : "none"
      : rule;
  return {
    column: stats.column,
    kind: stats.kind,
    rate: missingRate(stats),
    unique: chosen === "unique",
    repeats:
      (chosen === "match" || chosen === "scale") && present > 0
        ? learnRepeats(stats, chosen === "scale")
        : null,
  };
}

/** A column whose cells `make` writes; it is given the number of the value, equal numbers for equal values. */
export function generateColumn(
  state: GeneratedState,
  context: RowContext,
  make: (value: number) => string,
): Column {
  const { rowStart, rowCount } = context;
  const sequence = state.repeats ? new RepeatSequence(state.repeats, context.key) : undefined;
  const dictionary: string[] = [];
  const known = new Map<string, number>();
  const byValue = new Map<number, number>();
  const codes = new Int32Array(rowCount);
  for (let i = 0; i < rowCount; i++) {
    if (drawsGap(context, i, state.rate)) {
      codes[i] = -1;
      continue;
    }
    const value = sequence ? sequence.at(rowStart + i) : rowStart + i;
    let code = sequence ? byValue.get(value) : undefined;
    if (code === undefined) {
      const text = make(value);
      code = state.unique ? undefined : known.get(text);
      if (code === undefined) {
        code = dictionary.push(text) - 1;
        if (!state.unique) known.set(text, code);
      }
      if (sequence) byValue.set(value, code);
    }
    codes[i] = code;
  }
  if (state.kind === "dictionary") return { kind: "dictionary", name: state.column, codes, dictionary };
  const numbers = Float64Array.from(dictionary, textAsNumber);
  return {
    kind: "number",
    name: state.column,
    values: Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : numbers[code]!)),
  };
}

// A column of numbers stays one: phone numbers and the like give their digits, at most 15 so that all are exact.
function textAsNumber(text: string): number {
  const value = Number(text);
  if (text !== "" && Number.isFinite(value)) return value;
  return Number(text.replace(/\D/g, "").slice(-15));
}

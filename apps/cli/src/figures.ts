// The named figures of an evaluation: what a gate compares and what the summaries print. One row per figure.

import { knownTextsHint, VerisimError } from "@verisim/core";
import type { Evaluation, Score } from "@verisim/evaluate";

export interface Figure {
  readonly description: string;
  value(evaluation: Evaluation): Score;
}

function lowest(scores: readonly { score: Score }[]): Score {
  const defined = scores.flatMap(({ score }) => (score === null ? [] : [score]));
  return defined.length === 0 ? null : Math.min(...defined);
}

/** Every figure by the name that `--fail-if` knows, all between 0 and 1. */
export const figures: Readonly<Record<string, Figure>> = {
  quality: { description: "mean of shapes and trends", value: (e) => e.quality.score },
  shapes: {
    description: "likeness of each column's distribution",
    value: (e) => e.quality.columnShapes.score,
  },
  trends: {
    description: "likeness of each pair of columns",
    value: (e) => e.quality.columnPairTrends.score,
  },
  "worst-shape": {
    description: "the least like column",
    value: (e) => lowest(e.quality.columnShapes.columns),
  },
  "worst-trend": {
    description: "the least like of the pairs that count",
    value: (e) => lowest(e.quality.columnPairTrends.pairs.filter((pair) => pair.counted)),
  },
  "shapes-ceiling": {
    description: "shapes of the holdout against the real rows",
    value: (e) => e.quality.columnShapes.ceiling,
  },
  "trends-ceiling": {
    description: "trends of the holdout against the real rows",
    value: (e) => e.quality.columnPairTrends.ceiling,
  },
  diagnostic: { description: "mean of validity and structure", value: (e) => e.diagnostic.score },
  validity: {
    description: "share of cells within the real ranges and categories, and of keys that are unique",
    value: (e) => e.diagnostic.dataValidity.score,
  },
  structure: {
    description: "share of columns with the same names and kinds",
    value: (e) => e.diagnostic.dataStructure.score,
  },
  copies: {
    description: "share of synthetic rows that are real rows",
    value: (e) => e.copies.exactCopyShare,
  },
  "holdout-copies": {
    description: "share of holdout rows that are real rows",
    value: (e) => e.copies.holdoutCopyShare,
  },
  duplicates: {
    description: "share of synthetic rows that occur more than once",
    value: (e) => e.copies.duplicateShareSynthetic,
  },
  "real-duplicates": {
    description: "share of real rows that occur more than once",
    value: (e) => e.copies.duplicateShareReal,
  },
};

/** All figures of an evaluation by name; null where one is not defined. */
export function figuresOf(evaluation: Evaluation): Record<string, Score> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, figure.value(evaluation)]),
  );
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** One condition under which a check fails. */
export interface Gate {
  readonly text: string;
  readonly figure: string;
  readonly operator: string;
  readonly limit: number;
}

/**
 * Reads conditions such as `quality<0.9` or `copies > 1%`; several may be joined by commas.
 * @throws VerisimError `VERISIM_GATE_SYNTAX`, `VERISIM_UNKNOWN_FIGURE` naming the figures there are
 */
export function readGates(text: string): Gate[] {
  return text.split(",").map((part) => {
    const match =
      /^\s*([a-z][a-z0-9-]*)\s*(<=|>=|==|!=|<|>|=)\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(%?)\s*$/i.exec(
        part,
      );
    if (!match)
      throw new VerisimError(
        "VERISIM_GATE_SYNTAX",
        `Expected a figure, a comparison and a number for --fail-if but received ${JSON.stringify(part.trim())}.`,
        { where: { option: "fail-if" }, hint: 'For example --fail-if "quality<0.9,copies>1%".' },
      );
    const [, name, operator, number, percent] = match;
    const figure = name!.toLowerCase();
    if (!Object.hasOwn(figures, figure))
      throw new VerisimError(
        "VERISIM_UNKNOWN_FIGURE",
        `Expected the name of a figure but received ${JSON.stringify(name)}.`,
        {
          where: { option: "fail-if" },
          hint: `${knownTextsHint("figures", figure, Object.keys(figures)).replace(/^The figures are.*$/, "")} The figures are ${Object.keys(figures).join(", ")}.`.trim(),
        },
      );
    return { text: part.trim(), figure, operator: operator!, limit: Number(number) / (percent ? 100 : 1) };
  });
}

export interface GateResult extends Gate {
  readonly value: number;
  readonly failed: boolean;
}

/** @throws VerisimError `VERISIM_FIGURE_UNDEFINED`: a gate that cannot be judged must not pass */
export function judgeGate(gate: Gate, evaluation: Evaluation): GateResult {
  const value = figures[gate.figure]!.value(evaluation);
  if (value === null)
    throw new VerisimError("VERISIM_FIGURE_UNDEFINED", `${gate.figure} is not defined for these tables.`, {
      where: { option: "fail-if" },
      hint: /ceiling|holdout/.test(gate.figure)
        ? "It needs --holdout."
        : "No column or pair has the figure, for example because every column is constant.",
    });
  return { ...gate, value, failed: comparisons[gate.operator]!(value, gate.limit) };
}

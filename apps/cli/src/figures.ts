// The language of gates: conditions on the figures of an evaluation under which a check fails.

import { knownTextsHint, VerisimError } from "@verisim/core";
import type { Evaluation, PartName } from "@verisim/evaluate";
import { type Figure, figures, whyUndefined } from "@verisim/evaluate/figures";

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

/** The parts that the gates' figures come from: no other need be made to judge them. */
export function partsOf(gates: readonly Gate[]): PartName[] {
  return [...new Set(gates.map(({ figure }) => figures[figure]!.part))].filter((part) => part !== null);
}

/** @throws VerisimError `VERISIM_FIGURE_UNDEFINED`: a gate that cannot be judged must not pass */
export function judgeGate(gate: Gate, evaluation: Evaluation): GateResult {
  const figure = figures[gate.figure]!;
  const value = figure.value(evaluation);
  if (value === null)
    throw new VerisimError("VERISIM_FIGURE_UNDEFINED", `${gate.figure} is not defined for these tables.`, {
      where: { option: "fail-if" },
      hint: undefinedHint(figure, whyUndefined(figure, evaluation), evaluation),
    });
  return { ...gate, value, failed: comparisons[gate.operator]!(value, gate.limit) };
}

function undefinedHint({ needs }: Figure, reason: string | null, { rows, target }: Evaluation): string {
  const given = { holdout: rows.holdout !== null, target: target !== null };
  const lacks = needs.filter((need) => !given[need]).map((need) => `--${need}`);
  if (lacks.length > 0) return `It needs ${lacks.join(" and ")}.`;
  return reason ?? "No column or pair has the figure, for example because every column is constant.";
}

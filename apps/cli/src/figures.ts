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

/** Figures and metrics that a gate may name. */
export interface KnownNames {
  /** Names of the published metrics, empty where no gate needs them: their code takes a moment to load. */
  readonly metrics: readonly string[];
}

/** Whether a text may name a published metric: a name that is no figure. */
export function namesMetric(text: string): boolean {
  return text.split(",").some((part) => {
    const name = /^\s*([a-z][a-z0-9-]*)/i.exec(part)?.[1]?.toLowerCase();
    return name !== undefined && !Object.hasOwn(figures, name);
  });
}

/**
 * Reads conditions such as `quality<0.9` or `copies > 1%`; several may be joined by commas.
 * @throws VerisimError `VERISIM_GATE_SYNTAX`, `VERISIM_UNKNOWN_FIGURE` naming the figures there are
 */
export function readGates(text: string, { metrics }: KnownNames = { metrics: [] }): Gate[] {
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
    if (!Object.hasOwn(figures, figure) && !metrics.includes(figure))
      throw new VerisimError(
        "VERISIM_UNKNOWN_FIGURE",
        `Expected the name of a figure but received ${JSON.stringify(name)}.`,
        {
          where: { option: "fail-if" },
          hint: `${knownTextsHint("figures", figure, [...Object.keys(figures), ...metrics]).replace(/^The figures are.*$/, "")} The figures are ${Object.keys(figures).join(", ")}${metrics.length > 0 ? `; the metrics ${metrics.join(", ")}` : ""}.`.trim(),
        },
      );
    return { text: part.trim(), figure, operator: operator!, limit: Number(number) / (percent ? 100 : 1) };
  });
}

export interface GateResult extends Gate {
  readonly value: number;
  readonly failed: boolean;
}

/** What must be computed for the gates, and no more. */
export function neededFor(gates: readonly Gate[]): { parts: PartName[]; metrics: string[] } {
  const metrics = [...new Set(gates.map(({ figure }) => figure))].filter(
    (name) => !Object.hasOwn(figures, name),
  );
  const parts = gates.flatMap(({ figure }) =>
    Object.hasOwn(figures, figure) ? (figures[figure]!.part ?? []) : "metrics",
  );
  return { parts: [...new Set(parts)], metrics };
}

/** @throws VerisimError `VERISIM_FIGURE_UNDEFINED`: a gate that cannot be judged must not pass */
export function judgeGate(gate: Gate, evaluation: Evaluation): GateResult {
  const isFigure = Object.hasOwn(figures, gate.figure);
  const value = isFigure ? figures[gate.figure]!.value(evaluation) : metricOf(gate.figure, evaluation).value;
  if (value === null)
    throw new VerisimError("VERISIM_FIGURE_UNDEFINED", `${gate.figure} is not defined for these tables.`, {
      where: { option: "fail-if" },
      hint: isFigure
        ? undefinedHint(figures[gate.figure]!, whyUndefined(figures[gate.figure]!, evaluation), evaluation)
        : hintOfLack(metricOf(gate.figure, evaluation).lacks),
    });
  return { ...gate, value, failed: comparisons[gate.operator]!(value, gate.limit) };
}

function metricOf(name: string, { metrics }: Evaluation): { value: number | null; lacks: readonly string[] } {
  return metrics?.find((metric) => metric.name === name) ?? { value: null, lacks: [] };
}

function hintOfLack(lacks: readonly string[]): string {
  if (lacks.length === 0) return "These tables have nothing that it could be computed from.";
  return `It needs ${lacks.map((lack) => (/ /.test(lack) ? lack : `--${lack}`)).join(" and ")}.`;
}

function undefinedHint({ needs }: Figure, reason: string | null, { rows, target }: Evaluation): string {
  const given = { holdout: rows.holdout !== null, target: target !== null };
  const lacks = needs.filter((need) => !given[need]).map((need) => `--${need}`);
  if (lacks.length > 0) return `It needs ${lacks.join(" and ")}.`;
  return reason ?? "No column or pair has the figure, for example because every column is constant.";
}

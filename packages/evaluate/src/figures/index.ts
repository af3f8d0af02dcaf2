// Every named figure of a judgement. Nothing here loads the code that computes them: help texts and gates are read with it.

import type { Evaluation, PartState, Score } from "../evaluation.ts";
import { figures } from "./all-figures.ts";
import type { Figure } from "./figure.ts";

export { partNames } from "../evaluation.ts";
export { figures } from "./all-figures.ts";
export type { Figure, FigureTable } from "./figure.ts";
export { differsSurely, type FigureSheet, figureSheet, type SheetFigure } from "./figure-sheet.ts";
export {
  type Contender,
  type Frontier,
  type FrontierEntry,
  type FrontierSide,
  frontierOf,
} from "./frontier.ts";

/** All figures of a judgement by name; null where one is not defined, or its part was not made. */
export function figuresOf(evaluation: Evaluation): Record<string, Score> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, figure.value(evaluation)]),
  );
}

/** Why a figure has no value, as a sentence; null where it has one. */
export function whyUndefined(figure: Figure, evaluation: Evaluation): string | null {
  if (figure.value(evaluation) !== null) return null;
  if (figure.part === null) return null;
  const state: PartState | undefined = evaluation.parts.find(({ part }) => part === figure.part);
  if (!state) return `The part ${figure.part} was not asked for.`;
  return state.reason;
}

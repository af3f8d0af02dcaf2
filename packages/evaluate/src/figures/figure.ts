// One named figure of a judgement: what a gate compares, what reports set side by side, what is held against an earlier
// judgement.

import type { Estimate } from "../estimate.ts";
import type { Evaluation, PartName, Score } from "../evaluation.ts";

/** What a judgement may be made without. */
export type Need = "holdout" | "target";

/** A figure before it is told its part. */
export type FigureRow = Omit<Figure, "part" | "needs"> & { readonly needs?: readonly Need[] };

export interface Figure {
  /** One short sentence without its full stop. */
  readonly description: string;
  /** Which way is better; null for figures that are there to be compared with. */
  readonly better: "higher" | "lower" | null;
  /** `share`: written in per cent. `count`: a whole number. `number`: anything else. */
  readonly unit: "share" | "count" | "number";
  /** The part that it comes from; null where every judgement has it. */
  readonly part: PartName | null;
  /** What must be given for it. */
  readonly needs: readonly Need[];
  value(evaluation: Evaluation): Score;
  /** The same figure of unseen real rows, or of the attack's control; null where there is none. */
  reference?(evaluation: Evaluation): Score;
  /** The 95 % interval where the figure is an estimate. */
  interval?(evaluation: Evaluation): Estimate | null;
}

/** Figures by name. */
export type FigureTable = Readonly<Record<string, Figure>>;

/** Gives all figures of a part what they have in common. */
export function figuresOfPart(part: PartName | null, rows: Readonly<Record<string, FigureRow>>): FigureTable {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, { needs: [], ...row, part }]));
}

/** A figure that is not defined without a holdout or a target. */
export function needing(needs: readonly Need[], row: FigureRow): FigureRow {
  return { ...row, needs };
}

/** A figure that is an estimate: its value and its interval come from one place. */
export function estimated(
  description: string,
  better: Figure["better"],
  of: (evaluation: Evaluation) => Estimate | null | undefined,
  reference?: (evaluation: Evaluation) => Estimate | number | null | undefined,
): FigureRow {
  return {
    description,
    better,
    unit: "share",
    value: (evaluation) => of(evaluation)?.value ?? null,
    interval: (evaluation) => of(evaluation) ?? null,
    ...(reference
      ? {
          reference: (evaluation: Evaluation) => {
            const found = reference(evaluation);
            return (typeof found === "object" ? found?.value : found) ?? null;
          },
        }
      : {}),
  };
}

/** An estimate that is no share: an area under a curve, a model's score. */
export function measured(...given: Parameters<typeof estimated>): FigureRow {
  return { ...estimated(...given), unit: "number" };
}

/** A share without an interval. */
export function share(
  description: string,
  better: Figure["better"],
  value: (evaluation: Evaluation) => Score | undefined,
  reference?: (evaluation: Evaluation) => Score | undefined,
): FigureRow {
  return {
    description,
    better,
    unit: "share",
    value: (evaluation) => value(evaluation) ?? null,
    ...(reference ? { reference: (evaluation: Evaluation) => reference(evaluation) ?? null } : {}),
  };
}

export function count(
  description: string,
  better: Figure["better"],
  value: (evaluation: Evaluation) => number | null | undefined,
  reference?: (evaluation: Evaluation) => number | null | undefined,
): FigureRow {
  return { ...share(description, better, value, reference), unit: "count" };
}

/** The one with the largest value; null where there is none. */
export function largest<T>(items: readonly T[], value: (item: T) => number | null | undefined): T | null {
  let best: T | null = null;
  let top = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const own = value(item);
    if (own === null || own === undefined || !(own > top)) continue;
    best = item;
    top = own;
  }
  return best;
}

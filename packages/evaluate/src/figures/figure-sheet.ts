// The figures of one judgement as a list that can be set beside another's, read with care: the other may be a file from
// elsewhere or of an older version, and what it lacks is empty.

import type { Evaluation, Score } from "../evaluation.ts";
import { figures } from "./all-figures.ts";

export interface SheetFigure {
  value: Score;
  /** The 95 % interval; null where the figure is no estimate. */
  low: Score;
  high: Score;
  /** The same figure of unseen real rows, or of the attack's control. */
  reference: Score;
}

export interface FigureSheet {
  /** What the reader calls the judged table: a file's name. */
  name: string;
  rows: { real: Score; synthetic: Score; holdout: Score };
  /** Every figure by its name. */
  figures: Map<string, SheetFigure>;
  /** Shape scores by column. */
  columns: Map<string, Score>;
}

const number = (value: unknown): Score =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** What `read` gives, or null where the judgement lacks something on the way. */
function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}

/**
 * Reads the figures of a judgement.
 *
 * @param evaluation an {@link Evaluation}, or the content of a file that may be one: nothing about it is trusted
 */
export function figureSheet(name: string, evaluation: unknown): FigureSheet {
  const from = evaluation as Evaluation;
  const own = Object.entries(figures).map(([key, figure]): [string, SheetFigure] => {
    const interval = attempt(() => figure.interval?.(from)) as
      | { low?: unknown; high?: unknown }
      | null
      | undefined;
    return [
      key,
      {
        value: number(attempt(() => figure.value(from))),
        low: number(interval?.low),
        high: number(interval?.high),
        reference: number(attempt(() => figure.reference?.(from))),
      },
    ];
  });
  const columns = attempt(() =>
    from.quality.columnShapes.columns.map(({ column, score }): [string, Score] => [
      String(column),
      number(score),
    ]),
  );
  const count = (key: keyof Evaluation["rows"]): Score => number(attempt(() => from.rows[key]));
  return {
    name,
    rows: { real: count("real"), synthetic: count("synthetic"), holdout: count("holdout") },
    figures: new Map(own),
    columns: new Map((columns as [string, Score][] | null) ?? []),
  };
}

/** Whether two values differ by more than chance: their intervals do not meet. Null where one of them has none. */
export function differsSurely(a: SheetFigure, b: SheetFigure): boolean | null {
  if (a.low === null || a.high === null || b.low === null || b.high === null) return null;
  return a.low > b.high || b.low > a.high;
}

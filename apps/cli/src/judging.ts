// Evaluation, its summary for people, and the report, for `synth`, `evaluate` and `check`.

import type { Table, TableMetadata } from "@verisim/core";
import { type Evaluation, evaluate } from "@verisim/evaluate";
import { figuresOf } from "./figures.ts";
import { formatScore, formatShare } from "./quantities.ts";
import type { Session } from "./session.ts";
import { forLine, textGrid } from "./text-grid.ts";

export interface JudgedTables {
  readonly real: Table;
  readonly synthetic: Table;
  readonly holdout: Table | undefined;
  readonly metadata: TableMetadata;
  readonly seed: number;
}

export async function judge(tables: JudgedTables, session: Session): Promise<Evaluation> {
  const { real, synthetic, holdout, metadata, seed } = tables;
  return session.timed("evaluate", () =>
    evaluate({
      real,
      synthetic,
      metadata,
      seed,
      signal: session.signal,
      onProgress: session.onProgress,
      ...(holdout ? { holdout } : {}),
    }),
  );
}

/** The figures that matter, each with its ceiling where there is a holdout. */
export function summaryText(evaluation: Evaluation): string {
  const figures = figuresOf(evaluation);
  const { quality, copies, rows } = evaluation;
  const hasHoldout = rows.holdout !== null;
  const ceiling = (score: number | null): string =>
    hasHoldout && score !== null ? `holdout ${formatScore(score)}` : "";
  const lines = [
    ["Quality", formatScore(figures.quality ?? null), "", "1 is best"],
    [
      "  column shapes",
      formatScore(figures.shapes ?? null),
      ceiling(quality.columnShapes.ceiling),
      worstShapes(evaluation),
    ],
    [
      "  pair trends",
      formatScore(figures.trends ?? null),
      ceiling(quality.columnPairTrends.ceiling),
      worstPairs(evaluation),
    ],
    ["Validity", formatScore(figures.validity ?? null), "", "ranges, categories, unique keys"],
    ["Structure", formatScore(figures.structure ?? null), "", "column names and kinds"],
    [
      "Exact copies",
      formatShare(copies.exactCopyShare),
      copies.holdoutCopyShare === null ? "" : `holdout ${formatShare(copies.holdoutCopyShare)}`,
      "synthetic rows that are real rows",
    ],
  ];
  return textGrid(hasHoldout ? lines : lines.map((line) => line.filter((_, place) => place !== 2)));
}

function worstShapes({ quality }: Evaluation): string {
  const ranked = quality.columnShapes.columns
    .filter((shape) => shape.score !== null)
    .sort((a, b) => a.score! - b.score!);
  const shown = ranked.slice(0, 3).map((shape) => `${forLine(shape.column, 24)} ${formatScore(shape.score)}`);
  return shown.length > 0 ? `lowest: ${shown.join(", ")}` : "";
}

function worstPairs({ quality }: Evaluation): string {
  const ranked = quality.columnPairTrends.pairs
    .filter((pair) => pair.counted && pair.score !== null)
    .sort((a, b) => a.score! - b.score!);
  const worst = ranked[0];
  if (!worst) return "";
  return `lowest: ${forLine(worst.column1, 24)} and ${forLine(worst.column2, 24)} ${formatScore(worst.score)}`;
}

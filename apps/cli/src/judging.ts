// Evaluation, its summary for people, and the report, for `synth`, `evaluate` and `check`.

import type { Artifact, Table, TableMetadata } from "@verisim/core";
import { type Evaluation, evaluate, type PartName } from "@verisim/evaluate";
import { type FigureSheet, figures, figuresOf } from "@verisim/evaluate/figures";
import type { AttackOptions } from "./attack-flags.ts";
import { formatScore, formatShare } from "./quantities.ts";
import type { Session } from "./session.ts";
import { forLine, textGrid } from "./text-grid.ts";

export interface JudgedTables {
  readonly real: Table;
  readonly synthetic: Table;
  readonly holdout: Table | undefined;
  readonly metadata: TableMetadata;
  readonly target?: string | undefined;
  readonly sensitive?: readonly string[] | undefined;
  readonly attackers?: AttackOptions | undefined;
  readonly modelFile?: Artifact | undefined;
  /** Undefined: all parts. */
  readonly parts: readonly PartName[] | undefined;
  readonly metrics?: readonly string[] | undefined;
  readonly seed: number;
}

export async function judge(tables: JudgedTables, session: Session): Promise<Evaluation> {
  const { real, synthetic, holdout, metadata, target, sensitive, attackers, modelFile } = tables;
  const { parts, metrics, seed } = tables;
  return session.timed("evaluate", () =>
    evaluate({
      real,
      synthetic,
      metadata,
      seed,
      signal: session.signal,
      onProgress: session.onProgress,
      ...(holdout ? { holdout } : {}),
      ...(target === undefined ? {} : { target }),
      ...(sensitive ? { sensitive } : {}),
      ...attackers,
      ...(modelFile ? { modelFile } : {}),
      ...(parts ? { parts } : {}),
      ...(metrics ? { metrics } : {}),
    }),
  );
}

/** The figures that matter, each with its ceiling where there is a holdout. */
export function summaryText(evaluation: Evaluation): string {
  const { rows } = evaluation;
  const hasHoldout = rows.holdout !== null;
  const own = figuresOf(evaluation);
  const line = (title: string, name: string, note: string): string[] | null => {
    const value = own[name] ?? null;
    if (value === null && figures[name]!.part !== null) return null;
    const reference = figures[name]!.reference?.(evaluation) ?? null;
    const isShare = name === "copies";
    const text = (share: number | null): string =>
      isShare && share !== null ? formatShare(share) : formatScore(share);
    return [title, text(value), reference === null ? "" : `holdout ${text(reference)}`, note];
  };
  const lines = [
    line("Quality", "quality", "1 is best"),
    line("  column shapes", "shapes", worstShapes(evaluation)),
    line("  pair trends", "trends", worstPairs(evaluation)),
    line("Validity", "validity", "ranges, categories, unique keys"),
    line("Structure", "structure", "column names and kinds"),
    line("Two-sample AUC", "two-sample-auc", telling(evaluation)),
    line("Neighbourhoods", "coverage", "real rows with a synthetic one nearby"),
    line("Rare categories", "rare-coverage", "share that occurs"),
    utilityLine(evaluation),
    biasLine(evaluation),
    line("Exact copies", "copies", copiesNote(evaluation)),
    privacyLine(evaluation),
  ].filter((cells) => cells !== null);
  return textGrid(hasHoldout ? lines : lines.map((cells) => cells.filter((_, place) => place !== 2)));
}

/** Where columns are few, rows repeat by nature: without a holdout the real rows themselves say how often. */
function copiesNote({ rows, copies }: Evaluation): string {
  const note = "synthetic rows that are real rows";
  if (rows.holdout !== null || copies.exactCopyShare === 0) return note;
  return `${note}; of the real rows ${formatShare(copies.duplicateShareReal)} repeat another`;
}

function telling({ twoSample }: Evaluation): string {
  const told = (twoSample?.columns ?? []).slice(0, 3).map(({ column }) => forLine(column, 24));
  return `0.5 is best; told by ${told.join(", ")}`;
}

function utilityLine({ utility }: Evaluation): string[] | null {
  const score = utility?.models[0]?.scores[0];
  if (!score) return null;
  return [
    `Model's ${score.score}`,
    formatScore(score.synthetic?.value ?? null),
    "",
    `learnt from synthetic rows; from real ones ${formatScore(score.real.value)}`,
  ];
}

function biasLine({ bias }: Evaluation): string[] | null {
  const gaps = (bias?.columns ?? []).filter(({ gap }) => gap?.verdict === "amplified");
  if (!bias || bias.target === null) return null;
  const names = gaps.slice(0, 3).map(({ columns }) => forLine(columns.join(" and "), 24));
  return [
    "Bias",
    gaps.length === 0 ? "none" : String(gaps.length),
    "",
    gaps.length === 0 ? "no outcome gap is amplified" : `gaps amplified: ${names.join(", ")}`,
  ];
}

function privacyLine({ privacy }: Evaluation): string[] | null {
  if (!privacy) return null;
  const first = privacy.findings.find(({ level }) => level === privacy.level);
  return [
    "Privacy",
    privacy.level,
    "",
    first ? forLine(first.text, 90) : "nothing was found, which proves nothing",
  ];
}

/** Several judgements side by side, the figures that all or some of them have. */
export function compareText(sheets: readonly FigureSheet[]): string {
  const rows = Object.entries(figures).flatMap(([name, { unit }]) => {
    const values = sheets.map((sheet) => sheet.figures.get(name)?.value ?? null);
    if (values.every((value) => value === null)) return [];
    return [
      [
        name,
        ...values.map((value) => (unit === "count" && value !== null ? String(value) : formatScore(value))),
      ],
    ];
  });
  const right = new Set(sheets.map((_, place) => place + 1));
  return textGrid([["", ...sheets.map(({ name }) => forLine(name, 24))], ...rows], right);
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

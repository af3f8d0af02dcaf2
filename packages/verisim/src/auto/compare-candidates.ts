// The choice by measurement, where it is cheap: on small tables no rule by rows and columns says which generator is best, so
// they learn four fifths of the rows and what they draw is judged. The first of the ranking stays where boosted trees hardly
// tell its rows from real ones; only else do its rivals learn, quick ones first, until one is hardly told.

import {
  type FitOptions,
  type RunOptions,
  sampleRowNumbers,
  streamKey,
  type Table,
  type TableMetadata,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import { type ChosenGenerator, sizeText } from "./choose-generator.ts";
import type { Purpose } from "./options.ts";
import type { TableFacts } from "./table-facts.ts";

/** Share of the rows that no candidate learns. */
const heldShare = 0.2;
/** Rows per side of the two-sample test, at most: its figure stands to the second digit. */
const toldRows = 2000;
/** An AUC of the two-sample test that leaves nothing to gain. */
const hardlyTold = 0.55;
/** Gain in the score below which the quicker one is kept. */
const leastGain = 0.01;
/** Share of drawn rows nearer to a learnt row than to a held-out one, beyond which rows count as repeated. */
const mostNearer = 0.53;

/** Figures of rows that a candidate drew, against the rows that it learnt and those that were held out. */
export interface CandidateFigures {
  /** SDMetrics' Column Shapes and Column Pair Trends, 0 to 1; null where nothing can be scored. */
  readonly shapes: number | null;
  readonly trends: number | null;
  /** Of the two-sample test by boosted trees against the learnt rows: 0.5 is best. */
  readonly auc: { readonly value: number };
  /** Whether learnt rows come back more often, or more nearly, than held-out rows and chance explain. */
  readonly repeats: boolean;
}

export interface ComparisonRun extends Omit<FitOptions, "checkpoint"> {
  readonly purpose: Purpose;
  readonly facts: TableFacts;
}

/**
 * The ranking with the closest generator first, its reason said in figures. As it was where nothing can be measured.
 * A function of table, seed and candidates, but for a time budget.
 * @param first the one that is taken unless a rival is clearly closer
 * @param rivals tried in order
 * @throws VerisimError `VERISIM_ABORTED`
 */
export async function compareCandidates(
  first: ChosenGenerator,
  rivals: readonly ChosenGenerator[],
  table: Table,
  run: ComparisonRun,
): Promise<readonly [ChosenGenerator, ...ChosenGenerator[]]> {
  const split = splitOff(table, run.seed ?? 0);
  const own = await measured(first, split, run, 1);
  if (!own) return [first];
  const measurement = `${split.held.rowCount.toLocaleString("en-US")} of them held out`;
  const size = sizeText(run.facts, run.purpose, measurement);
  const chosen = (taken: ChosenGenerator, reason: string): ChosenGenerator => ({
    ...taken,
    choice: { ...taken.choice, reason: `${reason} (${size})` },
  });
  const nothingToGain = ({ auc, repeats }: CandidateFigures): boolean => auc.value <= hardlyTold && !repeats;
  if (nothingToGain(own))
    return [chosen(first, `rows that boosted trees hardly tell from real ones: ${figuresText(own)}`)];
  let best = { candidate: first, figures: own };
  const others: string[] = [];
  for (const [place, rival] of rivals.entries()) {
    if (nothingToGain(best.figures)) break;
    const figures = await measured(rival, split, run, rivals.length - place);
    if (!figures) continue;
    const isCloser = !figures.repeats && (best.figures.repeats || isClearlyCloser(figures, best.figures));
    const loser = isCloser ? best : { candidate: rival, figures };
    if (isCloser) best = { candidate: rival, figures };
    others.push(
      `${loser.candidate.definition.name}: ${figuresText(loser.figures)}${loser.figures.repeats ? " with learnt rows repeated" : ""}`,
    );
  }
  const reason = `rows closest to the real ones: ${[figuresText(best.figures), ...others].join("; against ")}`;
  const rest = [first, ...rivals].filter((candidate) => candidate !== best.candidate);
  return [chosen(best.candidate, reason), ...rest];
}

/** Mean of shapes, pair trends and how little the two-sample test finds; higher is closer. */
export function scoreOf({ shapes, trends, auc }: CandidateFigures): number {
  const scores = [shapes, trends, 1 - toldApart({ auc })].filter((score) => score !== null);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** By the score, and not by shapes and pairs alone: some generators keep these two by construction. */
export function isClearlyCloser(one: CandidateFigures, other: CandidateFigures): boolean {
  return scoreOf(one) > scoreOf(other) + leastGain && toldApart(one) <= toldApart(other);
}

/** How well the two-sample test tells rows: 0 not at all, 1 without error. */
const toldApart = ({ auc }: Pick<CandidateFigures, "auc">): number => Math.abs(2 * auc.value - 1);

function figuresText({ shapes, trends, auc }: CandidateFigures): string {
  const parts = [
    `two-sample AUC ${auc.value.toFixed(2)}`,
    shapes === null ? "" : `shapes ${shapes.toFixed(2)}`,
    trends === null ? "" : `pair trends ${trends.toFixed(2)}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

interface Split {
  readonly learnt: Table;
  readonly held: Table;
}

function splitOff(table: Table, seed: number): Split {
  const count = Math.round(table.rowCount * heldShare);
  const held = sampleRowNumbers(table.rowCount, count, streamKey(seed, "auto", "held out"));
  const isHeld = new Set(held);
  const learnt = Array.from({ length: table.rowCount }, (_, row) => row).filter((row) => !isHeld.has(row));
  return { learnt: table.take(learnt), held: table.take(held) };
}

/**
 * What a candidate's rows are worth; null where it cannot learn the rows or they cannot be judged.
 * @param left candidates that may still be tried: each has its share of half the time
 */
async function measured(
  { definition, choice }: ChosenGenerator,
  { learnt, held }: Split,
  { purpose: _, facts: __, maxTimeMs, ...run }: ComparisonRun,
  left: number,
): Promise<CandidateFigures | null> {
  const { metadata, seed = 0, signal, onProgress } = run;
  const told: RunOptions = {
    ...(signal ? { signal } : {}),
    ...(onProgress
      ? { onProgress: (progress) => onProgress({ ...progress, detail: `trying ${definition.name}` }) }
      : {}),
  };
  const budget = definition.trains
    ? { ...run, ...(maxTimeMs === undefined ? {} : { maxTimeMs: maxTimeMs / 2 / left }) }
    : { metadata, seed, ...(run.tableName === undefined ? {} : { tableName: run.tableName }) };
  try {
    const generator = await definition.create(choice.options).fit(learnt, { ...budget, ...told });
    const synthetic = await generator.sample(learnt.rowCount, { seed, ...told });
    return await judged({ real: learnt, synthetic, holdout: held, metadata }, seed, told);
  } catch (error) {
    throwIfAborted(signal);
    if (!VerisimError.isInstance(error)) throw error;
    return null;
  }
}

async function judged(
  tables: { real: Table; synthetic: Table; holdout: Table; metadata: TableMetadata },
  seed: number,
  run: RunOptions,
): Promise<CandidateFigures | null> {
  const [{ closestRecordShare, compareTables, evaluate }, { twoSampleTest }] = await Promise.all([
    import("@verisim/evaluate"),
    import("@verisim/evaluate/two-sample"),
  ]);
  const { quality, copies } = await evaluate({ ...tables, ...run, seed, parts: [] });
  const compared = compareTables({ ...tables });
  const { holdout: _, ...pair } = tables;
  const twoSample = await twoSampleTest(pair, { ...run, seed, maxRows: toldRows });
  const nearest = await closestRecordShare(compared, { ...run, seed });
  if (!twoSample) return null;
  // What a fair coin, tossed once for each held-out row, stays within in 19 of 20 cases.
  const chance = 1 / Math.sqrt(tables.holdout.rowCount);
  const usual = Math.max(copies.holdoutCopyShare ?? 0, 1 / tables.holdout.rowCount);
  return {
    shapes: quality.columnShapes.score,
    trends: quality.columnPairTrends.score,
    auc: twoSample.auc,
    repeats:
      (nearest !== null && nearest.share.value - chance > mostNearer) ||
      copies.exactCopyShare > usual + 2 * Math.sqrt(usual / tables.holdout.rowCount),
  };
}

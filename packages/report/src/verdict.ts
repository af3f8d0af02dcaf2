// The judgement in plain words. The bands are ours and are printed in the definitions; the words never claim privacy.

import type { Score } from "@verisim/evaluate";
import type { ReportView } from "./report-input.ts";
import { isolated, percent } from "./text.ts";

export type Band = "excellent" | "good" | "fair" | "poor" | "unknown";

/** Lower bounds of the bands. */
export const bandFloors: readonly (readonly [Band, number])[] = [
  ["excellent", 0.95],
  ["good", 0.9],
  ["fair", 0.8],
  ["poor", 0],
];

/** The band of a score. */
export function bandOf(score: Score): Band {
  if (score === null || !Number.isFinite(score)) return "unknown";
  return bandFloors.find(([, floor]) => score >= floor)?.[0] ?? "poor";
}

/** The band of a score that should be 100 %: what simply has to hold. */
export function bandOfDuty(score: Score): Band {
  if (score === null || score >= 1) return bandOf(score);
  return score >= 0.95 ? "fair" : "poor";
}

const openings: Readonly<Record<Band, string>> = {
  excellent: "The synthetic table is very close to the real one.",
  good: "The synthetic table is close to the real one.",
  fair: "The synthetic table follows the real one, with clear differences.",
  poor: "The synthetic table differs a lot from the real one.",
  unknown: "There is too little data to compare the two tables.",
};

/** The mean of the ceilings that the quality score is the mean of. */
export function qualityCeiling({ evaluation: { quality } }: ReportView): Score {
  const parts = [quality.columnShapes, quality.columnPairTrends].filter((part) => part.score !== null);
  const ceilings = parts.map((part) => part.ceiling).filter((ceiling) => ceiling !== null);
  if (ceilings.length === 0 || ceilings.length < parts.length) return null;
  return ceilings.reduce((sum, ceiling) => sum + ceiling, 0) / ceilings.length;
}

function againstCeiling(score: number, ceiling: number): string {
  const gap = ceiling - score;
  if (gap <= 0.005)
    return ` Fresh real rows score ${percent(ceiling)}: it is as close as a second real sample.`;
  const share =
    gap <= 0.02 ? "almost there" : gap <= 0.06 ? "there is some way to go" : "there is a long way to go";
  return ` It scores ${percent(score)}, where fresh real rows score ${percent(ceiling)}: ${share}.`;
}

// The weaker of the two properties names the place to look at.
function weakest({ evaluation: { quality }, ranked, rankedPairs }: ReportView): string {
  const column = ranked[0];
  const pair = rankedPairs.find(({ counted }) => counted);
  if (pair && (quality.columnPairTrends.score ?? 1) < (quality.columnShapes.score ?? 1))
    return ` The weakest pair is ${isolated(pair.column1)} and ${isolated(pair.column2)} (${percent(pair.score)}).`;
  if (!column?.shape || ranked.length < 2) return "";
  return ` The weakest column is ${isolated(column.name)} (${percent(column.shape.score)}).`;
}

// What a good score must not hide.
function beyondScores({ evaluation: { privacy, twoSample } }: ReportView): string {
  let text = "";
  if (twoSample && twoSample.auc.low > 0.75) text += " Yet a model tells its rows from real ones easily.";
  if (privacy?.level === "alarm") text += " It gives training rows away: see privacy before you share it.";
  return text;
}

/** Two or three sentences: how close, against what ceiling, and what is worst or wrong. */
export function verdict(view: ReportView): { band: Band; opening: string; rest: string } {
  const { quality, diagnostic, copies } = view.evaluation;
  const band = bandOf(quality.score);
  const ceiling = qualityCeiling(view);
  let rest = "";
  if (quality.score !== null && ceiling !== null) rest += againstCeiling(quality.score, ceiling);
  rest += weakest(view);
  if (diagnostic.dataStructure.score !== null && diagnostic.dataStructure.score < 1)
    rest += " The columns or their types do not match.";
  if (diagnostic.dataValidity.score !== null && diagnostic.dataValidity.score < 1)
    rest += " Some values are not valid: see the checks.";
  const copyRate = copies.holdoutCopyShare ?? 0;
  if (copies.exactCopyShare > copyRate + 0.001 && copies.holdoutCopyShare !== null)
    rest += " More rows copy a real row than fresh real rows do.";
  rest += beyondScores(view);
  return { band, opening: openings[band], rest: rest.trim() };
}

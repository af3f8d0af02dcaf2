// The figures that every judgement has: quality, validity, copies.

import type { Score } from "../evaluation.ts";
import { type FigureTable, figuresOfPart, needing, share } from "./figure.ts";

function lowest(scores: readonly { score: Score }[]): Score {
  const defined = scores.flatMap(({ score }) => (score === null ? [] : [score]));
  return defined.length === 0 ? null : defined.reduce((least, score) => Math.min(least, score));
}

export const qualityFigures: FigureTable = figuresOfPart(null, {
  quality: share("mean of shapes and trends", "higher", (e) => e.quality.score),
  shapes: share(
    "likeness of each column's distribution",
    "higher",
    (e) => e.quality.columnShapes.score,
    (e) => e.quality.columnShapes.ceiling,
  ),
  trends: share(
    "likeness of each pair of columns",
    "higher",
    (e) => e.quality.columnPairTrends.score,
    (e) => e.quality.columnPairTrends.ceiling,
  ),
  "worst-shape": share("the least like column", "higher", (e) => lowest(e.quality.columnShapes.columns)),
  "worst-trend": share("the least like of the pairs that count", "higher", (e) =>
    lowest(e.quality.columnPairTrends.pairs.filter((pair) => pair.counted)),
  ),
  "shapes-ceiling": needing(
    ["holdout"],
    share("shapes of the holdout against the real rows", null, (e) => e.quality.columnShapes.ceiling),
  ),
  "trends-ceiling": needing(
    ["holdout"],
    share("trends of the holdout against the real rows", null, (e) => e.quality.columnPairTrends.ceiling),
  ),
  diagnostic: share("mean of validity and structure", "higher", (e) => e.diagnostic.score),
  validity: share(
    "share of cells within the real ranges and categories, and of keys that are unique",
    "higher",
    (e) => e.diagnostic.dataValidity.score,
  ),
  structure: share(
    "share of columns with the same names and kinds",
    "higher",
    (e) => e.diagnostic.dataStructure.score,
  ),
  copies: share(
    "share of synthetic rows that are real rows",
    "lower",
    (e) => e.copies.exactCopyShare,
    (e) => e.copies.holdoutCopyShare,
  ),
  "holdout-copies": needing(
    ["holdout"],
    share("share of holdout rows that are real rows", null, (e) => e.copies.holdoutCopyShare),
  ),
  "copy-excess": needing(
    ["holdout"],
    share(
      "share of synthetic rows equal to a real row, less the same share of the holdout's",
      "lower",
      ({ copies }) =>
        copies.holdoutCopyShare === null ? null : copies.exactCopyShare - copies.holdoutCopyShare,
    ),
  ),
  duplicates: share(
    "share of synthetic rows that occur more than once",
    "lower",
    (e) => e.copies.duplicateShareSynthetic,
    (e) => e.copies.duplicateShareReal,
  ),
  "real-duplicates": share(
    "share of real rows that occur more than once",
    null,
    (e) => e.copies.duplicateShareReal,
  ),
});

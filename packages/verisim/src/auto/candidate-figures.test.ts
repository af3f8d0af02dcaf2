// The one number that candidates are compared by, and when nothing is left to gain.

import { describe, expect, it } from "vitest";
import {
  type CandidateFigures,
  figuresText,
  isClearlyCloser,
  isHardlyTold,
  meanFigures,
  scoreOf,
} from "./candidate-figures.ts";

const figures = (own: Partial<CandidateFigures> = {}): CandidateFigures => ({
  shapes: 0.9,
  trends: 0.6,
  auc: 0.75,
  utility: 0.8,
  ...own,
});

describe("the score of a candidate", () => {
  it("is the mean of shapes, trends, twice what the AUC leaves below one, and utility", () => {
    expect(scoreOf(figures())).toBeCloseTo((0.9 + 0.6 + 0.5 + 0.8) / 4, 12);
    expect(scoreOf(figures({ trends: null, utility: null }))).toBeCloseTo(0.7, 12);
  });

  it("counts rows told the other way round as told, though no rival is tried for them", () => {
    expect(scoreOf(figures({ auc: 0.25 }))).toBe(scoreOf(figures()));
    expect([0.25, 0.54, 0.56].map((auc) => isHardlyTold(figures({ auc })))).toEqual([true, true, false]);
  });

  it("is clearly higher from half a hundredth on, whichever part has it", () => {
    expect(isClearlyCloser(figures({ utility: 0.83 }), figures())).toBe(true);
    expect(isClearlyCloser(figures({ utility: 0.81 }), figures())).toBe(false);
    // Shapes and pairs kept by construction do not make up for rows that models learn nothing from.
    expect(isClearlyCloser(figures({ trends: 0.95, auc: 0.99, utility: 0.4 }), figures())).toBe(false);
  });

  it("is that of the mean table, where a part that one table lacks is missing", () => {
    const mean = meanFigures([figures({ auc: 0.4 }), figures({ auc: 0.6, shapes: 0.7, utility: null })]);
    expect(mean).toEqual({ shapes: expect.closeTo(0.8, 12), trends: 0.6, auc: 0.5, utility: null });
    expect(figuresText(mean)).toBe("two-sample AUC 0.50, shapes 0.80, pair trends 0.60");
  });
});

import { expect, test } from "vitest";
import { badReport, emptyReport, goodReport } from "../fixtures/reports.ts";
import { viewOf } from "./report-input.ts";
import { bandOf, bandOfDuty, qualityCeiling, verdict } from "./verdict.ts";

test("bands begin at their floors", () => {
  expect([1, 0.95, 0.9499, 0.9, 0.8, 0.79, 0, null].map(bandOf)).toEqual([
    "excellent",
    "excellent",
    "good",
    "good",
    "fair",
    "poor",
    "poor",
    "unknown",
  ]);
});

test("what has to hold is excellent only when it holds", () => {
  expect([1, 0.99, 0.5].map(bandOfDuty)).toEqual(["excellent", "fair", "poor"]);
});

test("the quality ceiling is the mean of the ceilings behind it, null without a holdout", () => {
  const view = viewOf(goodReport());
  const { columnShapes, columnPairTrends } = view.evaluation.quality;
  expect(qualityCeiling(view)).toBeCloseTo((columnShapes.ceiling! + columnPairTrends.ceiling!) / 2, 12);
  expect(qualityCeiling(viewOf(goodReport(false)))).toBeNull();
});

test("a good report is measured against its ceiling and names the weakest column", () => {
  const { opening, rest } = verdict(viewOf(goodReport()));
  expect(opening).toBe("The synthetic table is very close to the real one.");
  expect(rest).toBe(
    "It scores 98.4%, where fresh real rows score 99.3%: almost there. The weakest column is " +
      "\u2068hours-per-week\u2069 (89.9%).",
  );
});

test("a bad report says what is wrong", () => {
  const { opening, rest } = verdict(viewOf(badReport()));
  expect(opening).toBe("The synthetic table differs a lot from the real one.");
  expect(rest).toContain("Some values are not valid: see the checks.");
  expect(rest).toContain("More rows copy a real row than fresh real rows do.");
});

test("no data gives no judgement", () => {
  expect(verdict(viewOf(emptyReport())).opening).toBe("There is too little data to compare the two tables.");
});

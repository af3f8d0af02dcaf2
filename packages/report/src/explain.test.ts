import { expect, test } from "vitest";
import {
  type ColumnSpec,
  categorySpec,
  evaluationOf,
  metadataOf,
  numberSpec,
} from "../fixtures/evaluations.ts";
import { binText, reasonsFor } from "./explain.ts";
import { type ColumnView, viewOf } from "./report-input.ts";

function viewOfColumn(spec: ColumnSpec): ColumnView {
  const evaluation = evaluationOf({ columns: [spec] });
  return viewOf({ title: "t", evaluation, metadata: metadataOf(evaluation) }).columns[0]!;
}

const same = numberSpec("n", [0, 10], { real: [0.5, 0.2], synthetic: [0.5, 0.2], bins: 10 });

test("equal distributions are said to follow", () => {
  expect(reasonsFor(viewOfColumn(same))).toEqual([
    "Follows the real column closely; no single difference is worth naming.",
  ]);
});

test("a shift is placed where the cumulative curves lie furthest apart", () => {
  const shifted = { ...same, edges: [0, 1, 2, 3], real: [0.5, 0.3, 0.2], synthetic: [0.2, 0.4, 0.4] };
  expect(reasonsFor(viewOfColumn(shifted))).toEqual([
    "Below 1 lie 50.0% of the real values and 20.0% of the synthetic ones: too many high values.",
  ]);
});

test("a dominant value is named and not repeated as a shift", () => {
  const spiked = {
    ...same,
    edges: [0, 1, 2],
    real: [0.9, 0.1],
    synthetic: [0.8, 0.2],
    spike: { value: 0, real: 0.9, synthetic: 0.8, holdout: null },
  };
  expect(reasonsFor(viewOfColumn(spiked))).toEqual([
    "Exactly 0: 90.0% of the real values, 80.0% of the synthetic ones.",
  ]);
});

test("tails that the synthetic table never reaches are named", () => {
  const cut = { ...same, edges: [0, 1, 2, 3], real: [0.1, 0.8, 0.1], synthetic: [0, 1, 0] };
  expect(reasonsFor(viewOfColumn(cut)).slice(1)).toEqual([
    "Nothing synthetic below 1, where 10.0% of the real values lie.",
    "Nothing synthetic above 2, where 10.0% of the real values lie.",
  ]);
});

test("the categories that differ most come first, then what is missing or invalid", () => {
  const spec = {
    ...categorySpec("c", ["a", "b", "c"], [1, 1]),
    real: [0.5, 0.3, 0.2],
    synthetic: [0.75, 0.25, 0],
  };
  const column = viewOfColumn({
    ...spec,
    missing: [0, 0.25],
    check: { column: "c", metric: "CategoryAdherence", score: 0.9 },
  });
  expect(reasonsFor(column)).toEqual([
    "Missing in 0% of the real rows, in 25.0% of the synthetic ones.",
    "\u2068a\u2069: 50.0% of the real values, 75.0% of the synthetic ones.",
    "\u2068c\u2069: 20.0% of the real values, 0% of the synthetic ones.",
    "1 value of those drawn never occurs in the synthetic table.",
    "10.0% of the synthetic values are categories that the real table lacks.",
  ]);
});

test("bins of whole numbers are named by the numbers they hold, open ends by their direction", () => {
  const whole = viewOfColumn({ ...same, edges: [-0.5, 0.5, 1.5], real: [0.5, 0.5], synthetic: [0.5, 0.5] });
  expect([0, 1].map((bin) => binText(whole.distribution!, bin))).toEqual(["0", "1"]);
  const pairs = { ...whole.distribution!, edges: [-0.5, 1.5, 3.5], openHigh: true };
  expect([0, 1].map((bin) => binText(pairs, bin))).toEqual(["0 to 1", "2 and above"]);
  const open = { ...whole.distribution!, edges: [0, 0.25, 0.5], openLow: true };
  expect([0, 1].map((bin) => binText(open, bin))).toEqual(["below 0.25", "0.25 to 0.5"]);
});

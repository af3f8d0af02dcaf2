import { describe, expect, it } from "vitest";
import type { FigureSheet } from "./figure-sheet.ts";
import { frontierOf } from "./frontier.ts";

function contender(name: string, seconds: number, own: Readonly<Record<string, number>>) {
  const figures = new Map(
    Object.entries(own).map(([figure, value]) => [figure, { value, low: null, high: null, reference: null }]),
  );
  const sheet: FigureSheet = {
    name,
    rows: { real: 1, synthetic: 1, holdout: 1 },
    figures,
    columns: new Map(),
  };
  return { sheet, seconds };
}

describe("the frontier of several generators", () => {
  it("keeps those that nobody beats on all sides and names who beats the others", () => {
    const { sides, entries } = frontierOf([
      contender("close", 5, { "two-sample-auc": 0.52, tstr: 0.92, "mia-tpr-at-10": 0.11 }),
      contender("safe", 1, { "two-sample-auc": 0.9, tstr: 0.8, "mia-tpr-at-10": 0.1 }),
      contender("slow", 300, { "two-sample-auc": 0.7, tstr: 0.9, "mia-tpr-at-10": 0.12 }),
    ]);
    expect(sides.map(({ figure }) => figure)).toEqual(["two-sample-auc", "tstr", "mia-tpr-at-10", null]);
    expect(entries.map(({ name, beatenBy }) => [name, beatenBy])).toEqual([
      ["close", []],
      ["safe", []],
      ["slow", ["close"]],
    ]);
    expect(entries[0]!.values).toEqual([0.52, 0.92, 0.11, 5]);
  });

  it("calls no difference one that chance makes", () => {
    const { entries } = frontierOf([
      contender("a", 10, { "two-sample-auc": 0.52, tstr: 0.92 }),
      contender("b", 11, { "two-sample-auc": 0.524, tstr: 0.916 }),
    ]);
    expect(entries.map(({ beatenBy }) => beatenBy)).toEqual([[], []]);
  });

  it("takes quality and copies where the parts were not made, and judges nobody by what is not known", () => {
    const { sides, entries } = frontierOf([
      contender("a", 1, { quality: 0.9, copies: 0 }),
      contender("b", 2, { quality: 0.8, copies: 0.01 }),
      contender("c", 2, { copies: 0.02 }),
    ]);
    expect(sides.map(({ figure }) => figure)).toEqual(["quality", "copies", null]);
    expect(entries.map(({ beatenBy }) => beatenBy)).toEqual([[], ["a"], ["a", "b"]]);
  });
});

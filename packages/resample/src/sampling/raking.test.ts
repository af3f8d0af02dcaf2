// Raking by its definition: margins are met, weights are a product of factors by category, and the cost is said.

import { Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { rake } from "./raking.ts";

const cells = [
  ["young", "city", 40],
  ["young", "land", 10],
  ["old", "city", 20],
  ["old", "land", 30],
] as const;
const rows = cells.flatMap(([age, place, count]) => Array.from({ length: count }, () => ({ age, place })));
const table = new Table([
  textColumn(
    "age",
    rows.map(({ age }) => age),
  ),
  textColumn(
    "place",
    rows.map(({ place }) => place),
  ),
]);
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
};

describe("raking", () => {
  it("meets all margins and leaves the odds ratio of the cells as it was", () => {
    const raked = rake(table, {
      margins: { age: { young: 0.3, old: 0.7 }, place: { city: 55, land: 45 } },
      tolerance: 1e-10,
    });
    expect(raked.converged).toBe(true);
    for (const { target, share } of raked.margins) expect(share).toBeCloseTo(target, 9);
    expect(raked.margins.find(({ category }) => category === "young")?.target).toBeCloseTo(0.3, 12);
    const sum = (age: string, place: string) =>
      rows.reduce((all, row, i) => all + (row.age === age && row.place === place ? raked.weights[i]! : 0), 0);
    const odds = (sum("young", "city") * sum("old", "land")) / (sum("young", "land") * sum("old", "city"));
    expect(odds).toBeCloseTo((40 * 30) / (10 * 20), 6);
  });

  it("says the effective sample size by Kish's formula", () => {
    const raked = rake(table, { margins: { age: { young: 0.8, old: 0.2 } } });
    // Weights 1.6 and 0.4, fifty of each: (50 (1.6 + 0.4))^2 / (50 (1.6^2 + 0.4^2)).
    expect(raked.effectiveSize).toBeCloseTo(10_000 / 136, 9);
    expect(raked.designEffect).toBeCloseTo(1.36, 9);
    expect(rake(table, { margins: { age: { young: 1, old: 1 } } }).effectiveSize).toBeCloseTo(100, 9);
  });

  it("takes margins of combinations, starting weights and a total", () => {
    const margins = { "age|place": { "young|city": 1, "young|land": 1, "old|city": 1, "old|land": 1 } };
    const { weights } = rake(table, { margins, total: 2_000, weights: new Float64Array(100).fill(3) });
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(2_000, 9);
    expect(weights[0]).toBeCloseTo(500 / 40, 9);
  });

  it("says where limits or rows keep margins from being met", () => {
    const margins = { age: { young: 0.95, old: 0.05 } };
    const limited = rake(table, { margins, limit: 1.5 });
    expect(limited.converged).toBe(false);
    expect(limited.error).toBeGreaterThan(0.1);
    expect(Math.max(...limited.weights) / Math.min(...limited.weights)).toBeLessThanOrEqual(1.5 ** 2 + 1e-9);
  });

  it("refuses categories without rows, rows without targets, and weights that are none", () => {
    expect(codeOf(() => rake(table, { margins: { age: { young: 1, old: 1, older: 1 } } }))).toBe(
      "VERISIM_MARGIN",
    );
    expect(codeOf(() => rake(table, { margins: { age: { young: 1 } } }))).toBe("VERISIM_MARGIN");
    expect(codeOf(() => rake(table, { margins: { ages: { young: 1 } } }))).toBe("VERISIM_UNKNOWN_COLUMN");
    expect(codeOf(() => rake(table, { margins: {}, weights: new Float64Array(100) }))).toBe(
      "VERISIM_SAMPLE_WEIGHTS",
    );
  });
});

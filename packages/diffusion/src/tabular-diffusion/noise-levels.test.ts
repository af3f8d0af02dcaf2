// Levels of noise on a scale of information, against mutual information computed on a grid.

import { normalLogDensity } from "@verisim/stats";
import { expect, test } from "vitest";
import { inverseDeviations, levelKnots } from "./noise-levels.ts";

const entropyOf = (shares: readonly number[]): number =>
  shares.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0);

/** Mutual information of an alternative and a look at it, by the trapezoidal rule over the look. */
function informationOf(shares: readonly number[], scores: readonly number[], inverse: number): number {
  const [from, to, cells] = [-12, 12, 20_000];
  let entropy = 0;
  for (let i = 0; i <= cells; i++) {
    const y = from + ((to - from) * i) / cells;
    const density = shares.reduce(
      (sum, share, k) => sum + share * inverse * Math.exp(normalLogDensity(inverse * (y - scores[k]!))),
      0,
    );
    if (density > 0) entropy -= density * Math.log(density) * ((to - from) / cells);
  }
  return entropy - (0.5 * Math.log(2 * Math.PI * Math.E) - Math.log(inverse));
}

test("a level tells its share of what can be told", () => {
  const shares = [0.1, 0.4, 0.05, 0.25, 0, 0.2];
  const scores = [-1.6, -0.5, 0.1, 0.5, 0.9, 1.3];
  const table = inverseDeviations(shares, scores);
  expect(table).toHaveLength(levelKnots);
  expect(table[0]).toBe(0);
  const most = 0.95 * entropyOf(shares);
  for (const level of [0.25, 0.5, 0.75, 1]) {
    const told = informationOf(shares, scores, table[level * (levelKnots - 1)]!);
    // Means over eight points of the noise, and lines between looks at it.
    expect(Math.abs(told / most - level)).toBeLessThan(0.04);
  }
});

test("levels rise for a column of nearly one value, and for alternatives that lie on each other", () => {
  for (const [shares, scores] of [
    [
      [0.97, 0.02, 0.01],
      [-0.04, 2.05, 2.6],
    ],
    [
      [0.5, 0.25, 0.25],
      [-0.7, 0.3, 0.3],
    ],
  ] as const) {
    const table = inverseDeviations(shares, scores);
    for (let knot = 1; knot < levelKnots; knot++) {
      expect(Number.isFinite(table[knot])).toBe(true);
      expect(table[knot]).toBeGreaterThanOrEqual(table[knot - 1]!);
    }
    expect(table.at(-1)).toBeGreaterThan(0.5);
  }
});

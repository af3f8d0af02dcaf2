import { GradientBoostedTrees } from "@verisim/trees";
import { describe, expect, it } from "vitest";
import { xgboostDefaults, xgboostTrees } from "./xgboost-trees.ts";

const shrinkage = 0.3;
const penalty = 1;

/** Thirty rows of each of `kinds` kinds, which the only column tells apart. */
function kindsOf(kinds: number): {
  features: { name: string; values: Float64Array }[];
  labels: Float64Array;
} {
  const labels = Float64Array.from({ length: 30 * kinds }, (_, row) => row % kinds);
  return { features: [{ name: "x", values: labels.slice() }], labels };
}

describe("XGBoost's trees by LightGBM", () => {
  it("give a leaf of two classes XGBoost's value: slopes over curvature plus penalty", async () => {
    const { features, labels } = kindsOf(2);
    const settings = { rounds: 1, depth: 1, minChildWeight: 1, gamma: 0 };
    const trees = new GradientBoostedTrees(xgboostTrees(settings, "binary", labels.length));
    await trees.fit(features, labels);
    const [zero, one] = await trees.predict(features, { raw: true });
    // From p = 1/2: 30 slopes of 1/2, 30 curvatures of 1/4.
    const leaf = (shrinkage * 15) / (7.5 + penalty);
    expect(zero).toBeCloseTo(-leaf, 6);
    expect(one).toBeCloseTo(leaf, 6);
  });

  it("give a leaf of several classes XGBoost's value, whose curvature is 2 p (1 - p)", async () => {
    const { features, labels } = kindsOf(3);
    const settings = { rounds: 1, depth: 1, minChildWeight: 1, gamma: 0 };
    const trees = new GradientBoostedTrees(xgboostTrees(settings, "multiclass", labels.length, 3));
    await trees.fit(features, labels);
    const raw = await trees.predict(features, { raw: true });
    // The first row is of class 0: 30 slopes of 2/3, 30 curvatures of 2 x 2/9, from the logarithm of a third.
    expect(raw[0]! - Math.log(1 / 3)).toBeCloseTo((shrinkage * 20) / (30 * (4 / 9) + penalty), 6);
  });

  it("bound leaves by curvature and gain as XGBoost does", async () => {
    const { features, labels } = kindsOf(2);
    const raw = async (minChildWeight: number, gamma: number): Promise<number> => {
      const settings = { rounds: 1, depth: 6, minChildWeight, gamma };
      const trees = new GradientBoostedTrees(xgboostTrees(settings, "binary", labels.length));
      return (await (await trees.fit(features, labels)).predict(features, { raw: true }))[1]!;
    };
    // The split has 7.5 curvatures a side and gains 2 x 15^2 / 8.5 = 52.9.
    expect(await raw(7.4, 0)).toBeGreaterThan(0.5);
    expect(await raw(7.6, 0)).toBe(0);
    expect(await raw(1, 52)).toBeGreaterThan(0.5);
    expect(await raw(1, 54)).toBe(0);
  });

  it("have as many leaves as the depth, or as the rows' curvature, allows", () => {
    expect(xgboostTrees(xgboostDefaults, "binary", 1e6).numLeaves).toBe(64);
    expect(xgboostTrees({ ...xgboostDefaults, depth: 20 }, "binary", 1000).numLeaves).toBe(250);
    expect(
      xgboostTrees({ ...xgboostDefaults, depth: 20, minChildWeight: 10 }, "regression", 1000).numLeaves,
    ).toBe(100);
  });
});

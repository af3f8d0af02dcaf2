import { RowRandom, streamKey } from "@verisim/core";
import { minimizeSmooth } from "@verisim/stats";
import { describe, expect, it } from "vitest";
import { areaUnderCurve } from "./auc.ts";
import { equalWidth } from "./equal-width.ts";
import { featureWidth, type LinearFeatures, linearFeatures, robustScale } from "./linear-features.ts";
import { fitLogistic, predictLogistic } from "./logistic-regression.ts";
import { quantiles } from "./quantiles.ts";

function minimum(
  start: readonly number[],
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  mostIterations = 500,
): { x: number[]; iterations: number } {
  const x = Float64Array.from(start);
  const search = minimizeSmooth(x, evaluate, { mostIterations, gradientTolerance: 1e-9 });
  let state = search.next();
  while (!state.done) state = search.next();
  return { x: [...x], iterations: state.value };
}

describe("minimisation", () => {
  it("finds the end of Rosenbrock's valley", () => {
    const { x } = minimum([-1.2, 1], ([a, b], gradient) => {
      gradient[0] = -400 * a! * (b! - a! * a!) - 2 * (1 - a!);
      gradient[1] = 200 * (b! - a! * a!);
      return 100 * (b! - a! * a!) ** 2 + (1 - a!) ** 2;
    });
    expect(x[0]).toBeCloseTo(1, 7);
    expect(x[1]).toBeCloseTo(1, 7);
  });

  it("solves a quadratic of very different curvatures and stops when asked to", () => {
    const curvatures = Float64Array.from({ length: 30 }, (_, i) => 10 ** (i / 12));
    const evaluate = (x: Float64Array, gradient: Float64Array): number => {
      let value = 0;
      for (let i = 0; i < x.length; i++) {
        gradient[i] = curvatures[i]! * (x[i]! - i);
        value += 0.5 * curvatures[i]! * (x[i]! - i) ** 2;
      }
      return value;
    };
    const { x } = minimum(Array(30).fill(0), evaluate);
    for (let i = 0; i < 30; i++) expect(x[i]).toBeCloseTo(i, 5);
    expect(minimum(Array(30).fill(0), evaluate, 3).iterations).toBe(3);
  });
});

describe("logistic regression", () => {
  it("has the gradient of a minimum, over numbers and one-hot blocks alike", async () => {
    const count = 400;
    const random = new RowRandom(streamKey(3, "logistic"), 0);
    const numbers = [0, 1].map(() => Float64Array.from({ length: count }, () => random.uniform() * 10));
    const codes = Int32Array.from({ length: count }, () => random.below(4) - 1);
    const labels = Float64Array.from(codes, (code, row) =>
      numbers[0]![row]! + 3 * code + 8 * random.uniform() > 11 ? 1 : 0,
    );
    const features: LinearFeatures = { rowCount: count, numbers, blocks: [{ codes, width: 3 }] };
    const rows = Int32Array.from(codes.keys());
    const scaling = robustScale(features, rows);
    const model = await fitLogistic(features, scaling, rows, labels, {
      c: 2,
      mostIterations: 1000,
      gradientTolerance: 1e-10,
    });
    const predicted = predictLogistic(model, features, scaling, rows);
    expect(featureWidth(features)).toBe(5);
    // Dense, one column after the other: sum of residual x feature + weight / c must vanish.
    for (let column = 0; column < 5; column++) {
      let sum = model.weights[column]! / 2;
      for (let row = 0; row < count; row++) {
        const value = column < 2 ? numbers[column]![row]! : codes[row] === column - 2 ? 1 : 0;
        const scaled = (value - scaling.centre[column]!) / scaling.scale[column]!;
        sum += (predicted[row]! - labels[row]!) * scaled;
      }
      // The search ends when the loss moves by 10^-14 of itself, which leaves the gradient the root of that per row.
      expect(Math.abs(sum)).toBeLessThan(1e-4);
    }
    expect(areaUnderCurve(predicted, labels)).toBeGreaterThan(0.9);
  });

  it("scales by median and interquartile range, one-hot columns too", () => {
    const codes = Int32Array.from([0, 0, 0, 1, -1]);
    const features: LinearFeatures = {
      rowCount: 5,
      numbers: [Float64Array.from([1, 2, 3, 4, 100])],
      blocks: [{ codes, width: 2 }],
    };
    const { centre, scale } = robustScale(features, Int32Array.from([0, 1, 2, 3, 4]));
    expect([...centre]).toEqual([3, 1, 0]);
    expect([...scale]).toEqual([2, 1, 1]);
  });

  it("takes labels that are numbers or truths for numbers, as a data frame does", () => {
    const category = (labels: string[], codes: number[][]) => {
      const counts = codes.map((table) => {
        const count = new Float64Array(labels.length + 1);
        for (const code of table) count[code]!++;
        return count;
      });
      return {
        kind: "category" as const,
        name: labels.join(),
        sdtype: "categorical",
        missing: [0, 0],
        labels,
        codes: codes.map((table) => Int32Array.from(table)),
        counts,
      };
    };
    const features = linearFeatures(
      [
        category(
          ["3", "5"],
          [
            [0, 1, 2],
            [1, 0],
          ],
        ),
        category(
          ["True", "False"],
          [
            [0, 0, 1],
            [1, 2],
          ],
        ),
        category(
          ["x", "only synthetic"],
          [
            [0, 2, 0],
            [1, 2],
          ],
        ),
      ],
      1,
    );
    expect(features.numbers.map((values) => [...values])).toEqual([
      [3, 5, 4, 5, 3],
      [1, 1, 0, 0, 1],
    ]);
    expect(features.blocks).toEqual([{ codes: Int32Array.from([0, 1, 0, -1, 1]), width: 2 }]);
  });
});

describe("the area under the curve", () => {
  it("counts pairs in the right order, ties half", () => {
    expect(areaUnderCurve(Float64Array.from([0.1, 0.4, 0.35, 0.8]), [0, 0, 1, 1])).toBe(0.75);
    expect(areaUnderCurve(Float64Array.from([1, 1, 1]), [0, 1, 1])).toBe(0.5);
    expect(areaUnderCurve(Float64Array.from([1, 2]), [1, 1])).toBeNull();
  });
});

describe("quantiles and edges", () => {
  it("lie between order statistics", () => {
    expect(quantiles(Float64Array.from([4, 1, 3, 2]), [0, 0.25, 0.5, 1])).toEqual([1, 1.75, 2.5, 4]);
    expect(quantiles(Float64Array.from([7]), [0.3])).toEqual([7]);
  });

  it("are even, and have width where the values have none", () => {
    expect([...equalWidth(Float64Array.from([0, 4]), 4)]).toEqual([0, 1, 2, 3, 4]);
    expect([...equalWidth(Float64Array.from([2, 2]), 2)]).toEqual([1.5, 2, 2.5]);
    expect([...equalWidth(Float64Array.from([0, 1]), 1, "cut")]).toEqual([-0.001, 1]);
    expect([...equalWidth(Float64Array.from([10]), 1, "cut")]).toEqual([9.99, 10.01]);
  });
});

import { describe, expect, it } from "vitest";
import { chosenClasses, classAuc, scoresOf } from "./scores.ts";

/** All scores on the rows as they are. */
function scored(
  task: "binary" | "multiclass" | "regression",
  predictions: Float64Array,
  labels: Float64Array,
  classes: number,
) {
  const once = new Uint8Array(labels.length).fill(1);
  return Object.fromEntries(
    scoresOf(task, classes).map((kind) => [kind.name, kind.scorer(predictions, labels, classes).score(once)]),
  );
}

const labels = Float64Array.of(0, 0, 1, 1, 1, 0);
const chances = Float64Array.of(0.1, 0.4, 0.35, 0.8, 0.4, 0.4);

describe("scores", () => {
  it("of two classes are scikit-learn's", () => {
    const found = scored("binary", chances, labels, 2);
    expect(found["average-precision"]).toBeCloseTo(0.7, 12);
    expect(found.AUC).toBeCloseTo(0.6666666666666667, 12);
    expect(found["log-loss"]).toBeCloseTo(0.5527113618128084, 12);
    expect(found["positive-F1"]).toBeCloseTo(0.5, 12);
  });

  it("of more classes are scikit-learn's", () => {
    const rows = Float64Array.of(0.7, 0.2, 0.1, 0.1, 0.6, 0.3, 0.2, 0.5, 0.3, 0.3, 0.3, 0.4, 0.5, 0.3, 0.2);
    const own = Float64Array.of(0, 1, 2, 2, 1);
    const found = scored("multiclass", rows, own, 3);
    expect(found["AUC-OvR"]).toBeCloseTo(0.888888888888889, 12);
    expect(found["log-loss"]).toBeCloseTo(0.8383473816461502, 12);
    expect(found["macro-F1"]).toBeCloseTo(0.611111111111111, 12);
    expect([...chosenClasses(rows, 5, 3)]).toEqual([0, 1, 1, 2, 0]);
    expect(classAuc(rows, own, 3, 0)).toBe(1);
    expect(classAuc(rows, own.fill(1), 3, 1)).toBeNull();
  });

  it("of numbers are means of errors", () => {
    const found = scored("regression", Float64Array.of(1, 2, 4), Float64Array.of(1, 3, 2), 0);
    expect(found.MAE).toBeCloseTo(1, 12);
    expect(found.RMSE).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(found.R2).toBeCloseTo(1 - 5 / 2, 12);
  });

  it("count a row as often as a resample says", () => {
    const counts = [2, 0, 1, 0, 1, 3];
    const places = counts.flatMap((count, row) => new Array<number>(count).fill(row));
    const repeated = (values: Float64Array) => Float64Array.from(places, (row) => values[row]!);
    const expected = scored("binary", repeated(chances), repeated(labels), 2);
    for (const kind of scoresOf("binary", 2))
      expect(kind.scorer(chances, labels, 2).score(counts)).toBeCloseTo(expected[kind.name]!, 12);
  });
});

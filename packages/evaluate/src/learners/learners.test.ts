// The learners against scikit-learn 1.9.1 on rows that both sides make by the same whole-number formula.

import { describe, expect, it } from "vitest";
import { adaBoost } from "./ada-boost.ts";
import { balancedWeights, DecisionTree } from "./decision-tree.ts";
import { fitMixture, meanLogDensity } from "./gaussian-mixture.ts";
import { leastSquares } from "./least-squares.ts";
import { perceptron } from "./perceptron.ts";
import { denseRows, narrowFeatures, scaledRows, scalingOf } from "./scaled-rows.ts";
import { decide, fitClassifier, fitRegressor, gaussianKernel } from "./support-vectors.ts";

const count = 300;
const columns = [0, 1, 2].map((column) =>
  Float64Array.from(
    { length: count },
    (_, row) => (((row * 7919 + column * 104_729) * 31 + row * row * (column + 1) * 17) % 10_007) / 10_007,
  ),
);
const sums = Float64Array.from(
  { length: count },
  (_, row) => Math.sin(6 * columns[0]![row]!) + columns[1]![row]! * columns[2]![row]!,
);
const labels = Int32Array.from(sums, (sum, row) => {
  const label = sum > 0.4 ? 1 : 0;
  return row % 11 === 0 ? 1 - label : label;
});
const rowsOf = (from: number, to: number) => ({
  count: to - from,
  numbers: columns.map((own) => own.slice(from, to)),
  codes: [],
});
const [learnt, asked] = [rowsOf(0, 200), rowsOf(200, count)];
const bits = (values: ArrayLike<number>): string => Array.from(values).join("");

describe("decision trees", () => {
  const weights = balancedWeights(labels.slice(0, 200), 2);
  it("are scikit-learn's where no two splits are equally good", () => {
    const tree = DecisionTree.grow(learnt, [], labels.slice(0, 200), 2, { mostDepth: 3, weights });
    expect(bits(tree.predict(asked))).toBe(
      "1000110001011100111011010001001101101101100001001011010110101001010100101110001010001010101010101010",
    );
  });

  it("are one of those that scikit-learn draws where some are", () => {
    const tree = DecisionTree.grow(learnt, [], labels.slice(0, 200), 2, { mostDepth: 15, weights });
    expect([
      "1000110011011100111011011001001101101101101101001011010110101001010100001110101010001010101010101010",
      "1000110011011100110011011001001101101101101101001011010110101001010100001110101010001010101010101010",
      "1000110011011100110011011001001101101101100101001011010110101001010100001110101010001010101010101010",
      "1000110011011100111011011001001101101101100101001011010110101001010100001110101010001010101010101010",
    ]).toContain(bits(tree.predict(asked)));
  });

  it("split blocks by one category, as on its one-hot column", () => {
    const codes = Int32Array.from({ length: 60 }, (_, row) => row % 3);
    const own = Int32Array.from(codes, (code) => (code === 1 ? 1 : 0));
    const rows = { count: 60, numbers: [new Float64Array(60)], codes: [codes] };
    const tree = DecisionTree.grow(rows, [3], own, 2, { mostDepth: 1 });
    const others = { count: 4, numbers: [new Float64Array(4)], codes: [Int32Array.of(0, 1, 2, -1)] };
    expect([...tree.predict(others)]).toEqual([0, 1, 0, 0]);
  });

  it("boosted answer as scikit-learn's AdaBoost but where rounding decides between two splits", () => {
    const original =
      "1000110011001100110011010001001101101101101101001011010110101001010100101010101010101010001010101010";
    const own = bits(adaBoost(learnt, [], labels.slice(0, 200), asked, 50));
    const different = [...original].filter((label, row) => label !== own[row]);
    expect(different.length).toBeLessThanOrEqual(1);
  });
});

describe("support vectors", () => {
  const all = Int32Array.from({ length: 200 }, (_, row) => row);
  const features = { rowCount: count, numbers: columns, blocks: [] };
  const base = scalingOf(features, all);
  const scale = { centre: new Float64Array(3), scale: new Float64Array(3).fill(1) };
  const scaling = { ...base, scale };
  const kernel = gaussianKernel(scaling, learnt);

  it("decide as LIBSVM does, within what its end leaves open", async () => {
    const signs = Float64Array.from(labels.slice(0, 200), (label) => 2 * label - 1);
    const decisions = await decide(await fitClassifier(kernel, signs, {}), kernel, asked, {});
    const exact = [1.21657017, -0.30622428, -1.24485636, -1.46396368, 1.11099045, 0.9026333];
    for (const [row, value] of exact.entries()) expect(Math.abs(decisions[row]! - value)).toBeLessThan(1e-3);
  });

  it("predict numbers as LIBSVM does", async () => {
    const predicted = await decide(await fitRegressor(kernel, sums.slice(0, 200), {}), kernel, asked, {});
    const exact = [0.89751282, 0.40723882, -0.76253774, -0.30634211, 0.90085963, 0.62939809];
    for (const [row, value] of exact.entries()) expect(Math.abs(predicted[row]! - value)).toBeLessThan(1e-3);
  });
});

describe("least squares", () => {
  it("has the smallest norm where a column is the sum of two others", () => {
    const dense = Float64Array.from({ length: 200 * 4 }, (_, at) => {
      const [row, column] = [Math.floor(at / 4), at % 4];
      return column < 3 ? columns[column]![row]! : columns[0]![row]! + columns[1]![row]!;
    });
    const { weights, intercept } = leastSquares(dense, 200, 4, sums.slice(0, 200));
    const expected = [-1.4831178, 0.94230608, 0.53502227, -0.54081172];
    for (const [at, weight] of weights.entries()) expect(weight).toBeCloseTo(expected[at]!, 7);
    expect(intercept).toBeCloseTo(0.7488085822078951, 12);
  });
});

describe("a mixture of Gaussians", () => {
  const points = (from: number, to: number): Float64Array =>
    Float64Array.from({ length: 3 * (to - from) }, (_, at) => columns[at % 3]![from + Math.floor(at / 3)]!);

  it("of one component is scikit-learn's", () => {
    const mixture = fitMixture(points(0, 200), 200, 3, 1, 0);
    expect(meanLogDensity(mixture, points(200, count), 100, 3)).toBeCloseTo(-0.6186205781283324, 9);
  });

  it("finds two heaps", () => {
    const heaps = Float64Array.from({ length: 400 }, (_, row) => columns[0]![row % count]! + (row % 2) * 10);
    const { means, variances } = fitMixture(heaps, 400, 1, 2, 3);
    const [low, high] = [...means].sort((a, b) => a - b);
    expect(Math.abs(low! - 0.5)).toBeLessThan(0.1);
    expect(Math.abs(high! - 10.5)).toBeLessThan(0.1);
    for (const variance of variances) expect(variance).toBeLessThan(0.2);
  });
});

describe("the network", () => {
  it("learns what trees and machines learn, the same by each seed", async () => {
    const features = {
      rowCount: count,
      numbers: columns,
      blocks: [{ codes: Int32Array.from({ length: count }, (_, row) => row % 4), width: 4 }],
    };
    const first = Int32Array.from({ length: 200 }, (_, row) => row);
    const others = Int32Array.from({ length: 100 }, (_, row) => 200 + row);
    const scaling = scalingOf(features, first);
    const own = Float64Array.from(labels.slice(0, 200));
    const predict = (seed: number) =>
      perceptron(scaling, scaledRows(scaling, first), own, scaledRows(scaling, others), {
        hidden: 50,
        epochs: 300,
        seed,
        task: { classes: 2 },
      });
    const once = await predict(1);
    expect(await predict(1)).toEqual(once);
    const right = once.reduce((sum, label, row) => sum + Number(label === labels[200 + row]), 0);
    // One in eleven labels is turned round; a coin would be right fifty times, with a deviation of five.
    expect(right).toBeGreaterThan(75);
  });
});

describe("scaled rows", () => {
  it("are the dense matrix of their one-hot columns, and keep the commonest categories where they are too many", () => {
    const features = {
      rowCount: 5,
      numbers: [Float64Array.of(1, 2, 3, 4, 5)],
      blocks: [{ codes: Int32Array.of(0, 1, 1, 1, -1), width: 2 }],
    };
    const all = Int32Array.of(0, 1, 2, 3, 4);
    const scaling = scalingOf(features, all);
    const dense = denseRows(scaling, scaledRows(scaling, all));
    // The median is 3 and half the numbers lie within 2; the second category is that of three rows of five.
    expect([...dense.slice(0, 3)]).toEqual([-1, 1, -1]);
    expect(Array.from(dense.slice(12, 15), (value) => value + 0)).toEqual([1, 0, -1]);
    expect([...narrowFeatures(features, all, 2).blocks[0]!.codes]).toEqual([-1, 0, 0, 0, -1]);
  });
});

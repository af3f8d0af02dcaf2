import { describe, expect, it } from "vitest";
import { gradients } from "../grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import { matmul } from "../ops/contract.ts";
import { add, mul, sub, tanh } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { tensorData } from "../tensor-data.ts";
import { checkGrads } from "../testing/check-grads.ts";
import { referenceValues } from "../testing/reference-training.ts";
import { gradientPenalty, lengthPenalty } from "./gradient-penalty.ts";
import { Initializer } from "./initializer.ts";
import { linear, linearInputGradients } from "./linear.ts";
import { binaryCrossEntropy, meanSquaredError, normalDivergence, spanCrossEntropy } from "./losses.ts";

const at = new Initializer(11, "losses");
const numberOf = (...args: Parameters<typeof referenceValues>): number => referenceValues(...args)[0]![0]!;

describe("losses", () => {
  it("meanSquaredError averages squares", () => {
    expect(numberOf([tensorData([1, 5]), tensorData([0, 2])], ([a, b]) => meanSquaredError(a!, b!))).toBe(5);
  });

  it("binaryCrossEntropy is right in the middle and far out", () => {
    const logits = tensorData([0, 1000, -1000, 1000]);
    const targets = tensorData([1, 1, 0, 0]);
    expect(numberOf([logits, targets], ([x, t]) => binaryCrossEntropy(x!, t!))).toBeCloseTo(
      (Math.LN2 + 1000) / 4,
      10,
    );
  });

  it("spanCrossEntropy is the sum of the spans' cross entropies", () => {
    const logits = [1, 2, 0, -1, 3];
    const columns = tensorData(Int32Array.of(1, 4), [1, 2]);
    const expected =
      Math.log(Math.exp(1) + Math.exp(2)) - 2 + (Math.log(Math.exp(0) + Math.exp(-1) + Math.exp(3)) - 3);
    expect(
      numberOf([tensorData(logits, [1, 5]), columns], ([x, c]) => spanCrossEntropy(x!, c!, [2, 3])),
    ).toBeCloseTo(expected, 12);
  });

  it("spanCrossEntropy leaves missing categories out, is a mean over rows, and is exact for certain ones", () => {
    const logits = tensorData([500, -500, 0, 0], [2, 2]);
    const columns = tensorData(Int32Array.of(1, -1), [2, 1]);
    expect(numberOf([logits, columns], ([x, c]) => spanCrossEntropy(x!, c!, [2]))).toBeCloseTo(500, 10);
  });

  it("spanCrossEntropy has right derivatives", () => {
    const columns = tensorData(Int32Array.of(0, 3, 1, 2), [2, 2]);
    checkGrads((x, c) => spanCrossEntropy(x!, c!, [2, 2]), [at.at("x").normal([2, 4], 1), columns]);
  });

  it("normalDivergence is 0 for the standard normal and half the squared mean for a shifted one", () => {
    const [mean, logVariance] = [tensorData([0, 0, 3, 1], [2, 2]), tensorData([0, 0, 0, 0], [2, 2])];
    expect(numberOf([mean, logVariance], ([m, v]) => normalDivergence(m!, v!))).toBeCloseTo(
      (9 + 1) / 2 / 2,
      12,
    );
  });
});

describe("gradientPenalty", () => {
  const [real, fake] = [at.at("real").normal([4, 3], 1), at.at("fake").normal([4, 3], 1)];
  const share = tensorData([0.1, 0.4, 0.7, 0.9], [4, 1]);

  it("of a linear critic is (length of its weights - 1)^2", () => {
    const weights = tensorData([3, 4, 0], [3, 1]);
    const penalty = numberOf([real, fake, share, weights], ([x, y, s, w]) =>
      gradientPenalty((z) => matmul(z, w!), x!, y!, s!),
    );
    expect(penalty).toBeCloseTo(16, 8);
  });

  it("has right derivatives by the critic's weights", () => {
    const [w, v] = [at.at("w").normal([3, 5], 1), at.at("v").normal([5, 1], 1)];
    checkGrads(
      (w, v, x, y, s) => gradientPenalty((z) => matmul(tanh(matmul(z, w!)), v!), x!, y!, s!),
      [w, v, real, fake, share],
    );
  });

  it("is the same from mixed sums of a linear first layer as from mixed samples", () => {
    const [w, b, v] = [at.at("w").normal([3, 5], 1), at.at("b").normal([5], 1), at.at("v").normal([5, 1], 1)];
    const results = referenceValues([real, fake, share, w, b, v], ([x, y, s, w, b, v]) => {
      const first = { weights: [w!], bias: b! };
      const rest = (sums: Tensor): Tensor => matmul(tanh(sums), v!);
      const mixed = add(mul(s!, linear(first, x!)), mul(sub(1, s!), linear(first, y!)));
      const [bySums] = gradients(sum(rest(mixed)), [mixed]);
      const fast = lengthPenalty(linearInputGradients(first, bySums!));
      const plain = gradientPenalty((z) => rest(linear(first, z)), x!, y!, s!);
      return [fast, plain, ...gradients(fast, [w!, v!]), ...gradients(plain, [w!, v!])];
    });
    expect(results[0]![0]).toBeCloseTo(results[1]![0]!, 12);
    for (const [fast, plain] of [[2, 4] as const, [3, 5] as const])
      results[fast]!.forEach((value, i) => {
        expect(value).toBeCloseTo(results[plain]![i]!, 10);
      });
  });
});

import { describe, expect, it } from "vitest";
import { valueAndGrad } from "../grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sum } from "../ops/reduce.ts";
import { type ReferenceNumbers, runReference } from "../runtime/reference.ts";
import { type TensorData, tensorData } from "../tensor-data.ts";
import { caseNumbers } from "../testing/case-numbers.ts";
import { checkGrads } from "../testing/check-grads.ts";
import { referenceValues } from "../testing/reference-values.ts";
import { traceEntry } from "../trace.ts";
import { clip, gelu, leakyRelu, logSigmoid, silu, softplus } from "./activations.ts";
import {
  gumbelSoftmax,
  logSoftmax,
  logSumExp,
  segmentLogSoftmax,
  segmentSoftmax,
  softmax,
} from "./softmax.ts";
import { mean, minimumOf, variance } from "./statistics.ts";
import {
  expandDims,
  full,
  greaterEqual,
  lessEqual,
  notEqual,
  oneHot,
  pick,
  split,
  squeeze,
  stack,
} from "./structure.ts";

const valuesOf = (f: (...x: Tensor[]) => Tensor | Tensor[], ...inputs: TensorData[]): number[][] =>
  referenceValues((x) => f(...x), inputs);

const infinity = Number.POSITIVE_INFINITY;
const extremes = tensorData([-infinity, -1000, 0, 1000, infinity]);

describe("activations", () => {
  it("give known values", () => {
    const x = tensorData([-1, 0, 2]);
    expect(valuesOf((y) => leakyRelu(y, 0.5), x)[0]).toEqual([-0.5, 0, 2]);
    expect(valuesOf((y) => clip(y, -0.5, 1), x)[0]).toEqual([-0.5, 0, 1]);
    // x P(Z < x) with P(Z < 2) = 0.97724986805182079 and P(Z < -1) = 0.15865525393145705 (tables of the normal distribution)
    const [low, zero, high] = valuesOf(gelu, x)[0]!;
    expect(low).toBeCloseTo(-0.15865525393145705, 12);
    expect(zero).toBe(0);
    expect(high).toBeCloseTo(2 * 0.97724986805182079, 12);
    expect(valuesOf(silu, x)[0]![2]).toBeCloseTo(2 / (1 + Math.exp(-2)), 14);
    expect(valuesOf(softplus, x)[0]![1]).toBeCloseTo(Math.LN2, 14);
  });

  it("neither overflow nor lose small results, in values and derivatives", () => {
    expect(valuesOf(softplus, extremes)[0]).toEqual([0, 0, Math.LN2, 1000, infinity]);
    expect(valuesOf(logSigmoid, extremes)[0]).toEqual([-infinity, -1000, -Math.LN2, -0, -0]);
    const small = valuesOf(softplus, tensorData([-40]))[0]![0]!;
    expect(small / Math.exp(-40)).toBeCloseTo(1, 12);
    const slopes = valuesOf((x) => valueAndGrad((y: Tensor) => sum(softplus(y)))(x)[1], extremes)[0];
    expect(slopes).toEqual([0, 0, 0.5, 1, 1]);
  });

  it.each([
    ["leakyRelu", leakyRelu],
    ["gelu", gelu],
    ["silu", silu],
    ["softplus", softplus],
    ["logSigmoid", logSigmoid],
    ["clip", (x: Tensor) => clip(x, -0.7, 0.6)],
  ])("%s has right derivatives of orders 1 to 3", (name, f) => {
    expect(
      checkGrads(f as (x: Tensor) => Tensor, [caseNumbers(name as string, [4, 5])], { order: 3 }),
    ).toHaveLength(3);
  });
});

describe("softmax", () => {
  it("gives probabilities that e^x has, for any shift", () => {
    const x = tensorData([1, 2, 3, 1001, 1002, 1003], [2, 3]);
    const e = [1, Math.E, Math.E ** 2];
    const expected = e.map((value) => value / (1 + Math.E + Math.E ** 2));
    const close = (actual: readonly number[], wanted: readonly number[]): void =>
      actual.forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[i]!, 13);
      });
    close(valuesOf((y) => softmax(y), x)[0]!, [...expected, ...expected]);
    close(valuesOf((y) => logSoftmax(y), x)[0]!, [...expected, ...expected].map(Math.log));
    close(valuesOf((y) => segmentSoftmax(y, [3]), x)[0]!, [...expected, ...expected]);
    close(valuesOf((y) => softmax(y, 0), tensorData([0, 0, 0, 1], [2, 2]))[0]!, [
      0.5,
      1 / (1 + Math.E),
      0.5,
      Math.E / (1 + Math.E),
    ]);
    close(valuesOf((y) => segmentSoftmax(y, [1, 2]), tensorData([7, 0, 0], [1, 3]))[0]!, [1, 0.5, 0.5]);
  });

  it("has a logarithm that is exact where the probability is 0 in f32", () => {
    const x = tensorData([0, 500], [1, 2]);
    expect(valuesOf((y) => logSoftmax(y), x)[0]).toEqual([-500, 0]);
    expect(valuesOf((y) => segmentLogSoftmax(y, [2]), x)[0]).toEqual([-500, 0]);
  });

  it("log of a sum of powers takes infinities and nothing", () => {
    expect(valuesOf((y) => logSumExp(y), tensorData([1000, 1000]))[0]).toEqual([1000 + Math.LN2]);
    const rows = tensorData([-infinity, -infinity, infinity, 0, -infinity, 3], [3, 2]);
    expect(valuesOf((y) => logSumExp(y, 1), rows)[0]).toEqual([-infinity, infinity, 3]);
    expect(valuesOf((y) => logSumExp(y, 1), tensorData([], [2, 0]))[0]).toEqual([-infinity, -infinity]);
  });

  it.each([
    ["softmax", (x: Tensor) => softmax(x, 0)],
    ["logSoftmax", (x: Tensor) => logSoftmax(x)],
    ["logSumExp", (x: Tensor) => logSumExp(x, [0, 1], true)],
    ["segmentSoftmax", (x: Tensor) => segmentSoftmax(x, [2, 3])],
    ["segmentLogSoftmax", (x: Tensor) => segmentLogSoftmax(x, [2, 3])],
  ])("%s has right derivatives of orders 1 and 2", (name, f) => {
    expect(checkGrads(f, [caseNumbers(name, [4, 5])])).toHaveLength(2);
  });

  it("a hard random choice is one-hot per span, follows the logits, and has the soft derivative", () => {
    const rows = 2000;
    const logits = tensorData(
      Array.from({ length: rows * 3 }, (_, i) => [Math.log(0.2), Math.log(0.8), 5][i % 3]!),
      [rows, 3],
    );
    const entry = traceEntry("test", {}, { logits }, ({ inputs, rng }) => {
      const [choice, slope] = valueAndGrad((x: Tensor) => {
        const hard = gumbelSoftmax(rng, x, { widths: [2, 1], temperature: 1, hard: true });
        return [sum(pick(hard, full([rows], 1, "i32"))), hard] as const;
      })(inputs.logits);
      return { outputs: { share: mean(pick(choice[1], full([rows], 1, "i32"))), choice: choice[1], slope } };
    });
    const { share, choice, slope } = runReference(entry, { inputs: { logits } }).outputs as Record<
      string,
      ReferenceNumbers
    >;
    // standard error 0.009; a right sampler fails the bound of 5 of them once in two million seeds
    expect(Math.abs(share!.data[0]! - 0.8)).toBeLessThan(0.045);
    expect(new Set(Array.from(choice!.data, (x) => Math.round(x * 1e12) / 1e12))).toEqual(new Set([0, 1]));
    // Of p1 = e^x1 / (e^x0 + e^x1): the slopes for x0 and x1 are opposite, and none flows to the other span.
    for (let i = 0; i < 30; i += 3) {
      expect(slope!.data[i]! + slope!.data[i + 1]!).toBeCloseTo(0, 12);
      expect(slope!.data[i + 1]!).toBeGreaterThan(0);
      expect(slope!.data[i + 2]!).toBe(0);
    }
  });
});

describe("statistics", () => {
  const x = tensorData([1, 2, 3, 4, 5, 9], [2, 3]);

  it("give means, variances and minima", () => {
    expect(valuesOf((y) => mean(y), x)[0]![0]).toBeCloseTo(4, 14);
    expect(valuesOf((y) => mean(y, 0), x)[0]).toEqual([2.5, 3.5, 6]);
    expect(valuesOf((y) => variance(y, 0), x)[0]).toEqual([2.25, 2.25, 9]);
    expect(valuesOf((y) => variance(y, 0, { correction: 1 }), x)[0]).toEqual([4.5, 4.5, 18]);
    expect(valuesOf((y) => minimumOf(y, 1), x)[0]).toEqual([1, 4]);
    expect(valuesOf((y) => mean(y), tensorData([], [0]))[0]).toEqual([Number.NaN]);
  });

  it("have right derivatives of orders 1 and 2", () => {
    checkGrads((y) => variance(y, -1, { keepDims: true, correction: 1 }), [caseNumbers("variance", [3, 6])]);
    checkGrads((y) => minimumOf(y, 0), [caseNumbers("minimum", [6, 3])]);
  });
});

describe("structure", () => {
  const x = tensorData([1, 2, 3, 4, 5, 6], [2, 3]);

  it("takes tensors apart and puts them together", () => {
    expect(valuesOf((y) => split(y, [1, 2]), x)).toEqual([
      [1, 4],
      [2, 3, 5, 6],
    ]);
    expect(valuesOf((y) => stack(split(y, [1, 1], 0).map((row) => squeeze(row, 0))), x)[0]).toEqual([
      1, 4, 2, 5, 3, 6,
    ]);
    expect(valuesOf((y) => stack([y, y], 0), x)[0]).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
  });

  it("puts axes of length 1 where they are asked for", () => {
    const shapes: (readonly number[])[] = [];
    valuesOf((y) => {
      shapes.push(expandDims(y).shape, expandDims(y, 0).shape, squeeze(expandDims(expandDims(y), 0)).shape);
      return y;
    }, x);
    expect(shapes).toEqual([
      [2, 3, 1],
      [1, 2, 3],
      [2, 3],
    ]);
  });

  it("picks by number, with infinities beside it and numbers out of range", () => {
    const logits = tensorData([1, -infinity, 3, 4, 5, 6], [2, 3]);
    const places = tensorData(Int32Array.of(2, 3));
    expect(valuesOf((y, at) => pick(y, at), logits, places)[0]).toEqual([3, 0]);
    expect(valuesOf((at) => oneHot(at, 3), tensorData(Int32Array.of(2, -1)))[0]).toEqual([0, 0, 1, 0, 0, 0]);
    checkGrads((y, at) => pick(y, at), [x, places]);
  });

  it("compares, and no comparison but being different holds for NaN", () => {
    const a = tensorData([1, 2, 3, Number.NaN]);
    expect(valuesOf((y) => [lessEqual(y, 2), greaterEqual(y, 2), notEqual(y, 2)], a)).toEqual([
      [1, 1, 0, 0],
      [0, 1, 1, 0],
      [1, 0, 1, 1],
    ]);
  });

  it("says what does not fit", () => {
    expect(() => valuesOf((y) => squeeze(y, 1), x)).toThrow(
      "[squeeze] Expected axes [1] of length 1 but received shape [2, 3]",
    );
    expect(() => valuesOf((y) => split(y, [1, 1]), x)).toThrow(
      "[split] Expected sizes that add up to axis 1 of [2, 3] but received [1, 1]",
    );
  });
});

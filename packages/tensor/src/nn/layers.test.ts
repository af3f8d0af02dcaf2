import { describe, expect, it } from "vitest";
import { oneHot } from "../functions/structure.ts";
import { gradients } from "../grad.ts";
import type { Tensor } from "../graph/tensor.ts";
import { concat, reshape } from "../ops/movement.ts";
import { add, mul } from "../ops/pointwise.ts";
import { sum } from "../ops/reduce.ts";
import { type TensorData, tensorData } from "../tensor-data.ts";
import { checkGrads } from "../testing/check-grads.ts";
import { referenceValues } from "../testing/reference-training.ts";
import { attention, initAttention } from "./attention.ts";
import { conv2d, conv2dTranspose, initConv2d } from "./convolution.ts";
import { dropout } from "./dropout.ts";
import { embedding } from "./embedding.ts";
import { fanInUniform, filled, heNormal, Initializer, xavierUniform } from "./initializer.ts";
import { initLinear, linear, linearInputGradients } from "./linear.ts";
import { batchNorm, batchNormInference, layerNorm } from "./normalization.ts";

const at = new Initializer(7, "test");
const numbers = (name: string, shape: readonly number[]): TensorData => at.at(name).normal(shape, 1);

function expectClose(actual: readonly number[], expected: readonly number[], digits = 10): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, digits);
}

describe("Initializer", () => {
  it("draws from the layer's own range", () => {
    const fans = { fanIn: 100, fanOut: 50 };
    const deviation = ({ data }: TensorData): number =>
      Math.sqrt([...data].reduce((total, x) => total + x * x, 0) / data.length);
    const [uniform, xavier, he] = [fanInUniform, xavierUniform, heNormal].map((init, i) =>
      init(at.at(i), [100, 50], fans),
    ) as [TensorData, TensorData, TensorData];
    // deviation of U(-a, a): a / sqrt 3; 5000 numbers estimate it within 3 %
    expect(deviation(uniform) / (0.1 / Math.sqrt(3))).toBeCloseTo(1, 1);
    expect(Math.max(...uniform.data)).toBeLessThan(0.1);
    expect(deviation(xavier) / Math.sqrt(2 / 150)).toBeCloseTo(1, 1);
    expect(deviation(he) / Math.sqrt(2 / 100)).toBeCloseTo(1, 1);
  });

  it("gives a parameter the same numbers whatever other parameters there are", () => {
    const first = initLinear(new Initializer(3).at("a"), { inputs: [4, 2], outputs: 5 });
    const second = initLinear(new Initializer(3).at("a"), { inputs: 4, outputs: 5, bias: false });
    const limit = (inputs: number) => 1 / Math.sqrt(inputs);
    const scaled = [...second.weights[0]!.data].map((x) => (x * limit(6)) / limit(4));
    expectClose([...first.weights[0]!.data], scaled, 6);
    expect(initLinear(new Initializer(4).at("a"), { inputs: 4, outputs: 5 }).weights[0]!.data).not.toEqual(
      second.weights[0]!.data,
    );
  });
});

describe("linear", () => {
  const [x, y, w, v, b] = [
    numbers("x", [3, 4]),
    numbers("y", [3, 2]),
    numbers("w", [4, 5]),
    numbers("v", [2, 5]),
    numbers("b", [5]),
  ];

  it("of several inputs is one product of the inputs side by side", () => {
    const [apart, together] = referenceValues([x, y, w, v, b], ([x, y, w, v, b]) => [
      linear({ weights: [w!, v!], bias: b! }, [x!, y!]),
      linear({ weights: [concat([w!, v!], 0)], bias: b! }, concat([x!, y!])),
    ]);
    expectClose(apart!, together!);
  });

  it("multiplies a bag as the matrix of ones and zeros that it stands for, in values and gradients", () => {
    const codes = tensorData(Int32Array.of(2, 0, 3), [3, 1]);
    const results = referenceValues([codes, w, numbers("g", [3, 5])], ([codes, w, g]) => {
      const dense = linear({ weights: [w!] }, oneHot(reshape(codes!, [3]), 4));
      const sparse = linear({ weights: [w!] }, { indices: codes!, size: 4 });
      return [dense, sparse, ...[dense, sparse].flatMap((z) => gradients(sum(mul(z, g!)), [w!]))];
    });
    expectClose(results[1]!, results[0]!);
    expectClose(results[3]!, results[2]!);
  });

  it("takes a category outside the bag's columns as a row of zeros", () => {
    const codes = tensorData(Int32Array.of(-1, 4), [2, 1]);
    const [z] = referenceValues([codes, w, b], ([codes, w, b]) =>
      linear({ weights: [w!], bias: b! }, { indices: codes!, size: 4 }),
    );
    expectClose(z!, [...b.data, ...b.data]);
  });

  it("gives the gradient of its inputs", () => {
    const results = referenceValues([x, y, w, v, numbers("g", [3, 5])], ([x, y, w, v, g]) => {
      const z = linear({ weights: [w!, v!] }, [x!, y!]);
      return [...linearInputGradients({ weights: [w!, v!] }, g!), ...gradients(sum(mul(z, g!)), [x!, y!])];
    });
    expectClose(results[0]!, results[2]!);
    expectClose(results[1]!, results[3]!);
  });

  it("says how many inputs it has weights for", () => {
    expect(() => referenceValues([x, w], ([x, w]) => linear({ weights: [w!] }, [x!, x!]))).toThrow(
      /Expected 1 inputs but received 2/,
    );
  });
});

describe("normalization", () => {
  it("batchNorm returns columns of mean 0 and variance 1, and PyTorch's running statistics", () => {
    const x = tensorData([1, 10, 3, 30], [2, 2]);
    const [y, mean, variance] = referenceValues(
      [x, filled([2], 1), filled([2], 0), filled([2], 0), filled([2], 1)],
      ([x, scale, shift, mean, variance]) => {
        const result = batchNorm({ scale: scale!, shift: shift! }, { mean: mean!, variance: variance! }, x!, {
          epsilon: 0,
        });
        return [result.y, result.state.mean, result.state.variance];
      },
    );
    expectClose(y!, [-1, -1, 1, 1]);
    // 0.9 old + 0.1 new; the variance of (1, 3) with n - 1 is 2, that of (10, 30) is 200
    expectClose(mean!, [0.2, 2]);
    expectClose(variance!, [1.1, 20.9]);
  });

  it("batchNormInference makes a row of its own numbers only", () => {
    const running = [filled([1], 2), filled([1], 9)];
    const [y] = referenceValues(
      [tensorData([2, 5], [2, 1]), filled([1], 4), filled([1], 1), ...running],
      ([x, scale, shift, mean, variance]) =>
        batchNormInference({ scale: scale!, shift: shift! }, { mean: mean!, variance: variance! }, x!, {
          epsilon: 0,
        }),
    );
    expectClose(y!, [1, 5]);
  });

  it("layerNorm works by row", () => {
    const [y] = referenceValues([tensorData([1, 3, 10, 30], [2, 2])], ([x]) =>
      layerNorm({ scale: reshape(mul(sum(x!), 0), [1]), shift: reshape(add(mul(sum(x!), 0), 5), [1]) }, x!),
    );
    expectClose(y!, [5, 5, 5, 5]);
    const [z] = referenceValues(
      [tensorData([1, 3, 10, 30], [2, 2]), filled([2], 1), filled([2], 0)],
      ([x, s, h]) => layerNorm({ scale: s!, shift: h! }, x!, { epsilon: 0 }),
    );
    expectClose(z!, [-1, 1, -1, 1]);
  });

  it("has right derivatives of first and second order", () => {
    const args = [numbers("x", [6, 3]), numbers("scale", [3]), numbers("shift", [3])];
    checkGrads((x, scale, shift) => layerNorm({ scale: scale!, shift: shift! }, x!), args);
    const running = (x: Tensor) => ({ mean: mul(sum(x, 0), 0), variance: mul(sum(x, 0), 0) });
    checkGrads((x, scale, shift) => batchNorm({ scale: scale!, shift: shift! }, running(x!), x!).y, args);
  });
});

describe("dropout", () => {
  it("drops the given share and keeps the mean", () => {
    const [y] = referenceValues([filled([100, 100], 1)], ([x], rng) => dropout(rng, x!, 0.25));
    const zeros = y!.filter((value) => value === 0).length / y!.length;
    // 10,000 draws: three deviations are 0.013
    expect(Math.abs(zeros - 0.25)).toBeLessThan(0.013);
    expect(y!.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6)).toBe(true);
  });

  it("draws anew at every call", () => {
    const [a, b] = referenceValues([filled([20, 4], 1)], ([x], rng) => [
      dropout(rng, x!, 0.5),
      dropout(rng, x!, 0.5),
    ]);
    expect(a).not.toEqual(b);
  });
});

describe("embedding", () => {
  it("gives a missing category a vector of zeros", () => {
    const [y] = referenceValues(
      [tensorData([1, 2, 3, 4], [2, 2]), tensorData(Int32Array.of(1, -1))],
      ([table, codes]) => embedding({ table: table! }, codes!),
    );
    expect(y).toEqual([3, 4, 0, 0]);
  });
});

describe("attention", () => {
  const parameters = initAttention(at.at("attention"), 4);
  const flat = (["query", "key", "value", "output"] as const).flatMap((name) => [
    parameters[name].weights[0]!,
    parameters[name].bias!,
  ]);
  const tree = (p: readonly Tensor[]) => {
    const layer = (i: number) => ({ weights: [p[i]!], bias: p[i + 1]! });
    return { query: layer(0), key: layer(2), value: layer(4), output: layer(6) };
  };

  it("with equal places is the linear layers of one place", () => {
    const [y, single] = referenceValues(
      [tensorData(Array(12).fill(0.5), [1, 3, 4]), ...flat],
      ([x, ...p]) => {
        const own = tree(p);
        return [attention(own, x!, { heads: 2 }), linear(own.output, linear(own.value, x!))];
      },
    );
    expectClose(y!, single!);
  });

  it("causal: later places change nothing before them", () => {
    const x = numbers("sequence", [1, 3, 4]);
    const changed = tensorData(
      Float32Array.from(x.data as Float32Array, (value, i) => (i >= 8 ? -value : value)),
      x.shape,
    );
    const [a, b] = [x, changed].map(
      (input) =>
        referenceValues([input, ...flat], ([x, ...p]) =>
          attention(tree(p), x!, { heads: 2, causal: true }),
        )[0]!,
    );
    expectClose(a!.slice(0, 8), b!.slice(0, 8));
    expect(Math.abs(a![9]! - b![9]!)).toBeGreaterThan(1e-3);
  });

  it("has right derivatives", () => {
    checkGrads((x, ...p) => attention(tree(p), x!, { heads: 2 }), [numbers("s", [2, 3, 4]), ...flat]);
  });
});

describe("convolution", () => {
  const { weight } = initConv2d(at.at("conv"), { kernel: [3, 3], inputs: 2, outputs: 3 });
  const placement = { stride: [2, 2], pads: [1, 1, 1, 1] } as const;

  it("conv2d sums the neighbours that its kernel names", () => {
    const image = tensorData([1, 2, 3, 4], [1, 2, 2, 1]);
    const kernel = tensorData([1, 10, 100, 1000], [2, 2, 1, 1]);
    const [y] = referenceValues([image, kernel, filled([1], 0.5)], ([x, weight, bias]) =>
      conv2d({ weight: weight!, bias: bias! }, x!, { pads: [0, 0, 1, 1] }),
    );
    expectClose(y!, [4321.5, 402.5, 43.5, 4.5]);
  });

  it("conv2dTranspose is the transpose of conv2d", () => {
    const [x, y] = [numbers("image", [2, 5, 5, 2]), numbers("code", [2, 3, 3, 3])];
    const [there, back] = referenceValues(
      [x, y, weight, filled([3], 0), filled([2], 0)],
      ([x, y, w, b, c]) => [
        sum(mul(conv2d({ weight: w!, bias: b! }, x!, placement), y!)),
        sum(mul(conv2dTranspose({ weight: w!, bias: c! }, y!, [5, 5], placement), x!)),
      ],
    );
    expect(there![0]).toBeCloseTo(back![0]!, 10);
  });

  it("has right derivatives", () => {
    const args = [numbers("image", [2, 5, 5, 2]), weight, filled([3], 0.1)];
    checkGrads((x, weight, bias) => conv2d({ weight: weight!, bias: bias! }, x!, placement), args);
  });
});

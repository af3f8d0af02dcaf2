import { describe, expect, test } from "vitest";
import { type KernelCall, kernelProgram, runKernel } from "../../fixtures/run-kernel.ts";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";

const floats = (name: string, length: number): Float32Array => Float32Array.from(uniforms(name, length));
const positive = (name: string, length: number): Float32Array =>
  Float32Array.from(uniforms(name, length, 0, 1));

/** Odd sizes, empty and single ones, one beyond a piece of work. */
const sizes = [1, 7, 0, 300, 16_390, 64];

// Each update is a handful of roundings of numbers near 1; rates are below 0.1.
const tolerance = 3e-7;

describe("adam", () => {
  interface Adam {
    t: number;
    rate: number;
    beta1?: number;
    beta2?: number;
    epsilon?: number;
    weightDecay?: number;
    decoupled?: boolean;
    threads?: number;
    lengths?: number[];
  }

  function adam(options: Adam): { call: KernelCall; want: Float64Array[] } {
    const { t, rate, beta1 = 0.5, beta2 = 0.9, epsilon = 1e-8, weightDecay = 0, decoupled = false } = options;
    const want: Float64Array[] = [];
    const operands: KernelCall["operands"][number][] = [Float32Array.of(t), Float32Array.of(rate)];
    (options.lengths ?? sizes).forEach((length, k) => {
      const [p, g, m] = ["p", "g", "m"].map((name) => floats(`${name}${k}`, length)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const v = positive(`v${k}`, length);
      operands.push({ written: p }, g, { written: m }, { written: v });
      const results = [0, 1, 2].map(() => new Float64Array(length)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      for (let i = 0; i < length; i++) {
        const gradient = g[i]! + (decoupled ? 0 : weightDecay * p[i]!);
        const first = beta1 * m[i]! + (1 - beta1) * gradient;
        const second = beta2 * v[i]! + (1 - beta2) * gradient ** 2;
        const change = first / (1 - beta1 ** t) / (Math.sqrt(second / (1 - beta2 ** t)) + epsilon);
        results[0][i] = p[i]! * (1 - (decoupled ? rate * weightDecay : 0)) - rate * change;
        results[1][i] = first;
        results[2][i] = second;
      }
      want.push(...results);
    });
    return {
      want,
      call: {
        kernel: "adam",
        operands,
        ints: [(options.lengths ?? sizes).length, decoupled ? 1 : 0],
        floats: [beta1, beta2, epsilon, weightDecay],
        threads: options.threads,
      },
    };
  }

  test.each<Adam>([
    { t: 1, rate: 2 ** -10 },
    { t: 7, rate: 0.0625, beta1: 0.875, beta2: 0.9375 },
    { t: 100_000, rate: 2e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-6 },
    { t: 3, rate: 0.03125, weightDecay: 0.125 },
    { t: 3, rate: 0.03125, weightDecay: 0.125, decoupled: true },
  ])("follows the formula: %j", async (options) => {
    const { call, want } = adam(options);
    const got = await runKernel(call);
    expect(got.length).toBe(want.length);
    got.forEach((array, i) => {
      expect(worstError(array, want[i]!)).toBeLessThan(tolerance);
    });
  });

  test("moves by the rate at the first step from rest, whatever the size of the gradient", async () => {
    for (const size of [1e-12, 1, 1e12]) {
      const one = (x: number) => Float32Array.of(x);
      const operands = [
        one(1),
        one(0.5),
        { written: one(3) },
        one(size),
        { written: one(0) },
        { written: one(0) },
      ];
      const [p] = await runKernel({ kernel: "adam", operands, ints: [1, 0], floats: [0.9, 0.999, 1e-20, 0] });
      expect(Math.abs(p![0]! - 2.5)).toBeLessThan(1e-6);
    }
  });

  test("gives the same bits on 1 to 4 threads and wherever a parameter begins", async () => {
    const results = new Set<string>();
    for (const threads of [1, 2, 3, 4]) {
      const { call } = adam({ t: 2, rate: 0.01, threads, lengths: [70_001, 5, 40_000] });
      results.add((await runKernel(call)).map(bits).join());
    }
    expect(results.size).toBe(1);
  });

  test("keeps a NaN to its own number", async () => {
    const { call } = adam({ t: 2, rate: 0.01, lengths: [50] });
    (call.operands[3] as Float32Array)[17] = Number.NaN;
    for (const array of await runKernel(call))
      expect([...array.keys()].filter((i) => Number.isNaN(array[i]!))).toEqual([17]);
  });

  test("refuses what does not belong together", () => {
    const { call } = adam({ t: 1, rate: 0.1, lengths: [8] });
    const changed = (change: Partial<KernelCall>) => () => kernelProgram({ ...call, ...change });
    expect(changed({ ints: [2, 0] })).toThrow(/more operands/);
    expect(changed({ ints: [0, 0] })).toThrow(/fewer operands/);
    expect(changed({ ints: [2 ** 31 - 1, 0] })).toThrow(/more operands/);
    expect(changed({ ints: [1, 2] })).toThrow(/decoupled/);
    expect(changed({ floats: [0.9, 0.999, 1e-8] })).toThrow(/more floats/);
    expect(changed({ operands: [...call.operands.slice(0, 5), { written: new Float32Array(7) }] })).toThrow(
      /longer/,
    );
    expect(changed({ operands: [...call.operands.slice(0, 5), { written: new Float32Array(9) }] })).toThrow(
      /of one length/,
    );
    expect(changed({ operands: [...call.operands.slice(0, 5), new Float32Array(8)] })).toThrow(
      /written operand/,
    );
  });
});

describe("sgd", () => {
  test.each([
    [0, 0, 0],
    [0.875, 0, 0],
    [0.875, 0.25, 0],
    [0.875, 0.25, 1],
  ])(
    "follows the formula: momentum %f, weight decay %f, nesterov %i",
    async (momentum, weightDecay, nesterov) => {
      const rate = 0.0625;
      const want: Float64Array[] = [];
      const operands: KernelCall["operands"][number][] = [Float32Array.of(rate)];
      sizes.forEach((length, k) => {
        const p = floats(`p${k}`, length);
        const g = floats(`g${k}`, length);
        const velocity = floats(`v${k}`, length);
        operands.push({ written: p }, g, { written: velocity });
        const next = Float64Array.from(velocity, (v, i) => momentum * v + g[i]! + weightDecay * p[i]!);
        want.push(
          Float64Array.from(p, (x, i) => {
            const ahead = nesterov ? g[i]! + weightDecay * x + momentum * next[i]! : next[i]!;
            return x - rate * ahead;
          }),
          next,
        );
      });
      const call = {
        kernel: "sgd",
        operands,
        ints: [sizes.length, nesterov],
        floats: [momentum, weightDecay],
      };
      const got = await runKernel(call);
      got.forEach((array, i) => {
        expect(worstError(array, want[i]!)).toBeLessThan(tolerance);
      });
      const threaded = await runKernel({ ...call, threads: 4 });
      expect(threaded.map(bits)).toEqual(got.map(bits));
    },
  );
});

describe("ema", () => {
  test.each([0, 0.75, 0.9990234375, 1])("keeps %f of the target", async (decay) => {
    const operands = sizes.flatMap((length, k) => [
      { written: floats(`t${k}`, length) },
      floats(`s${k}`, length),
    ]);
    const got = await runKernel({ kernel: "ema", operands, ints: [sizes.length], floats: [decay] });
    got.forEach((array, k) => {
      const target = floats(`t${k}`, sizes[k]!);
      const source = floats(`s${k}`, sizes[k]!);
      const want = Float64Array.from(target, (x, i) => decay * x + (1 - decay) * source[i]!);
      expect(worstError(array, want)).toBeLessThan(tolerance);
    });
  });
});

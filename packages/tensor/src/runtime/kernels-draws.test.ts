import { philox } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { garbage, garbageI32, kernelProgram, kernelResult } from "../../fixtures/run-kernel.ts";
import { bits } from "../../fixtures/values.ts";

interface Draw {
  rows: number;
  cols: number;
  stream?: number;
  seed?: readonly [number, number];
  step?: number;
  rowOffset?: number;
  threads?: number;
}

/** The words of docs/design/tensor-program.md, "Run state". */
function wordsOf({ rows, cols, stream = 0, seed = [0, 0], step = 0, rowOffset = 0 }: Draw): number[] {
  return Array.from({ length: rows * cols }, (_, i) => {
    const row = BigInt(rowOffset) + BigInt(Math.floor(i / cols));
    const last = (BigInt(step) + (row >> 32n)) & 0xffffffffn;
    const column = i % cols;
    const counter = [Number(row & 0xffffffffn), Math.floor(column / 4), stream >>> 0, Number(last)] as const;
    return philox([...counter], seed)[column % 4]!;
  });
}

const uniformOf = (word: number): number => ((word >>> 9) + 0.5) * 2 ** -23;

function normalsOf(draw: Draw): number[] {
  const { rows, cols } = draw;
  const whole = Math.ceil(cols / 4) * 4;
  const u = wordsOf({ ...draw, cols: whole }).map(uniformOf);
  return Array.from({ length: rows * cols }, (_, i) => {
    const place = Math.floor(i / cols) * whole + (i % cols);
    const first = place - (place % 2);
    const radius = Math.sqrt(-2 * Math.log(u[first]!));
    const angle = 2 * Math.PI * u[first + 1]!;
    return radius * (place % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

const floats = (kernel: "randomUniform" | "randomNormal", draw: Draw): Promise<Float32Array> =>
  kernelResult({
    kernel,
    operands: [garbage(draw.rows * draw.cols)],
    ints: [draw.stream ?? 0, draw.rows, draw.cols],
    ...draw,
  }) as Promise<Float32Array>;

const below = (bounds: Int32Array, draw: Draw): Promise<Int32Array> =>
  kernelResult({
    kernel: "randomBelow",
    operands: [bounds, garbageI32(draw.rows * draw.cols)],
    ints: [draw.stream ?? 0, draw.rows, draw.cols],
    ...draw,
  }) as Promise<Int32Array>;

const draws: Draw[] = [
  { rows: 1, cols: 1 },
  { rows: 3, cols: 4, stream: 1, seed: [1, 2] },
  { rows: 7, cols: 5, stream: 2, seed: [0xffffffff, 0x80000000] },
  { rows: 40, cols: 1, stream: 9, step: 3 },
  { rows: 300, cols: 3, stream: 2 ** 31 - 1, step: 2 ** 32 + 5 },
  { rows: 2, cols: 1030, seed: [5, 0], rowOffset: 77 },
  { rows: 9, cols: 64, seed: [5, 6], rowOffset: 2 ** 32 - 4, step: 2 ** 32 - 1 },
  { rows: 33, cols: 17, seed: [5, 6], rowOffset: 2 ** 32 - 16 },
  { rows: 0, cols: 5 },
  { rows: 5, cols: 0 },
];

describe("random draws follow the layout", () => {
  test.each(draws)("of words and bits: %j", async (draw) => {
    const words = wordsOf(draw);
    expect([...(await floats("randomUniform", draw))]).toEqual(words.map(uniformOf));
    const bounds = Int32Array.from(words, (_, i) => [10, 2 ** 31 - 1, 1, 0, -5, 30_001][i % 6]!);
    const want = words.map((word, i) => Number((BigInt(word) * BigInt(Math.max(0, bounds[i]!))) >> 32n));
    expect([...(await below(bounds, draw))]).toEqual(want);
    const one = words.map((word) => Number((BigInt(word) * 7n) >> 32n));
    expect([...(await below(Int32Array.of(7), draw))]).toEqual(one);
  });

  test.each(draws)("of normals, within 4e-7 of a number or of 1: %j", async (draw) => {
    const want = normalsOf(draw);
    const got = await floats("randomNormal", draw);
    expect(got.length).toBe(want.length);
    for (let i = 0; i < want.length; i++)
      expect(Math.abs(got[i]! - want[i]!)).toBeLessThan(4e-7 * Math.max(1, Math.abs(want[i]!)));
  });

  test("whatever the number of threads and the cuts between batches", async () => {
    for (const kernel of ["randomUniform", "randomNormal"] as const)
      for (const cols of [2, 61, 128]) {
        const whole = { rows: 400, cols, stream: 4, seed: [3, 4] as const, rowOffset: 1000 };
        const want = bits(await floats(kernel, whole));
        for (const threads of [1, 2, 3, 4])
          expect(bits(await floats(kernel, { ...whole, threads }))).toBe(want);
        const parts = [];
        for (const [from, rows] of [
          [0, 1],
          [1, 133],
          [134, 266],
        ] as const)
          parts.push(bits(await floats(kernel, { ...whole, rows, rowOffset: 1000 + from })));
        expect(parts.join("")).toBe(want);
      }
  });

  test("each step draws anew", async () => {
    const call = { kernel: "randomUniform", operands: [garbage(8)], ints: [1, 2, 4], seed: [1, 2] as const };
    const third = await kernelResult({ ...call, step: 5, steps: 3 });
    expect(bits(third as Float32Array)).toBe(
      bits((await kernelResult({ ...call, step: 7 })) as Float32Array),
    );
  });

  test("shapes that do not fit are refused", () => {
    const call = { kernel: "randomNormal", operands: [garbage(15)], ints: [0, 4, 4] };
    expect(() => kernelProgram(call)).toThrow(/longer operand/);
    expect(() => kernelProgram({ ...call, ints: [0, -4, 4] })).toThrow(/rows from 0/);
    expect(() => kernelProgram({ ...call, ints: [0, 2 ** 31 - 1, 2 ** 31 - 1] })).toThrow(/smaller|longer/);
    const bounds = { kernel: "randomBelow", operands: [new Int32Array(3), garbageI32(4)], ints: [0, 4, 1] };
    expect(() => kernelProgram(bounds)).toThrow(/a bound for each number or one for all/);
    expect(() => kernelProgram({ ...bounds, operands: [new Int32Array(0), garbageI32(4)] })).toThrow(
      /longer/,
    );
  });
});

describe("random draws are distributed as they say", () => {
  const rows = 500;
  const cols = 400;
  const count = rows * cols;
  const draw = { rows, cols, stream: 3, seed: [20, 7] as const };

  /** Largest distance of the empirical distribution function from `cdf`. */
  function distance(sample: Float32Array, cdf: (x: number) => number): number {
    const sorted = Float64Array.from(sample).sort();
    let worst = 0;
    sorted.forEach((x, i) => {
      const p = cdf(x);
      worst = Math.max(worst, p - i / sorted.length, (i + 1) / sorted.length - p);
    });
    return worst;
  }

  /** Abramowitz and Stegun 26.2.17, within 7.5e-8. */
  function normalCdf(x: number): number {
    const t = 1 / (1 + 0.2316419 * Math.abs(x));
    const series =
      t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
    return x > 0 ? 1 - tail : tail;
  }

  const moment = (sample: Float32Array, power: number): number =>
    sample.reduce((sum, x) => sum + x ** power, 0) / sample.length;

  // Thresholds at 4.5 standard errors, and the Kolmogorov distance that chance exceeds once in 1e5 (2.47 / sqrt(n)).
  // The seed is fixed: a failure is a change of the generator.
  test("normals have moments 0, 1, 0, 3, the normal distribution and no correlation of pairs", async () => {
    const sample = await floats("randomNormal", draw);
    const se = (variance: number): number => 4.5 * Math.sqrt(variance / count);
    expect(Math.abs(moment(sample, 1))).toBeLessThan(se(1));
    expect(Math.abs(moment(sample, 2) - 1)).toBeLessThan(se(2));
    expect(Math.abs(moment(sample, 3))).toBeLessThan(se(15));
    expect(Math.abs(moment(sample, 4) - 3)).toBeLessThan(se(96));
    expect(distance(sample, normalCdf)).toBeLessThan(2.47 / Math.sqrt(count));
    for (const lag of [1, 2, 4, cols]) {
      let sum = 0;
      for (let i = lag; i < count; i++) sum += sample[i]! * sample[i - lag]!;
      expect(Math.abs(sum / count)).toBeLessThan(se(1));
    }
  });

  test("uniforms fill the open interval evenly", async () => {
    const sample = await floats("randomUniform", draw);
    expect(distance(sample, (x) => x)).toBeLessThan(2.47 / Math.sqrt(count));
    expect(Math.min(...sample.subarray(0, 100_000))).toBeGreaterThan(0);
    expect(Math.max(...sample.subarray(0, 100_000))).toBeLessThan(1);
  });
});

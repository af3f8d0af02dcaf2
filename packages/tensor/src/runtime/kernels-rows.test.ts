import { describe, expect, test } from "vitest";
import {
  garbage,
  garbageI32,
  type KernelCall,
  kernelProgram,
  kernelResult,
} from "../../fixtures/run-kernel.ts";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";

const floats = (name: string, length: number): Float32Array => Float32Array.from(uniforms(name, length));

/** Larger of two numbers, a NaN being larger than everything. */
const larger = (a: number, b: number): number => (Number.isNaN(a) || b <= a ? a : b);

/** Every entry of x becomes what its span is put together to. */
function spansOf(
  x: Float32Array,
  widths: readonly number[],
  combine: (a: number, b: number) => number,
): number[] {
  const width = widths.reduce((a, b) => a + b, 0);
  const result: number[] = [];
  for (let at = 0; at < x.length && width > 0; )
    for (const span of widths) {
      const value = x.subarray(at, at + span).reduce(combine);
      for (let i = 0; i < span; i++) result.push(value);
      at += span;
    }
  return result;
}

const segments = (kernel: string, x: Float32Array, rows: number, widths: readonly number[]): KernelCall => ({
  kernel,
  operands: [x, garbage(x.length)],
  ints: [rows, widths.reduce((a, b) => a + b, 0), widths.length, ...widths],
});

const ctgan = [1, 8, 1, 9, 1, 10, 7, 16, 7, 15, 6, 5, 2, 42, 1, 7, 9, 1, 5];
const cases: [number, number[]][] = [
  [1, [1]],
  [3, [1, 1, 1]],
  [5, [2, 3]],
  [2, [1, 16, 1, 17, 15, 31, 32, 33]],
  [7, [100, 1, 1, 64, 128]],
  [9, ctgan],
  [2, [1000]],
  [0, [4, 4]],
  [4, []],
];

describe("segmentSum and segmentMax", () => {
  test.each(cases)("put together the spans of %i rows: %j", async (rows, widths) => {
    const x = floats("x", rows * widths.reduce((a, b) => a + b, 0));
    const sums = await kernelResult(segments("segmentSum", x, rows, widths));
    // a thousand additions at most
    expect(
      worstError(
        sums,
        spansOf(x, widths, (a, b) => a + b),
      ),
    ).toBeLessThan(1e-5);
    const maxima = await kernelResult(segments("segmentMax", x, rows, widths));
    expect([...maxima]).toEqual(spansOf(x, widths, larger));
  });

  test("keep NaN and infinities in their span", async () => {
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      for (let at = 0; at < 44; at += 3) {
        const widths = [1, 3, 40];
        const x = floats("x", 88);
        x[at] = special;
        x[44 + at] = special;
        expect([...(await kernelResult(segments("segmentMax", x, 2, widths)))]).toEqual(
          spansOf(x, widths, larger),
        );
        const sums = [...(await kernelResult(segments("segmentSum", x, 2, widths)))];
        expect(sums.map((sum) => Number.isFinite(sum))).toEqual(
          spansOf(x, widths, (a, b) => a + b).map((sum) => Number.isFinite(sum)),
        );
      }
    const nothing = Float32Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
    expect([...(await kernelResult(segments("segmentMax", nothing, 1, [2])))]).toEqual([...nothing]);
  });

  test("refuse spans that do not fill the row", () => {
    const x = new Float32Array(20);
    const call = segments("segmentSum", x, 2, [4, 6]);
    const expectRefusal = (ints: number[], message: RegExp): void =>
      expect(() => kernelProgram({ ...call, ints })).toThrow(message);
    expectRefusal([2, 10, 2, 4, 5], /spans that fill the row/);
    expectRefusal([2, 10, 2, 4, 7], /the width of a span from 1 to 6/);
    expectRefusal([2, 10, 2, 0, 10], /the width of a span from 1/);
    expectRefusal([2, 10, 2, -4, 14], /the width of a span from 1/);
    expectRefusal([2, 10, 2 ** 31 - 1, 4, 6], /the width of a span|more numbers/);
    expectRefusal([3, 10, 2, 4, 6], /longer operand/);
    expectRefusal([2, 10, 1, 4, 6], /spans that fill the row/);
  });
});

describe("argmax", () => {
  const argmax = (x: Float32Array, rows: number, width: number, threads?: number) =>
    kernelResult({ kernel: "argmax", operands: [x, garbageI32(rows)], ints: [rows, width], threads });

  const firstLargest = (row: Float32Array): number => {
    let best = 0;
    row.forEach((x, i) => {
      if (x > row[best]! || (Number.isNaN(x) && !Number.isNaN(row[best]!))) best = i;
    });
    return best;
  };

  test.each([
    [40, 1],
    [40, 2],
    [30, 7],
    [30, 8],
    [30, 19],
    [12, 160],
    [0, 5],
  ])("finds the first of the largest in %i rows of %i", async (rows, width) => {
    // few values, so that many are equal
    const x = floats("x", rows * width).map((v) => Math.round(3 * v));
    const want = Array.from({ length: rows }, (_, r) => firstLargest(x.subarray(r * width, (r + 1) * width)));
    expect([...(await argmax(x, rows, width))]).toEqual(want);
    const withNaN = x.map((v, i) => (i % 11 === 5 ? Number.NaN : v));
    const wantNaN = Array.from({ length: rows }, (_, r) =>
      firstLargest(withNaN.subarray(r * width, (r + 1) * width)),
    );
    expect([...(await argmax(withNaN, rows, width))]).toEqual(wantNaN);
  });

  test("takes the first of zeros of either sign, of infinities, and 0 of nothing", async () => {
    expect([...(await argmax(Float32Array.of(-0, 0, 0, -0), 2, 2))]).toEqual([0, 0]);
    const low = Number.NEGATIVE_INFINITY;
    expect([...(await argmax(Float32Array.of(low, low, low), 1, 3))]).toEqual([0]);
    expect([...(await argmax(new Float32Array(0), 3, 0))]).toEqual([0, 0, 0]);
  });
});

describe("cumsum", () => {
  test.each([
    [1, 1],
    [3, 7],
    [4, 16],
    [9, 100],
    [0, 3],
    [3, 0],
  ])("adds up along %i rows of %i, forwards and backwards", async (rows, width) => {
    const x = floats("x", rows * width);
    for (const reverse of [0, 1]) {
      const want = new Float64Array(rows * width);
      for (let row = 0; row < rows; row++) {
        let sum = 0;
        for (let i = 0; i < width; i++) {
          const at = row * width + (reverse ? width - 1 - i : i);
          sum += x[at]!;
          want[at] = sum;
        }
      }
      const call = { kernel: "cumsum", operands: [x, garbage(rows * width)], ints: [rows, width, reverse] };
      expect(worstError(await kernelResult(call), want)).toBeLessThan(2e-6);
    }
  });
});

test("kernels of rows give the same bits on 1 to 4 threads", async () => {
  const rows = 700;
  const width = ctgan.reduce((a, b) => a + b, 0);
  const x = floats("x", rows * width);
  const calls: KernelCall[] = [
    segments("segmentSum", x, rows, ctgan),
    segments("segmentMax", x, rows, ctgan),
    { kernel: "cumsum", operands: [x, garbage(x.length)], ints: [rows, width, 1] },
    { kernel: "argmax", operands: [x, garbageI32(rows * 2)], ints: [rows * 2, Math.floor(width / 2)] },
  ];
  for (const call of calls) {
    const results = new Set<string>();
    for (const threads of [1, 2, 3, 4]) results.add(bits(await kernelResult({ ...call, threads })));
    expect(results.size).toBe(1);
  }
});

// The kernel `gemm`: every layout of its operands against plain sums, and the law that nothing but an element's own row
// and column can change its bits.

import { describe, expect, test } from "vitest";
import { type KernelCall, kernelProgram, kernelResult } from "../../fixtures/run-kernel.ts";
import { bits, uniforms } from "../../fixtures/values.ts";

interface Layout {
  batch?: number;
  m: number;
  n: number;
  k: number;
  /** [batch, row, column] strides; default dense. */
  a?: readonly [number, number, number];
  b?: readonly [number, number, number];
  /** [batch, row] */
  c?: readonly [number, number];
  accumulate?: boolean;
}

type Strides = readonly [number, number, number];

const reach = (counts: Strides, strides: Strides): number =>
  counts.includes(0) ? 0 : 1 + counts.reduce((sum, count, axis) => sum + (count - 1) * strides[axis]!, 0);

/** Multiples of 1/8 from -1 to 1: sums of products of them are exact in f32. */
const eighths = (name: string, length: number): Float32Array =>
  Float32Array.from(uniforms(name, length, -8.5, 8.5), (x) => Math.round(x) / 8);

const dense = (layout: Layout) => {
  const { batch = 1, m, n, k, accumulate = false } = layout;
  const a = layout.a ?? [m * k, k, 1];
  const b = layout.b ?? [k * n, n, 1];
  const c = layout.c ?? [m * n, n];
  return { batch, m, n, k, a, b, c, accumulate };
};

function call(layout: Layout, make = eighths): KernelCall & { c: Float32Array } {
  const { batch, m, n, k, a, b, c, accumulate } = dense(layout);
  const written = make("c", reach([batch, m, n], [...c, 1]));
  return {
    kernel: "gemm",
    operands: [
      make("a", reach([batch, m, k], a)),
      make("b", reach([batch, k, n], b)),
      { written: written.slice() },
    ],
    ints: [batch, m, n, k, ...a, ...b, ...c, accumulate ? 1 : 0],
    c: written,
  };
}

function reference(layout: Layout): Float32Array {
  const { batch, m, n, k, a, b, c, accumulate } = dense(layout);
  const { operands, c: out } = call(layout);
  const [x, y] = operands as [Float32Array, Float32Array];
  for (let z = 0; z < batch; z++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        const at = z * c[0] + i * c[1] + j;
        let sum = accumulate ? out[at]! : 0;
        for (let p = 0; p < k; p++)
          sum += x[z * a[0] + i * a[1] + p * a[2]]! * y[z * b[0] + p * b[1] + j * b[2]]!;
        out[at] = sum;
      }
  return out;
}

const sizes: [number, number, number][] = [
  [1, 1, 1],
  [1, 40, 30],
  [40, 1, 30],
  [1, 1, 300],
  [5, 7, 3],
  [6, 16, 8],
  [16, 64, 64],
  [19, 33, 257],
  [50, 48, 100],
  [110, 80, 20],
  [100, 1, 513],
  [300, 20, 12],
];

describe("gemm agrees with plain sums", () => {
  test.each(sizes)(
    "%i x %i x %i, in every transposition, with and without c, rows apart or not",
    async (...size) => {
      const [m, n, k] = size;
      for (const gap of [0, 5])
        for (const transposeA of [false, true])
          for (const transposeB of [false, true])
            for (const accumulate of [false, true]) {
              const layout: Layout = {
                m,
                n,
                k,
                a: transposeA ? [0, 1, m + gap] : [0, k + gap, 1],
                b: transposeB ? [0, 1, k + gap] : [0, n + gap, 1],
                c: [0, n + gap],
                accumulate,
              };
              expect([...(await kernelResult(call(layout)))]).toEqual([...reference(layout)]);
            }
    },
  );

  test.each<[string, Layout]>([
    ["rows a power of two apart", { m: 120, n: 70, k: 40, a: [0, 512, 1], b: [0, 1024, 1] }],
    ["a batch", { batch: 7, m: 9, n: 20, k: 11 }],
    ["one a for all", { batch: 4, m: 9, n: 20, k: 11, a: [0, 11, 1] }],
    ["one b for all", { batch: 4, m: 9, n: 20, k: 11, b: [0, 20, 1] }],
    ["columns for all", { batch: 3, m: 30, n: 1, k: 20, b: [0, 1, 1] }],
    ["heads side by side", { batch: 4, m: 10, n: 8, k: 8, a: [8, 32, 1], b: [8, 1, 32], c: [8, 32] }],
    ["one row again and again", { m: 20, n: 20, k: 10, a: [0, 0, 1] }],
    ["one column again and again", { m: 20, n: 20, k: 10, b: [0, 1, 0] }],
    ["strides of which none is one", { m: 20, n: 20, k: 10, a: [0, 30, 3], b: [0, 50, 2] }],
    ["many small ones", { batch: 500, m: 3, n: 5, k: 4, accumulate: true }],
    ["large ones", { batch: 3, m: 64, n: 64, k: 64, accumulate: true }],
  ])("%s", async (_, layout) => {
    for (const threads of [1, 3])
      expect([...(await kernelResult({ ...call(layout), threads }))]).toEqual([...reference(layout)]);
  });

  test("nothing to add up gives 0, or leaves c as it is", async () => {
    const layout = { m: 5, n: 7, k: 0 };
    expect([...(await kernelResult(call(layout)))]).toEqual(new Array(35).fill(0));
    const accumulating = call({ ...layout, accumulate: true });
    expect([...(await kernelResult(accumulating))]).toEqual([...accumulating.c]);
  });

  test.each<[string, Layout]>([
    ["batch", { batch: 0, m: 2, n: 3, k: 4 }],
    ["rows", { m: 0, n: 3, k: 4 }],
    ["columns", { m: 2, n: 0, k: 4 }],
  ])("no %s writes nothing", async (_, layout) => {
    expect(await kernelResult(call(layout))).toHaveLength(0);
  });

  test("c is not read unless it accumulates, and a NaN stays in its row", async () => {
    const a = Float32Array.of(1, 2, Number.NaN, 4);
    const b = Float32Array.of(1, 0, 0, 1);
    const ints = [1, 2, 2, 2, 0, 2, 1, 0, 2, 1, 0, 2];
    const product = (accumulate: number) =>
      kernelResult({
        kernel: "gemm",
        operands: [a, b, { written: new Float32Array(4).fill(Number.NaN) }],
        ints: [...ints, accumulate],
      });
    expect([...(await product(0))]).toEqual([1, 2, Number.NaN, Number.NaN]);
    expect([...(await product(1))]).toEqual(new Array(4).fill(Number.NaN));
  });
});

describe("the bits of gemm", () => {
  const rough = (name: string, length: number): Float32Array => Float32Array.from(uniforms(name, length));

  test("are the same on 1 to 4 threads", async () => {
    for (const layout of [
      { m: 203, n: 157, k: 300 },
      { m: 50, n: 256, k: 700 },
      { m: 300, n: 100, k: 50, a: [0, 1, 300] as const, accumulate: true },
      { batch: 30, m: 20, n: 30, k: 40 },
      { m: 900, n: 1, k: 500 },
    ]) {
      const results = new Set<string>();
      for (const threads of [1, 2, 3, 4])
        results.add(bits(await kernelResult({ ...call(layout, rough), threads })));
      expect(results.size).toBe(1);
    }
  });

  test("of a row do not depend on the rows beside it", async () => {
    for (const n of [1, 77]) {
      const [m, k] = [130, 520];
      const whole = await kernelResult(call({ m, n, k }, rough));
      const a = rough("a", m * k);
      const b = rough("b", k * n);
      for (const [from, to] of [
        [0, 1],
        [3, 50],
        [100, 130],
      ] as const) {
        const part = await kernelResult({
          kernel: "gemm",
          operands: [a.slice(from * k, to * k), b, { written: new Float32Array((to - from) * n) }],
          ints: [1, to - from, n, k, 0, k, 1, 0, n, 1, 0, n, 0],
          threads: 2,
        });
        expect(bits(part)).toBe(bits(whole.slice(from * n, to * n)));
      }
    }
  });
});

describe("gemm refuses", () => {
  const layout = { batch: 2, m: 3, n: 4, k: 5 };
  const refused = (changes: Record<number, number>, message: RegExp): void => {
    const { ints = [], ...rest } = call(layout);
    const changed = ints.map((value, index) => changes[index] ?? value);
    expect(() => kernelProgram({ ...rest, ints: changed })).toThrow(message);
  };
  const huge = 2 ** 31 - 1;

  test("sizes and strides that reach beyond an operand", () => {
    for (let index = 0; index < 12; index++) refused({ [index]: huge }, /longer operand|smaller sizes/);
    refused({ 0: huge, 1: huge, 2: huge }, /smaller sizes/);
  });

  test("what is negative, and flags that are none", () => {
    for (let index = 0; index < 12; index++) refused({ [index]: -1 }, /from 0/);
    refused({ 12: 2 }, /accumulate from 0 to 1/);
  });

  test("elements of c at one place", () => {
    refused({ 11: 3 }, /rows of c that do not overlap/);
    refused({ 10: 0 }, /products that do not overlap/);
    refused({ 10: 5 }, /products that do not overlap/);
  });
});

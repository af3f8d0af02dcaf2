// Every pointwise op over the whole range of its inputs, against Math in float64. Bounds are in units in the last place
// of the float32 result; 0.5 is one exact rounding. They hold for every instruction set.

import { describe, expect, test } from "vitest";
import { fusedCall } from "../../fixtures/fused-call.ts";
import { kernelResult } from "../../fixtures/run-kernel.ts";
import { uniforms } from "../../fixtures/values.ts";
import { erfValue } from "./erf.ts";

type Numbers = Float32Array | Int32Array;

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const least = 2 ** -149;
const largest = Math.fround(3.4028234663852886e38);

/** The op on arrays of one length. */
async function apply(
  name: string,
  inputs: readonly Numbers[],
  dtype: "f32" | "i32" = "f32",
): Promise<Numbers> {
  const { length } = inputs[0]!;
  const array = dtype === "f32" ? new Float32Array(length) : new Int32Array(length);
  return kernelResult(
    fusedCall({
      dims: [length],
      split: 1,
      inputs: inputs.map((input) => ({ array: input, strides: [1] })),
      ops: [[name, ...inputs.keys()]],
      outputs: [{ value: inputs.length, mode: 0, strides: [1], array }],
    }),
  );
}

/** Distance of a float32 from the right number, in units in the last place there. */
function ulps(got: number, want: number): number {
  const rounded = Math.fround(want);
  if (!Number.isFinite(got) || !Number.isFinite(rounded) || want === 0)
    return Object.is(got, rounded) ? 0 : infinity;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(want))));
  return Math.abs(got - want) / 2 ** (exponent - 23);
}

/** Floats from the whole range, evenly over their bits. */
function wholeRange(count: number): Float32Array {
  const words = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * 2 ** 32) / count));
  return new Float32Array(words.buffer);
}
const extremes = [
  0,
  -0,
  infinity,
  -infinity,
  nan,
  1,
  -1,
  least,
  -least,
  largest,
  -largest,
  1e-39,
  -1e-39,
  0.5,
  2,
];

function worst(got: Numbers, want: (i: number) => number): [number, number] {
  let [most, at] = [0, -1];
  for (let i = 0; i < got.length; i++) {
    const error = ulps(got[i]!, want(i));
    if (!(error <= most)) [most, at] = [error, i];
  }
  return [most, at];
}

// name, Math's, bound, numbers that must be looked at more closely
const unary: [string, (x: number) => number, number, [number, number]][] = [
  ["neg", (x) => -x, 0.5, [-4, 4]],
  ["abs", Math.abs, 0.5, [-4, 4]],
  ["sign", Math.sign, 0.5, [-4, 4]],
  ["floor", Math.floor, 0.5, [-9, 9]],
  ["sqrt", Math.sqrt, 0.5, [0, 9]],
  ["rsqrt", (x) => 1 / Math.sqrt(x), 1.5, [0, 9]],
  ["reciprocal", (x) => 1 / x, 0.5, [-9, 9]],
  ["exp", Math.exp, 1.1, [-104, 89]],
  ["expm1", Math.expm1, 1.7, [-3, 3]],
  ["log", Math.log, 0.9, [0, 4]],
  ["log1p", Math.log1p, 0.9, [-1, 4]],
  ["tanh", Math.tanh, 2.6, [-9, 9]],
  ["sigmoid", (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))), 2.4, [-20, 20]],
  ["erf", erfValue, 1.4, [-4, 4]],
  ["sin", Math.sin, 1.6, [-100, 100]],
  ["cos", Math.cos, 1.6, [-100, 100]],
];

describe("ops of one number", () => {
  test.each(unary)("%s stays within its bound everywhere", async (name, math, bound, [low, high]) => {
    // Arguments of sin and cos are reduced exactly enough to a million.
    const limit = name === "sin" || name === "cos" ? 1e6 : infinity;
    const many = [...wholeRange(60_001).filter((x) => !(Math.abs(x) > limit)), ...extremes];
    const x = Float32Array.from([...many, ...uniforms(name, 40_000, low, high)]).filter(
      (value) => !Number.isFinite(value) || Math.abs(value) <= limit,
    );
    const got = await apply(name, [x]);
    const [error, at] = worst(got, (i) => math(x[i]!));
    expect(error, `${name}(${x[at]}) = ${got[at]}`).toBeLessThanOrEqual(bound);
  });

  test("sine and cosine of numbers beyond all reduction are numbers between -1 and 1", async () => {
    const x = Float32Array.of(1e9, -1e12, 1e20, -largest);
    for (const name of ["sin", "cos"])
      for (const y of await apply(name, [x])) expect(Math.abs(y)).toBeLessThanOrEqual(1);
  });
});

describe("ops of two numbers", () => {
  const pairs = extremes.flatMap((a) => extremes.map((b) => [a, b] as const));
  const some = uniforms("pairs", 20_000, -50, 50);
  const a = Float32Array.from([...pairs.map(([x]) => x), ...wholeRange(9973), ...some]);
  const b = Float32Array.from([
    ...pairs.map(([, y]) => y),
    ...wholeRange(9973).map((_, i, all) => all[(i * 7919) % all.length]!),
    ...some.toReversed(),
  ]);
  test.each<[string, (x: number, y: number) => number]>([
    ["add", (x, y) => x + y],
    ["sub", (x, y) => x - y],
    ["mul", (x, y) => x * y],
    ["div", (x, y) => x / y],
    ["maximum", Math.max],
    ["minimum", Math.min],
    ["less", (x, y) => Number(x < y)],
    ["equal", (x, y) => Number(x === y)],
  ])("%s rounds once; NaN and infinities as in Math", async (name, math) => {
    const got = await apply(name, [a, b]);
    // Which zero a maximum of two zeros is, is left open.
    const same = (x: number, y: number): boolean => Object.is(x, y) || (x === 0 && y === 0);
    const at = got.findIndex((y, i) => !same(y, Math.fround(math(a[i]!, b[i]!))));
    expect(at, `${name}(${a[at]}, ${b[at]}) = ${got[at]}`).toBe(-1);
  });

  test("pow is right to 0.6 units everywhere, signs, zeros and infinities included", async () => {
    const base = Float32Array.from([
      ...a,
      ...uniforms("base", 20_000, 0.99, 1.01),
      ...uniforms("wide", 20_000, 0, 30),
    ]);
    const power = Float32Array.from([
      ...[...b].map((y, i) => (i > pairs.length && i % 2 === 0 ? Math.round(y % 64) : y)),
      ...uniforms("steep", 20_000, -8000, 8000),
      ...uniforms("flat", 20_000, -25, 25),
    ]);
    const got = await apply("pow", [base, power]);
    const [error, at] = worst(got, (i) => base[i]! ** power[i]!);
    expect(error, `pow(${base[at]}, ${power[at]}) = ${got[at]}`).toBeLessThanOrEqual(0.6);
  });
});

describe("ops of three numbers", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => Float32Array.from(uniforms(name, 5000))) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];

  test("where takes the third where the first is a zero of any sign, the second otherwise, NaN included", async () => {
    const got = await apply("where", [
      Float32Array.of(0, -0, 1, -3, nan, least),
      Float32Array.of(1, 2, 3, 4, 5, nan),
      Float32Array.of(-1, -2, -3, -4, -5, -6),
    ]);
    expect([...got]).toEqual([-1, -2, 3, 4, 5, nan]);
  });

  test("where takes whole numbers as well", async () => {
    const [yes, no] = [Int32Array.of(2 ** 31 - 1, 5), Int32Array.of(7, -(2 ** 31))];
    expect([...(await apply("where", [Float32Array.of(1, 0), yes, no], "i32"))]).toEqual([
      2 ** 31 - 1,
      -(2 ** 31),
    ]);
  });

  test("fma is a product and a sum, rounded once, or twice where the machine has no such instruction", async () => {
    const got = await apply("fma", [a, b, c]);
    const { fround } = Math;
    // float64 holds the product exactly; the sum is rounded at 53 bits first, which changes nothing here.
    const once = got.filter((y, i) => y === fround(a[i]! * b[i]! + c[i]!)).length;
    const twice = got.filter((y, i) => y === fround(fround(a[i]! * b[i]!) + c[i]!)).length;
    expect(Math.max(once, twice)).toBe(a.length);
  });
});

describe("ops of whole numbers", () => {
  const edges = [0, 1, -1, 2, 7, -12, 65_535, 65_537, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)];
  const a = Int32Array.from(edges.flatMap((x) => edges.map(() => x)));
  const b = Int32Array.from(edges.flatMap(() => edges));

  test.each<[string, (x: number, y: number) => number, "f32" | "i32"]>([
    ["add_i32", (x, y) => (x + y) | 0, "i32"],
    ["sub_i32", (x, y) => (x - y) | 0, "i32"],
    ["mul_i32", Math.imul, "i32"],
    ["maximum_i32", Math.max, "i32"],
    ["minimum_i32", Math.min, "i32"],
    ["less_i32", (x, y) => Number(x < y), "f32"],
    ["equal_i32", (x, y) => Number(x === y), "f32"],
  ])("%s wraps around 32 bits", async (name, math, dtype) => {
    expect([...(await apply(name, [a, b], dtype))]).toEqual([...a].map((x, i) => math(x, b[i]!)));
  });

  test("to_f32 rounds once", async () => {
    expect([...(await apply("to_f32", [a]))]).toEqual([...a].map(Math.fround));
  });

  test("to_i32 cuts off towards zero, stops at the ends of the range, and gives 0 for NaN", async () => {
    const x = Float32Array.of(0.9, -0.9, 2.5, -2.5, -0, 16_777_216, 3e9, -3e9, infinity, -infinity, nan);
    const [low, high] = [-(2 ** 31), 2 ** 31 - 1];
    expect([...(await apply("to_i32", [x], "i32"))]).toEqual([
      0,
      0,
      2,
      -2,
      0,
      16_777_216,
      high,
      low,
      high,
      low,
      0,
    ]);
  });
});

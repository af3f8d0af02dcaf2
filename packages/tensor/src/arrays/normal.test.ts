import { describe, expect, test } from "vitest";
import { cdfReference, quantileReference } from "../../fixtures/normal-reference.ts";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";
import { normalCdf, normalQuantile } from "./index.ts";

/** Largest relative error; two smallest denormals are allowed below the normal range. */
function relativeError(got: Float64Array, want: readonly number[]): number {
  return Math.max(
    ...want.map(
      (value, i) => Math.max(0, Math.abs(got[i]! - value) - 1e-323) / Math.max(Math.abs(value), 1e-323),
    ),
  );
}

describe("the normal distribution", () => {
  test("normalCdf agrees with 60-digit values to 1e-15 of the value, from 1 down to the denormals", async () => {
    const got = await normalCdf(Float64Array.from(cdfReference, ([x]) => x));
    expect(
      relativeError(
        got,
        cdfReference.map(([, y]) => y),
      ),
    ).toBeLessThan(1e-15);
  });

  test("normalQuantile agrees with 60-digit values to 1e-15 of the value, in the middle and in both tails", async () => {
    const got = await normalQuantile(Float64Array.from(quantileReference, ([p]) => p));
    expect(
      relativeError(
        got,
        quantileReference.map(([, x]) => x),
      ),
    ).toBeLessThan(1e-15);
  });

  test("the ends, NaN and values outside [0, 1]", async () => {
    const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;
    expect([...(await normalCdf(Float64Array.of(infinity, -infinity, nan, 0, -0, 50, -50)))]).toEqual([
      1,
      0,
      nan,
      0.5,
      0.5,
      1,
      0,
    ]);
    expect([
      ...(await normalQuantile(Float64Array.of(0, 1, -1e-9, 1.0000001, nan, infinity, -infinity))),
    ]).toEqual([-infinity, infinity, nan, nan, nan, nan, nan]);
  });

  test("normalCdf never decreases", async () => {
    const x = Float64Array.from({ length: 200_001 }, (_, i) => -10 + i * 1e-4);
    const y = await normalCdf(x);
    // Neighbours differ by 1e-4 in x; a dip could only come from rounding, of which half a unit at 1 is allowed.
    expect(y.findIndex((value, i) => i > 0 && value - y[i - 1]! < -1.2e-16)).toBe(-1);
  });

  test("the inverse of the distribution function is the identity to 1e-13", async () => {
    const x = uniforms("round-trip", 20_000, -6, 3);
    const back = await normalQuantile(await normalCdf(x));
    expect(worstError(back, x)).toBeLessThan(1e-13);
  });

  test("a value's bits do not depend on its place, the length, or the threads", async () => {
    const p = uniforms("places", 40_000, 0, 1);
    const whole = await normalQuantile(p, undefined, { threads: 1 });
    expect(bits(await normalQuantile(p, undefined, { threads: 3 }))).toBe(bits(whole));
    const y = await normalCdf(whole, undefined, { threads: 1 });
    for (const [begin, end] of [
      [0, 1],
      [1, 4],
      [511, 1537],
      [39_999, 40_000],
    ] as const) {
      expect(bits(await normalQuantile(p.slice(begin, end)))).toBe(bits(whole.subarray(begin, end)));
      expect(bits(await normalCdf(whole.slice(begin, end)))).toBe(bits(y.subarray(begin, end)));
    }
  });

  test("the output may be the input, and an offset view is written in its place only", async () => {
    const x = Float64Array.of(9, 0, 1, 9);
    const expected = [...(await normalCdf(Float64Array.of(0, 1)))];
    const view = x.subarray(1, 3);
    expect(await normalCdf(view, view)).toBe(view);
    expect([...x]).toEqual([9, ...expected, 9]);
  });
});

import { describe, expect, test } from "vitest";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";
import { contingency, correlation, histogram, ksStatistic, sortNumbers } from "./index.ts";

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;

function referencePearson(x: Float64Array, y: Float64Array): [r: number, count: number] {
  const rows = [...x.keys()].filter((i) => !Number.isNaN(x[i]!) && !Number.isNaN(y[i]!));
  const n = rows.length;
  const meanX = rows.reduce((sum, i) => sum + x[i]!, 0) / n;
  const meanY = rows.reduce((sum, i) => sum + y[i]!, 0) / n;
  let [xx, yy, xy] = [0, 0, 0];
  for (const i of rows) {
    xx += (x[i]! - meanX) ** 2;
    yy += (y[i]! - meanY) ** 2;
    xy += (x[i]! - meanX) * (y[i]! - meanY);
  }
  return [xy / Math.sqrt(xx * yy), n];
}

describe("correlation", () => {
  test("agrees with a two-pass sum where cells are missing, far from zero too", async () => {
    const n = 20_001;
    const a = uniforms("a", n);
    const b = uniforms("b", n).map((x, i) => 1e6 + x + a[i]!);
    const c = uniforms("c", n).map((x, i) => (i % 3 === 0 ? nan : 100 * x - a[i]!));
    const d = uniforms("d", n).map((x, i) => (i % 5 < 2 ? nan : Math.exp(3 * x)));
    const columns = [a, b, c, d];
    const got = await correlation(columns);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) {
        const [r, count] = referencePearson(columns[i]!, columns[j]!);
        expect(got.counts[4 * i + j]).toBe(count);
        // Two-pass sums near 1e6 keep nine digits; the native ones are shifted by the mean.
        expect(Math.abs(got.correlation[4 * i + j]! - r)).toBeLessThan(1e-9);
        expect(got.correlation[4 * j + i]).toBe(got.correlation[4 * i + j]);
      }
    for (let i = 0; i < 4; i++) expect(got.correlation[5 * i]).toBe(1);
  });

  test("is NaN where a column is constant, over all rows or over those that both share", async () => {
    const constant = new Float64Array(1000).fill(0.1);
    const x = uniforms("x", 1000);
    const half = Float64Array.from({ length: 1000 }, (_, i) => (i < 500 ? 0.1 : i));
    const lower = x.map((value, i) => (i < 500 ? value : nan));
    const got = (await correlation([constant, x, half, lower])).correlation;
    expect(got[0]).toBeNaN();
    expect(got[1]).toBeNaN();
    expect(got[2 * 4 + 3]).toBeNaN();
    expect(got[2 * 4 + 1]).not.toBeNaN();
  });

  test("perfect dependence is exactly 1 or -1 within a rounding, and never beyond", async () => {
    const x = uniforms("perfect", 5000, 0, 10);
    const { correlation: r } = await correlation([x, x.map((v) => 3 * v - 1e4), x.map((v) => -v)]);
    expect(r[1]).toBeCloseTo(1, 12);
    expect(r[2]).toBeCloseTo(-1, 14);
    for (const value of r) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  });

  test("no columns, no rows, one row", async () => {
    expect((await correlation([])).correlation).toHaveLength(0);
    expect([...(await correlation([new Float64Array(0)])).correlation]).toEqual([nan]);
    const one = await correlation([Float64Array.of(1), Float64Array.of(2)]);
    expect([...one.counts]).toEqual([1, 1, 1, 1]);
    expect([...one.correlation]).toEqual([nan, nan, nan, nan]);
  });

  test("has the same bits on any number of threads", async () => {
    const columns = Array.from({ length: 7 }, (_, c) =>
      uniforms(`threads${c}`, 30_000).map((x) => (x < -0.9 ? nan : x)),
    );
    const one = await correlation(columns, { threads: 1 });
    for (const threads of [2, 3, 4])
      expect(bits((await correlation(columns, { threads })).correlation)).toBe(bits(one.correlation));
  });
});

describe("histogram", () => {
  test("bins are half open, the last one closed; NaN, infinities and values outside are left out", async () => {
    const values = Float64Array.of(-1, 0, 0.5, 1, 1.5, 2, 3, 3.0001, nan, infinity, -infinity, -0);
    expect([...(await histogram(values, Float64Array.of(0, 1, 2, 3)))]).toEqual([3, 2, 2]);
  });

  test("uneven, repeated and infinite edges", async () => {
    const values = Float64Array.of(-5, 1, 1, 2, 10, infinity);
    expect([...(await histogram(values, Float64Array.of(-infinity, 1, 1, 2, infinity)))]).toEqual([
      1, 0, 2, 3,
    ]);
  });

  test("counts 300,000 numbers alike on any number of threads", async () => {
    const values = uniforms("histogram", 300_000, -1, 2);
    const edges = Float64Array.from({ length: 21 }, (_, i) => i / 20);
    const expected = new Float64Array(20);
    for (const x of values) {
      if (x < 0 || x > 1) continue;
      let bin = edges.findIndex((edge) => edge > x) - 1;
      if (bin < 0) bin = 19;
      expected[bin]!++;
    }
    for (const threads of [1, 2, 4])
      expect([...(await histogram(values, edges, { threads }))]).toEqual([...expected]);
  });
});

describe("contingency", () => {
  test("counts pairs and leaves out rows with a negative code", async () => {
    const a = Int32Array.of(0, 1, 1, -1, 2, 1);
    const b = Int32Array.of(1, 0, 0, 1, -7, 1);
    expect([...(await contingency(a, 3, b, 2))]).toEqual([0, 1, 2, 1, 0, 0]);
  });

  test("small and large tables agree with plain counting on any number of threads", async () => {
    for (const [cardinalityA, cardinalityB] of [
      [5, 7],
      [900, 400],
    ] as const) {
      const a = Int32Array.from(uniforms("ca", 200_000, 0, cardinalityA), Math.floor);
      const b = Int32Array.from(uniforms("cb", 200_000, -1, cardinalityB), Math.floor);
      const expected = new Float64Array(cardinalityA * cardinalityB);
      for (let i = 0; i < a.length; i++) if (b[i]! >= 0) expected[a[i]! * cardinalityB + b[i]!]!++;
      for (const threads of [1, 2, 4])
        expect(bits(await contingency(a, cardinalityA, b, cardinalityB, { threads }))).toBe(bits(expected));
    }
  });

  test("a code beyond its cardinality is an error, not a write beyond the table", async () => {
    await expect(contingency(Int32Array.of(3), 3, Int32Array.of(0), 1)).rejects.toMatchObject({
      code: "VERISIM_NATIVE_ARGUMENT",
    });
  });
});

describe("ksStatistic", () => {
  test("is the largest gap between the step functions, with ties", async () => {
    expect(await ksStatistic(Float64Array.of(1, 2, 3), Float64Array.of(1, 2, 3))).toBe(0);
    expect(await ksStatistic(Float64Array.of(1, 2), Float64Array.of(3, 4))).toBe(1);
    expect(await ksStatistic(Float64Array.of(1, 1, 1, 2), Float64Array.of(1, 2, 2, 2))).toBe(0.5);
    expect(await ksStatistic(Float64Array.of(-infinity, 0), Float64Array.of(0, infinity))).toBe(0.5);
  });

  test("agrees with evaluating both step functions at every value", async () => {
    const a = await sortNumbers(uniforms("ks-a", 800).map((x) => Math.round(50 * x)));
    const b = await sortNumbers(uniforms("ks-b", 300, -0.8, 1).map((x) => Math.round(50 * x)));
    const share = (values: Float64Array, x: number): number =>
      values.filter((v) => v <= x).length / values.length;
    const gaps = [...a, ...b].map((x) => Math.abs(share(a, x) - share(b, x)));
    expect(worstError([await ksStatistic(a, b)], [Math.max(...gaps)])).toBe(0);
  });

  test("refuses samples that are empty, unsorted or hold NaN", async () => {
    for (const bad of [[], [2, 1], [nan], [1, nan, 2]])
      await expect(ksStatistic(Float64Array.from(bad), Float64Array.of(5))).rejects.toMatchObject({
        code: "VERISIM_NATIVE_ARGUMENT",
      });
  });
});

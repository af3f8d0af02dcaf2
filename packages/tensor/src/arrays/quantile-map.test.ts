import { describe, expect, test } from "vitest";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";
import { bucketize, type Marginal, normalCdf, normalQuantile, quantileMap, randomNormals } from "./index.ts";

const { POSITIVE_INFINITY: infinity, NaN: nan } = Number;

const countBelow = (thresholds: Float64Array, z: number): number => thresholds.filter((t) => t <= z).length;

/** Thresholds of every kind that changes the way of searching: few, many, crowded in one place, repeated, infinite. */
const thresholdSets: Record<string, Float64Array> = {
  none: new Float64Array(0),
  one: Float64Array.of(0.25),
  sixteen: uniforms("t16", 16).sort(),
  seventeen: uniforms("t17", 17).sort(),
  hundred: uniforms("t100", 100, -3, 3).sort(),
  "a thousand": uniforms("t1000", 1000, -3, 3).sort(),
  repeated: Float64Array.from({ length: 60 }, (_, i) => Math.floor(i / 7) - 4),
  "all equal": new Float64Array(40).fill(0.5),
  crowded: Float64Array.from({ length: 300 }, (_, i) => (i < 290 ? 1e-9 * i : i)),
  "with infinities": Float64Array.from({ length: 50 }, (_, i) =>
    i < 5 ? -infinity : i > 44 ? infinity : i / 25 - 1,
  ),
  huge: Float64Array.from({ length: 30 }, (_, i) => (i - 15) * 1e307),
};

describe("bucketize", () => {
  for (const [name, thresholds] of Object.entries(thresholdSets))
    test(`counts the thresholds at or below each number: ${name}`, async () => {
      const z = uniforms("z", 3001, -4, 4);
      z.set([nan, infinity, -infinity, 0, -0, 0.25, 0.5, 1e-9, 5e300]);
      z.set(thresholds.subarray(0, 1000), 20);
      const expected = Int32Array.from(z, (x) => (Number.isNaN(x) ? -1 : countBelow(thresholds, x)));
      expect(bits(await bucketize(z, thresholds, new Int32Array(z.length)))).toBe(bits(expected));
      // The few numbers of a short call take the plain search.
      const short = await bucketize(z.slice(0, 50), thresholds, new Int32Array(50));
      expect(bits(short)).toBe(bits(expected.subarray(0, 50)));
    });

  test("labels replace codes, NaN stays -1", async () => {
    const out = await bucketize(
      Float64Array.of(-1, 0, 0.5, 1, nan),
      Float64Array.of(0, 1),
      new Int32Array(5),
      Int32Array.of(70, 80, 90),
    );
    expect([...out]).toEqual([70, 80, 80, 90, -1]);
  });
});

/** A marginal of uniform pieces with an atom at 0 that holds a third of the mass. */
async function mixture(segments: number, decimals: number): Promise<Marginal> {
  const cumulative = Float64Array.from({ length: segments + 1 }, (_, i) =>
    i === 0 ? 0 : 1 / 3 + (2 / 3) * ((i - 1) / (segments - 1)),
  );
  const low = Float64Array.from({ length: segments }, (_, i) => (i === 0 ? 0 : i));
  const high = Float64Array.from({ length: segments }, (_, i) => (i === 0 ? 0 : i + 1));
  const thresholds = await normalQuantile(cumulative.slice(1, segments));
  return { thresholds, cumulative, low, high, decimals };
}

describe("quantileMap", () => {
  for (const segments of [2, 5, 40, 600])
    for (const decimals of [-1, 0, 2])
      test(`${segments} segments at ${decimals} decimals agree with the formula`, async () => {
        const marginal = await mixture(segments, decimals);
        const z = uniforms("scores", 4001, -4.5, 4.5);
        z[7] = nan;
        const u = await normalCdf(z);
        const expected = z.map((score, i) => {
          if (Number.isNaN(score)) return nan;
          const s = countBelow(marginal.thresholds, score);
          const [low, high] = [marginal.low[s]!, marginal.high[s]!];
          if (low === high) return low;
          const width = marginal.cumulative[s + 1]! - marginal.cumulative[s]!;
          const t = Math.min(1, Math.max(0, (u[i]! - marginal.cumulative[s]!) / width));
          const x = low + t * (high - low);
          return decimals < 0 ? x : Math.round(x * 10 ** decimals) / 10 ** decimals;
        });
        const got = await quantileMap(z, marginal);
        expect(got[7]).toBeNaN();
        got[7] = expected[7] = 0;
        expect(worstError(got, expected)).toBe(0);
      });

  test("rounds half away from zero, to the nearest double of the decimal, without negative zeros", async () => {
    const at = async (x: number, decimals: number): Promise<number> => {
      // One piece [x, x + 1] and a score so low that the cell is its lower end.
      const marginal = { thresholds: new Float64Array(0), cumulative: Float64Array.of(0, 1), decimals };
      const ends = { low: Float64Array.of(x), high: Float64Array.of(x + 1) };
      return (await quantileMap(Float64Array.of(-50), { ...marginal, ...ends }))[0]!;
    };
    expect(await at(0.5, 0)).toBe(1);
    expect(await at(2.5, 0)).toBe(3);
    expect(await at(-2.5, 0)).toBe(-3);
    expect(await at(0.49999999999999994, 0)).toBe(0);
    expect(Object.is(await at(-0.2, 0), 0)).toBe(true);
    expect(await at(0.125, 2)).toBe(0.13);
    expect(await at(0.3, 1)).toBe(0.3);
    expect(await at(123456.789, 3)).toBe(123456.789);
    expect(await at(2 ** 51 + 1, 3)).toBe(2 ** 51 + 1);
    expect(await at(1e15 + 0.25, 0)).toBe(1e15);
  });

  test("atoms are kept as they are, and a piece without probability gives its lower end", async () => {
    const marginal: Marginal = {
      thresholds: Float64Array.of(0, 0),
      cumulative: Float64Array.of(0, 0.5, 0.5, 1),
      low: Float64Array.of(0.123456, 5, 7),
      high: Float64Array.of(0.123456, 6, 7),
      decimals: 1,
    };
    expect([...(await quantileMap(Float64Array.of(-1, 0, 1), marginal))]).toEqual([0.123456, 7, 7]);
    const flat: Marginal = {
      thresholds: new Float64Array(0),
      cumulative: Float64Array.of(0.4, 0.4),
      low: Float64Array.of(2),
      high: Float64Array.of(3),
      decimals: -1,
    };
    expect([...(await quantileMap(Float64Array.of(-1, 5), flat))]).toEqual([2, 2]);
  });

  test("has the same bits on any number of threads and in any batches, in place too", async () => {
    const z = await randomNormals(new Float64Array(60_000), [[1, 2]], 0, 60_000);
    const marginal = await mixture(50, -1);
    const one = await quantileMap(z, marginal, undefined, { threads: 1 });
    expect(bits(await quantileMap(z, marginal, undefined, { threads: 4 }))).toBe(bits(one));
    for (const [begin, end] of [
      [0, 3],
      [511, 1025],
      [40_001, 60_000],
    ] as const)
      expect(bits(await quantileMap(z.slice(begin, end), marginal))).toBe(bits(one.subarray(begin, end)));
    expect(bits(await quantileMap(z, marginal, z))).toBe(bits(one));
  });
});

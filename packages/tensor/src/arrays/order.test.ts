import { describe, expect, test } from "vitest";
import { bits, uniforms } from "../../fixtures/values.ts";
import { ranks, sortNumbers } from "./index.ts";

const { POSITIVE_INFINITY: infinity, NaN: nan, MAX_VALUE, MIN_VALUE } = Number;

function referenceRanks(values: Float64Array): Float64Array {
  return Float64Array.from(values, (value) => {
    if (Number.isNaN(value)) return value;
    let below = 0;
    let equal = 0;
    for (const other of values) {
      if (other < value) below++;
      if (other === value) equal++;
    }
    return below + (equal + 1) / 2;
  });
}

describe("sortNumbers", () => {
  test("orders infinities, both zeros, denormals and the largest numbers, and leaves NaN out", async () => {
    const values = Float64Array.of(
      3,
      nan,
      -infinity,
      0,
      -0,
      MIN_VALUE,
      -MIN_VALUE,
      infinity,
      MAX_VALUE,
      -MAX_VALUE,
      nan,
      -3,
    );
    const sorted = await sortNumbers(values);
    expect(bits(sorted)).toBe(
      bits(Float64Array.of(-infinity, -MAX_VALUE, -3, -MIN_VALUE, -0, 0, MIN_VALUE, 3, MAX_VALUE, infinity)),
    );
    expect(values[0]).toBe(3);
  });

  test("agrees with the language's sort on 100,000 numbers of every size, on any number of threads", async () => {
    const values = uniforms("sort", 100_000, -300, 300).map((x) => Math.sign(x) * 10 ** x);
    const expected = bits(values.slice().sort());
    for (const threads of [1, 2, 4]) expect(bits(await sortNumbers(values, { threads }))).toBe(expected);
  });

  test("empty, single and all-NaN inputs", async () => {
    expect(await sortNumbers(new Float64Array(0))).toHaveLength(0);
    expect([...(await sortNumbers(Float64Array.of(5)))]).toEqual([5]);
    expect(await sortNumbers(Float64Array.of(nan, nan))).toHaveLength(0);
  });
});

describe("ranks", () => {
  test("ties share the mean of their ranks, -0 equals 0, NaN stays, infinities rank first and last", async () => {
    const values = Float64Array.of(0, 2, -0, nan, infinity, 2, 2, -infinity);
    expect([...(await ranks(values))]).toEqual([2.5, 5, 2.5, nan, 7, 5, 5, 1]);
  });

  test("agrees with counting on numbers with and without ties", async () => {
    const distinct = uniforms("ranks", 700);
    for (const values of [
      distinct,
      distinct.map((x) => Math.round(4 * x)),
      distinct.map((x) => (x < 0 ? nan : x)),
    ])
      expect(bits(await ranks(values))).toBe(bits(referenceRanks(values)));
  });

  test("of 200,000 distinct numbers is a permutation with the same bits on any number of threads", async () => {
    const values = uniforms("permutation", 200_000);
    const one = await ranks(values, { threads: 1 });
    expect([...one].sort((a, b) => a - b).every((rank, i) => rank === i + 1)).toBe(true);
    expect(bits(await ranks(values, { threads: 3 }))).toBe(bits(one));
  });
});

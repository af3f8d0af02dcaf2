import { philox } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { tensorData } from "../tensor-data.ts";
import { referenceValues } from "../testing/reference-values.ts";

describe("random arrays", () => {
  const context = { key: [11, 22] as const, step: 5, rowOffset: 2 ** 32 - 1 };

  it("are words of the Philox block of row, block of columns, stream and step", () => {
    const [first, second] = referenceValues(
      (_, rng) => [rng.uniform([2, 6]), rng.uniform([2, 6])],
      [],
      context,
    );
    const uniform = (word: number): number => ((word >>> 9) + 0.5) / 2 ** 23;
    // Row 0 has number 2^32 - 1; row 1 has 2^32, whose high word goes to the step's word.
    const expected = (stream: number): number[] => [
      ...philox([2 ** 32 - 1, 0, stream, 5], [11, 22]),
      ...philox([2 ** 32 - 1, 1, stream, 5], [11, 22]).slice(0, 2),
      ...philox([0, 0, stream, 6], [11, 22]),
      ...philox([0, 1, stream, 6], [11, 22]).slice(0, 2),
    ];
    expect(first).toEqual(expected(0).map(uniform));
    expect(second).toEqual(expected(1).map(uniform));
  });

  it("give a row the same numbers in any batch", () => {
    const [whole] = referenceValues((_, rng) => rng.normal([6, 5]), [], { key: [1, 2] });
    const [part] = referenceValues((_, rng) => rng.normal([2, 5]), [], { key: [1, 2], rowOffset: 3 });
    expect(part).toEqual(whole!.slice(15, 25));
  });

  it("are normal with mean 0, variance 1 and no correlation within a pair", () => {
    const [numbers] = referenceValues((_, rng) => rng.normal([5000, 4]), [], { key: [3, 4] });
    const average = (f: (i: number) => number): number =>
      numbers!.reduce((total, _, i) => total + f(i), 0) / numbers!.length;
    // Standard errors are 0.007, 0.010 and 0.010; each bound is 5 of them, missed once in two million seeds.
    expect(Math.abs(average((i) => numbers![i]!))).toBeLessThan(0.036);
    expect(Math.abs(average((i) => numbers![i]! ** 2) - 1)).toBeLessThan(0.05);
    expect(Math.abs(average((i) => (i % 2 === 0 ? 2 * numbers![i]! * numbers![i + 1]! : 0)))).toBeLessThan(
      0.05,
    );
  });

  it("are whole numbers below each bound, and 0 where there is none", () => {
    const bounds = tensorData(Int32Array.of(1, 10, 2 ** 31 - 1, 0, -3));
    const [numbers] = referenceValues(([n], rng) => rng.below(n!, [400, 5]), [bounds], { key: [5, 6] });
    const column = (c: number): number[] => numbers!.filter((_, i) => i % 5 === c);
    expect(new Set([...column(0), ...column(3), ...column(4)])).toEqual(new Set([0]));
    // All ten are there: one of them stays out of 400 draws once in 10^17 seeds.
    expect(new Set(column(1)).size).toBe(10);
    expect(Math.max(...column(1))).toBe(9);
    const [word] = philox([7, 0, 0, 0], [5, 6]);
    const exact = Number((BigInt(word) * BigInt(2 ** 31 - 1)) >> 32n);
    const largest = tensorData(Int32Array.of(2 ** 31 - 1));
    expect(
      referenceValues(([n], rng) => rng.below(n!, [1]), [largest], { key: [5, 6], rowOffset: 7 }),
    ).toEqual([[exact]]);
  });

  it("say what bounds they take", () => {
    expect(() => referenceValues(([n], rng) => rng.below(n!, [3]), [tensorData([1, 2, 3])])).toThrow(
      "[randomBelow] Expected i32 bounds but received f32",
    );
  });
});

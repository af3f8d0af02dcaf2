import { describe, expect, test } from "vitest";
import { Permutation } from "./permutation.ts";
import { streamKey } from "./random.ts";

describe("Permutation", () => {
  test.each([1, 2, 3, 7, 64, 1_024, 1_025, 2_048, 5_000, 65_537, 100_000])(
    "of size %i holds every number once",
    (size) => {
      const permutation = new Permutation(size, streamKey(4, "p"));
      const seen = new Uint8Array(size);
      for (let i = 0; i < size; i++) seen[permutation.at(i)]!++;
      expect(seen.every((count) => count === 1)).toBe(true);
    },
  );

  test("stays the same for a key and differs for another", () => {
    const entries = (seed: number): number[] => {
      const permutation = new Permutation(50_000, streamKey(seed, "p"));
      return Array.from({ length: 6 }, (_, i) => permutation.at(i * 9_999));
    };
    expect(entries(1)).toEqual(entries(1));
    expect(entries(1)).not.toEqual(entries(2));
  });

  test("takes sizes to 2^53 - 1 and stays inside", () => {
    const size = Number.MAX_SAFE_INTEGER;
    const permutation = new Permutation(size, streamKey(1, "p"));
    const entries = [0, 1, 2, size - 1].map((index) => permutation.at(index));
    expect(new Set(entries).size).toBe(4);
    for (const entry of entries) expect(entry >= 0 && entry < size && Number.isInteger(entry)).toBe(true);
  });

  test("spreads neighbours like a random order, small and large", () => {
    // Chi-square of (index block, entry block) over 16 x 16 cells: mean 225, standard deviation 21.2 in a random order;
    // 330 is five deviations off, by chance less than once in 100,000 runs.
    for (const size of [1_024, 40_000, 100_003]) {
      for (const seed of [1, 2, 3]) {
        const permutation = new Permutation(size, streamKey(seed, "p"));
        const counts = new Float64Array(256);
        for (let i = 0; i < size; i++)
          counts[Math.floor((i * 16) / size) * 16 + Math.floor((permutation.at(i) * 16) / size)]!++;
        const expected = size / 256;
        const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
        expect(chiSquare).toBeLessThan(330);
        const low = new Float64Array(256);
        for (let i = 0; i < size; i++) low[(i & 15) * 16 + (permutation.at(i) & 15)]!++;
        const lowBits = low.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
        expect(lowBits).toBeLessThan(330);
      }
    }
  });

  test("orders three things in all six ways equally often", () => {
    // 6,000 keys, 1,000 expected each; chi-square with 5 degrees of freedom is above 30 once in 65,000 runs.
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6_000; seed++) {
      const permutation = new Permutation(3, streamKey(seed, "p"));
      const order = [0, 1, 2].map((i) => permutation.at(i)).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
    expect(chiSquare).toBeLessThan(30);
  });

  test("refuses sizes it cannot hold", () => {
    for (const size of [0, -1, 1.5, Number.NaN, 2 ** 53])
      expect(() => new Permutation(size, [1, 2])).toThrow(
        expect.objectContaining({ code: "VERISIM_PERMUTATION_SIZE" }),
      );
    expect(() => new Permutation(5, [1, 2]).at(5)).toThrow("internal:");
  });
});

import { describe, expect, test } from "vitest";
import { orderCategories, placeScores } from "./category-order.ts";

describe("the order of categories", () => {
  // Numbers 0, 1, 2, 3 for the categories 2, 0, 3, 1.
  const codes = Int32Array.from({ length: 400 }, (_, row) => [2, 0, 3, 1][row % 4]!);
  const numbers = Float64Array.from({ length: 400 }, (_, row) => (row % 4) - 1.5 + 0.01 * Math.sin(row));
  const counts = new Float64Array(4).fill(100);

  test("is that of the numbers that go with them, up to its direction", async () => {
    const [[order]] = (await orderCategories([{ codes, counts, nominal: false }], [numbers])) as [
      readonly [Int32Array],
    ];
    expect([[...order], [...order].reverse()]).toContainEqual([2, 0, 3, 1]);
  });

  test("is found from another column of categories as well, in halves where they are nominal", async () => {
    const other = Int32Array.from({ length: 400 }, (_, row) => (row % 4 < 2 ? 0 : 1));
    const [halves] = await orderCategories(
      [
        { codes, counts, nominal: true },
        { codes: other, counts: new Float64Array([200, 200]), nominal: true },
      ],
      [],
    );
    expect(halves).toHaveLength(2);
    expect(halves!.map((half) => [...half].sort()).sort()).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  test("gives each place the mean of its stretch of a normal variable", () => {
    // Halves of a standard normal have means of -+ sqrt(2 / pi).
    const { mass, thresholds, means } = placeScores(new Float64Array([50, 50]));
    expect([...mass, ...thresholds]).toEqual([0.5, 0.5, 0]);
    expect(means[1]).toBeCloseTo(Math.sqrt(2 / Math.PI), 12);
    expect(means[0]).toBeCloseTo(-Math.sqrt(2 / Math.PI), 12);
  });
});

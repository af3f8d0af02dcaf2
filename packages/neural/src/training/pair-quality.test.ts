import { rowUniform, streamKey } from "@verisim/core";
import { describe, expect, test } from "vitest";
import type { EncodedRows } from "../encoding/layout.ts";
import { PairQuality } from "./pair-quality.ts";

const rowsOf = (rows: readonly (readonly number[])[]): EncodedRows => ({
  rowCount: rows.length,
  alternatives: Int32Array.from(rows.flat()),
  places: new Float32Array(0),
});

/** Two columns of `width` alternatives, equal with probability `agreement`, else drawn apart. */
function drawn(rowCount: number, width: number, agreement: number, seed: number): EncodedRows {
  const key = streamKey(seed, "pairs of a test");
  return rowsOf(
    Array.from({ length: rowCount }, (_, row) => {
      const a = Math.floor(width * rowUniform(key, row, 0));
      const b = rowUniform(key, row, 1) < agreement ? a : Math.floor(width * rowUniform(key, row, 2));
      return [a, b];
    }),
  );
}

describe("the quality of pairs", () => {
  test("is 1 minus the total variation of their joint shares, in the mean over pairs", () => {
    const held = rowsOf([
      [0, 0, 1],
      [0, 1, 1],
      [1, 1, 0],
      [1, 1, 0],
    ]);
    const quality = new PairQuality(held, [2, 2, 2]);
    expect(quality.score(held)).toBe(1);
    // Pairs (0,1): shares 1/4 1/4 0 1/2 against 0 0 0 1; (0,2): 0 1/2 1/2 0 against 0 0 1 0; (1,2): 0 1/4 1/2 1/4 against 0 0 1 0.
    const other = rowsOf([[1, 1, 0]]);
    expect(quality.score(other)).toBeCloseTo((0.5 + 0.5 + 0.5) / 3, 12);
    expect(quality.score(rowsOf([[0, 0, 0]]))).toBeCloseTo((0.25 + 0 + 0) / 3, 12);
  });

  test("of another sample of the same rows is nearly 1, and falls with lost dependence and lost modes", () => {
    const quality = new PairQuality(drawn(3000, 4, 0.8, 1), [4, 4]);
    const again = quality.score(drawn(4000, 4, 0.8, 2));
    const apart = quality.score(drawn(4000, 4, 0, 3));
    // Sixteen shares of 3,000 and 4,000 rows: 0.03 in the mean.
    expect(again).toBeGreaterThan(0.95);
    // Sixteenths against (0.2 + 0.8 [a = b] 4) / 16: 3/4 of 0.8 in total variation.
    expect(apart).toBeGreaterThan(0.37);
    expect(apart).toBeLessThan(0.43);
    const { alternatives } = drawn(4000, 4, 0.8, 2);
    const lost = rowsOf(
      Array.from({ length: 4000 }, (_, i) => [
        Math.min(1, alternatives[2 * i]!),
        Math.min(1, alternatives[2 * i + 1]!),
      ]),
    );
    expect(quality.score(lost)).toBeLessThan(0.6);
  });

  test("looks at a single column as a pair with itself", () => {
    const quality = new PairQuality(rowsOf([[0], [0], [1], [2]]), [3]);
    expect(quality.score(rowsOf([[0], [1]]))).toBeCloseTo(0.75, 12);
  });

  test("puts many alternatives into ten groups of about equal shares, in their order", () => {
    const held = rowsOf(Array.from({ length: 1000 }, (_, row) => [row % 100]));
    const quality = new PairQuality(held, [100]);
    // Rows of the same group count as alike, those of another do not.
    const moved = (by: number) => rowsOf(Array.from({ length: 1000 }, (_, row) => [(row + by) % 100]));
    expect(quality.score(moved(50))).toBeCloseTo(1, 12);
    expect(quality.score(rowsOf(Array.from({ length: 10 }, (_, i) => [10 * i + 7])))).toBeCloseTo(1, 12);
    expect(quality.score(rowsOf(Array.from({ length: 10 }, (_, i) => [i])))).toBeCloseTo(0.1, 12);
  });

  test("of tables with many columns looks at some of their pairs, the same ones every time", () => {
    const wide = (seed: number): EncodedRows => {
      const key = streamKey(seed, "wide");
      return {
        rowCount: 500,
        alternatives: Int32Array.from({ length: 500 * 60 }, (_, i) => Math.floor(2 * rowUniform(key, i))),
        places: new Float32Array(0),
      };
    };
    const widths = Array<number>(60).fill(2);
    const [a, b] = [new PairQuality(wide(1), widths), new PairQuality(wide(1), widths)];
    expect(a.score(wide(2))).toBe(b.score(wide(2)));
    expect(a.score(wide(2))).toBeGreaterThan(0.93);
  });
});

// Shares of drawn rows by hand: nearer, tied, missing cells.

import { expect, test } from "vitest";
import { type CellColumn, nearerShare } from "./nearer-share.ts";

const one = Uint32Array.of(0, 1);
const other = Uint32Array.of(2, 3);

function numbers(real: number[], drawn: number[], decimals = -1): CellColumn {
  return {
    kind: "number",
    real: Float64Array.from(real),
    drawn: Float64Array.from(drawn),
    unit: 1,
    decimals,
  };
}

function categories(real: number[], drawn: number[]): CellColumn {
  return { kind: "category", real: Int32Array.from(real), drawn: Int32Array.from(drawn), missing: 9 };
}

test("each drawn row counts for the half that it lies nearer to, a tie for half", async () => {
  // 1 is nearer to 0, 7 to 6 and 8 alike, 5 is as far from 4 as from 6.
  expect(await nearerShare([numbers([0, 4, 6, 8], [1, 7, 5, 3.5])], one, other, 4)).toBe(
    (1 + 0 + 0.5 + 1) / 4,
  );
});

test("numbers are compared as they are written", async () => {
  // Unrounded 5.25 lies nearer to 6, as 5 it is tied.
  expect(await nearerShare([numbers([0, 4, 6, 8], [5.25])], one, other, 1)).toBe(0);
  expect(await nearerShare([numbers([0, 4, 6, 8], [5.25], 0)], one, other, 1)).toBe(0.5);
});

test("a category that differs weighs as much as the whole range of a number", async () => {
  const real = [0, 10, 0, 10];
  // By the number the first row is equal to one of each half; the category decides.
  expect(await nearerShare([numbers(real, [0, 10]), categories([1, 1, 2, 2], [1, 2])], one, other, 2)).toBe(
    0.5,
  );
  expect(await nearerShare([numbers(real, [0, 10]), categories([1, 1, 2, 2], [1, 1])], one, other, 2)).toBe(
    1,
  );
});

test("missing cells are equal to each other and to nothing else", async () => {
  expect(await nearerShare([categories([-1, 0, 0, 1], [9])], one, other, 1)).toBe(1);
  expect(await nearerShare([numbers([3, 4, Number.NaN, 5], [Number.NaN])], one, other, 1)).toBe(0);
});

test("without columns no row is nearer to either half", async () => {
  expect(await nearerShare([], one, other, 3)).toBe(0.5);
});

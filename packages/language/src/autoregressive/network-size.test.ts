import { expect, test } from "vitest";
import { networkSize } from "./network-size.ts";

const open = { hiddenDim: null, headDim: null };

test("layers are the wider the more rows there are, within bounds and in multiples of eight", () => {
  expect([10, 800, 3_400, 6_000, 1_000_000].map((rows) => networkSize(rows, 9, open))).toEqual([
    { head: 16, hidden: 48 },
    { head: 24, hidden: 72 },
    { head: 48, hidden: 144 },
    { head: 64, hidden: 192 },
    { head: 64, hidden: 192 },
  ]);
});

test("the vector of known cells has room for many columns", () => {
  expect([12, 13, 31, 48, 1_000].map((columns) => networkSize(300, columns, open).hidden)).toEqual([
    48, 56, 128, 192, 192,
  ]);
});

test("a width that is asked for is taken, the other is as ever", () => {
  expect(networkSize(800, 9, { hiddenDim: 100, headDim: null })).toEqual({ head: 24, hidden: 100 });
  expect(networkSize(800, 9, { hiddenDim: null, headDim: 9 })).toEqual({ head: 9, hidden: 72 });
});

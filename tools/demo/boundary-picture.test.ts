import { expect, test } from "vitest";
import { boundarySvg } from "./boundary-picture.ts";

const rows = (x: number[], y: number[], rare: boolean[]) => ({
  x: Float64Array.from(x),
  y: Float64Array.from(y),
  isRare: rare,
});

test("the picture counts rows, marks new and taken ones, and colours the side of the rare", () => {
  const before = rows([2, 2, 8], [2, 8, 5], [false, false, true]);
  const after = rows([2, 8, 8.2], [2, 5, 5], [false, true, true]);
  const svg = boundarySvg({
    ...{ title: "a < b", words: "made up", before, after, isNew: [0, 0, 1], gone: [1] },
    categories: { x: false, y: false },
  });
  expect(svg).toContain("a &lt; b");
  expect(svg).toContain("before: 2 common, 1 rare");
  expect(svg).toContain("after: 1 common, 2 rare");
  // The row that is gone, at (2, 8) of 10 on a panel of 270 x 216 from (300, 62): a cross; the new one: a dot.
  expect(svg).toContain("M354 105m-2-2l4 4m0-4l-4 4");
  expect(svg).toContain("M521 170h0");
  // The pale cells lie around the rare rows: x from 10 / 10 of the panel's width at most, none in its left half.
  const [left, right] = [...svg.matchAll(/<path d="([^"]*)" fill="#fbe3df"/g)].map(([, path]) =>
    [...path!.matchAll(/M(\d+) (\d+)/g)].map(([, x]) => Number(x)),
  );
  expect(Math.min(...left!)).toBeGreaterThan(12 + 135);
  expect(Math.min(...right!)).toBeGreaterThan(300 + 135);
  expect(left!.length).toBeGreaterThan(10);
});

import { expect, test } from "vitest";
import { RowRandom, streamKey } from "./random.ts";
import { drawToFront, sampleRowNumbers } from "./without-replacement.ts";

test("rows are drawn without replacement, ascending, each as often as the others", () => {
  const drawn = new Int32Array(10);
  for (let seed = 0; seed < 1000; seed++) {
    const rows = sampleRowNumbers(10, 3, streamKey(seed, "rows"));
    expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
    expect(rows).toHaveLength(3);
    for (const row of rows) drawn[row]!++;
  }
  // 300 of 1000 expected; five standard deviations are 72.
  for (const count of drawn) expect(Math.abs(count - 300)).toBeLessThan(72);
  expect([...sampleRowNumbers(4, 4, streamKey(1, "rows"))]).toEqual([0, 1, 2, 3]);
  expect([...sampleRowNumbers(4, 9, streamKey(1, "rows"))]).toEqual([0, 1, 2, 3]);
});

test("a list keeps its items when some come to the front", () => {
  const items = drawToFront(["a", "b", "c", "d"], 2, new RowRandom(streamKey(3, "list"), 0));
  expect([...items].sort()).toEqual(["a", "b", "c", "d"]);
  const none: string[] = [];
  expect(drawToFront(none, 5, new RowRandom(streamKey(3, "list"), 0))).toEqual([]);
});

// Rows drawn in lanes against windows drawn one by one; how many lanes there are.

import { expect, test } from "vitest";
import { fixedNetwork, fixedWeights } from "../../fixtures/fixed-network.ts";
import { shopMetadata, shopOptions, shopTable } from "../../fixtures/shop-table.ts";
import { TableEncoding } from "../encoding/index.ts";
import { choicesOf } from "../network/outputs.ts";
import { noCalibration } from "./calibrate.ts";
import { PlaceMaps } from "./place-maps.ts";
import { drawPlain } from "./plain-rows.ts";
import { fewRows, RowSampler, windowRows } from "./row-sampler.ts";
import { WindowLanes } from "./window-lanes.ts";

const encoding = TableEncoding.fit(
  shopTable(600),
  shopMetadata,
  { ...shopOptions, maxBlocks: 6, maxCategories: 6, places: true },
  { seed: 1, tableName: "shop" },
);
const { layout } = encoding;
const maps = new PlaceMaps(layout, noCalibration(layout));

test.each([false, true])("rows are those of the windows one by one (conditions: %s)", async (conditional) => {
  const sampler = new RowSampler({
    network: fixedNetwork(conditional),
    layout,
    weights: fixedWeights(layout),
    bias: new Float32Array(choicesOf(layout)),
    shares: Float64Array.from(encoding.columns.flatMap((column) => [...column.shares])),
  });
  const [spans, placed] = [layout.widths.length, layout.placed.length];
  expect(placed).toBeGreaterThan(0);
  try {
    for (const last of [0, 1, fewRows, fewRows + 1]) {
      const rowCount = 3 * windowRows + last;
      const rowStart = 2 ** 32 - 5000;
      const drawn = await drawPlain(sampler, maps, layout, { rowStart, rowCount, seed: 3 });
      expect([drawn.alternatives.length, drawn.places.length]).toEqual([rowCount * spans, rowCount * placed]);
      for (let from = 0; from < rowCount; from += windowRows) {
        const rows = Math.min(windowRows, rowCount - from);
        const window = await sampler.draw({ rowStart: rowStart + from, rowCount: rows, seed: 3 });
        const parts = [
          [drawn.alternatives, window.alternatives, spans],
          [drawn.places, window.places, placed],
        ] as const;
        for (const [all, own, width] of parts)
          expect(all.slice(from * width, (from + rows) * width)).toEqual(own.slice(0, rows * width));
      }
    }
    const none = await drawPlain(sampler, maps, layout, { rowStart: 7, rowCount: 0, seed: 3 });
    expect([none.alternatives.length, none.places.length]).toEqual([0, 0]);
  } finally {
    sampler.free();
  }
});

test("rows are the same however few of them are drawn at once", async () => {
  const samplerOf = (rowsAtOnce?: number): RowSampler =>
    new RowSampler({
      network: { ...fixedNetwork(true), ...(rowsAtOnce === undefined ? {} : { rowsAtOnce }) },
      layout,
      weights: fixedWeights(layout),
      bias: new Float32Array(choicesOf(layout)),
      shares: Float64Array.from(encoding.columns.flatMap((column) => [...column.shares])),
    });
  const [whole, parts] = [samplerOf(), samplerOf(128)];
  try {
    const plain = { rowStart: 77, rowCount: windowRows + 300, seed: 3 };
    const drawn = await drawPlain(whole, maps, layout, plain);
    expect(await drawPlain(parts, maps, layout, plain)).toEqual(drawn);
    const conditions = Int32Array.from({ length: windowRows }, (_, row) => (row % 3) - 1);
    const judged = { rowStart: 5, seed: 9, attempt: 2, conditions };
    expect(await parts.judge(judged)).toEqual(await whole.judge(judged));
  } finally {
    whole.free();
    parts.free();
  }
});

test("a sampler that takes much memory has one lane", () => {
  const numbers = (size: number) => ({
    state: { numbers: { shape: [size], data: new Float32Array(size) } },
    entries: { none: { inputs: {}, step: () => ({ outputs: {} }) } },
  });
  const small = new WindowLanes(() => numbers(8));
  const large = new WindowLanes(() => numbers(2 ** 24));
  expect(small.count).toBeGreaterThanOrEqual(1);
  expect(small.count).toBeLessThanOrEqual(8);
  expect(large.count).toBe(1);
  small.free();
  large.free();
});

import { describe, expect, test } from "vitest";
import { fixedNetwork, fixedWeights } from "../../fixtures/fixed-network.ts";
import { shopMetadata, shopOptions, shopTable } from "../../fixtures/shop-table.ts";
import { TableEncoding } from "../encoding/index.ts";
import type { EncodedRows } from "../encoding/layout.ts";
import { choicesOf, spanStarts } from "../network/outputs.ts";
import { calibrate, calibrationTime, noCalibration } from "./calibrate.ts";
import { knots, PlaceMaps } from "./place-maps.ts";
import { drawPlain } from "./plain-rows.ts";
import { RowSampler, windowRows } from "./row-sampler.ts";

const table = shopTable(3000);
const encoding = TableEncoding.fit(
  table,
  shopMetadata,
  { ...shopOptions, maxBlocks: 5, maxCategories: 6 },
  { seed: 1, tableName: "shop" },
);
const { layout } = encoding;
const starts = spanStarts(layout);
const real = encoding.encode(table, { seed: 1, rowStart: 0 });

function sharesOf({ rowCount, alternatives }: EncodedRows): Float64Array {
  const shares = new Float64Array(choicesOf(layout));
  alternatives.forEach((alternative, i) => {
    shares[starts[i % layout.widths.length]! + alternative]! += 1 / rowCount;
  });
  return shares;
}

/** Places of one alternative of a placed column, ascending. */
function placesOf({ alternatives, places }: EncodedRows, slot: number, alternative: number): number[] {
  const column = layout.placed[slot]!;
  const found: number[] = [];
  for (let row = 0; row * layout.placed.length < places.length; row++)
    if (alternatives[row * layout.widths.length + column] === alternative)
      found.push(places[row * layout.placed.length + slot]!);
  return found.sort((a, b) => a - b);
}

const largest = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, share, i) => Math.max(most, Math.abs(share - b[i]!)), 0);

describe("calibration", () => {
  test("brings the shares of all choices to those of the training rows, and places to their quantiles", async () => {
    const shares = sharesOf(real);
    const samplerWith = (bias: Float32Array): RowSampler =>
      // Logits of moderate size: a bias is at most 4.
      new RowSampler({
        network: fixedNetwork(false),
        layout,
        weights: fixedWeights(layout, 1),
        bias,
        shares,
      });
    const none = noCalibration(layout);
    const sampler = samplerWith(none.bias);
    const request = { rowStart: 0, rowCount: 20 * windowRows, seed: 5 };
    try {
      const before = await drawPlain(sampler, new PlaceMaps(layout, none), layout, request);
      expect(largest(sharesOf(before), shares)).toBeGreaterThan(0.15);
      const calibration = await calibrate(sampler, real, shares);
      const after = await drawPlain(sampler, new PlaceMaps(layout, calibration), layout, request);
      // Fitted on 12,288 candidates, looked at on 40,960 rows: three standard deviations of a half are 0.016.
      expect(largest(sharesOf(after), shares)).toBeLessThan(0.016);

      let mapped = 0;
      layout.placed.forEach((column, slot) => {
        for (let k = 0; k < layout.widths[column]!; k++) {
          const [wanted, made] = [placesOf(real, slot, k), placesOf(after, slot, k)];
          if (wanted.length < 200 || layout.hasPlace[starts[column]! + k] === 0) continue;
          mapped++;
          for (const share of [0.1, 0.25, 0.5, 0.75, 0.9]) {
            const at = (sorted: readonly number[]) => sorted[Math.floor(share * sorted.length)]!;
            // Hundreds of places on a scale of 2.
            expect(Math.abs(at(made) - at(wanted))).toBeLessThan(0.12);
          }
        }
      });
      expect(mapped).toBeGreaterThan(10);

      const again = samplerWith(none.bias);
      expect(await calibrate(again, real, shares)).toEqual(calibration);
      again.free();
    } finally {
      sampler.free();
    }
  });

  test("stops on a signal", async () => {
    const shares = sharesOf(real);
    const sampler = new RowSampler({
      network: fixedNetwork(false),
      layout,
      weights: fixedWeights(layout),
      bias: new Float32Array(shares.length),
      shares,
    });
    await expect(
      calibrate(sampler, real, shares, { signal: AbortSignal.abort("no time") }),
    ).rejects.toMatchObject({
      code: "VERISIM_ABORTED",
    });
    sampler.free();
  });
});

test("calibration takes what it has found when its time is over", async () => {
  const shares = sharesOf(real);
  const sampler = new RowSampler({
    network: fixedNetwork(false),
    layout,
    weights: fixedWeights(layout, 1),
    bias: new Float32Array(shares.length),
    shares,
  });
  try {
    expect(await calibrationTime(sampler, real.rowCount, {})).toBeGreaterThan(0);
    const { bias, madePlaces } = await calibrate(sampler, real, shares, { deadline: performance.now() - 1 });
    // One window of rows says something of the shares; of places, where several are needed, nothing is said.
    expect(bias.some((added) => Math.abs(added) > 0.1)).toBe(true);
    expect(madePlaces.every(Number.isNaN)).toBe(true);
  } finally {
    sampler.free();
  }
});

describe("place maps", () => {
  test("are linear between their knots, end at them, and leave alone what was not learnt", () => {
    const small = { ...layout, widths: [2], placed: [0], discrete: [], hasPlace: Float32Array.of(1, 1) };
    const calibration = noCalibration(small);
    for (let k = 0; k < knots; k++) {
      calibration.madePlaces[knots + k] = -0.5 + k / (knots - 1);
      calibration.realPlaces[knots + k] = -1 + (2 * k) / (knots - 1);
    }
    const maps = new PlaceMaps(small, calibration);
    expect(maps.at(0, 0, 0.3)).toBe(0.3);
    expect(maps.at(0, 1, -0.7)).toBe(-1);
    expect(maps.at(0, 1, 0.9)).toBe(1);
    expect(maps.at(0, 1, 0.11)).toBeCloseTo(0.22, 6);
    const rows = {
      rowCount: 3,
      alternatives: Int32Array.of(0, 1, 1),
      places: Float32Array.of(0.25, 0.25, -0.125),
    };
    maps.apply(rows, small);
    expect([...rows.places]).toEqual([0.25, 0.5, -0.25]);
  });
});

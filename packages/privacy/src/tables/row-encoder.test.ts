import { numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";
import { riskColumns } from "./risk-columns.ts";
import { rowEncoder, spreadOf } from "./row-encoder.ts";

const metadata: TableMetadata = {
  columns: { size: { sdtype: "numerical" }, kind: { sdtype: "categorical" } },
};
const real = new Table([
  numberColumn("size", [-1, 1, Number.NaN, 1]),
  textColumn("kind", ["a", "b", "a", null]),
]);
// The same cells as texts and with another dictionary.
const other = new Table([textColumn("size", ["1", "-1", null]), textColumn("kind", ["b", "a", null])]);

describe("rowEncoder", () => {
  const { columns } = riskColumns([real, other], metadata);
  const encoder = rowEncoder(columns, [0]);
  const first = encoder.encode(0, [0, 1, 2, 3]);
  const second = encoder.encode(1, [0, 1, 2]);

  it("puts equal cells at distance 0, however they are stored", () => {
    expect(encoder.squaredDistance(first, 1, second, 0)).toBe(0);
    expect(encoder.squaredDistance(first, 0, second, 1)).toBe(0);
  });

  it("counts 1 for another category, 1 or so for a missing cell, and numbers in their spread", () => {
    // -1, 1 and 1 around 1: deviation sqrt(8 / 9), and 2 apart.
    const apart = 2 / (Math.SQRT2 * Math.sqrt(8 / 9));
    expect(encoder.squaredDistance(first, 0, first, 1)).toBeCloseTo(1 + apart ** 2, 12);
    expect(encoder.squaredDistance(first, 1, first, 3)).toBe(1);
    expect(encoder.squaredDistance(first, 2, second, 2)).toBe(1);
    expect(encoder.squaredDistance(first, 1, first, 2)).toBe(2);
  });

  it("gives the neighbours that its own distances say, and no row itself", async () => {
    const found = await nearest({ encoder, queries: first, reference: first, k: 4, self: [0, 1, 2, 3] }, {});
    expect([...found.indices.subarray(4, 8)]).toEqual([3, 2, 0, -1]);
    expect(found.distances[4]).toBe(1);
    expect(found.distances[7]).toBe(Number.POSITIVE_INFINITY);
  });

  it("can leave columns out", () => {
    const sizes = encoder.only(({ name }) => name === "size");
    expect(sizes.size).toBe(2);
    const points = sizes.encode(0, [1, 3]);
    expect(sizes.squaredDistance(points, 0, points, 1)).toBe(0);
  });
});

describe("spreadOf", () => {
  it("is not led by one number in a thousand, and has a value where most numbers are equal", () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1e300 : i % 10));
    expect(spreadOf([values]).spread).toBeCloseTo(2.87, 1);
    const spike = Float64Array.from({ length: 1000 }, (_, i) => (i < 2 ? 50 : 0));
    expect(spreadOf([spike]).spread).toBeCloseTo(50 * Math.sqrt(0.002 * 0.998), 6);
    expect(spreadOf([Float64Array.of(Number.NaN)])).toEqual({ centre: 0, spread: 1 });
    expect(spreadOf([Float64Array.of(-1e308, 1e308)]).spread).toBeCloseTo(1e308, -300);
  });
});

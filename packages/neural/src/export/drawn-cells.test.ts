import { type EncodedColumn, RowRandom, streamKey } from "@verisim/core";
import { exportOnnx, openOnnx, openRows } from "@verisim/onnx";
import { traceEntry } from "@verisim/tensor";
import { describe, expect, it } from "vitest";
import { BlockCodec } from "../encoding/block-codec.ts";
import { CategoryCodec } from "../encoding/category-codec.ts";
import type { ColumnPlan } from "../encoding/coded-columns.ts";
import type { ColumnCodec } from "../encoding/column-codec.ts";
import { CopulaCodec } from "../encoding/copula-codec.ts";
import type { Layout } from "../encoding/layout.ts";
import { MixtureCodec } from "../encoding/mixture-codec.ts";
import { type Calibration, noCalibration } from "../sampling/calibrate.ts";
import { knots, PlaceMaps } from "../sampling/place-maps.ts";
import { decodeCells } from "./drawn-cells.ts";

const random = new RowRandom(streamKey(1, "drawn cells"), 0);
const rows = 3000;

/** A skewed column with a point mass at 0 and two hills. */
const sorted = Float64Array.from({ length: 2000 }, () =>
  random.uniform() < 0.2 ? 0 : Math.round(1000 * Math.exp(3 * random.uniform() ** 2)) / 100,
).sort();
const numbers = { maxClusters: 8, minGroup: 5, decimals: 2 };
/** Many rare categories and a few frequent ones. */
const counts = Float64Array.from({ length: 300 }, (_, code) => Math.ceil(2000 / (1 + code) ** 1.5));

const codecs: Readonly<Record<string, ColumnCodec>> = {
  blocks: BlockCodec.fit(sorted, { ...numbers, maxBlocks: 12, missing: true, unit: 1 }).codec,
  "blocks of dates": BlockCodec.fit(sorted, { ...numbers, maxBlocks: 5, missing: false, unit: 86_400e6 })
    .codec,
  mixture: MixtureCodec.fit(sorted, { ...numbers, missing: true, unit: 1 }),
  copula: CopulaCodec.fit(sorted, { ...numbers, marginal: "empirical", missing: true, unit: 1 }),
  "copula without missing cells": CopulaCodec.fit(sorted, {
    ...numbers,
    marginal: "empirical",
    missing: false,
    unit: 1000,
  }),
  categories: CategoryCodec.fit(counts, true, 20),
  "categories without blocks": CategoryCodec.fit(counts.slice(0, 4), false, 20),
};

/** Rising quantile maps for about half of the alternatives. */
function someMaps(layout: Layout): Calibration {
  const { bias, madePlaces, realPlaces } = noCalibration(layout);
  const rising = (): Float32Array =>
    Float32Array.from({ length: knots }, () => Math.fround(2 * random.uniform() - 1)).sort();
  for (let map = 0; map < madePlaces.length; map += 2 * knots) {
    madePlaces.set(rising(), map);
    realPlaces.set(rising(), map);
    // Two knots at one place.
    madePlaces[map + 5] = madePlaces[map + 6]!;
  }
  return { bias, madePlaces, realPlaces };
}

describe.each(Object.entries(codecs))("cells of %s", (_, codec) => {
  const kind = codec.kind === "category" ? "discrete" : "continuous";
  const placed = codec.hasPlace.includes(1);
  const layout: Layout = {
    widths: [codec.width],
    placed: placed ? [0] : [],
    discrete: placed ? [] : [0],
    hasPlace: Float32Array.from(codec.hasPlace),
  };
  const plan = {
    encoded: [{ name: "x", kind, cardinality: kind === "discrete" ? counts.length : 0 }],
    coded: [{ encoded: 0, shares: new Float64Array(codec.width), codec }],
    fixed: [],
    derived: [],
    warnings: [],
  } as unknown as ColumnPlan;

  it.each([
    ["as they are", noCalibration(layout)],
    ["mapped by quantiles", someMaps(layout)],
  ] as const)("in an ONNX graph are those of the codec, places %s", async (_, calibration) => {
    const alternatives = Int32Array.from({ length: rows }, () => random.below(codec.width));
    const ends = [-1, 1, -1.5, 1.5, 0];
    const places = Float32Array.from({ length: rows }, (_, i) => ends[i] ?? 2 * random.uniform() - 1);
    const bytes = exportOnnx(
      traceEntry("cells", {}, {}, () => ({ outputs: {} })),
      {
        rows: 1,
        reserved: ["a", "p", "cells"],
        extend: (graph) => {
          const chosen = graph.input("a", { element: "int32", dims: [openRows, 1] });
          const learnt = graph.input("p", { element: "float", dims: [openRows, 1] });
          graph.setRows(graph.add("Shape", [chosen], { start: 0, end: 1 }));
          const drawn = { alternatives: chosen, places: learnt, placeUniforms: undefined };
          const [column] = decodeCells(graph, drawn, { plan, layout, calibration });
          return { outputs: [{ name: "cells", value: column!.cells }] };
        },
      },
    );
    const runner = await openOnnx(bytes, { threads: 1 });
    const { cells } = await runner.runTyped({
      a: { shape: [rows, 1], data: alternatives },
      p: { shape: [rows, 1], data: places },
    });
    await runner.dispose();
    const maps = new PlaceMaps(layout, calibration);
    const mapped = places.map((place, row) => (placed ? maps.at(0, alternatives[row]!, place) : place));
    const wanted: EncodedColumn =
      kind === "continuous"
        ? { kind, name: "x", values: new Float64Array(rows) }
        : { kind, name: "x", codes: new Int32Array(rows), cardinality: counts.length };
    codec.decode(alternatives, Float64Array.from(mapped), wanted);
    expect(cells!.data).toEqual(wanted.kind === "continuous" ? wanted.values : wanted.codes);
  });
});

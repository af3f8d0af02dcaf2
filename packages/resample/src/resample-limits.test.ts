import { Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { cells, codeOf, countLabels } from "../fixtures/outcomes.ts";
import { mixedMetadata, mixedTable, pointMetadata, points } from "../fixtures/tables.ts";
import { resample, strategies, withOrigins } from "./index.ts";

const sizes = { a: 150, b: 30, c: 12 };
const table = mixedTable(sizes);
const adding = strategies.filter(({ kind }) => kind === "over").map(({ name }) => name);

describe("rules on points that can be checked by eye", () => {
  const line = points([
    [0, 0, "a"],
    [1, 0, "a"],
    [2, 0, "a"],
    [2.9, 0, "a"],
    [3, 0, "b"],
    [9, 0, "b"],
    [10, 0, "b"],
  ]);
  const keptBy = async (strategy: string, options = {}) =>
    [...(await resample(line, pointMetadata, { target: "label", strategy, ...options })).base].sort(
      (x, y) => x - y,
    );

  test("Tomek links leave out the larger class's half of a mutual pair", async () => {
    expect(await keptBy("tomek-links")).toEqual([0, 1, 2, 4, 5, 6]);
    expect(await keptBy("tomek-links", { samplingStrategy: "all" })).toEqual([0, 1, 2, 5, 6]);
    expect(await keptBy("tomek-links", { samplingStrategy: ["b"] })).toEqual([0, 1, 2, 3, 5, 6]);
  });

  test("edited neighbours leave out rows that one, or most, of their neighbours disagree with", async () => {
    expect(await keptBy("edited-nearest-neighbours", { kNeighbors: 2 })).toEqual([0, 1, 2, 4, 5, 6]);
    const most = { kNeighbors: 3, vote: "mode" };
    expect(await keptBy("edited-nearest-neighbours", most)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await keptBy("edited-nearest-neighbours", { ...most, samplingStrategy: "all" })).toEqual([
      0, 1, 2, 3, 5, 6,
    ]);
  });

  test("NearMiss 1 keeps the rows nearest to the minority, 3 the farthest of those around it", async () => {
    const far = points([
      ...[0, 1, 2, 3, 4, 20].map((x): [number, number, string] => [x, 0, "common"]),
      [5, 0, "rare"],
      [6, 0, "rare"],
    ]);
    const kept = async (strategy: string) => [
      ...(await resample(far, pointMetadata, { target: "label", strategy, kNeighbors: 2 })).base,
    ];
    expect(await kept("near-miss-1")).toEqual([3, 4, 6, 7]);
    expect(await kept("near-miss-2")).toEqual([3, 4, 6, 7]);
  });
});

describe("what cannot be done", () => {
  test("is refused with a code that says what is impossible", async () => {
    const run = (request: object) => codeOf(resample(table, mixedMetadata, { target: "label", ...request }));
    expect(await run({ strategy: "smot" })).toBe("VERISIM_UNKNOWN_STRATEGY");
    expect(await run({ counts: { a: 10 } })).toBe("VERISIM_RESAMPLE_COUNTS");
    expect(await run({ counts: { z: 10 } })).toBe("VERISIM_RESAMPLE_COUNTS");
    expect(await run({ counts: { a: 150.5 } })).toBe("VERISIM_RESAMPLE_COUNTS");
    expect(await run({ strategy: "random-under", counts: { c: 13 } })).toBe("VERISIM_RESAMPLE_COUNTS");
    expect(await run({ strategy: "tomek-links", counts: { a: 20 } })).toBe("VERISIM_RESAMPLE_COUNTS");
    expect(await run({ strategy: "smote-enn", counts: { c: 20 } })).toBe("VERISIM_RESAMPLE_COUNTS");
    expect(await run({ samplingStrategy: 0.5 })).toBe("VERISIM_OPTION_VALUE");
    expect(await run({ samplingStrategy: "minorities" })).toBe("VERISIM_OPTION_VALUE");
    expect(await run({ counts: { c: 20 }, samplingStrategy: "all" })).toBe("VERISIM_OPTION_VALUE");
    expect(await run({ kNeighbors: 0 })).toBe("VERISIM_OPTION_VALUE");
    expect(await run({ neighbours: 3 })).toBe("VERISIM_UNKNOWN_OPTION");
    expect(await run({ seed: 0.5 })).toBe("VERISIM_OPTION_VALUE");
    expect(await run({ target: "lable" })).toBe("VERISIM_UNKNOWN_COLUMN");
    expect(await run({ columns: ["id"] })).toBe("VERISIM_RESAMPLE_FEATURES");
    expect(await run({ signal: AbortSignal.abort() })).toBe("VERISIM_ABORTED");
  });

  test("one class, one row of a class and infinite numbers are coded errors", async () => {
    const one = points([
      [0, 0, "a"],
      [1, 0, "a"],
    ]);
    expect(await codeOf(resample(one, pointMetadata, { target: "label" }))).toBe("VERISIM_TARGET");
    const single = points([
      [0, 0, "a"],
      [1, 0, "a"],
      [2, 0, "b"],
    ]);
    for (const strategy of adding.filter((name) => name !== "random"))
      expect(await codeOf(resample(single, pointMetadata, { target: "label", strategy }))).toBe(
        "VERISIM_RESAMPLE_ROWS",
      );
    const repeated = await resample(single, pointMetadata, { target: "label", strategy: "random" });
    expect(cells(repeated.table, "x")).toEqual([0, 1, 2, 2]);
    const infinite = points([
      [0, 0, "a"],
      [Number.POSITIVE_INFINITY, 0, "a"],
      [2, 0, "b"],
      [3, 0, "b"],
      [4, 0, "b"],
    ]);
    expect(await codeOf(resample(infinite, pointMetadata, { target: "label" }))).toBe(
      "VERISIM_RESAMPLE_FEATURES",
    );
  });

  test("numbers are no classes, unless the metadata says so", async () => {
    const run = (about: TableMetadata) => codeOf(resample(table, about, { target: "x", strategy: "random" }));
    expect(await run(mixedMetadata)).toBe("VERISIM_TARGET");
    const columns = { ...mixedMetadata.columns, x: { sdtype: "categorical" } };
    expect(await run({ ...mixedMetadata, columns })).toBe("no error");
  });

  test("an option that the strategy has no use for is named, those of all are not", async () => {
    const options = { shrinkage: 0.5, kNeighbors: 3, scaling: "standard" } as const;
    const notes = async (strategy: string) =>
      (await resample(table, mixedMetadata, { target: "label", strategy, ...options })).notes
        .filter(({ code }) => code === "VERISIM_NOTE_OPTION_UNUSED")
        .map(({ message }) => message);
    expect(await notes("random")).toEqual(["random has no use for kNeighbors."]);
    expect(await notes("smote-tomek")).toEqual(["smote-tomek has no use for shrinkage."]);
    expect(await notes("tomek-links")).toHaveLength(2);
  });

  test("fewer rows than neighbours are all used, which is said", async () => {
    const few = points([
      ...[0, 1, 2].map((x): [number, number, string] => [x, 0, "rare"]),
      ...Array.from({ length: 9 }, (_, x): [number, number, string] => [x + 0.5, 1, "common"]),
    ]);
    const result = await resample(few, pointMetadata, { target: "label" });
    expect(countLabels(result.table)).toEqual({ common: 9, rare: 9 });
    expect(result.notes).toEqual([
      {
        code: "VERISIM_NOTE_FEWER_NEIGHBOURS",
        message: expect.stringContaining(
          'Class "rare" has 2 neighbours of its class for a row instead of the 5',
        ),
      },
    ]);
  });

  test("columns that are all equal, or all missing, are no obstacle", async () => {
    const flat = points(
      Array.from({ length: 30 }, (_, row): [number, number, string] => [
        7,
        Number.NaN,
        row < 8 ? "rare" : "common",
      ]),
    );
    for (const { name, kind } of strategies) {
      const result = await resample(flat, pointMetadata, { target: "label", strategy: name });
      if (kind === "over") expect(countLabels(result.table)).toEqual({ common: 22, rare: 22 });
      if (kind === "under") expect(countLabels(result.table)).toEqual({ common: 8, rare: 8 });
      expect(new Set(cells(result.table, "x"))).toEqual(new Set([7]));
    }
  });

  test("rows without a class stay and take no part", async () => {
    const labels = cells(table, "label").map((label, row) => (row % 5 === 0 ? null : (label as string)));
    const holed = new Table(
      table.columns.map((column) => (column.name === "label" ? textColumn("label", labels) : column)),
    );
    const result = await resample(holed, mixedMetadata, { target: "label" });
    expect(cells(result.table, "label").filter((label) => label === null)).toHaveLength(39);
    expect([...result.base].slice(192).some((row) => row % 5 === 0)).toBe(false);
  });
});

test("a share of two classes, and totals by a function, are met exactly", async () => {
  const two = mixedTable({ a: 100, b: 20 });
  const half = await resample(two, mixedMetadata, { target: "label", samplingStrategy: 0.5 });
  expect(countLabels(half.table)).toEqual({ a: 100, b: 50 });
  const third = await resample(two, mixedMetadata, {
    target: "label",
    strategy: "random-under",
    samplingStrategy: 0.25,
  });
  expect(countLabels(third.table)).toEqual({ a: 80, b: 20 });
  const doubled = await resample(two, mixedMetadata, {
    target: "label",
    samplingStrategy: (known) => new Map([["b", 2 * known.get("b")!]]),
  });
  expect(countLabels(doubled.table)).toEqual({ a: 100, b: 40 });
});

test("origins become columns with rows counted from 1", async () => {
  const result = await resample(
    points([
      [0, 0, "a"],
      [1, 0, "a"],
      [2, 0, "b"],
      [4, 0, "b"],
      [8, 0, "b"],
    ]),
    pointMetadata,
    {
      target: "label",
    },
  );
  const origins = withOrigins(result);
  expect(cells(origins, "is_synthetic")).toEqual(["false", "false", "false", "false", "false", "true"]);
  expect(cells(origins, "base_row").slice(0, 5)).toEqual([null, null, null, null, null]);
  expect([cells(origins, "base_row")[5], cells(origins, "other_row")[5]].sort()).toEqual([1, 2]);
});

test("shrinkage moves repeated rows by the kernel's width", async () => {
  const rows = Array.from({ length: 400 }, (_, row): [number, number, string] => [
    Math.sin(row * row),
    Math.cos(row * 1.7),
    row % 4 === 0 ? "rare" : "common",
  ]);
  const result = await resample(points(rows), pointMetadata, {
    target: "label",
    strategy: "random",
    shrinkage: 1,
    seed: 2,
  });
  const x = cells(result.table, "x") as number[];
  const moves = x.slice(400).map((value, at) => value - rows[result.base[400 + at]!]![0]);
  const own = rows.filter(([, , label]) => label === "rare").map(([value]) => value);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
  const width = (4 / (4 * 100)) ** (1 / 6) * deviation;
  const spread = Math.sqrt(moves.reduce((sum, move) => sum + move ** 2, 0) / moves.length);
  // 200 draws: the spread is within 20 % in all but one of some 10,000 seeds.
  expect(Math.abs(spread / width - 1)).toBeLessThan(0.2);
});

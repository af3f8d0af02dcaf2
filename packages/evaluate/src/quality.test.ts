import { dictionaryColumn, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { qualityReport } from "./quality.ts";

function metadataOf(sdtypes: Record<string, string>): TableMetadata {
  return {
    columns: Object.fromEntries(Object.entries(sdtypes).map(([name, sdtype]) => [name, { sdtype }])),
  };
}

function shapeOf(real: Table, synthetic: Table, sdtype: string): Promise<number | null | undefined> {
  return qualityReport(real, synthetic, metadataOf({ x: sdtype })).then(
    ({ columnShapes }) => columnShapes.columns[0]?.score,
  );
}

const numbers = (...values: number[]): Table => new Table([numberColumn("x", values)]);
const texts = (...cells: (string | null)[]): Table => new Table([textColumn("x", cells)]);
const { NaN: missing } = Number;

describe("Column Shapes", () => {
  it("scores numbers by the largest gap of their distribution functions", async () => {
    // At 2 the functions stand at 2/4 and 0/2.
    expect(await shapeOf(numbers(1, 2, 3, 4), numbers(3, 4), "numerical")).toBe(0.5);
    expect(await shapeOf(numbers(1, 2, 3, 4), numbers(4, 3, 2, 1), "numerical")).toBe(1);
    expect(await shapeOf(numbers(1, 2), numbers(8, 9), "numerical")).toBe(0);
  });

  it("leaves missing numbers out and has no score where none is left", async () => {
    expect(await shapeOf(numbers(1, missing, 2, 3, 4), numbers(missing, 3, 4), "numerical")).toBe(0.5);
    expect(await shapeOf(numbers(missing, missing), numbers(1, 2), "numerical")).toBeNull();
  });

  it("takes numbers that differ in the 15th decimal alone for equal", async () => {
    expect(await shapeOf(numbers(0.1, 0.1 + 1e-15), numbers(0.1, 0.1), "numerical")).toBe(1);
    expect(await shapeOf(numbers(0.1, 0.1 + 1e-13), numbers(0.1, 0.1), "numerical")).toBe(0.5);
  });

  it("scores categories by the total variation distance of their shares", async () => {
    // Shares 1/2, 1/4, 1/4 against 1/4, 3/4, 0: half of 1/4 + 1/2 + 1/4.
    expect(await shapeOf(texts("a", "a", "b", "c"), texts("b", "b", "b", "a"), "categorical")).toBe(0.5);
    expect(await shapeOf(texts("a", null, "b"), texts("a", "b"), "boolean")).toBe(1);
    expect(await shapeOf(texts(null, null), texts("a"), "ordinal")).toBeNull();
  });

  it("gives a category that the real table lacks a millionth of a row", async () => {
    const total = 4 + 1e-6;
    const variation = Math.abs(0.75 - 2 / total) + 2 / total + 0.25 - 1e-6 / total;
    const score = await shapeOf(texts("a", "a", "b", "b"), texts("a", "a", "a", "new"), "categorical");
    expect(score).toBeCloseTo(1 - variation / 2, 14);
  });

  it("has almost no score left for disjoint categories", async () => {
    expect(await shapeOf(texts("a", "b"), texts("c", "d"), "categorical")).toBeCloseTo(1e-6, 7);
  });

  it("compares categories by their text whatever their codes are", async () => {
    const real = new Table([dictionaryColumn("x", [0, 0, 1], ["a", "b", "unused"])]);
    const synthetic = new Table([dictionaryColumn("x", [2, 2, 1], ["unused too", "b", "a"])]);
    expect(await shapeOf(real, synthetic, "categorical")).toBe(1);
  });

  it("reads numbers that are categories and categories that are numbers by value", async () => {
    expect(await shapeOf(numbers(1, 1, 2), texts("1", "1.0", "2"), "categorical")).toBe(1);
    expect(await shapeOf(texts("1", "2", "3", "4"), numbers(3, 4), "numerical")).toBe(0.5);
    expect(await shapeOf(texts("1", "two"), numbers(1, 2), "numerical")).toBeNull();
  });

  it("scores one row and leaves ids and text out", async () => {
    const real = new Table([numberColumn("x", [1]), textColumn("id", ["a"]), textColumn("note", ["b"])]);
    const report = await qualityReport(real, real, metadataOf({ x: "numerical", id: "id", note: "text" }));
    expect(report.columnShapes.columns.map(({ column }) => column)).toEqual(["x"]);
    expect(report).toMatchObject({ score: 1, columnPairTrends: { score: null, pairs: [] } });
  });
});

describe("Column Pair Trends", () => {
  it("compares correlations over the rows where both columns hold numbers", async () => {
    const real = new Table([numberColumn("x", [1, 2, 3, missing]), numberColumn("y", [2, 4, 6, 100])]);
    const synthetic = new Table([numberColumn("x", [1, 2, 3]), numberColumn("y", [1, 0, 1])]);
    const report = await qualityReport(real, synthetic, metadataOf({ x: "numerical", y: "numerical" }));
    const pair = report.columnPairTrends.pairs[0];
    expect(pair).toMatchObject({ metric: "CorrelationSimilarity", counted: true });
    expect(pair?.real).toBeCloseTo(1, 14);
    expect(pair?.synthetic).toBeCloseTo(0, 14);
    expect(pair?.score).toBeCloseTo(0.5, 14);
  });

  it("does not count pairs of a weak correlation, and scores no pair with a constant column", async () => {
    const table = new Table([
      numberColumn("x", [1, 2, 3, 4]),
      numberColumn("y", [1, -1, -1, 1]),
      numberColumn("constant", [5, 5, 5, 5]),
    ]);
    const sdtypes = { x: "numerical", y: "numerical", constant: "numerical" };
    const { pairs, score } = (await qualityReport(table, table, metadataOf(sdtypes))).columnPairTrends;
    expect(pairs.map((pair) => [pair.score, pair.counted])).toEqual([
      [1, false],
      [null, false],
      [null, false],
    ]);
    expect(score).toBeNull();
  });

  it("compares the shares of combinations, a missing cell being a category", async () => {
    const real = new Table([textColumn("x", ["a", "a", "b", null]), textColumn("y", ["p", "p", "q", "r"])]);
    const synthetic = new Table([
      textColumn("x", ["a", "b", "b", null]),
      textColumn("y", ["p", "q", "p", null]),
    ]);
    const report = await qualityReport(real, synthetic, metadataOf({ x: "categorical", y: "categorical" }));
    // Shares (a,p) 1/2:1/4, (b,q) 1/4:1/4, (-,r) 1/4:0, (b,p) 0:1/4, (-,-) 0:1/4.
    expect(report.columnPairTrends.pairs[0]).toMatchObject({ score: 0.5, counted: true });
    expect(report.columnPairTrends.pairs[0]?.real).toBeCloseTo(1, 14);
  });

  it("measures association by Cramer's V without correction", async () => {
    // Counts [[3, 1], [1, 3]]: chi2 = 4 * (1 / 2) = 2, V = sqrt(2 / 8).
    const table = new Table([
      textColumn("x", ["a", "a", "a", "a", "b", "b", "b", "b"]),
      textColumn("y", ["p", "p", "p", "q", "p", "q", "q", "q"]),
    ]);
    const report = await qualityReport(table, table, metadataOf({ x: "categorical", y: "categorical" }));
    expect(report.columnPairTrends.pairs[0]?.real).toBeCloseTo(0.5, 14);
  });

  it("cuts numbers in ten bins of each table's own range beside a category", async () => {
    // Moved by 1000, every number keeps its bin: the pair is equal although no value is.
    const real = new Table([numberColumn("x", [0, 1, 9, 10]), textColumn("y", ["a", "a", "b", "b"])]);
    const synthetic = new Table([
      numberColumn("x", [1000, 1001, 1009, 1010]),
      textColumn("y", ["a", "a", "b", "b"]),
    ]);
    const report = await qualityReport(real, synthetic, metadataOf({ x: "numerical", y: "categorical" }));
    expect(report.columnPairTrends.pairs[0]).toMatchObject({ metric: "ContingencySimilarity", score: 1 });
  });

  it("puts the maximum and missing numbers in one bin of their own", async () => {
    const withMaximum = new Table([numberColumn("x", [0, 9.5, 10]), textColumn("y", ["a", "b", "c"])]);
    const withMissing = new Table([numberColumn("x", [0, 9.5, missing]), textColumn("y", ["a", "b", "c"])]);
    const metadata = metadataOf({ x: "numerical", y: "categorical" });
    const { pairs } = (await qualityReport(withMaximum, withMissing, metadata)).columnPairTrends;
    // In the second table 9.5 is the maximum and shares the missing cell's bin: one of three combinations is equal.
    // Shares: (first, a) 1/3:1/3, (tenth, b) 1/3:0, (last, c) 1/3:1/3, (last, b) 0:1/3.
    expect(pairs[0]?.score).toBeCloseTo(2 / 3, 14);
  });

  it("counts 100,000 categories against 100,000 without a table of both", async () => {
    const rows = 200_000;
    const dictionary = Array.from({ length: 100_000 }, (_, code) => `category ${code}`);
    const codes = (step: number): Int32Array =>
      Int32Array.from({ length: rows }, (_, row) => (row * step) % dictionary.length);
    const column = (name: string, step: number) => dictionaryColumn(name, codes(step), dictionary);
    const real = new Table([column("x", 1), column("y", 3)]);
    const synthetic = new Table([column("x", 1), column("y", 7)]);
    const before = process.memoryUsage().arrayBuffers;
    const report = await qualityReport(real, synthetic, metadataOf({ x: "categorical", y: "categorical" }));
    const pair = report.columnPairTrends.pairs[0];
    // y is a function of x one to one: V is 1. Combinations agree where 3x = 7x modulo 100,000: in 4 of 100,000.
    expect(pair?.real).toBeCloseTo(1, 9);
    expect(pair?.score).toBeCloseTo(4 / 100_000, 9);
    // The table of both would take 40 GB or more.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
  });
});

describe("the overall score", () => {
  it("is the mean of the properties that have a score", async () => {
    const real = new Table([numberColumn("x", [1, 2, 3, 4]), numberColumn("y", [1, 2, 3, 4])]);
    const synthetic = new Table([numberColumn("x", [1, 2, 3, 4]), numberColumn("y", [4, 3, 2, 1])]);
    const metadata = metadataOf({ x: "numerical", y: "numerical" });
    const report = await qualityReport(real, synthetic, metadata);
    expect(report.columnShapes.score).toBe(1);
    expect(report.columnPairTrends.score).toBeCloseTo(0, 14);
    expect(report.score).toBeCloseTo(0.5, 14);
  });

  it("leaves out a column that the synthetic table lacks", async () => {
    const real = new Table([numberColumn("x", [1, 2]), textColumn("y", ["a", "b"])]);
    const report = await qualityReport(real, numbers(1, 2), metadataOf({ x: "numerical", y: "categorical" }));
    expect(report.score).toBe(1);
    expect(report.columnShapes.columns[1]?.score).toBeNull();
  });

  it("rejects metadata with a column that the real table lacks", async () => {
    await expect(qualityReport(numbers(1), numbers(1), metadataOf({ z: "numerical" }))).rejects.toMatchObject(
      { code: "VERISIM_UNKNOWN_COLUMN" },
    );
  });
});

// Figures of small tables that were worked out by hand.

import { numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { binnedAccuracy } from "./accuracy.ts";
import { accuracyBins } from "./accuracy-bins.ts";
import { closestRecordShare } from "./closest-record.ts";
import { compareTables } from "./judged-tables.ts";
import { logisticDetection } from "./logistic-detection.ts";
import { computeMetrics } from "./registry.ts";
import { tabsynProtocol } from "./tabsyn.ts";

const { NaN: missing } = Number;

function numbers(values: Record<string, readonly number[]>): Table {
  return new Table(Object.entries(values).map(([name, cells]) => numberColumn(name, cells)));
}

function texts(values: Record<string, readonly (string | null)[]>): Table {
  return new Table(Object.entries(values).map(([name, cells]) => textColumn(name, cells)));
}

function metadataOf(table: Table): TableMetadata {
  return {
    columns: Object.fromEntries(
      table.columns.map(({ name, kind }) => [
        name,
        { sdtype: kind === "number" ? "numerical" : "categorical" },
      ]),
    ),
  };
}

async function figureOf(
  metric: string,
  real: Table,
  synthetic: Table,
  options: { known?: string[]; sensitive?: string[]; holdout?: Table } = {},
): Promise<number | null> {
  const { holdout, ...asked } = options;
  const tables = { real, synthetic, holdout, metadata: metadataOf(real) };
  return (await computeMetrics(tables, [metric], asked))[0]!.value;
}

describe("metrics of columns", () => {
  it("cover the range from both sides and leave constants out", async () => {
    const real = numbers({ x: [0, 10, 5], constant: [1, 1, 1] });
    expect(await figureOf("range-coverage", real, numbers({ x: [2, 9], constant: [1, 1] }))).toBeCloseTo(
      0.7,
      12,
    );
    expect(await figureOf("range-coverage", real, numbers({ x: [-5, 50], constant: [1, 1] }))).toBe(1);
  });

  it("cover categories whatever their frequency", async () => {
    const real = texts({ c: ["a", "a", "b", null, "d"] });
    expect(await figureOf("category-coverage", real, texts({ c: ["b", "new", null] }))).toBe(1 / 3);
  });

  it("compare statistics over the real range and missing shares", async () => {
    const real = numbers({ x: [0, 2, 10, missing] });
    const synthetic = numbers({ x: [1, 3, 5, 7] });
    expect(await figureOf("statistic-similarity-mean", real, synthetic)).toBe(1);
    expect(await figureOf("statistic-similarity-median", real, synthetic)).toBe(0.8);
    const deviations = Math.sqrt(28) - Math.sqrt(20 / 3);
    expect(await figureOf("statistic-similarity-std", real, synthetic)).toBeCloseTo(1 - deviations / 10, 12);
    expect(await figureOf("missing-value-similarity", real, synthetic)).toBe(0.75);
  });

  it("test shares by the chi-squared distribution", async () => {
    // Shares 1/2, 1/2 against 3/4, 1/4: (1/4)^2 / (1/2) twice = 1/4 with one degree of freedom.
    const p = await figureOf("cs-test", texts({ c: ["a", "b"] }), texts({ c: ["a", "a", "a", "b"] }));
    expect(p).toBeCloseTo(0.6170750774519738, 12);
  });

  it("measure the area between distribution functions", async () => {
    expect(await figureOf("wasserstein-distance", numbers({ x: [0, 4] }), numbers({ x: [1, 5] }))).toBe(0.25);
  });
});

describe("metrics of pairs and rows", () => {
  it("turn a divergence of combinations into a score", async () => {
    const real = texts({ a: ["x", "y"], b: ["x", "y"] });
    const synthetic = texts({ a: ["x", "x"], b: ["x", "x"] });
    // Share 1 against 1/2, 0 against 1/2: log 2 - 1 + 1/2 and 1/2.
    expect(await figureOf("discrete-kl-divergence", real, synthetic)).toBeCloseTo(1 / (1 + Math.log(2)), 12);
  });

  it("match rows within a hundredth of the judged number and exact categories", async () => {
    const real = new Table([numberColumn("x", [100, 200, missing]), textColumn("c", ["a", "b", "a"])]);
    const synthetic = new Table([
      numberColumn("x", [100.9, 101.1, missing, 100, missing]),
      textColumn("c", ["a", "a", "a", "b", "b"]),
    ]);
    // 100.9 matches, 101.1 does not (1.1 > 1.011); a missing number matches a missing one of its category alone.
    expect(await figureOf("new-row-synthesis", real, synthetic)).toBeCloseTo(3 / 5, 12);
  });

  it("count rows that both tables have once each", async () => {
    const real = texts({ c: ["a", "a", "b", "c"], d: ["1", "1", null, "2"] });
    const synthetic = texts({ c: ["a", "a", "b", "x"], d: ["1", "1", null, "2"] });
    expect(await figureOf("common-rows-proportion", real, synthetic)).toBeCloseTo(2 / (4 + 1e-8), 15);
  });

  it("chain the probabilities of dependent categories", async () => {
    // b copies a; c is independent. P(x, x, p) = 1/2 x 1 x 1/2; (x, y, p) never occurs.
    const real = texts({ a: ["x", "x", "y", "y"], b: ["x", "x", "y", "y"], c: ["p", "q", "p", "q"] });
    const synthetic = texts({ a: ["x", "x"], b: ["x", "y"], c: ["p", "p"] });
    expect(await figureOf("bn-likelihood", real, synthetic)).toBe(0.125);
    expect(await figureOf("bn-log-likelihood", real, synthetic)).toBeCloseTo(
      (Math.log(0.25) + Math.log(1e-8)) / 2,
      12,
    );
  });
});

describe("correct attribution", () => {
  const real = texts({ town: ["A", "B", "C"], job: ["x", "x", "x"], ill: ["yes", "no", "yes"] });
  const synthetic = texts({
    town: ["A", "A", "A", "B", "D"],
    job: ["x", "x", "x", "x", "y"],
    ill: ["yes", "yes", "no", "yes", "no"],
  });
  const asked = { known: ["town", "job"], sensitive: ["ill"] };

  it("averages over the rows that can be looked up, all rows, or the nearest", async () => {
    // A: 2/3 right, B: 0, C: not found; nearest to C by one column: A and B together, 3/4 right.
    expect(await figureOf("cap", real, synthetic, asked)).toBeCloseTo(1 - (2 / 3 + 0) / 2, 12);
    expect(await figureOf("zero-cap", real, synthetic, asked)).toBeCloseTo(1 - (2 / 3 + 0 + 0) / 3, 12);
    expect(await figureOf("generalized-cap", real, synthetic, asked)).toBeCloseTo(
      1 - (2 / 3 + 0 + 3 / 4) / 3,
      12,
    );
    // Two sensitive values: guessing protects half.
    expect(await figureOf("disclosure-protection-cap", real, synthetic, asked)).toBe(1);
  });
});

describe("the share nearer to the learnt rows", () => {
  it("counts ties half and takes as many held-out rows as learnt ones", async () => {
    const real = numbers({ x: [0, 10] });
    const synthetic = numbers({ x: [1, 9, 5, 6] });
    const holdout = numbers({ x: [4, 7] });
    const compared = compareTables({ real, synthetic, holdout, metadata: metadataOf(real) });
    // Nearest real and held-out: 1: 1, 3; 9: 1, 2; 5: 5, 1; 6: 4, 1.
    expect(await closestRecordShare(compared)).toMatchObject({
      rows: 2,
      strictShare: 0.5,
      share: { value: 0.5 },
    });
    const tied = compareTables({ real, synthetic, holdout: real, metadata: metadataOf(real) });
    expect(await closestRecordShare(tied)).toMatchObject({
      strictShare: 0,
      share: { value: 0.5, low: 0.5, high: 0.5 },
    });
  });
});

describe("accuracy", () => {
  it("cuts numbers at even places of the real rows and keeps few values apart", () => {
    const many = Array.from({ length: 101 }, (_, row) => row / 4);
    const real = numbers({ few: many.map((_, row) => row % 3), many });
    const compared = compareTables({
      real,
      synthetic: numbers({ few: [-9, 2, 7, missing], many: [0, 12.3, 99, missing] }),
      metadata: metadataOf(real),
    });
    const [few, cut] = accuracyBins(compared.columns);
    // Values 0, 1, 2 are their own bins; what lies outside counts in the first or the last one; missing cells stand apart.
    expect([...few!.codes[1]!]).toEqual([0, 2, 2, 3]);
    // Eleven even places of 0, 0.25, ... 25: 0, 2.5, 5, ... 25, whose decimals but the last one's are not needed: 12.5
    // becomes 12, so that 12.3 lies in the sixth bin.
    expect([...cut!.codes[1]!]).toEqual([0, 5, 9, 10]);
  });

  it("keeps the ten most frequent categories that five rows have", () => {
    const cells = Array.from({ length: 12 }, (_, category) =>
      Array(category + 3).fill(`c${category}`),
    ).flat();
    const real = texts({ c: [...cells, null] });
    const compared = compareTables({
      real,
      synthetic: texts({ c: ["c11", "c2", "c1", "new", null, ""] }),
      metadata: metadataOf(real),
    });
    const [bins] = accuracyBins(compared.columns);
    const codes = [...bins!.codes[1]!];
    // c11 has its own bin, and so has c2 (5 rows, the tenth); c1 and a new one are others; missing and empty are apart.
    expect(new Set(codes).size).toBe(5);
    expect(codes[2]).toBe(codes[3]);
  });

  it("is half the difference of shares, with the noise of sampling beside it", async () => {
    const real = texts({ c: [...Array(5).fill("a"), ...Array(5).fill("b")] });
    const synthetic = texts({ c: [...Array(8).fill("a"), ...Array(2).fill("b")] });
    const report = await binnedAccuracy(compareTables({ real, synthetic, metadata: metadataOf(real) }), 1);
    expect(report.univariate.accuracy).toBeCloseTo(0.7, 12);
    // Two shares of 1/2: each differs by sqrt(2 / pi x 1/4 x 2/10) on average.
    expect(report.univariate.expected).toBeCloseTo(1 - Math.sqrt((2 / Math.PI) * 0.05), 12);
    expect(report.bivariate).toEqual({ accuracy: null, expected: null, groups: [] });
    expect(report.accuracy).toBe(report.univariate.accuracy);
  });
});

describe("TabSyn's protocol", () => {
  it("finds no difference between a table and itself, and one that a line can see", async () => {
    const values = Array.from({ length: 300 }, (_, row) => (row * 37) % 101);
    const real = numbers({ x: values, y: values.map((value, row) => value + (row % 7)) });
    const metadata = metadataOf(real);
    const same = await tabsynProtocol({ real, synthetic: real, holdout: real, metadata });
    expect(same.synthetic).toMatchObject({ shape: 1, trend: 1, trendCommon: 1 });
    expect(same.synthetic.c2st).toBeGreaterThan(0.9);
    expect(same.dcrShare).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
    expect(same).toMatchObject({ dcrShareStrict: 0, mle: null });
    expect(same.ceiling).toEqual(same.synthetic);
    const moved = numbers({ x: values.map((value) => value + 200), y: values });
    const told = await logisticDetection(compareTables({ real, synthetic: moved, metadata }), 1);
    expect(told!.score).toBeLessThan(0.001);
  });

  it("cuts both tables at the real edges for the common trend", async () => {
    // A judged table without the real extreme: own bins move, common ones do not.
    const cells = Array.from({ length: 1000 }, (_, row) => row % 100);
    const real = new Table([
      numberColumn("x", [...cells, 1000]),
      textColumn("c", [...cells.map((value) => (value < 50 ? "a" : "b")), "b"]),
    ]);
    const synthetic = real.slice(0, 1000);
    const { synthetic: scores } = await tabsynProtocol({ real, synthetic, metadata: metadataOf(real) });
    expect(scores.trend).toBeLessThan(0.6);
    expect(scores.trendCommon).toBeGreaterThan(0.99);
  });

  it("scores models on held-out rows by AUC and by the error of the logarithm", async () => {
    const build = (shift: number): Table => {
      const x = Array.from({ length: 300 }, (_, row) => ((row + shift) * 13) % 97);
      return new Table([
        numberColumn("x", x),
        textColumn(
          "c",
          x.map((value) => (value > 40 ? "high" : "low")),
        ),
        numberColumn(
          "n",
          x.map((value) => Math.exp(value / 20)),
        ),
      ]);
    };
    const tables = { real: build(0), synthetic: build(1), holdout: build(2), metadata: metadataOf(build(0)) };
    const classes = await tabsynProtocol(tables, { target: "c" });
    expect(classes.mle).toEqual({ score: "AUC", synthetic: 1, real: 1 });
    const values = await tabsynProtocol(tables, { target: "n" });
    expect(values.mle!.score).toBe("RMSE");
    expect(values.mle!.synthetic).toBeLessThan(0.3);
  });
});

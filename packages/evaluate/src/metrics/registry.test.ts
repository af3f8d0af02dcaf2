import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { computeMetrics, type MetricResult, metricDescriptions } from "./registry.ts";

const metadata: TableMetadata = {
  columns: {
    x: { sdtype: "numerical" },
    y: { sdtype: "numerical" },
    c: { sdtype: "categorical" },
    d: { sdtype: "categorical" },
  },
};

const { NaN: missing } = Number;

function drawn(rowCount: number, seed: number): Table {
  const random = new RowRandom(streamKey(seed, "registry"), 0);
  const x = Float64Array.from({ length: rowCount }, () => random.uniform() * 20);
  const c = Array.from(x, (value) => (value + random.uniform() * 10 > 15 ? "old" : "young"));
  return new Table([
    numberColumn("x", x),
    numberColumn(
      "y",
      x.map((value) => (random.uniform() < 0.05 ? missing : Math.round(value * 2 + random.uniform() * 5))),
    ),
    textColumn("c", c),
    textColumn(
      "d",
      c.map((text) => (random.uniform() < 0.2 ? null : random.uniform() < 0.8 ? text : "other")),
    ),
  ]);
}

const asked = { target: "c", known: ["x", "d"], sensitive: ["c"] };

async function valuesOf(...args: Parameters<typeof computeMetrics>): Promise<Record<string, MetricResult>> {
  return Object.fromEntries((await computeMetrics(...args)).map((result) => [result.name, result]));
}

describe("the table of metrics", () => {
  it("names each metric once, with its direction, its range and its original", () => {
    const names = metricDescriptions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(45);
    for (const { name, says, original, range, differs, tolerance } of metricDescriptions) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(says.endsWith(".")).toBe(true);
      expect(original.length).toBeGreaterThan(3);
      if (range[0] !== null && range[1] !== null) expect(range[0]).toBeLessThan(range[1]);
      // What is defined differently says how.
      if (tolerance === null) expect(differs).toBeDefined();
    }
  });

  it("holds every value in its range, the ceiling of unseen rows near the best one", async () => {
    const tables = { real: drawn(400, 1), synthetic: drawn(350, 2), holdout: drawn(400, 3), metadata };
    const results = await valuesOf(tables, undefined, asked);
    for (const { name, range } of metricDescriptions) {
      const { value, ceiling, lacks } = results[name]!;
      expect(lacks).toEqual([]);
      for (const score of [value, ceiling]) {
        if (score === null) continue;
        if (range[0] !== null) expect(score, name).toBeGreaterThanOrEqual(range[0] - 1e-9);
        if (range[1] !== null) expect(score, name).toBeLessThanOrEqual(range[1] + 1e-9);
      }
    }
    expect(results["shape"]!.ceiling).toBeGreaterThan(0.9);
    expect(results["trend"]!.parts).toEqual([]);
    expect(results["ks-complement"]!.parts.map(({ columns }) => columns)).toEqual([["x"], ["y"]]);
  });

  it("finds a copy of the real rows perfect where it should, and suspicious where it should", async () => {
    const real = drawn(300, 1);
    const holdout = drawn(300, 2);
    const results = await valuesOf({ real, synthetic: real, holdout, metadata }, undefined, asked);
    const perfect = [
      "shape",
      "trend",
      "trend-common",
      "accuracy",
      "ks-test",
      "category-coverage",
      "range-coverage",
    ];
    for (const name of [...perfect, "tv-complement", "cs-test", "prdc-recall", "inverse-kl-divergence"])
      expect(results[name]!.value, name).toBeCloseTo(1, 9);
    for (const name of ["jensen-shannon-distance", "maximum-mean-discrepancy", "wasserstein-distance"])
      expect(results[name]!.value, name).toBeCloseTo(0, 7);
    expect(results["authenticity"]!.value).toBe(0);
    expect(results["new-row-synthesis"]!.value).toBe(0);
    expect(results["dcr-share-strict"]!.value).toBe(1);
    expect(results["dcr-overfitting-protection"]!.value).toBe(0);
    expect(results["dcr-baseline-protection"]!.value).toBe(0);
    expect(results["identical-match-share"]!.value).toBe(1);
    // 3 repeated rows at most; every row is common.
    expect(results["common-rows-proportion"]!.value).toBeGreaterThan(0.98);
  });

  it("says what a metric lacks and names near ones for a wrong name", async () => {
    const real = drawn(50, 1);
    const [mle, cap] = await computeMetrics({ real, synthetic: real, metadata }, ["mle", "cap"]);
    expect(mle).toEqual({ name: "mle", value: null, ceiling: null, parts: [], lacks: ["holdout", "target"] });
    expect(cap!.lacks).toEqual(["known and sensitive columns"]);
    await expect(computeMetrics({ real, synthetic: real, metadata }, ["shap"])).rejects.toMatchObject({
      code: "VERISIM_UNKNOWN_METRIC",
      hint: expect.stringContaining("shape"),
    });
    await expect(
      computeMetrics({ real, synthetic: real, metadata }, ["cap"], { known: ["z"], sensitive: ["c"] }),
    ).rejects.toMatchObject({ code: "VERISIM_UNKNOWN_COLUMN" });
    await expect(
      computeMetrics({ real, synthetic: real.slice(0, 0), metadata }, ["shape"]),
    ).rejects.toMatchObject({ code: "VERISIM_NO_ROWS" });
    await expect(
      computeMetrics({ real, synthetic: real, metadata }, undefined, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });
});

describe("odd tables", () => {
  it.each([
    ["one row", drawn(1, 1), drawn(1, 2)],
    ["columns without values", emptied(["x", "d"]), drawn(30, 2)],
    ["no values on the other side", drawn(30, 1), emptied(["x", "y", "c", "d"])],
    ["infinite numbers", infinite(), drawn(30, 2)],
    ["constants", constants(), constants()],
  ])("%s: every metric has a value or none, and none fails", async (_, real, synthetic) => {
    const names = metricDescriptions.map(({ name }) => name).filter((name) => name !== "mle");
    const results = await computeMetrics({ real, synthetic, holdout: real, metadata }, names, asked);
    for (const { value, ceiling, name } of results)
      for (const score of [value, ceiling]) expect(score === null || !Number.isNaN(score), name).toBe(true);
  });

  it("needs no table of all categories for 20,000 of them", async () => {
    const rowCount = 20_000;
    const texts = (step: number) =>
      Array.from({ length: rowCount }, (_, row) => `v${(row * step) % rowCount}`);
    const table = (step: number) => new Table([textColumn("c", texts(step)), textColumn("d", texts(1))]);
    const columns = { c: { sdtype: "categorical" }, d: { sdtype: "categorical" } };
    const names = ["discrete-kl-divergence", "logistic-detection", "bn-likelihood", "accuracy", "cap"];
    const before = process.memoryUsage().arrayBuffers;
    const results = await valuesOf({ real: table(1), synthetic: table(3), metadata: { columns } }, names, {
      known: ["d"],
      sensitive: ["c"],
    });
    // c equals d in the real table; the judged one has that in rows whose number times 3 is itself: 0 and 10,000.
    expect(results["bn-likelihood"]!.value).toBeCloseTo(2 / rowCount / rowCount, 15);
    expect(results["cap"]!.value).toBeCloseTo(1 - 2 / rowCount, 12);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
  });
});

function emptied(names: readonly string[]): Table {
  const table = drawn(30, 1);
  return new Table(
    table.columns.map((column) => {
      if (!names.includes(column.name)) return column;
      if (column.kind === "number")
        return numberColumn(
          column.name,
          column.values.map(() => missing),
        );
      return textColumn(column.name, Array(30).fill(null));
    }),
  );
}

function infinite(): Table {
  const table = drawn(30, 1);
  const x = Float64Array.from({ length: 30 }, (_, row) =>
    row === 3 ? Number.POSITIVE_INFINITY : row === 4 ? Number.NEGATIVE_INFINITY : row,
  );
  return new Table(table.columns.map((column) => (column.name === "x" ? numberColumn("x", x) : column)));
}

function constants(): Table {
  return new Table([
    numberColumn("x", Array(20).fill(3)),
    numberColumn("y", Array(20).fill(0)),
    textColumn("c", Array(20).fill("same")),
    textColumn("d", Array(20).fill("")),
  ]);
}

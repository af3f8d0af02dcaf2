import {
  numberColumn,
  type Progress,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import { describe, expect, it } from "vitest";
import { type EvaluateOptions, evaluate } from "./evaluate.ts";
import type { Evaluation } from "./evaluation.ts";

const metadata: TableMetadata = {
  columns: {
    key: { sdtype: "id" },
    amount: { sdtype: "numerical" },
    spent: { sdtype: "numerical" },
    group: { sdtype: "categorical" },
  },
  primaryKey: "key",
};

/** Rows of one distribution; `spent` is zero in nine of ten rows and long-tailed in the rest. */
function sampleTable(rowCount: number, seed: number): Table {
  const rows = Array.from({ length: rowCount }, (_, row) => new RowRandom(streamKey(seed, "test"), row));
  const level = rows.map((random) => random.below(5));
  return new Table([
    textColumn(
      "key",
      rows.map((_, row) => `k${seed}-${row}`),
    ),
    numberColumn(
      "amount",
      rows.map((random, row) => level[row]! + random.uniform()),
    ),
    numberColumn(
      "spent",
      rows.map((random) =>
        random.uniform() < 0.9 ? 0 : Math.round(1000 * Math.exp(6 * random.uniform() ** 4)),
      ),
    ),
    textColumn(
      "group",
      level.map((value) => `group ${value}`),
    ),
  ]);
}

/** Quality, validity and copies alone: `parts.test.ts` has the parts. */
const judge = (options: EvaluateOptions): Promise<Evaluation> => evaluate({ parts: [], ...options });

const real = sampleTable(2000, 1);
const synthetic = sampleTable(1500, 2);
const holdout = sampleTable(3000, 3);

describe("evaluate", () => {
  it("scores a holdout of the synthetic table's length as the ceiling", async () => {
    const { quality, rows, warnings } = await judge({ real, synthetic, holdout, metadata });
    expect(rows).toEqual({ real: 2000, synthetic: 1500, holdout: 3000 });
    expect(quality.columnShapes.score).toBeGreaterThan(0.95);
    expect(quality.columnShapes.ceiling).toBeGreaterThan(0.95);
    const direct = await judge({ real, synthetic: holdout.slice(0, 1500), metadata });
    // Two samples of 1,500 rows of the same holdout: scores differ by chance, by less than 0.03.
    expect(Math.abs(quality.columnShapes.ceiling! - direct.quality.columnShapes.score!)).toBeLessThan(0.03);
    expect(quality.columnPairTrends.pairs.map((pair) => pair.counted)).toEqual([false, true, false]);
    expect(quality.columnPairTrends.ceiling).toBeGreaterThan(0.95);
    expect(warnings).toEqual([]);
  });

  it("chooses the holdout's rows by the seed", async () => {
    const ceiling = async (seed: number) =>
      (await judge({ real, synthetic, holdout, metadata, seed })).quality.columnShapes.ceiling;
    expect(await ceiling(4)).toBe(await ceiling(4));
    expect(await ceiling(4)).not.toBe(await ceiling(5));
  });

  it("has no ceiling without a holdout, and scores a table against itself with 1", async () => {
    const { quality, diagnostic, copies } = await judge({ real, synthetic: real, metadata });
    expect(quality).toMatchObject({ score: 1, columnShapes: { ceiling: null } });
    expect(diagnostic.score).toBe(1);
    expect(copies).toMatchObject({ exactCopyShare: 1, holdoutCopyShare: null });
  });

  it("counts copies and duplicates over modelled columns, the key left out", async () => {
    const table = (amounts: number[], groups: (string | null)[], prefix: string): Table =>
      new Table([
        textColumn(
          "key",
          amounts.map((_, row) => `${prefix}${row}`),
        ),
        numberColumn("amount", amounts),
        numberColumn(
          "spent",
          amounts.map(() => Number.NaN),
        ),
        textColumn("group", groups),
      ]);
    const { copies, warnings } = await judge({
      real: table([1.5, 1.5, 2, -0], ["a", "a", "b", null], "r"),
      synthetic: table([1.5, 2, 0, 1.5, 1.5], ["a", "a", null, "b", "b"], "s"),
      holdout: table([1.5, 7, 8, 9, 10], ["a", "a", "a", "a", "a"], "h"),
      metadata,
    });
    expect(copies).toEqual({
      exactCopyShare: 0.4,
      holdoutCopyShare: 0.2,
      duplicateShareReal: 0.25,
      duplicateShareSynthetic: 0.2,
    });
    expect(
      warnings.some((warning) => warning.includes("40.0 % of the synthetic rows equal a real row")),
    ).toBe(true);
  });

  it("warns of few rows, missing columns and columns that nobody asked for", async () => {
    const few = new Table([...real.slice(0, 9).columns, textColumn("extra", new Array(9).fill("x"))]);
    const withoutGroup = few.select(["key", "amount", "spent", "extra"]);
    const { warnings } = await judge({
      real,
      synthetic: withoutGroup,
      holdout: few.slice(0, 5),
      metadata,
    });
    expect(warnings.map((warning) => warning.split(/[:(]/)[0])).toEqual([
      "The synthetic table has 9 rows",
      "The holdout table has 5 rows",
      "The holdout has 5 rows and the synthetic table 9",
      'Column "group" has no score',
      'The metadata does not name column "extra" of the synthetic table',
    ]);
  });

  it("works with one row", async () => {
    const one = real.slice(0, 1);
    const { quality } = await judge({ real: one, synthetic: one, holdout: one, metadata });
    expect(quality.columnShapes.score).toBe(1);
  });

  it("judges sampled rows where a table is too large, but ranges and copies of all of them", async () => {
    const nothing = numberColumn("nothing", new Array(2000).fill(Number.NaN));
    const copied = new Table([...sampleTable(2000, 1).columns, nothing]);
    const { judged, rows, copies, diagnostic, warnings, quality } = await judge({
      real: copied,
      synthetic: copied,
      metadata: { ...metadata, columns: { ...metadata.columns, nothing: { sdtype: "numerical" } } },
      maxCells: 5000,
    });
    expect(judged).toEqual({ real: 1000, synthetic: 1000, holdout: null });
    expect(rows).toEqual({ real: 2000, synthetic: 2000, holdout: null });
    // Of 1,000 sampled rows only half would be found among 1,000 others.
    expect(copies.exactCopyShare).toBe(1);
    expect(diagnostic.score).toBe(1);
    // Two samples of 1,000 rows of one table: a Kolmogorov-Smirnov distance above 0.1 has a chance below 1e-4.
    expect(quality.columnShapes.score).toBeGreaterThan(0.9);
    expect(warnings.some((warning) => warning.includes("1,000 of 2,000 real rows"))).toBe(true);
    expect(warnings.some((warning) => warning.includes('"nothing" has no score: all cells'))).toBe(true);
  });

  it("shows how the values of the weakest pairs meet", async () => {
    const { joints, quality } = await judge({ real, synthetic, metadata });
    const counted = quality.columnPairTrends.pairs.filter((pair) => pair.counted);
    expect(joints.map(({ column1, column2 }) => [column1, column2])).toEqual(
      counted.map(({ column1, column2 }) => [column1, column2]),
    );
    const [joint] = joints;
    expect(joint!.labels2).toHaveLength(5);
    for (const shares of [joint!.real, joint!.synthetic])
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    // `amount` lies in [level, level + 1): below the lowest edge, an eighth of the rows, there is group 0 alone.
    const lowest = joint!.real.slice(0, 5);
    expect(lowest[joint!.labels2.indexOf("group 0")]).toBeCloseTo(1 / 8, 2);
    expect(lowest.filter((share) => share > 0)).toHaveLength(1);
  });

  it("rejects tables without rows", async () => {
    await expect(judge({ real, synthetic: real.slice(0, 0), metadata })).rejects.toMatchObject({
      code: "VERISIM_NO_ROWS",
      where: { table: "synthetic" },
    });
  });

  it("stops when its signal fires, before the start and in the middle", async () => {
    const stopped = AbortSignal.abort();
    await expect(judge({ real, synthetic, metadata, signal: stopped })).rejects.toMatchObject({
      code: "VERISIM_ABORTED",
    });
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    await expect(
      judge({ real, synthetic, metadata, signal: controller.signal, onProgress }),
    ).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });

  it("reports progress up to the last pair", async () => {
    const seen: Progress[] = [];
    await judge({ real, synthetic, metadata, onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ phase: "evaluate", done: 3, total: 3, unit: "pairs" });
    expect(seen[0]).toMatchObject({ done: 0, total: 4, unit: "columns", detail: "key" });
  });
});

describe("distributions", () => {
  it("share bins among all tables, whose shares sum to 1", async () => {
    const { distributions } = await judge({ real, synthetic, holdout, metadata });
    expect(distributions.map(({ column, kind }) => [column, kind])).toEqual([
      ["amount", "number"],
      ["spent", "number"],
      ["group", "category"],
    ]);
    for (const { real: own, synthetic: other, holdout: third } of distributions)
      for (const shares of [own, other, third!])
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(distributions[0]?.edges).toHaveLength(41);
    expect(distributions[0]).toMatchObject({ spike: null, openLow: false, openHigh: false });
  });

  it("name the zeros of a zero-heavy column and follow the rest of it", async () => {
    const { distributions } = await judge({ real, synthetic, metadata });
    const spent = distributions[1]!;
    expect(spent.spike?.value).toBe(0);
    expect(spent.spike?.real).toBeGreaterThan(0.85);
    expect(spent.spike?.real).toBeLessThan(0.95);
    // Long tail: the drawn range ends below the maximum, and the last bin holds the rest.
    const values = real.column("spent");
    const maximum = values.kind === "number" ? Math.max(...values.values) : 0;
    expect(spent.openHigh).toBe(spent.edges.at(-1)! < maximum);
    expect(spent.edges[0]).toBeLessThanOrEqual(0);
  });

  it("give whole numbers of a small range a bin each", async () => {
    const table = new Table([numberColumn("n", [1, 1, 2, 4])]);
    const { distributions } = await judge({
      real: table,
      synthetic: table,
      metadata: { columns: { n: { sdtype: "numerical" } } },
    });
    expect(distributions[0]).toMatchObject({
      edges: [0.5, 1.5, 2.5, 3.5, 4.5],
      real: [0.5, 0.25, 0, 0.25],
      spike: null,
    });
  });

  it("show the commonest categories and pool the rest", async () => {
    const cells = Array.from({ length: 30 }, (_, category) =>
      new Array(30 - category).fill(`c${category}`),
    ).flat();
    const table = new Table([textColumn("c", cells)]);
    const { distributions } = await judge({
      real: table,
      synthetic: table,
      metadata: { columns: { c: { sdtype: "categorical" } } },
    });
    const [shown] = distributions;
    expect(shown?.labels.slice(0, 2)).toEqual(["c0", "c1"]);
    expect(shown).toMatchObject({ pooled: 10, edges: [] });
    expect(shown?.real).toHaveLength(21);
    expect(shown?.real.at(-1)).toBeCloseTo(55 / 465, 14);
  });

  it("are empty where every cell is missing", async () => {
    const table = new Table([numberColumn("n", [Number.NaN, Number.NaN])]);
    const { distributions, warnings } = await judge({
      real: table,
      synthetic: table,
      metadata: { columns: { n: { sdtype: "numerical" } } },
    });
    expect(distributions[0]).toMatchObject({ edges: [], real: [], synthetic: [] });
    expect(warnings.some((warning) => warning.includes('"n" has no score'))).toBe(true);
  });
});

import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { twoSampleTest } from "./two-sample-test.ts";

const metadata: TableMetadata = {
  columns: {
    key: { sdtype: "id" },
    x: { sdtype: "numerical" },
    y: { sdtype: "numerical" },
    kind: { sdtype: "categorical" },
  },
  primaryKey: "key",
};

interface Cells {
  x: number;
  y: number;
  kind: string | null;
}

/** y follows x; kind is drawn alone and missing in one row of ten. */
function table(
  rowCount: number,
  seed: number,
  change: (cells: Cells, row: number) => Cells = (cells) => cells,
): Table {
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const random = new RowRandom(streamKey(seed, "two-sample"), row);
    const x = random.uniform();
    const kind = random.uniform() < 0.1 ? null : "abc"[random.below(3)]!;
    return change({ x, y: x + 0.1 * random.uniform(), kind }, row);
  });
  return new Table([
    textColumn(
      "key",
      rows.map((_, row) => `${seed}-${row}`),
    ),
    numberColumn(
      "x",
      rows.map(({ x }) => x),
    ),
    numberColumn(
      "y",
      rows.map(({ y }) => y),
    ),
    textColumn(
      "kind",
      rows.map(({ kind }) => kind),
    ),
  ]);
}

const real = table(1000, 1);

describe("twoSampleTest", () => {
  it("sees no difference between samples of one distribution", async () => {
    const areas: number[] = [];
    let alarms = 0;
    for (let seed = 10; seed < 18; seed++) {
      const test = await twoSampleTest(
        { real: table(300, seed), synthetic: table(300, seed + 100), metadata },
        { seed },
      );
      areas.push(test!.auc.value);
      if (test!.pValue < 0.01) alarms++;
    }
    // The mean of 8 areas, each with an error of 0.024: beyond these ends with a chance below 1e-3.
    const mean = areas.reduce((sum, area) => sum + area / areas.length, 0);
    expect(mean).toBeGreaterThan(0.46);
    expect(mean).toBeLessThan(0.53);
    // 8 tests at 1 %: two alarms or more with a chance of 3e-3.
    expect(alarms).toBeLessThanOrEqual(1);
  });

  it("finds a lost dependence, which no column alone shows, and says how far the holdout is from it", async () => {
    const other = table(1000, 3);
    const loose = table(1000, 2, (cells, row) => ({
      ...cells,
      y:
        other.column("y").kind === "number"
          ? (other.column("y") as { values: Float64Array }).values[row]!
          : 0,
    }));
    const test = await twoSampleTest({ real, synthetic: loose, holdout: table(600, 4), metadata });
    expect(test!.auc.value).toBeGreaterThan(0.85);
    expect(test!.auc.low).toBeLessThan(test!.auc.value);
    expect(test!.auc.high).toBeGreaterThan(test!.auc.value);
    expect(test!.pValue).toBeLessThan(1e-12);
    expect(
      test!.columns
        .map(({ column }) => column)
        .slice(0, 2)
        .sort(),
    ).toEqual(["x", "y"]);
    expect(test!.columns.reduce((sum, { gainShare }) => sum + gainShare, 0)).toBeCloseTo(1, 12);
    for (const { auc } of test!.columns) expect(Math.abs(auc - 0.5)).toBeLessThan(0.05);
    expect(test!.unused).toEqual([{ column: "key", reason: "a key" }]);
    expect(test!.ceiling!.rowsPerSide).toBe(600);
    expect(Math.abs(test!.ceiling!.auc.value - 0.5)).toBeLessThan(0.06);
  });

  it("names the column that gives rows away by itself", async () => {
    const shifted = table(1000, 5, (cells) => ({ ...cells, x: cells.x + 0.5, y: cells.y + 0.5 }));
    const test = await twoSampleTest({ real, synthetic: shifted, metadata });
    const [first] = test!.columns;
    expect(["x", "y"]).toContain(first!.column);
    // Uniform on [0, 1] against [0.5, 1.5]: half the rows of each are certain, the others are not told apart.
    const alone = test!.columns.find(({ column }) => column === "x")!.auc;
    expect(alone).toBeGreaterThan(0.84);
    expect(alone).toBeLessThan(0.9);
    expect(test!.ceiling).toBeNull();
  });

  it("takes invented categories as a sign, whatever their names", async () => {
    // Every fourth row has a kind of its own that the real table does not know.
    const invented = table(1000, 6, (cells, row) =>
      row % 4 === 0 ? { ...cells, kind: `new ${row}` } : cells,
    );
    const test = await twoSampleTest({ real, synthetic: invented, metadata });
    // A quarter recognised for certain, the rest at 0.5.
    expect(test!.auc.value).toBeGreaterThan(0.6);
    expect(test!.columns.find(({ column }) => column === "kind")!.auc).toBeCloseTo(0.625, 1);
  });

  it("sees no difference in a column of many categories, of which each sample has other ones", async () => {
    const many = (seed: number) =>
      new Table([
        textColumn(
          "town",
          Array.from(
            { length: 1000 },
            (_, row) => `town ${new RowRandom(streamKey(seed, "towns"), row).below(600)}`,
          ),
        ),
      ]);
    const known: TableMetadata = { columns: { town: { sdtype: "categorical" } } };
    const test = await twoSampleTest({ real: many(1), synthetic: many(2), metadata: known });
    // Its error is 0.013: beyond these ends with a chance below 1e-3.
    expect(Math.abs(test!.auc.value - 0.5)).toBeLessThan(0.045);
    expect(Math.abs(test!.columns[0]!.auc - 0.5)).toBeLessThan(0.045);
  });

  it("draws a curve from (0, 0) to (1, 1) whose area is the AUC", async () => {
    const shifted = table(700, 7, (cells) => ({ ...cells, x: cells.x + 0.2 }));
    const { roc, auc } = (await twoSampleTest({ real, synthetic: shifted, metadata }))!;
    const { falsePositive, truePositive } = roc;
    expect([falsePositive[0], truePositive[0], falsePositive.at(-1), truePositive.at(-1)]).toEqual([
      0, 0, 1, 1,
    ]);
    expect(falsePositive.length).toBeLessThanOrEqual(201);
    let area = 0;
    for (let i = 1; i < falsePositive.length; i++) {
      expect(falsePositive[i]!).toBeGreaterThanOrEqual(falsePositive[i - 1]!);
      expect(truePositive[i]!).toBeGreaterThanOrEqual(truePositive[i - 1]!);
      area += (falsePositive[i]! - falsePositive[i - 1]!) * (truePositive[i]! + truePositive[i - 1]!) * 0.5;
    }
    expect(area).toBeCloseTo(auc.value, 2);
  });

  it("is a function of tables and seed, whatever the threads, bounded by maxRows", async () => {
    const synthetic = table(500, 8);
    const run = (seed: number) => twoSampleTest({ real, synthetic, metadata }, { seed, maxRows: 200 });
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(first!.rowsPerSide).toBe(200);
    expect(again).toEqual(first);
    expect(other!.auc.value).not.toBe(first!.auc.value);
    const before = process.env.VERISIM_THREADS;
    try {
      process.env.VERISIM_THREADS = before === "1" ? "3" : "1";
      expect(await run(1)).toEqual(first);
    } finally {
      if (before === undefined) delete process.env.VERISIM_THREADS;
      else process.env.VERISIM_THREADS = before;
    }
  });

  it("has no answer for too few rows or for nothing to compare, and refuses wrong options", async () => {
    const few = table(19, 9);
    expect(await twoSampleTest({ real, synthetic: few, metadata })).toBeNull();
    const keys: TableMetadata = { columns: { key: { sdtype: "id" } } };
    expect(await twoSampleTest({ real, synthetic: real, metadata: keys })).toBeNull();
    await expect(twoSampleTest({ real, synthetic: few, metadata }, { folds: 1 })).rejects.toMatchObject({
      code: "VERISIM_OPTION_VALUE",
      where: { option: "folds" },
    });
    const aborted = twoSampleTest({ real, synthetic: real, metadata }, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });

  it("scores a copy of the table no better than chance would", async () => {
    const test = await twoSampleTest({ real, synthetic: real, metadata });
    expect(test!.auc.value).toBeLessThan(0.5);
    expect(test!.pValue).toBeGreaterThan(0.5);
  });

  it("looks at numbers that hold infinities, nulls and constants", async () => {
    const odd = (seed: number) =>
      new Table([
        numberColumn(
          "huge",
          Array.from(
            { length: 60 },
            (_, row) => [1e300, Number.POSITIVE_INFINITY, Number.NaN, -5][(row + seed) % 4]!,
          ),
        ),
        numberColumn("empty", new Float64Array(60).fill(Number.NaN)),
        numberColumn("constant", new Float64Array(60).fill(3)),
      ]);
    const numerical = { sdtype: "numerical" };
    const test = await twoSampleTest({
      real: odd(1),
      synthetic: odd(2),
      metadata: { columns: { huge: numerical, empty: numerical, constant: numerical } },
    });
    expect(test!.unused).toEqual([{ column: "empty", reason: "no real values" }]);
    expect(test!.columns.find(({ column }) => column === "constant")).toMatchObject({
      gainShare: 0,
      auc: 0.5,
    });
  });
});

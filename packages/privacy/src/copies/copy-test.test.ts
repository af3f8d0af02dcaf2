import { dictionaryColumn, Table } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { draw, metadataOf, plant } from "../../fixtures/tables.ts";
import { copyTest } from "./copy-test.ts";

const metadata = metadataOf("mixed", 8);
const real = draw("mixed", 8, 1000, 1);
const holdout = draw("mixed", 8, 1000, 2);
const synthetic = draw("mixed", 8, 1000, 3);

describe("copyTest", () => {
  it("finds nothing in an independent table", async () => {
    const { found, pValue, estimatedCopies, copyExcess } = await copyTest({
      real,
      synthetic,
      holdout,
      metadata,
    });
    expect(found).toBe(false);
    expect(pValue).toBeGreaterThan(0.01);
    expect(estimatedCopies).toBe(0);
    expect(copyExcess).toBe(0);
  });

  it("finds 1 % verbatim copies, near copies, copies of outliers and copies with changed cells", async () => {
    const kinds = {
      verbatim: {},
      near: { noise: 0.05 },
      outliers: { noise: 0.05, outliers: true },
      cells: { kept: 0.1 },
    };
    for (const [kind, how] of Object.entries(kinds)) {
      const planted = plant(synthetic, real, { count: 10, seed: 4, ...how });
      const report = await copyTest({ real, synthetic: planted, holdout, metadata });
      expect({ kind, found: report.found }).toEqual({ kind, found: true });
      // Ten are there; half of what stands at the front by chance is taken for copies too.
      expect(report.estimatedCopies).toBeGreaterThan(3);
      expect(report.estimatedCopies).toBeLessThan(40);
    }
  });

  it("tells copies at the front from a whole table that lies nearer to its training rows", async () => {
    const copies = plant(synthetic, real, { count: 20, seed: 4 });
    expect(await copyTest({ real, synthetic: copies, holdout, metadata })).toMatchObject({
      found: true,
      spread: false,
    });
    // Every row is a training row with half of its cells drawn again: none is a copy, all were learnt from one.
    const learnt = plant(synthetic, real, { count: 1000, seed: 4, kept: 0.5 });
    expect(await copyTest({ real, synthetic: learnt, holdout, metadata })).toMatchObject({
      found: true,
      spread: true,
    });
  });

  it("counts exact copies beside those of the holdout", async () => {
    const planted = plant(synthetic, real, { count: 10, seed: 4 });
    expect(await copyTest({ real, synthetic: planted, holdout, metadata })).toMatchObject({
      exactSynthetic: 0.01,
      exactHoldout: 0,
      copyExcess: 0.01,
    });
  });

  it("finds copies without a holdout, and says what it compared with", async () => {
    const planted = plant(synthetic, real, { count: 10, seed: 4 });
    expect(await copyTest({ real, synthetic: planted, metadata })).toMatchObject({
      found: true,
      control: "training",
      copyExcess: null,
    });
    expect((await copyTest({ real, synthetic, metadata })).found).toBe(false);
  });

  it("takes a thousand copies of one holdout row, or of one training row, for no proof", async () => {
    for (const from of [real, holdout]) {
      const collapsed = from.take(new Array(1000).fill(7));
      expect((await copyTest({ real, synthetic: collapsed, holdout, metadata })).found).toBe(false);
    }
  });

  it("does not take rare values that only training rows have for copies", async () => {
    const rare = (table: Table, prefix: string): Table =>
      new Table([
        ...table.columns,
        dictionaryColumn(
          "rare",
          Int32Array.from({ length: table.rowCount }, (_, row) => row % 200),
          Array.from({ length: 200 }, (_, code) => `${prefix}${code}`),
        ),
      ]);
    const report = await copyTest({
      real: rare(real, "t"),
      // The generator knows the training rows' categories and gives them to rows of its own.
      synthetic: rare(synthetic, "t"),
      holdout: rare(holdout, "h"),
      metadata: { columns: { ...metadata.columns, rare: { sdtype: "categorical" } } },
    });
    expect(report.evidence.map(({ view }) => view)).toEqual(["distance", "agreement"]);
    expect(report.evidence[1]!.matched).toBeGreaterThan(100);
    expect(report.found).toBe(false);
  });

  it("says that nothing can be found where no two columns tell rows apart", async () => {
    const coarse = { columns: { c1: { sdtype: "categorical" } } };
    const one = real.select(["c1"]);
    const report = await copyTest({
      real: one,
      synthetic: one,
      holdout: holdout.select(["c1"]),
      metadata: coarse,
    });
    expect(report).toMatchObject({ found: false, pValue: 1, exactSynthetic: 1 });
  });

  it("refuses empty tables and stops on a signal", async () => {
    await expect(copyTest({ real, synthetic: synthetic.slice(0, 0), metadata })).rejects.toMatchObject({
      code: "VERISIM_NO_ROWS",
      where: { table: "synthetic" },
    });
    await expect(copyTest({ real, synthetic, metadata, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "VERISIM_ABORTED",
    });
  });
});

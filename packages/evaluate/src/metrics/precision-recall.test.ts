import { numberColumn, RowRandom, streamKey, Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { precisionRecall } from "./precision-recall.ts";

const metadata = { columns: { x: { sdtype: "numerical" }, c: { sdtype: "categorical" } } };

/** Numbers with a category beside them, "a" where none is given. */
function table(values: readonly number[], categories: readonly string[] = values.map(() => "a")): Table {
  return new Table([numberColumn("x", values), textColumn("c", categories)]);
}

function drawn(rowCount: number, seed: number, shift = 0): Table {
  const random = new RowRandom(streamKey(seed, "rows"), 0);
  const values = Array.from({ length: rowCount }, () => random.uniform() + random.uniform() + shift);
  return table(
    values,
    values.map((value) => (value + random.uniform() > 1.5 ? "high" : "low")),
  );
}

describe("precision, recall, density and coverage", () => {
  it("follow the neighbourhoods of k rows", async () => {
    // Scaled to [0, 1]: real 0, .1, .2, 1 with radii .1, .1, .1, .8; synthetic .15, .3, .3 with radii .15, 0, 0 (k = 1).
    const real = table([0, 1, 2, 10]);
    const synthetic = table([1.5, 3, 3]);
    const report = await precisionRecall(
      { real: real.take([0, 1, 2]), synthetic, metadata },
      { k: 1, maxRows: 3 },
    );
    expect(report).toMatchObject({ rows: 3, k: 1, ceiling: null });
    // Without the fourth row: scaled by 2, radii .5 each; synthetic .75, 1.5, 1.5.
    // .75 lies within .5 of .5 and 1; 1.5 lies at .5 from 1, which is not nearer.
    expect(report.synthetic.prdc).toEqual({
      precision: 1 / 3,
      recall: 2 / 3, // radius of .75 is .75: it holds .5 and 1, but not 0, which lies at .75
      density: 2 / 3,
      coverage: 2 / 3,
    });
  });

  it("put a different category at the distance of two one-hot rows", async () => {
    const real = table([0, 1, 2], ["a", "a", "b"]);
    const synthetic = table([0, 1, 2], ["b", "b", "b"]);
    const { synthetic: scores } = await precisionRecall({ real, synthetic, metadata }, { k: 1 });
    // Radii of the real rows: .5, .5 and sqrt(.25 + 2). Only the last one reaches rows of category b, all three of them.
    expect(scores.prdc).toMatchObject({ precision: 1, coverage: 1 / 3, density: 1 });
  });

  it("are null where a row has fewer than k others", async () => {
    const real = table([0, 1, 2]);
    const { synthetic } = await precisionRecall({ real, synthetic: real, metadata }, { k: 5 });
    expect(synthetic.prdc).toEqual({ precision: null, recall: null, density: null, coverage: null });
  });
});

describe("alpha-precision, beta-recall and authenticity", () => {
  it("stand where unseen rows of the same distribution stand", async () => {
    const report = await precisionRecall({ real: drawn(3000, 1), synthetic: drawn(3000, 2), metadata });
    // Fixed seeds; the standard error of both is below 0.01.
    expect(report.synthetic.spheres.alphaPrecision).toBeGreaterThan(0.97);
    expect(Math.abs(report.synthetic.spheres.betaRecall! - 0.5)).toBeLessThan(0.04);
    expect(Math.abs(report.synthetic.prdc.density! - 1)).toBeLessThan(0.05);
  });

  it("tell a copier: recall beyond that of unseen rows, nothing authentic", async () => {
    const real = drawn(1000, 1);
    const { synthetic } = await precisionRecall({ real, synthetic: real, metadata });
    // The curve of the quantiles themselves: each holds floor(999 alpha) + 1 of 1000 rows.
    expect(synthetic.spheres.alphaPrecision).toBeGreaterThan(0.998);
    expect(synthetic.spheres.betaRecall).toBeGreaterThan(0.95);
    expect(synthetic.spheres.authenticity).toBe(0);
    expect(synthetic.prdc).toMatchObject({ precision: 1, recall: 1, coverage: 1 });
  });

  it("lose precision for rows outside and recall for a part that is missing", async () => {
    const real = drawn(1000, 1);
    const far = await precisionRecall({ real, synthetic: drawn(1000, 2, 50), metadata });
    expect(far.synthetic.spheres.alphaPrecision).toBeLessThan(0.01);
    expect(far.synthetic.prdc).toMatchObject({ precision: 0, coverage: 0 });
    const half = real.take(Array.from({ length: 1000 }, (_, row) => row % 20));
    const collapsed = await precisionRecall({ real, synthetic: half, metadata });
    expect(collapsed.synthetic.spheres.betaRecall).toBeLessThan(0.1);
    expect(collapsed.synthetic.prdc.coverage).toBeLessThan(0.2);
  });
});

it("takes as many rows of every table as the smallest has, the same ones for a seed", async () => {
  const tables = { real: drawn(500, 1), synthetic: drawn(400, 2), holdout: drawn(200, 3), metadata };
  const report = await precisionRecall(tables, { seed: 4 });
  expect(report.rows).toBe(200);
  expect(report.ceiling!.prdc.coverage).toBeGreaterThan(0.8);
  expect(await precisionRecall(tables, { seed: 4 })).toEqual(report);
  expect(await precisionRecall(tables, { seed: 5 })).not.toEqual(report);
});

it("counts a missing number as such, and all rows of a column without values as equal", async () => {
  const nothing = new Table([numberColumn("x", [Number.NaN, Number.NaN, Number.NaN])]);
  const some = new Table([numberColumn("x", [1, Number.NaN, 2])]);
  const columns = { columns: { x: { sdtype: "numerical" } } };
  const equal = await precisionRecall({ real: nothing, synthetic: nothing, metadata: columns }, { k: 1 });
  // Every sphere holds every row: the curve is 1 where the diagonal is wanted.
  expect(equal.synthetic.spheres.precisionCurve.every((share) => share === 1)).toBe(true);
  expect(equal.synthetic.spheres.authenticity).toBe(0);
  const other = await precisionRecall({ real: some, synthetic: nothing, metadata: columns }, { k: 1 });
  // The row without a number is copied; to the two others, at 0 and 1 of the range, it is farther than they to each other.
  expect(other.synthetic.prdc.coverage).toBe(1 / 3);
});

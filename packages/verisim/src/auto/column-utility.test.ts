// Which columns are asked, and what drawn rows are worth to a model of them. One class is a function of x, a number is a
// line in x, and noise is predicted by nothing.

import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { bestPredicted, columnUtility } from "./column-utility.ts";

const metadata: TableMetadata = {
  columns: {
    x: { sdtype: "numerical" },
    band: { sdtype: "categorical" },
    line: { sdtype: "numerical" },
    noise: { sdtype: "numerical" },
    row: { sdtype: "id" },
  },
  primaryKey: "row",
};

/** @param bandOf the class of an x */
function rows(count: number, seed: number, bandOf: (x: number, other: number) => string): Table {
  const cells = Array.from({ length: count }, (_, row) => {
    const random = new RowRandom(streamKey(seed, "bands"), row);
    return {
      x: random.uniform(),
      other: random.uniform(),
      noise: random.uniform(),
      jitter: random.uniform(),
    };
  });
  return new Table([
    numberColumn(
      "x",
      cells.map(({ x }) => x),
    ),
    textColumn(
      "band",
      cells.map(({ x, other }) => bandOf(x, other)),
    ),
    numberColumn(
      "line",
      cells.map(({ x, jitter }) => 3 * x + jitter / 2),
    ),
    numberColumn(
      "noise",
      cells.map(({ noise }) => noise),
    ),
    numberColumn(
      "row",
      cells.map((_, row) => row),
    ),
  ]);
}

const band = (x: number): string => (x < 0.3 ? "low" : x < 0.6 ? "middle" : "high");
const learnt = rows(240, 1, band);
const held = rows(80, 2, band);

describe("the columns that are asked", () => {
  it("are those that real rows predict, best first, without ids and noise", async () => {
    const asked = await bestPredicted(learnt, held, metadata);
    expect(asked.map(({ features }) => features.target).sort()).toEqual(["band", "line", "x"]);
    for (const { real } of asked) expect(real).toBeGreaterThan(0.8);
  });

  it("are none of one class but for a few held-out rows, which are no skill", async () => {
    const rare = (x: number): string => (x < 0.03 ? "low" : x < 0.06 ? "middle" : "high");
    const asked = await bestPredicted(rows(240, 1, rare), rows(80, 2, rare), metadata);
    expect(asked.map(({ features }) => features.target).sort()).toEqual(["line", "x"]);
  });

  it("are none where nothing predicts anything", async () => {
    const alone: TableMetadata = { columns: { noise: { sdtype: "numerical" } } };
    expect(await bestPredicted(learnt, held, alone)).toEqual([]);
    expect(await columnUtility([], learnt, held)).toBeNull();
  });
});

describe("the utility of drawn rows", () => {
  it("is near one for rows of the same kind, and falls by what a column has lost", async () => {
    const asked = await bestPredicted(learnt, held, metadata);
    const utility = (bandOf: typeof band | ((x: number, other: number) => string)) =>
      columnUtility(asked, rows(240, 3, bandOf), held);
    const same = (await utility(band))!;
    expect(same).toBeGreaterThan(0.95);
    expect(same).toBeLessThanOrEqual(1);
    // Bands at random: of three scores, one is near chance and the others rest on the columns that are left.
    const shuffled = (await utility((_, other) => band(other)))!;
    expect(shuffled).toBeGreaterThan(0.4);
    expect(shuffled).toBeLessThan(0.85);
  });

  it("counts classes that were never drawn as not predicted, and one class alone as nothing", async () => {
    const asked = await bestPredicted(learnt, held, metadata);
    const only = asked.find(({ features }) => features.target === "band");
    const two = (await columnUtility(
      [only!],
      rows(240, 4, (x) => (x < 0.3 ? "low" : "high")),
      held,
    ))!;
    expect(two).toBeGreaterThan(0.4);
    expect(two).toBeLessThan(0.75);
    expect(
      await columnUtility(
        [only!],
        rows(240, 5, () => "low"),
        held,
      ),
    ).toBe(0);
  });
});

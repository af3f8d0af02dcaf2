import { numberColumn, Table, textColumn, VerisimError } from "@verisim/core";
import { expect, test } from "vitest";
import { mlsmote } from "./index.ts";

// Label "often" has 90 rows, "rare" 6 of which 5 also have "often"; a new row has what most of it and its neighbours have.
const count = 100;
const rare = Array.from({ length: count }, (_, row) => row < 6);
const table = new Table([
  numberColumn(
    "x",
    Array.from({ length: count }, (_, row) => row + Math.cos(row)),
  ),
  numberColumn(
    "often",
    rare.map((_, row) => (row === 0 || row >= 91 ? 0 : 1)),
  ),
  textColumn("rare", rare.map(String)),
]);
const metadata = {
  columns: { x: { sdtype: "numerical" }, often: { sdtype: "categorical" }, rare: { sdtype: "boolean" } },
};

test("labels above the mean imbalance gain a row for each of theirs, with labels by most votes", async () => {
  const result = await mlsmote(table, metadata, { labels: ["often", "rare"], seed: 3 });
  expect(result.table.rowCount).toBe(106);
  expect(result.labels.get("rare")).toEqual({ before: 6, after: 12, imbalance: 15 });
  expect(result.labels.get("often")).toEqual({ before: 90, after: 96, imbalance: 1 });
  const x = (result.table.column("x") as { values: Float64Array }).values;
  for (let row = 100; row < 106; row++) {
    const [a, b] = [x[result.base[row]!]!, x[result.other[row]!]!];
    expect(result.base[row]!).toBeLessThan(6);
    expect(result.other[row]!).toBeLessThan(6);
    expect(x[row]).toBeCloseTo(a + result.share[row]! * (b - a), 12);
  }
});

test("fewer rows with a label than neighbours are all used, which is said", async () => {
  const { notes } = await mlsmote(table, metadata, { labels: ["often", "rare"], kNeighbors: 9 });
  expect(notes).toEqual([
    {
      code: "VERISIM_NOTE_FEWER_NEIGHBOURS",
      message:
        'Label "rare" has 5 neighbours that have it for a row instead of the 9 asked for: all of them were used.',
    },
  ]);
});

test("a column that is no label is refused", async () => {
  const failure = await mlsmote(table, metadata, { labels: ["x", "rare"] }).catch((error: unknown) => error);
  expect(VerisimError.isInstance(failure) && failure.code).toBe("VERISIM_TARGET");
});

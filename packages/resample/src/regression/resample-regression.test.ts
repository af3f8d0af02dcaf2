import { cellAt, numberColumn, Table, textColumn, VerisimError } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { boxPlotRelevance, resampleRegression } from "../index.ts";

// Most targets near 10, a few far above: a line through x, with a category.
const count = 200;
const x = Float64Array.from({ length: count }, (_, row) =>
  row % 20 === 0 ? 40 + row / 10 : 10 + Math.sin(row),
);
const table = new Table([
  numberColumn("x", x),
  textColumn(
    "kind",
    Array.from(x, (value) => (value > 20 ? "high" : "low")),
  ),
  numberColumn(
    "price",
    x.map((value) => 2 * value + 1),
  ),
]);
const metadata = {
  columns: { x: { sdtype: "numerical" }, kind: { sdtype: "categorical" }, price: { sdtype: "numerical" } },
};

test("relevance is 0 at the median, 1 from the whisker on where values lie beyond it, and 0 where none do", () => {
  const relevance = boxPlotRelevance(Float64Array.of(1, 2, 3, 4, 5, 6, 7, 100));
  expect(relevance(4.5)).toBe(0);
  expect(relevance(7)).toBe(1);
  expect(relevance(100)).toBe(1);
  expect(relevance(1)).toBe(0);
  // Half-way between median 4.5 and whisker 7.
  expect(relevance(5.75)).toBeCloseTo(0.5, 12);
});

describe.each(["smoter", "smogn"] as const)("%s", (strategy) => {
  test("gives rare values as many rows as usual ones, and targets that fit the rows", async () => {
    const result = await resampleRegression(table, metadata, {
      ...{ target: "price", strategy, seed: 1 },
      relevance: (value) => (value > 50 ? 1 : 0),
    });
    expect(result.stretches.map(({ rare, before, after }) => [rare, before, after])).toEqual([
      [false, 190, 100],
      [true, 10, 100],
    ]);
    expect(result.table.rowCount).toBe(200);
    const cells = (name: string, row: number) => cellAt(result.table.column(name), row) as number;
    for (let row = 110; row < 200; row++) {
      expect(result.isSynthetic[row]).toBe(1);
      expect(cells("price", row)).toBeGreaterThan(70);
      // Interpolated rows keep the line; noise moves both by at most some hundredths of a deviation.
      expect(Math.abs(cells("price", row) - (2 * cells("x", row) + 1))).toBeLessThan(
        strategy === "smoter" ? 1e-9 : 3,
      );
    }
  });

  test("says where a stretch has fewer rows than neighbours, or one", async () => {
    const said = async (least: number) => {
      const relevance = (value: number) => (value >= least ? 1 : 0);
      const { notes } = await resampleRegression(table, metadata, { target: "price", strategy, relevance });
      return notes.map(({ message }) => message);
    };
    expect(await said(2 * 54 + 1)).toEqual([
      "A stretch of 3 rare rows has 2 neighbours in it for a row instead of the 5 asked for: all of them were used.",
    ]);
    expect(await said(2 * 58 + 1)).toEqual([
      "A stretch of one rare row has no neighbour: the row was repeated.",
    ]);
  });

  test("makes the same rows again, whatever the threads", async () => {
    const made = async (threads: number) =>
      (
        await resampleRegression(table, metadata, { target: "price", strategy, seed: 4, threads })
      ).table.toRows();
    expect(await made(1)).toEqual(await made(3));
  });
});

test("noise of smogn stays in each column's range, and its rows come from one row alone", async () => {
  const {
    table: made,
    isSynthetic,
    base,
    other,
    share,
  } = await resampleRegression(table, metadata, {
    ...{ target: "price", strategy: "smogn", perturbation: 1, seed: 2 },
    relevance: (value) => (value > 50 ? 1 : 0),
  });
  const rows = [...isSynthetic.keys()].filter((row) => isSynthetic[row]);
  const noisy = rows.filter((row) => other[row] === base[row]);
  expect(noisy.length).toBeGreaterThan(20);
  expect(noisy.length).toBeLessThan(rows.length);
  expect(noisy.every((row) => share[row] === 0)).toBe(true);
  for (const name of ["x", "price"]) {
    const given = table.toRows().map((cells) => cells[name] as number);
    const found = rows.map((row) => cellAt(made.column(name), row) as number);
    expect(Math.max(...found)).toBeLessThanOrEqual(Math.max(...given));
    expect(Math.min(...found)).toBeGreaterThanOrEqual(Math.min(...given));
  }
});

test("a target without rare values, of texts, and options out of range are coded errors", async () => {
  const code = async (target: string, options: object = {}) => {
    try {
      await resampleRegression(table, metadata, { target, ...options });
    } catch (error) {
      return VerisimError.isInstance(error) ? error.code : error;
    }
    return "no error";
  };
  expect(await code("kind")).toBe("VERISIM_TARGET");
  expect(await code("price", { relevance: () => 0 })).toBe("VERISIM_TARGET");
  expect(await code("price", { relevance: () => 1 })).toBe("VERISIM_TARGET");
  expect(await code("price", { threshold: 0 })).toBe("VERISIM_OPTION_VALUE");
  expect(await code("price", { kNeighbors: 0 })).toBe("VERISIM_OPTION_VALUE");
  expect(await code("prices")).toBe("VERISIM_UNKNOWN_COLUMN");
});

import { cellAt, dictionaryColumn, numberColumn, Table } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { codeOf, countLabels } from "../fixtures/outcomes.ts";
import { mixedMetadata, mixedTable, pointMetadata, points } from "../fixtures/tables.ts";
import { type Resampled, type ResampleRequest, resample, type StrategyKind, strategies } from "./index.ts";

type Point = readonly [x: number, y: number, label: string];

/** Every strategy of some kinds, a test each. */
function forEvery(
  kinds: readonly StrategyKind[],
  words: string,
  check: (name: string, kind: StrategyKind) => Promise<void>,
) {
  for (const { name, kind } of strategies)
    if (kinds.includes(kind)) test(`${name}: ${words}`, () => check(name, kind));
}

const all: readonly StrategyKind[] = ["over", "under", "clean", "combined"];

/** What each kind promises of its result, whatever the table: `large` and `small` rows of two classes. */
function expectSound(result: Resampled, kind: StrategyKind, large: number, small: number): void {
  const found = countLabels(result.table);
  if (kind === "over") expect(found).toEqual({ common: large, rare: large });
  if (kind === "under") expect(found).toEqual({ common: small, rare: small });
  if (kind === "clean") {
    expect(found.rare).toBe(small);
    expect(found.common ?? 0).toBeLessThanOrEqual(large);
  }
  if (kind === "combined") {
    expect(found.common ?? 0).toBeLessThanOrEqual(large);
    expect(found.rare ?? 0).toBeLessThanOrEqual(large);
  }
  for (const [label, { after }] of result.counts) {
    expect(found[label] ?? 0).toBe(after);
    // A class of which nothing is left is said to be.
    const lost = result.notes.some(
      ({ code, message }) => code === "VERISIM_NOTE_CLASS_LOST" && message.includes(`"${label}"`),
    );
    expect(lost).toBe(after === 0);
  }
  expect(result.isSynthetic).toHaveLength(result.table.rowCount);
  expect(result.base.every((row) => row >= 0 && row < large + small)).toBe(true);
}

const rare = (rows: readonly (readonly [number, number])[]) => rows.map(([x, y]): Point => [x, y, "rare"]);
const common = (rows: readonly (readonly [number, number])[]) =>
  rows.map(([x, y]): Point => [x, y, "common"]);
const ring = (count: number, radius = 1): [number, number][] =>
  Array.from({ length: count }, (_, i) => [radius * Math.cos(2.4 * i), radius * Math.sin(2.4 * i)]);

describe("every strategy with fewer rows of a class than neighbours", () => {
  const table = points([...rare(ring(3)), ...common(ring(9, 1.2))]);
  forEvery(all, "does what it can, and what it did otherwise is said", async (name, kind) => {
    const result = await resample(table, pointMetadata, { target: "label", strategy: name });
    expectSound(result, kind, 9, 3);
    // Borderline-SMOTE 2 goes towards rows of any class, of which there are enough.
    const enough = ["random", "kmeans-smote", "borderline-smote-2"].includes(name);
    const ofNeighbours = (kind === "over" && !enough) || kind === "combined";
    const codes = result.notes.map(({ code }) => code);
    if (ofNeighbours) expect(codes).toContain("VERISIM_NOTE_FEWER_NEIGHBOURS");
    if (name === "kmeans-smote")
      expect(codes).toEqual(["VERISIM_NOTE_NO_CLUSTER", "VERISIM_NOTE_FEWER_NEIGHBOURS"]);
  });

  test("as many neighbours as may be asked for are no obstacle", async () => {
    for (const { name, kind, options } of strategies) {
      if (!options.includes("kNeighbors")) continue;
      const result = await resample(table, pointMetadata, {
        target: "label",
        strategy: name,
        kNeighbors: 100_000,
      });
      expectSound(result, kind, 9, 3);
    }
  });
});

describe("every strategy with one row of a class", () => {
  const table = points([...rare([[0.5, 0.5]]), ...common(ring(12))]);
  forEvery(all, "refuses with a code, or needs no second one", async (name, kind) => {
    const run = resample(table, pointMetadata, { target: "label", strategy: name });
    if ((kind === "over" && name !== "random") || kind === "combined")
      expect(await codeOf(run)).toBe("VERISIM_RESAMPLE_ROWS");
    else expectSound(await run, kind, 12, 1);
  });
});

describe("every strategy with missing cells", () => {
  forEvery(all, "takes rows of which all features are missing", async (name, kind) => {
    const holes = Array.from({ length: 40 }, (_, row): Point => {
      const [x, y] = ring(40)[row]!;
      const label = row % 4 === 0 ? "rare" : "common";
      return row % 5 === 0 ? [Number.NaN, Number.NaN, label] : [row % 3 === 0 ? Number.NaN : x, y, label];
    });
    const result = await resample(points(holes), pointMetadata, { target: "label", strategy: name });
    expectSound(result, kind, 30, 10);
  });

  forEvery(all, "makes no missing cell where there was none", async (name) => {
    const result = await resample(mixedTable({ a: 60, b: 15 }), mixedMetadata, {
      target: "label",
      strategy: name,
    });
    for (const column of ["x", "y", "age", "since", "city"])
      for (let row = 0; row < result.table.rowCount; row++)
        expect(cellAt(result.table.column(column), row)).not.toBeNull();
  });
});

describe("every strategy with rows that are all equal", () => {
  forEvery(all, "keeps its promise, and equal rows make equal rows", async (name, kind) => {
    const same = Array.from({ length: 30 }, (_, row): Point => [7, -2, row < 8 ? "rare" : "common"]);
    const result = await resample(points(same), pointMetadata, { target: "label", strategy: name });
    expectSound(result, kind, 22, 8);
    for (let row = 0; row < result.table.rowCount; row++) {
      expect(cellAt(result.table.column("x"), row)).toBe(7);
      expect(cellAt(result.table.column("y"), row)).toBe(-2);
    }
  });
});

describe("every strategy with a class that is not there", () => {
  const table = points([...rare(ring(8)), ...common(ring(20, 1.3))]);
  const absent = (kind: StrategyKind): Partial<ResampleRequest> =>
    kind === "clean" ? { samplingStrategy: ["unheard-of"] } : { samplingStrategy: { "unheard-of": 9 } };
  forEvery(all, "refuses it by name", async (name, kind) => {
    const run = resample(table, pointMetadata, { target: "label", strategy: name, ...absent(kind) });
    await expect(run).rejects.toMatchObject({
      code: "VERISIM_RESAMPLE_COUNTS",
      message: expect.stringContaining("unheard-of"),
    });
  });

  forEvery(all, "refuses a table of one class, and of none", async (name) => {
    const run = (rows: readonly Point[]) =>
      codeOf(resample(points(rows), pointMetadata, { target: "label", strategy: name }));
    expect(await run(common(ring(9)))).toBe("VERISIM_TARGET");
    expect(await run([])).toBe("VERISIM_TARGET");
  });

  forEvery(all, "a class that only the dictionary knows is none", async (name, kind) => {
    const codes = Int32Array.from({ length: 28 }, (_, row) => (row < 8 ? 2 : 0));
    const [x, y] = [table.column("x"), table.column("y")];
    const known = new Table([x, y, dictionaryColumn("label", codes, ["common", "never", "rare"])]);
    const result = await resample(known, pointMetadata, { target: "label", strategy: name });
    expect([...result.counts.keys()]).toEqual(["common", "rare"]);
    expectSound(result, kind, 20, 8);
  });
});

describe("every strategy with numbers beyond reason", () => {
  forEvery(all, "refuses infinite ones, by column and row", async (name) => {
    const rows: Point[] = [...rare(ring(8)), ...common(ring(20)), [Number.NEGATIVE_INFINITY, 0, "common"]];
    await expect(
      resample(points(rows), pointMetadata, { target: "label", strategy: name }),
    ).rejects.toMatchObject({ code: "VERISIM_RESAMPLE_FEATURES", where: { column: "x", row: 29 } });
  });

  forEvery(
    all,
    "keeps its promise with huge and tiny ones, and makes none that is not finite",
    async (name, kind) => {
      const rows = [
        ...rare(ring(8).map(([x, y]) => [x * 1e140, y * 1e-300])),
        ...common(ring(20).map(([x, y]) => [x * 1e140, y * 1e-300])),
      ];
      const result = await resample(points(rows), pointMetadata, { target: "label", strategy: name });
      expectSound(result, kind, 20, 8);
      for (let row = 0; row < result.table.rowCount; row++)
        expect(Number.isFinite(cellAt(result.table.column("x"), row))).toBe(true);
    },
  );
});

test("every strategy stops on a signal", async () => {
  const table = points([...rare(ring(8)), ...common(ring(20))]);
  for (const { name } of strategies)
    expect(
      await codeOf(
        resample(table, pointMetadata, { target: "label", strategy: name, signal: AbortSignal.abort() }),
      ),
      name,
    ).toBe("VERISIM_ABORTED");
});

test("ADASYN's totals are exact, however its weights round", async () => {
  // imbalanced-learn rounds each row's share, and gives more or fewer than asked for.
  const table = mixedTable({ a: 97, b: 23, c: 11 });
  for (let total = 23; total < 97; total += 7)
    for (const kNeighbors of [1, 4]) {
      const result = await resample(table, mixedMetadata, {
        target: "label",
        strategy: "adasyn",
        kNeighbors,
        counts: { b: total, c: 3 * total },
      });
      expect(countLabels(result.table)).toEqual({ a: 97, b: total, c: 3 * total });
    }
});

test("a class of numbers, dates or missing texts is read as it is", async () => {
  const rows = [...rare(ring(8)), ...common(ring(20))];
  const [x, y] = [points(rows).column("x"), points(rows).column("y")];
  const labels = Float64Array.from(rows, ([, , label], row) =>
    row === 3 ? Number.NaN : label === "rare" ? 1.5 : -2,
  );
  const result = await resample(new Table([x, y, numberColumn("label", labels)]), pointMetadata, {
    target: "label",
  });
  expect(Object.fromEntries(result.counts)).toEqual({
    "-2": { before: 20, after: 20 },
    "1.5": { before: 7, after: 20 },
  });
  expect(countLabels(result.table)).toEqual({ "-2": 20, "1.5": 20, null: 1 });
});

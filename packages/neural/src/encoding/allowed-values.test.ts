// The ranges of conditions against brute force: places are drawn all over every alternative, and decode to a cell that
// meets the condition exactly where the ranges say so.

import {
  conditionCells,
  conditionHolds,
  parseCondition,
  rowUniform,
  streamKey,
  type Table,
  VerisimError,
} from "@verisim/core";
import { describe, expect, test } from "vitest";
import { shopMetadata, shopOptions, shopTable } from "../../fixtures/shop-table.ts";
import type { AllowedBox, AllowedColumn, DrawnRows } from "./layout.ts";
import { impossibleReason, TableEncoding } from "./table-encoding.ts";

const table = shopTable();
const fitContext = { seed: 1, tableName: "shop" };
const encodings = {
  blocks: TableEncoding.fit(table, shopMetadata, shopOptions, fitContext),
  mixture: TableEncoding.fit(table, shopMetadata, { ...shopOptions, numbers: "mixture" }, fitContext),
  copula: TableEncoding.fit(table, shopMetadata, { ...shopOptions, numbers: "copula" }, fitContext),
  stretches: TableEncoding.fit(
    table,
    shopMetadata,
    { ...shopOptions, numbers: "copula", scores: "stretches" },
    fitContext,
  ),
};

const boxesOf = (encoding: TableEncoding, where: string): AllowedBox[] =>
  conditionCells(parseCondition(where), encoding.conditionColumns()).flatMap((cell) =>
    encoding.allowed(cell),
  );

/** `count` rows per alternative of one column; the other columns stay at their first alternative. */
function rowsOver(encoding: TableEncoding, column: number, places: (k: number) => number[]): DrawnRows {
  const size = encoding.layout.widths.length;
  const drawn = Array.from({ length: encoding.layout.widths[column]! }, (_, k) =>
    places(k).map((place) => ({ k, place })),
  ).flat();
  const rowCount = drawn.length;
  const alternatives = new Int32Array(rowCount * size);
  const drawnPlaces = new Float64Array(rowCount * size).fill(Number.NaN);
  drawn.forEach(({ k, place }, row) => {
    alternatives[row * size + column] = k;
    drawnPlaces[row * size + column] = place;
  });
  return {
    rowCount,
    alternatives,
    places: new Float32Array(rowCount * encoding.layout.placed.length),
    drawnPlaces,
  };
}

const isInRanges = (allowed: AllowedColumn, k: number, place: number, hasPlace: boolean): boolean => {
  const ranges = allowed.ranges[k]!;
  if (!hasPlace) return ranges.length > 0;
  for (let i = 0; i < ranges.length; i += 2) if (place >= ranges[i]! && place <= ranges[i + 1]!) return true;
  return false;
};

const conditions = [
  "age >= 30 and age < 45",
  "age != 30",
  "age = 41",
  "age is null",
  "not (age is null)",
  "spent > 12.5",
  "spent between 3.14 and 3.2",
  "spent in (0.01, 55, 70.25)",
  "debt > 0",
  "debt = 0",
  "debt > 100 and debt < 102",
  "ratio > 1.5",
  "ratio < 1.1",
  "joined >= '2019-06-01' and joined < '2020-01-01'",
  "joined = '2019-06-01'",
  "street in ('street 3', 'street 40', 'street 59')",
  "street != 'street 0'",
  "street is null",
  "price > 10",
  "price = 15 and plan != 'gold'",
  "size > 'S'",
];

describe.each(Object.entries(encodings))("ranges in %s", (_, encoding) => {
  test.each(conditions)("%s", async (where) => {
    const [box, ...more] = boxesOf(encoding, where);
    const columns = box!.columns;
    expect(more.length).toBeLessThanOrEqual(2);
    const boxes = [box!, ...more];
    const { column } = columns[0]!;
    expect(columns).toHaveLength(1);
    const condition = parseCondition(where);
    const descriptions = encoding.conditionColumns();
    const start = encoding.layout.widths.slice(0, column).reduce((sum, width) => sum + width, 0);
    const hasPlace = (k: number): boolean => encoding.layout.hasPlace[start + k] === 1;
    const holds = (decoded: Table, row: number) => conditionHolds(condition, decoded, row, descriptions);

    const key = streamKey(4, "places");
    const anywhere = (k: number): number[] =>
      hasPlace(k) ? Array.from({ length: 400 }, (_, i) => 2 * rowUniform(key, i, k) - 1) : [0];
    const rows = rowsOver(encoding, column, anywhere);
    const decoded = await encoding.decode(rows, { seed: 1, rowStart: 0 });
    const size = encoding.layout.widths.length;
    const lengths = new Float64Array(encoding.layout.widths[column]!);
    for (let row = 0; row < rows.rowCount; row++) {
      const k = rows.alternatives[row * size + column]!;
      const place = rows.drawnPlaces![row * size + column]!;
      const inside = boxes.some(({ columns: [allowed] }) => isInRanges(allowed!, k, place, hasPlace(k)));
      if (holds(decoded, row)) lengths[k]! += hasPlace(k) ? 1 / 400 : 1;
      // A number without a grid meets "=" nowhere but in single places.
      expect([row, inside]).toEqual([row, holds(decoded, row)]);
    }
    for (const k of lengths.keys()) {
      const share = boxes.reduce((sum, { columns: [allowed] }) => sum + allowed!.shares[k]!, 0);
      // 400 even places: five standard deviations.
      expect(Math.abs(share - lengths[k]!)).toBeLessThan(0.125);
      if (lengths[k] === 0) expect(share).toBeLessThan(0.025);
    }

    for (const allowedBox of boxes) {
      const [allowed] = allowedBox.columns;
      const ends = (k: number): number[] =>
        hasPlace(k) ? [...allowed!.ranges[k]!] : allowed!.ranges[k]!.length > 0 ? [0] : [];
      const edges = rowsOver(encoding, column, ends);
      const snapped = await encoding.decode(edges, { seed: 1, rowStart: 0, snap: () => allowedBox });
      for (let row = 0; row < edges.rowCount; row++) expect([row, holds(snapped, row)]).toEqual([row, true]);
    }
  });

  test("what was not learnt is impossible", () => {
    const impossible = [
      "age > 300",
      "debt > 0 and debt < 1",
      "spent is null",
      "country != 'Malta'",
      "year > 2024",
      "price > 10 and plan = 'basic'",
      "price = 14",
      "note is not null",
    ];
    for (const where of impossible) {
      try {
        expect([where, boxesOf(encoding, where)]).toEqual([where, []]);
      } catch (error) {
        // Missing cells that a column never has are refused before.
        if (!VerisimError.isInstance(error)) throw error;
        expect(error.code).toBe("VERISIM_CONDITION_IMPOSSIBLE");
      }
    }
  });

  test("fixed columns that agree bind nothing", () => {
    expect(boxesOf(encoding, "country = 'Malta' and year < 2030 and note is null")).toEqual([
      { columns: [] },
    ]);
  });
});

test("a single value of a number without a grid is a single place", async () => {
  const encoding = encodings.blocks;
  const [{ columns }] = boxesOf(encoding, "ratio = 1.7320508") as [AllowedBox];
  const { column, ranges, shares } = columns[0]!;
  const k = ranges.findIndex((range) => range.length > 0);
  expect(ranges[k]![0]).toBe(ranges[k]![1]);
  expect([...shares].filter((share) => share > 0)).toEqual([1e-6]);
  const rows = rowsOver(encoding, column, (other) => (other === k ? [ranges[k]![0]!] : []));
  const decoded = await encoding.decode(rows, { seed: 1, rowStart: 0, snap: () => ({ columns }) });
  expect(decoded.select(["ratio"]).toRows()).toEqual([{ ratio: 1.7320508 }]);
});

test("several columns at once are bound in their order", () => {
  const [box] = boxesOf(encodings.blocks, "size = 'M' and age > 50 and plan = 'gold'");
  expect(box!.columns.map(({ column }) => encodings.blocks.columns[column]!.name)).toEqual([
    "age",
    "plan",
    "size",
  ]);
});

test("an impossible condition is said to be that, with the range that was learnt", () => {
  const error = impossibleReason(parseCondition("age > 90 and plan = 'gold'"), encodings.blocks);
  expect(error.code).toBe("VERISIM_CONDITION_IMPOSSIBLE");
  expect(error.where).toEqual({ option: "where", column: "age" });
  expect(error.message).toMatch(/the values learnt for "age" run from 18 to 77/);
  const both = impossibleReason(parseCondition("price > 10 and plan = 'basic'"), encodings.blocks);
  expect(both.message).toContain("its parts exclude each other");
});

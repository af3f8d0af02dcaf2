import { cellAt, Table, textColumn } from "@verisim/core";
import { firstDifference } from "@verisim/testing";
import { describe, expect, test } from "vitest";
import { cells, countLabels } from "../fixtures/outcomes.ts";
import { mixedMetadata, mixedTable, pointMetadata, points } from "../fixtures/tables.ts";
import { type Resampled, resample, strategies } from "./index.ts";

const sizes = { a: 150, b: 30, c: 12 };
const table = mixedTable(sizes);

const adding = strategies.filter(({ kind }) => kind === "over").map(({ name }) => name);
const taking = strategies.filter(({ kind }) => kind === "under").map(({ name }) => name);
const cleaning = strategies
  .filter(({ kind }) => kind === "clean" || kind === "combined")
  .map(({ name }) => name);

describe("every strategy that adds", () => {
  for (const strategy of adding)
    test(`${strategy} gives exactly the totals asked for, of old rows as they were and new ones that say where they come from`, async () => {
      const result = await resample(table, mixedMetadata, {
        target: "label",
        strategy,
        counts: { b: 77, c: 41 },
        seed: 5,
      });
      expect(countLabels(result.table)).toEqual({ a: 150, b: 77, c: 41 });
      expect(Object.fromEntries(result.counts)).toEqual({
        a: { before: 150, after: 150 },
        b: { before: 30, after: 77 },
        c: { before: 12, after: 41 },
      });
      expect(firstDifference(result.table.slice(0, 192), table)).toBeNull();
      expect([...result.isSynthetic]).toEqual([...new Array(192).fill(0), ...new Array(76).fill(1)]);
      const labels = cells(table, "label");
      for (let row = 192; row < result.table.rowCount; row++)
        expect(labels[result.base[row]!]).toBe(cells(result.table, "label")[row]);
      // A new row has no key.
      expect(cells(result.table, "id").slice(192)).toEqual(new Array(76).fill(null));
      expect(cells(result.table, "age").slice(192).every(Number.isInteger)).toBe(true);
    });

  for (const strategy of adding)
    test(`${strategy} makes the same rows on any number of threads, and others with another seed`, async () => {
      const made = (seed: number, threads: number) =>
        resample(table, mixedMetadata, { target: "label", strategy, seed, threads });
      const [one, four, other] = [await made(1, 1), await made(1, 4), await made(2, 2)];
      expect(firstDifference(one.table, four.table)).toBeNull();
      expect(firstDifference(one.table, other.table)).not.toBeNull();
    });

  for (const strategy of adding)
    test(`${strategy} takes missing cells, and new rows have some`, async () => {
      const holed = mixedTable(sizes, 0.2);
      const result = await resample(holed, mixedMetadata, { target: "label", strategy, seed: 3 });
      expect(countLabels(result.table)).toEqual({ a: 150, b: 150, c: 150 });
      for (const name of ["x", "age", "city"]) {
        const missing = cells(result.table, name)
          .slice(192)
          .filter((cell) => cell === null).length;
        // Of 258 new cells about a fifth; votes fill some of the categories.
        expect(missing).toBeGreaterThan(name === "city" ? 2 : 15);
        expect(missing).toBeLessThan(110);
      }
    });
});

describe("every strategy that takes rows away", () => {
  for (const strategy of taking)
    test(`${strategy} leaves exactly the totals asked for`, async () => {
      const result = await resample(mixedTable(sizes, 0.1), mixedMetadata, {
        target: "label",
        strategy,
        counts: { a: 40, b: 13 },
      });
      expect(countLabels(result.table)).toEqual({ a: 40, b: 13, c: 12 });
      const even = await resample(table, mixedMetadata, { target: "label", strategy });
      expect(countLabels(even.table)).toEqual({ a: 12, b: 12, c: 12 });
    });

  for (const strategy of cleaning)
    test(`${strategy} keeps rows as they were and says which`, async () => {
      const result = await resample(mixedTable(sizes, 0.1), mixedMetadata, { target: "label", strategy });
      const old = Array.from(result.isSynthetic.keys()).filter((row) => !result.isSynthetic[row]);
      expect(old.length).toBeGreaterThan(20);
      expect(
        firstDifference(
          result.table.take(old),
          mixedTable(sizes, 0.1).take(old.map((row) => result.base[row]!)),
        ),
      ).toBeNull();
      const counts = countLabels(result.table);
      for (const [label, { after }] of result.counts) expect(counts[label] ?? 0).toBe(after);
    });
});

describe("SMOTE", () => {
  test("a new row lies between its two rows, which are neighbours of one class", async () => {
    const rows = Array.from({ length: 60 }, (_, row): [number, number, string] => [
      Math.cos(row * 2.4) * row,
      Math.sin(row * 2.4) * row,
      row % 3 === 0 ? "rare" : "common",
    ]);
    const plane = points(rows);
    const rare = rows.flatMap(([, , label], row) => (label === "rare" ? [row] : []));
    const result = await resample(plane, pointMetadata, { target: "label", kNeighbors: 3, seed: 9 });
    expect(countLabels(result.table)).toEqual({ common: 40, rare: 40 });
    const used = new Set<number>();
    for (let row = 60; row < 80; row++) {
      const [base, other, share] = [result.base[row]!, result.other[row]!, result.share[row]!];
      const away = (to: number) => Math.hypot(rows[to]![0] - rows[base]![0], rows[to]![1] - rows[base]![1]);
      const nearest = rare.filter((to) => to !== base).sort((a, b) => away(a) - away(b));
      expect(nearest.slice(0, 3)).toContain(other);
      for (const [d, name] of ["x", "y"].entries()) {
        const [from, to] = [rows[base]![d] as number, rows[other]![d] as number];
        expect(cellAt(result.table.column(name), row)).toBeCloseTo(from + share * (to - from), 12);
      }
      used.add(base);
    }
    expect(used.size).toBeGreaterThan(8);
  });

  test("row i of a class does not depend on how many rows are asked for, of it or of others", async () => {
    const made = (counts: Record<string, number>) =>
      resample(table, mixedMetadata, { target: "label", counts, seed: 4 });
    const few = await made({ c: 40 });
    const many = await made({ c: 200, b: 60 });
    const ofC = (result: Resampled) =>
      result.table.take(
        Array.from(result.base.keys()).filter(
          (row) => result.isSynthetic[row] && cellAt(result.table.column("label"), row) === "c",
        ),
      );
    expect(firstDifference(ofC(few), ofC(many).slice(0, 28))).toBeNull();
  });

  test("categories go by most votes of the neighbours", async () => {
    const plane = points([
      ...Array.from({ length: 6 }, (_, i): [number, number, string] => [i * 0.01, 0, "rare"]),
      ...Array.from({ length: 12 }, (_, i): [number, number, string] => [5 + i, 1, "common"]),
    ]);
    const cities = [
      ...["red", "blue", "blue", "blue", "blue", "red"],
      ...new Array<string>(12).fill("green"),
    ];
    const withCity = new Table([...plane.columns, textColumn("city", cities)]);
    const metadata = { columns: { ...pointMetadata.columns, city: { sdtype: "categorical" } } };
    const result = await resample(withCity, metadata, { target: "label", strategy: "smotenc" });
    // Of the five others of any rare row three or four are blue.
    expect(new Set(cells(result.table, "city").slice(18))).toEqual(new Set(["blue"]));
  });

  test("standard scaling makes neighbours independent of units", async () => {
    const scaled = new Table(
      table.columns.map((column) =>
        column.kind === "number" && column.name === "y"
          ? { ...column, values: column.values.map((value) => value * 1024) }
          : column,
      ),
    );
    const options = { target: "label", scaling: "standard", seed: 1 } as const;
    const plain = await resample(table, mixedMetadata, options);
    const large = await resample(scaled, mixedMetadata, options);
    expect([...large.other]).toEqual([...plain.other]);
  });
});

describe("ADASYN", () => {
  test("uses rows in proportion to their neighbours of other classes", async () => {
    // Three rare rows among common ones, and three far away from all.
    const plane = points([
      ...[0, 1, 2].map((i): [number, number, string] => [i, 0, "rare"]),
      ...[0, 1, 2].map((i): [number, number, string] => [1000 + i, 0, "rare"]),
      ...Array.from({ length: 12 }, (_, i): [number, number, string] => [i / 4, 0.1, "common"]),
    ]);
    const result = await resample(plane, pointMetadata, {
      target: "label",
      strategy: "adasyn",
      kNeighbors: 2,
    });
    expect(countLabels(result.table)).toEqual({ common: 12, rare: 12 });
    const bases = [...result.base].slice(18);
    expect(bases).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test("uses all rows alike, and says so, where no class is near another", async () => {
    const plane = points([
      ...Array.from({ length: 8 }, (_, i): [number, number, string] => [i, 0, "rare"]),
      ...Array.from({ length: 16 }, (_, i): [number, number, string] => [1000 + i, 0, "common"]),
    ]);
    const result = await resample(plane, pointMetadata, { target: "label", strategy: "adasyn" });
    expect([...result.base].slice(24)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(result.notes.map(({ code }) => code)).toEqual(["VERISIM_NOTE_NO_BORDER"]);
  });
});

// What each kind of noise does to a table, by its numbers.

import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { momentsOf } from "../moments.ts";
import { addNoise, noiseKinds } from "./add-noise.ts";
import type { NoiseStep } from "./noise-kind.ts";

const rows = 4_000;
const uniforms = (name: string) => {
  const key = streamKey(5, name);
  return Float64Array.from({ length: rows }, (_, row) => new RowRandom(key, row).uniform());
};
const x = uniforms("x").map((u) => 100 * u);
const noise = uniforms("noise");
const y = x.map((value, row) => 2 * value + 20 * noise[row]!);
const city = uniforms("city");
const day = 86_400e6;
const start = Date.UTC(2024, 0, 1) * 1000;

const table = new Table([
  numberColumn(
    "id",
    Float64Array.from({ length: rows }, (_, row) => row),
  ),
  numberColumn(
    "x",
    x.map((value, row) => (row % 10 === 0 ? Number.NaN : value)),
  ),
  numberColumn("y", y),
  numberColumn("whole", x.map(Math.round)),
  textColumn(
    "city",
    Array.from(city, (u, row) => (row % 20 === 0 ? null : u < 0.7 ? "Berlin" : u < 0.95 ? "Paris" : "Rome")),
  ),
  textColumn(
    "note",
    Array.from(city, (_, row) => `note ${row % 50}`),
  ),
  numberColumn(
    "date",
    Float64Array.from({ length: rows }, (_, row) => start + (row % 365) * day),
  ),
]);
const metadata: TableMetadata = {
  columns: {
    id: { sdtype: "id" },
    x: { sdtype: "numerical" },
    y: { sdtype: "numerical" },
    whole: { sdtype: "numerical", decimals: 0, numberStyle: "integer", rangeMin: 0, rangeMax: 100 },
    city: { sdtype: "categorical", rangeValues: ["Berlin", "Paris", "Rome"] },
    note: { sdtype: "text" },
    date: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
  },
  primaryKey: "id",
};

const run = (steps: readonly NoiseStep[], options = {}) =>
  addNoise(table, steps, { metadata, seed: 3, ...options });
const numbers = (result: Table, name: string): Float64Array => {
  const column = result.column(name);
  if (column.kind !== "number") throw new Error("no numbers");
  return column.values;
};
const texts = (result: Table, name: string): (string | null)[] =>
  result.toRows().map((row) => row[name] as string | null);
const differences = (result: Table, name: string): Float64Array => {
  const before = numbers(table, name);
  return numbers(result, name).map((value, row) => value - before[row]!);
};

describe("added noise", () => {
  // The standard error of a deviation of 4,000 draws is about 1.1 % (more for Laplace): 6 % is beyond chance.
  it.each(["gaussian", "laplace", "uniform"])(
    "%s has the asked deviation, by all three measures",
    async (kind) => {
      const signal = momentsOf(numbers(table, "y")).deviation;
      for (const [options, expected] of [
        [{ sd: 7 }, 7],
        [{ relative: 0.25 }, 0.25 * signal],
        [{ snr: 20 }, signal / 10],
      ] as const) {
        const { table: noisy } = await run([{ kind, columns: ["y"], ...options }]);
        const { mean, deviation } = momentsOf(differences(noisy, "y"));
        expect(deviation / expected).toBeGreaterThan(0.94);
        expect(deviation / expected).toBeLessThan(1.06);
        expect(Math.abs(mean)).toBeLessThan(0.08 * expected);
      }
    },
  );

  it("keeps gaps, digits, declared ranges and all other columns", async () => {
    const { table: noisy, counts } = await run([{ kind: "gaussian", relative: 0.5 }]);
    expect(numbers(noisy, "id")).toEqual(numbers(table, "id"));
    expect(noisy.column("city")).toBe(table.column("city"));
    expect(noisy.column("date")).toBe(table.column("date"));
    expect(numbers(noisy, "x").filter(Number.isNaN)).toHaveLength(rows / 10);
    const whole = numbers(noisy, "whole");
    expect(whole.every((value) => Number.isInteger(value) && value >= 0 && value <= 100)).toBe(true);
    expect(counts.find(({ column }) => column === "x")?.changed).toBe(rows - rows / 10);
  });

  it("hides rows among as many others as was asked", async () => {
    const { table: noisy } = await run([
      { kind: "gaussian", columns: ["x", "y"], hiddenAmong: 5, share: 0.8 },
    ]);
    const scale = ["x", "y"].map((name) => momentsOf(numbers(table, name)).deviation);
    const before = ["x", "y"].map((name) => numbers(table, name));
    const after = ["x", "y"].map((name) => numbers(noisy, name));
    let hidden = 0;
    let tried = 0;
    for (let row = 1; row < rows; row += 7) {
      if (Number.isNaN(before[0]![row])) continue;
      const distance = (other: number) =>
        before.reduce((sum, column, j) => sum + ((column[other]! - after[j]![row]!) / scale[j]!) ** 2, 0);
      const own = distance(row);
      let nearer = 0;
      for (let other = 0; other < rows; other++) if (distance(other) < own) nearer++;
      tried++;
      if (nearer >= 5) hidden++;
    }
    // 514 rows tried: three standard errors are 5 %.
    expect(hidden / tried).toBeGreaterThan(0.75);
    expect(hidden / tried).toBeLessThan(0.88);
  });

  it("moves correlated columns together, and by an exact Mahalanobis distance where asked", async () => {
    const { table: noisy } = await run([{ kind: "correlated", columns: ["x", "y"], distance: 0.5 }]);
    const [a, b] = [differences(noisy, "x"), differences(noisy, "y")];
    const kept = [...a.keys()].filter((row) => !Number.isNaN(a[row]));
    const pick = (values: Float64Array) => Float64Array.from(kept, (row) => values[row]!);
    const [sx, sy] = [momentsOf(pick(numbers(table, "x"))), momentsOf(pick(numbers(table, "y")))];
    let product = 0;
    for (const row of kept)
      product +=
        ((numbers(table, "x")[row]! - sx.mean) / sx.deviation) *
        ((numbers(table, "y")[row]! - sy.mean) / sy.deviation);
    const r = product / kept.length;
    expect(r).toBeGreaterThan(0.97);
    for (const row of kept.slice(0, 200)) {
      const [u, v] = [a[row]! / sx.deviation, b[row]! / sy.deviation];
      const squared = (u * u - 2 * r * u * v + v * v) / (1 - r * r);
      expect(Math.sqrt(squared)).toBeCloseTo(0.5, 6);
    }
  });
});

describe("changed cells", () => {
  it("are exactly as many as the rate says", async () => {
    const { table: noisy, counts } = await run([
      { kind: "dropout", columns: ["y", "city"], rate: 0.1 },
      { kind: "swap", columns: ["city"], rate: 0.25 },
      { kind: "typos", columns: ["note"], rate: 0.03 },
      { kind: "outliers", columns: ["x"], rate: 0.01 },
      { kind: "salt-and-pepper", columns: ["whole"], rate: 0.05 },
    ]);
    const changed = new Map(counts.map(({ kind, column, changed: count }) => [`${kind}:${column}`, count]));
    const cities = rows - rows / 20;
    expect(changed.get("dropout:y")).toBe(400);
    expect(changed.get("dropout:city")).toBe(0.1 * cities);
    expect(changed.get("swap:city")).toBe(Math.round(0.25 * 0.9 * cities));
    expect(changed.get("typos:note")).toBe(120);
    expect(changed.get("outliers:x")).toBe(36);
    const notes = texts(noisy, "note").filter((text, row) => text !== `note ${row % 50}`);
    expect(notes).toHaveLength(120);
    const { mean, deviation } = momentsOf(numbers(table, "x"));
    const far = numbers(noisy, "x").filter((value) => Math.abs(value - mean) >= 6 * deviation);
    expect(far).toHaveLength(36);
  });

  it("swap to other categories in the proportions of those that there are", async () => {
    const { table: noisy } = await run([{ kind: "swap", columns: ["city"], rate: 1 }]);
    const before = texts(table, "city");
    const after = texts(noisy, "city");
    const from = (city: string) => after.filter((_, row) => before[row] === city);
    expect(
      after.every(
        (text, row) => (text === null) === (before[row] === null) && (text === null || text !== before[row]),
      ),
    ).toBe(true);
    const fromBerlin = from("Berlin");
    const paris = fromBerlin.filter((text) => text === "Paris").length / fromBerlin.length;
    // Paris : Rome = 25 : 5; the standard error of the share is 0.7 %.
    expect(paris).toBeGreaterThan(0.8);
    expect(paris).toBeLessThan(0.87);
  });

  it("go missing where another column is large", async () => {
    const { table: noisy } = await run([{ kind: "dropout", columns: ["whole"], rate: 0.2, by: "y" }]);
    const gaps = numbers(noisy, "whole");
    const cells = numbers(table, "y");
    const missing = momentsOf(cells.filter((_, row) => Number.isNaN(gaps[row])));
    const present = momentsOf(cells.filter((_, row) => !Number.isNaN(gaps[row])));
    expect(missing.count).toBe(800);
    expect(missing.mean - present.mean).toBeGreaterThan(0.5 * present.deviation);
  });

  it("shift dates of one owner alike, never by nothing", async () => {
    const { table: noisy } = await run([{ kind: "date-shift", days: 10, by: "note" }]);
    const shifts = differences(noisy, "date").map((micros) => micros / day);
    const byNote = new Map<number, Set<number>>();
    for (const [row, shift] of shifts.entries())
      byNote.set(row % 50, (byNote.get(row % 50) ?? new Set()).add(shift));
    expect([...byNote.values()].every((set) => set.size === 1)).toBe(true);
    expect(shifts.every((shift) => Number.isInteger(shift) && shift !== 0 && Math.abs(shift) <= 10)).toBe(
      true,
    );
    expect(new Set(shifts).size).toBeGreaterThan(5);
  });

  it("round to a step, and stochastically keep the mean", async () => {
    const plain = numbers((await run([{ kind: "rounding", columns: ["y"], step: 25 }])).table, "y");
    expect(plain.every((value, row) => value % 25 === 0 && Math.abs(value - y[row]!) <= 12.5)).toBe(true);
    const random = numbers(
      (await run([{ kind: "rounding", columns: ["y"], step: 25, stochastic: true }])).table,
      "y",
    );
    expect(Math.abs(momentsOf(random).mean - momentsOf(y).mean)).toBeLessThan(1);
  });

  it("drift by the asked amount at the end, and not before the beginning", async () => {
    const { table: noisy } = await run([{ kind: "drift", columns: ["y"], amount: 2, from: 0.5 }]);
    const moved = differences(noisy, "y");
    const { deviation } = momentsOf(y);
    expect(moved.subarray(0, rows / 2 - 1).every((shift) => shift === 0)).toBe(true);
    expect(moved.at(-1)).toBeCloseTo(2 * deviation, 9);
    expect(moved[Math.round(0.75 * (rows - 1))]).toBeCloseTo(deviation, 1);
  });

  it("stand under each other's name when columns are swapped", async () => {
    const { table: noisy } = await run([{ kind: "swapped-columns", columns: ["city", "note"], rate: 0.02 }]);
    const before = table.toRows();
    const swapped = noisy
      .toRows()
      .filter((row, i) => row.city === before[i]!.note && row.note === before[i]!.city);
    expect(swapped).toHaveLength(80);
    // Rows with equal cells, or two gaps, would be no fault.
    const few = new Table([
      numberColumn("a", Float64Array.of(1, 2, Number.NaN, 3, Number.NaN)),
      numberColumn("b", Float64Array.of(1, 5, Number.NaN, Number.NaN, 4)),
    ]);
    const step = { kind: "swapped-columns", columns: ["a", "b"], rate: 1 };
    const { table: other, counts } = await addNoise(few, [step], { metadata: { columns: {} } });
    expect([...numbers(other, "a")]).toEqual([1, 5, Number.NaN, Number.NaN, 4]);
    expect(counts.map(({ changed }) => changed)).toEqual([3, 3]);
  });
});

describe("a noisy table", () => {
  const steps: NoiseStep[] = [
    { kind: "typos", columns: ["city"], rate: 0.1 },
    { kind: "outliers", columns: ["y"], rate: 0.05 },
    { kind: "duplicates", rate: 0.1 },
  ];

  it("says in its truth column what was done to each row, copies included", async () => {
    const { table: noisy, metadata: after, counts } = await run(steps, { truth: "faults" });
    expect(noisy.rowCount).toBe(1.1 * rows);
    expect(counts.at(-1)).toEqual({ kind: "duplicates", column: null, changed: 400 });
    const original = new Map(table.toRows().map((row) => [row.id, row]));
    let copies = 0;
    for (const row of noisy.toRows()) {
      const source = original.get(row.id!)!;
      const faults = String(row.faults ?? "").split("; ");
      expect(faults.includes("typos:city")).toBe(row.city !== source.city);
      expect(faults.includes("outliers:y")).toBe(row.y !== source.y);
      if (faults.includes("duplicates")) copies++;
    }
    expect(copies).toBe(400);
    const twice = await run([...steps, { kind: "duplicates", rate: 0.1 }], { truth: "faults" });
    const marked = texts(twice.table, "faults").filter((faults) => String(faults).includes("duplicates"));
    // 440 more, and the copies among them: of 4,400 rows 400 were copies.
    expect(twice.counts.at(-1)!.changed).toBe(marked.length);
    expect(marked.length).toBeGreaterThanOrEqual(840);
    expect(after.primaryKey).toBeUndefined();
    expect(after.columns.city?.rangeValues).toBeUndefined();
    expect(after.columns.faults?.sdtype).toBe("categorical");
  });

  it("is a function of the seed, and a step before does not change the draws of another kind", async () => {
    const again = await run(steps);
    expect((await run(steps)).table.toRows()).toEqual(again.table.toRows());
    expect((await run(steps, { seed: 4 })).table.toRows()).not.toEqual(again.table.toRows());
    const alone = await run([{ kind: "typos", columns: ["city"], rate: 0.1 }]);
    const both = await run([
      { kind: "gaussian", columns: ["x"] },
      { kind: "typos", columns: ["city"], rate: 0.1 },
    ]);
    expect(texts(both.table, "city")).toEqual(texts(alone.table, "city"));
  });

  it("refuses kinds, columns and options that there are not, before anything is done", async () => {
    const code = (error: { code?: string }) => error.code;
    await expect(run([{ kind: "gausian" }]).catch(code)).resolves.toBe("VERISIM_UNKNOWN_NOISE");
    await expect(run([{ kind: "gaussian", columns: ["z"] }]).catch(code)).resolves.toBe(
      "VERISIM_UNKNOWN_COLUMN",
    );
    await expect(run([{ kind: "gaussian", columns: ["city"] }]).catch(code)).resolves.toBe(
      "VERISIM_NOISE_COLUMNS",
    );
    await expect(run([{ kind: "gaussian", sds: 3 }]).catch(code)).resolves.toBe("VERISIM_UNKNOWN_OPTION");
    await expect(run([{ kind: "dropout", rate: 2 }]).catch(code)).resolves.toBe("VERISIM_OPTION_VALUE");
    await expect(run([{ kind: "gaussian", sd: 1, snr: 3 }]).catch(code)).resolves.toBe(
      "VERISIM_OPTION_VALUE",
    );
    await expect(run(steps, { truth: "x" }).catch(code)).resolves.toBe("VERISIM_DUPLICATE_COLUMN");
  });

  it("survives tables without rows, constant and empty columns", async () => {
    const odd = new Table([
      numberColumn("same", [3, 3, 3]),
      numberColumn("none", [Number.NaN, Number.NaN, Number.NaN]),
      textColumn("one", ["a", "a", null]),
    ]);
    const about: TableMetadata = {
      columns: {
        same: { sdtype: "numerical" },
        none: { sdtype: "numerical" },
        one: { sdtype: "categorical" },
      },
    };
    const single = noiseKinds
      .filter(({ name }) => name !== "swapped-columns")
      .map(({ name }) => ({ kind: name }));
    const many = await addNoise(
      odd,
      single.filter(({ kind }) => kind !== "correlated"),
      { metadata: about },
    );
    expect(numbers(many.table, "none").every(Number.isNaN)).toBe(true);
    expect(
      numbers(many.table, "same").every((value) => value === 0 || value === 3 || Number.isNaN(value)),
    ).toBe(true);
    expect(many.warnings).toEqual([
      "one has one category; there is none to swap it with.",
      "date-shift changed nothing: the table has no column of dates.",
    ]);
    const empty = await addNoise(
      odd.slice(0, 0),
      single.filter(({ kind }) => kind !== "correlated"),
      { metadata: about },
    );
    expect(empty.table.rowCount).toBe(0);
  });
});

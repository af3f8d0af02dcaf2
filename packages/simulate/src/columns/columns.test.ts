// What each kind of column promises, by numbers.

import type { Table } from "@verisim/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import { Simulation, type SimulationOptions } from "../engine/simulation.ts";
import type { ColumnModel, TableModel } from "../model/model.ts";
import { defineSimulation, type RowOf } from "../model/row-types.ts";

const rowsOf = (table: Table) => table.toRows();

/** Rows of one table of columns. */
async function rows(
  columns: Record<string, ColumnModel>,
  count: number,
  more: Partial<TableModel> = {},
  options: SimulationOptions = {},
): Promise<Record<string, number | string | null>[]> {
  const simulation = await Simulation.create(
    { tables: { t: { rows: count, columns, ...more } } },
    { seed: 1, ...options },
  );
  return rowsOf(await simulation.sample("t"));
}
const numbers = (table: readonly Record<string, unknown>[], name: string) =>
  table.map((row) => row[name] as number);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}
function correlation(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  return mean(a.map((value, i) => (value - ma) * (b[i]! - mb))) / (deviation(a) * deviation(b));
}
const share = (table: readonly Record<string, unknown>[], holds: (row: Record<string, unknown>) => boolean) =>
  table.filter(holds).length / table.length;

// 20,000 rows: the standard error of a share is at most 0.35 %, of a mean 0.7 % of the deviation; bounds are five of them.
const many = 20_000;

describe("columns", () => {
  it("of distributions have their moments, between their limits, with their digits", async () => {
    const table = await rows(
      {
        n: { distribution: "normal", mean: 10, sd: 2 },
        cut: { distribution: "normal", mean: 0, sd: 1, min: 1, max: 2, decimals: 1 },
        g: { distribution: "gamma", shape: 3, scale: 2 },
        p: { distribution: "poisson", mean: "if(n > 10, 8, 2)" },
        q: { quantiles: [0, 10, 100] },
      },
      many,
    );
    expect(mean(numbers(table, "n"))).toBeCloseTo(10, 0);
    expect(Math.abs(deviation(numbers(table, "n")) - 2)).toBeLessThan(0.05);
    // The mean of a normal between 1 and 2 is (phi(1) - phi(2)) / (Phi(2) - Phi(1)).
    expect(Math.abs(mean(numbers(table, "cut")) - 1.3832)).toBeLessThan(0.01);
    expect(numbers(table, "cut").every((x) => x >= 1 && x <= 2 && Math.round(x * 10) / 10 === x)).toBe(true);
    expect(Math.abs(mean(numbers(table, "g")) - 6)).toBeLessThan(0.13);
    const high = table.filter(({ n }) => (n as number) > 10);
    expect(Math.abs(mean(numbers(high, "p")) - 8)).toBeLessThan(0.15);
    expect(Math.abs(share(table, ({ q }) => (q as number) < 10) - 0.5)).toBeLessThan(0.018);
  });

  it("of patterns match them, each text as long as it may be, unique ones once", async () => {
    const table = await rows(
      {
        sku: { pattern: "[A-Z]{2}-\\d{3}" },
        word: { pattern: "[a-z]+", minLength: 3, maxLength: 6, missing: 0.25 },
        code: { pattern: "^[0-9a-f]{3}$", unique: true },
      },
      4_096,
    );
    expect(table.every(({ sku }) => /^[A-Z]{2}-\d{3}$/.test(sku as string))).toBe(true);
    // Every text of the pattern comes once: 16^3.
    expect(new Set(table.map(({ code }) => code)).size).toBe(4_096);
    const words = table.flatMap(({ word }) => (word === null ? [] : [word as string]));
    // A quarter of each length; standard error 0.8 %.
    for (const length of [3, 4, 5, 6])
      expect(
        Math.abs(words.filter((word) => word.length === length).length / words.length - 0.25),
      ).toBeLessThan(0.04);
    expect(Math.abs(words.length / 4_096 - 0.75)).toBeLessThan(0.035);
  });

  it.each([
    [{ pattern: "[A-Z" }, "VERISIM_REGEX_SYNTAX"],
    [{ pattern: "(?=a)a" }, "VERISIM_REGEX_UNSUPPORTED"],
    [{ pattern: "[a-z]{3}", minLength: 5 }, "VERISIM_SIMULATION_FIELD"],
    [{ pattern: "[a-z]{3}", maxLength: 2 }, "VERISIM_SIMULATION_FIELD"],
    [{ pattern: "[a-z]+", maxLength: 2, unique: true }, "VERISIM_SIMULATION_FIELD"],
    [{ pattern: "[a-e]", unique: true }, "VERISIM_SIMULATION_FIELD"],
  ])("%j is refused", async (column, code) => {
    await expect(rows({ column }, 10)).rejects.toMatchObject({ code });
  });

  it("of categories have their weights, alone and given others", async () => {
    const table = await rows(
      {
        plan: { categories: { a: 1, b: 3, never: 0 } },
        size: { categories: { 1: 1, 2.5: 1 }, type: "number" },
        risk: { given: "plan", table: { a: { high: 9, low: 1 }, "*": { low: 1 } } },
        both: { given: ["plan", "size"], table: { "a|1": ["x"], "b|2.5": ["y"], "*": ["z"] } },
        gap: { categories: ["k"], missing: "if(plan == 'a', 0.5, 0)" },
      },
      many,
    );
    expect(Math.abs(share(table, ({ plan }) => plan === "a") - 0.25)).toBeLessThan(0.016);
    expect(table.some(({ plan }) => plan === "never")).toBe(false);
    expect(new Set(numbers(table, "size"))).toEqual(new Set([1, 2.5]));
    const a = table.filter(({ plan }) => plan === "a");
    expect(Math.abs(share(a, ({ risk }) => risk === "high") - 0.9)).toBeLessThan(0.022);
    expect(table.every(({ plan, risk }) => plan === "a" || risk === "low")).toBe(true);
    for (const { plan, size, both } of table)
      expect(both).toBe(plan === "a" && size === 1 ? "x" : plan === "b" && size === 2.5 ? "y" : "z");
    expect(Math.abs(share(a, ({ gap }) => gap === null) - 0.5)).toBeLessThan(0.036);
    expect(table.every(({ plan, gap }) => plan === "a" || gap === "k")).toBe(true);
  });

  it("given others need weights for every value that comes; a missing cell gives a missing one", async () => {
    const table = await rows(
      {
        size: { formula: "if(row < 2, 1, missing)" },
        risk: { given: "size", table: { 1: ["low"] } },
      },
      4,
    );
    expect(table.map(({ risk }) => risk)).toEqual(["low", "low", null, null]);
    const more = { size: { formula: "row" }, risk: { given: "size", table: { 0: ["low"] } } };
    await expect(rows(more, 4)).rejects.toMatchObject({
      code: "VERISIM_SIMULATION_VALUE",
      message: 'Expected weights for every value but received none for "1".',
      where: { column: "risk", row: 2 },
    });
  });

  it("of formulas may be plain numbers, and are missing where they have no finite value", async () => {
    const table = await rows(
      { five: { formula: 5 }, ratio: { formula: "6 / row" }, log: { formula: "log(row - 1)", decimals: 1 } },
      3,
    );
    expect(table).toEqual([
      { five: 5, ratio: null, log: null },
      { five: 5, ratio: 6, log: null },
      { five: 5, ratio: 3, log: 0 },
    ]);
  });

  it("of cases are drawn only in their own rows, and may be correlated where they share their draws", async () => {
    const table = await rows(
      {
        kind: { categories: ["few", "many"] },
        size: { formula: "if(kind == 'many', 3, -1)" },
        // Where the case does not hold, its mean is below 0.
        count: {
          cases: [
            { when: "size > 0", distribution: "poisson", mean: "size" },
            { distribution: "constant", value: 0 },
          ],
        },
        x: { distribution: "normal" },
        y: {
          cases: [
            { when: "kind == 'few'", distribution: "normal", mean: 5, sd: 2 },
            { distribution: "lognormal", median: 3, sigma: 0.5 },
          ],
        },
      },
      many,
      {
        correlations: [
          {
            columns: ["x", "y"],
            matrix: [
              [1, 0.8],
              [0.8, 1],
            ],
          },
        ],
      },
    );
    for (const { kind, count } of table) if (kind === "few") expect(count).toBe(0);
    const lots = table.filter(({ kind }) => kind === "many");
    expect(Math.abs(mean(numbers(lots, "count")) - 3)).toBeLessThan(0.09);
    const few = table.filter(({ kind }) => kind === "few");
    expect(Math.abs(correlation(numbers(few, "x"), numbers(few, "y")) - 0.8)).toBeLessThan(0.02);
    expect(numbers(lots, "y").every((y) => y > 0)).toBe(true);
  });

  it("in a block have their rank correlations and keep their own distributions", async () => {
    const table = await rows(
      {
        x: { distribution: "exponential", mean: 1 },
        y: { distribution: "normal" },
        z: { categories: { low: 1, middle: 1, high: 1 } },
      },
      many,
      {
        correlations: [
          {
            columns: ["x", "y", "z"],
            matrix: [
              [1, 0.7, -0.5],
              [0.7, 1, -0.3],
              [-0.5, -0.3, 1],
            ],
          },
        ],
      },
    );
    // Spearman's rho of a normal copula is 6 / pi asin(r / 2).
    const ranks = (values: readonly number[]) => {
      const order = [...values.keys()].sort((p, q) => values[p]! - values[q]!);
      const result = new Array<number>(values.length);
      order.forEach((row, rank) => {
        result[row] = rank;
      });
      return result;
    };
    const rho = correlation(ranks(numbers(table, "x")), ranks(numbers(table, "y")));
    expect(Math.abs(rho - (6 / Math.PI) * Math.asin(0.35))).toBeLessThan(0.02);
    expect(Math.abs(mean(numbers(table, "x")) - 1)).toBeLessThan(0.035);
    expect(Math.abs(share(table, ({ z }) => z === "high") - 1 / 3)).toBeLessThan(0.017);
    const byZ = (z: string) =>
      mean(
        numbers(
          table.filter((row) => row.z === z),
          "x",
        ),
      );
    expect(byZ("low")).toBeGreaterThan(byZ("middle"));
    expect(byZ("middle")).toBeGreaterThan(byZ("high"));
  });

  it("of chains and machines go from state to state as they say", async () => {
    const table = await rows(
      {
        chain: { chain: { a: { a: 8, b: 2 }, b: { a: 1, c: 1 }, c: { a: 1 } }, initial: { b: 1 } },
        machine: {
          machine: {
            off: [{ to: "on", when: "index >= 3" }],
            on: [
              { to: "off", chance: 0.25 },
              { to: "hot", chance: 0.5 },
            ],
            hot: [{ to: "off" }],
          },
        },
      },
      many,
    );
    const follows = (name: string, from: string, to: string) => {
      const next = table.slice(1).filter((_, i) => table[i]![name] === from);
      return share(next, (row) => row[name] === to);
    };
    expect(table[0]!.chain).toBe("b");
    expect(Math.abs(follows("chain", "a", "b") - 0.2)).toBeLessThan(0.02);
    expect(Math.abs(follows("chain", "b", "c") - 0.5)).toBeLessThan(0.05);
    expect(follows("chain", "c", "a")).toBe(1);
    expect(follows("chain", "b", "b")).toBe(0);
    expect(table.slice(0, 4).map(({ machine }) => machine)).toEqual(["off", "off", "off", "on"]);
    expect(Math.abs(follows("machine", "on", "off") - 0.25)).toBeLessThan(0.03);
    // 0.75 of the rest, of which a half.
    expect(Math.abs(follows("machine", "on", "hot") - 0.375)).toBeLessThan(0.035);
    expect(follows("machine", "hot", "off")).toBe(1);
  });

  it("of series have level, trend, seasons and noise of the asked size and memory", async () => {
    const table = await rows(
      {
        noise: { series: { level: 5, noise: { sd: 3, ar: 0.9 } } },
        trend: { series: { level: 1, trend: 0.5 } },
        season: { series: { seasons: [{ period: 10, amplitude: 4, phase: 0.5 }] } },
      },
      many,
    );
    const noise = numbers(table, "noise");
    expect(Math.abs(correlation(noise.slice(1), noise.slice(0, -1)) - 0.9)).toBeLessThan(0.015);
    // Memory makes an effective sample of a nineteenth.
    expect(Math.abs(deviation(noise) - 3)).toBeLessThan(0.35);
    expect(Math.abs(mean(noise) - 5)).toBeLessThan(0.5);
    expect(numbers(table, "trend").slice(0, 3)).toEqual([1, 1.5, 2]);
    expect(table[0]!.season).toBeCloseTo(-4, 9);
    expect(table[5]!.season).toBeCloseTo(4, 9);
  });

  it("of times ascend: at equal distances, by gaps, as Poisson and as Hawkes processes", async () => {
    const start = "2024-01-01";
    const table = await rows(
      {
        even: { time: { every: "10s", start, jitter: "2s" }, fraction: 6 },
        gap: { time: { start, gap: { distribution: "constant", value: 1.5 } }, fraction: 3 },
        poisson: {
          time: { events: "poisson", start, end: "2024-12-30", profile: { weekdays: [0, 1, 1, 1, 1, 1, 1] } },
        },
        hawkes: {
          time: { events: "hawkes", start, every: "10s", excitation: 0.8, decay: "1s" },
          fraction: 6,
        },
      },
      many,
    );
    for (const name of ["even", "gap", "poisson", "hawkes"]) {
      const times = numbers(table, name);
      expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true);
    }
    const begin = Date.UTC(2024, 0, 1) * 1000;
    expect(numbers(table, "gap").slice(0, 3)).toEqual([begin, begin + 1.5e6, begin + 3e6]);
    expect(Math.abs(numbers(table, "even").at(-1)! - begin - (many - 1) * 1e7)).toBeLessThan(5e6);
    const mondays = numbers(table, "poisson").filter((time) => new Date(time / 1000).getUTCDay() === 1);
    expect(mondays).toHaveLength(0);
    // A branching ratio of 0.8 makes five events of one: one every 2 s. Clusters make counts spread by 1 / (1 - 0.8)^2.
    const hawkes = numbers(table, "hawkes");
    const seconds = (hawkes.at(-1)! - begin) / 1e6;
    expect(Math.abs(many / seconds / 0.5 - 1)).toBeLessThan((5 * 5) / Math.sqrt(many));
    const bins = new Float64Array(Math.ceil(seconds / 60));
    for (const time of hawkes) bins[Math.floor((time - begin) / 6e7)]!++;
    const counts = [...bins.slice(0, -1)];
    expect(deviation(counts) ** 2 / mean(counts)).toBeGreaterThan(8);
  });

  it("of Faker are of their locale, follow arguments, and are typed by inference", async () => {
    const model = defineSimulation({
      tables: {
        t: {
          rows: 20,
          columns: {
            id: { key: "sequence" },
            sex: { categories: { female: 1, male: 1 } },
            first: { faker: "person.firstName", with: { sex: "sex" } },
            mail: {
              faker: "internet.email",
              with: { firstName: "first", provider: "'clinic.example'" },
              unique: true,
            },
            born: { time: { every: "1d", start: "2000-01-01" } },
            rich: { formula: "chance(0.5)", type: "boolean", missing: 0.1 },
            secret: { distribution: "normal", hidden: true },
            level: { cases: [{ when: "rich", categories: ["a", "b"] }, { categories: ["c"] }] },
          },
        },
      },
    });
    type Person = RowOf<typeof model, "t">;
    expectTypeOf<Person>().toEqualTypeOf<{
      id: number;
      sex: "female" | "male";
      first: string;
      mail: string;
      born: Date;
      rich: boolean | null;
      level: "a" | "b" | "c";
    }>();
    const found: Person[] = [];
    for await (const row of (await Simulation.create(model)).rows("t")) found.push(row);
    expect(found).toHaveLength(20);
    expect(found[3]!.born).toEqual(new Date("2000-01-04T00:00:00Z"));
    found.forEach(({ mail }, row) => {
      expect(mail.endsWith(`_${row.toString(36)}@clinic.example`)).toBe(true);
    });
    expect(Object.keys(found[0]!)).not.toContain("secret");
  });
});

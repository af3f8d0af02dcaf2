// The laws of a simulation, and what each kind of column promises, by numbers.

import type { Table } from "@verisim/core";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { ColumnModel, SimulationModel, TableModel } from "../model/model.ts";
import { defineSimulation, type RowOf } from "../model/row-types.ts";
import { Simulation, type SimulationOptions } from "./simulation.ts";

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

/** A model with every kind of column, parents, picks, events and constraints. */
const everything = defineSimulation({
  main: "visits",
  tables: {
    places: {
      rows: 40,
      columns: {
        place_id: { key: "sequence" },
        kind: { categories: { shop: 3, bank: 1 } },
        weight: { distribution: "pareto", alpha: 1.5, hidden: true },
      },
    },
    people: {
      rows: 300,
      columns: {
        person_id: { key: "shuffled", prefix: "P", digits: 5 },
        age: { distribution: "gamma", shape: 8, scale: 5, min: 18, max: 90, decimals: 0 },
        income: {
          distribution: "lognormal",
          median: "800 + 40 * age",
          sigma: 0.3,
          decimals: 2,
          missing: 0.1,
        },
        name: { faker: "person.fullName", locale: ["en", "de"] },
      },
      correlations: [
        {
          columns: ["age", "income"],
          matrix: [
            [1, 0.6],
            [0.6, 1],
          ],
        },
      ],
      constraints: ["income > 500 or age > 60 or is_missing(income)"],
    },
    visits: {
      parent: { table: "people", count: { distribution: "poisson", mean: "age / 4" } },
      picks: { place: { table: "places", weight: "weight" } },
      columns: {
        visit_id: { key: "uuid" },
        person_id: { formula: "parent.person_id", type: "text" },
        place_id: { formula: "place.place_id", type: "number" },
        time: {
          time: {
            events: "poisson",
            start: "2024-01-01",
            end: "2025-01-01",
            profile: { weekdays: [1, 1, 1, 1, 1, 2, 0] },
          },
        },
        mood: { chain: { good: { good: 9, bad: 1 }, bad: { good: 5, bad: 5 } } },
        stage: {
          machine: {
            start: [{ to: "middle", chance: 0.5 }],
            middle: [{ to: "end", when: "prev(total, 0) > 100" }],
            end: [],
          },
        },
        amount: {
          cases: [
            { when: "place.kind == 'bank'", distribution: "uniform", low: 50, high: 90 },
            { distribution: "exponential", mean: 12 },
          ],
          decimals: 2,
        },
        total: { formula: "prev(total, 0) + amount", type: "number", decimals: 2 },
        level: { series: { level: 10, trend: 0.1, noise: { sd: 2, ar: 0.8 } }, decimals: 1 },
        theft: { event: "theft" },
      },
      events: { theft: { count: 12, length: 2, set: { amount: "-amount" } } },
      constraints: ["amount < 85"],
    },
  },
});

describe("the laws", () => {
  it("row i is a function of model, seed and i, however the rows are cut", async () => {
    const whole = await Simulation.create(everything, { seed: 5 });
    for (const table of whole.tables) {
      const all = rowsOf(await whole.sample(table, { batchSize: 100_000 }));
      expect(all).toHaveLength(whole.rowCount(table));
      const again = await Simulation.create(everything, { seed: 5 });
      for (const [from, rowCount, batchSize] of [
        [0, all.length, 7],
        [Math.floor(all.length / 3), 50, 13],
        [all.length - 1, 5, 1],
      ] as const) {
        const part = rowsOf(await again.sample(table, { from, rowCount, batchSize }));
        expect(part).toEqual(all.slice(from, from + rowCount));
      }
    }
  });

  it("batches that share their memory hold the same cells", async () => {
    const simulation = await Simulation.create(everything, { seed: 5 });
    const kept = rowsOf(await simulation.sample("visits"));
    const read: unknown[] = [];
    for await (const batch of simulation.batches("visits", { batchSize: 100, reuse: true }))
      read.push(...rowsOf(batch));
    expect(read).toEqual(kept);
  });

  it("another seed gives other rows, a column more leaves the others as they were", async () => {
    const columns: Record<string, ColumnModel> = {
      a: { distribution: "normal" },
      b: { categories: ["x", "y", "z"] },
      c: { formula: "a + uniform()" },
    };
    const first = await rows(columns, 50);
    expect(await rows(columns, 50, {}, { seed: 2 })).not.toEqual(first);
    const more = await rows({ z: { distribution: "gamma", shape: 2 }, ...columns }, 50);
    expect(more.map(({ z: _, ...rest }) => rest)).toEqual(first);
  });

  it("gives exactly the rows that are asked for, shared out among parents by their counts", async () => {
    const simulation = await Simulation.create(everything, { seed: 2, rows: 5_000 });
    expect(simulation.rowCount("visits")).toBe(5_000);
    const visits = rowsOf(await simulation.sample("visits"));
    expect(visits).toHaveLength(5_000);
    const people = rowsOf(await simulation.sample("people"));
    const perPerson = new Map<unknown, number>();
    for (const { person_id } of visits) perPerson.set(person_id, (perPerson.get(person_id) ?? 0) + 1);
    const counts = people.map(({ person_id }) => perPerson.get(person_id) ?? 0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5_000);
    expect(correlation(numbers(people, "age"), counts)).toBeGreaterThan(0.6);
    const none = defineSimulation({
      tables: {
        a: { rows: 0, columns: { x: { key: "sequence" } } },
        b: { parent: { table: "a", count: 3 }, columns: { x: { formula: "parent.x" } } },
      },
    });
    expect(rowsOf(await (await Simulation.create(none)).sample("b"))).toEqual([]);
    await expect(Simulation.create(none, { rows: { b: 10 } })).rejects.toMatchObject({
      code: "VERISIM_SIMULATION_ROWS",
    });
  });

  it("keeps keys unique, children in order, foreign keys valid", async () => {
    const simulation = await Simulation.create(everything, { seed: 9 });
    const visits = rowsOf(await simulation.sample("visits"));
    const people = new Set(rowsOf(await simulation.sample("people")).map(({ person_id }) => person_id));
    expect(people.size).toBe(300);
    expect(new Set(visits.map(({ visit_id }) => visit_id)).size).toBe(visits.length);
    for (const { visit_id } of visits.slice(0, 50))
      expect(visit_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    visits.forEach((row, i) => {
      expect(people.has(row.person_id!)).toBe(true);
      const before = visits[i - 1];
      if (before && before.person_id === row.person_id) {
        expect(row.time! >= before.time!).toBe(true);
        expect(row.total).toBeCloseTo((before.total as number) + (row.amount as number), 6);
      } else expect(row.total).toBeCloseTo(row.amount as number, 6);
    });
    expect(simulation.metadata.relationships).toEqual([
      { parentTable: "people", parentKey: "person_id", childTable: "visits", childKey: "person_id" },
      { parentTable: "places", parentKey: "place_id", childTable: "visits", childKey: "place_id" },
    ]);
    expect(simulation.tableMetadata("visits")).toMatchObject({
      primaryKey: "visit_id",
      columns: { person_id: { sdtype: "id" } },
    });
  });

  it("meets constraints in every row, and places events exactly, whole within one parent", async () => {
    for (const seed of [1, 2, 3]) {
      const simulation = await Simulation.create(everything, { seed });
      const visits = rowsOf(await simulation.sample("visits"));
      expect(visits.every(({ amount }) => (amount as number) < 85)).toBe(true);
      const hit = [...visits.keys()].filter((i) => visits[i]!.theft === "true");
      expect(hit).toHaveLength(24);
      for (let at = 0; at < hit.length; at += 2) {
        expect(hit[at + 1]).toBe(hit[at]! + 1);
        expect(visits[hit[at]!]!.person_id).toBe(visits[hit[at + 1]!]!.person_id);
      }
      expect(hit.every((i) => (visits[i]!.amount as number) <= 0)).toBe(true);
      const people = rowsOf(await simulation.sample("people"));
      expect(
        people.every(
          ({ income, age }) => income === null || (income as number) > 500 || (age as number) > 60,
        ),
      ).toBe(true);
    }
  });

  it("stops on an abort signal", async () => {
    const abort = new AbortController();
    const simulation = await Simulation.create(everything, { signal: abort.signal });
    abort.abort();
    await expect(simulation.sample("visits")).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });
});

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
            mail: { faker: "internet.email", with: { firstName: "first", provider: "'clinic.example'" } },
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
    expect(found.every(({ mail }) => mail.endsWith("@clinic.example"))).toBe(true);
    expect(Object.keys(found[0]!)).not.toContain("secret");
  });
});

describe("what cannot be drawn", () => {
  const refused = (columns: Record<string, ColumnModel>, more: Partial<TableModel> = {}) =>
    rows(columns, 100, more).then(
      () => "accepted",
      (error: { code?: string; message: string }) => `${error.code} ${error.message}`,
    );

  it("is a coded error with its row", async () => {
    expect(await refused({ a: { distribution: "normal", mean: 0, sd: "row - 50" } })).toMatch(
      /^VERISIM_SIMULATION_VALUE .*sd is -50/,
    );
    expect(await refused({ a: { distribution: "uniform" } }, { constraints: ["a > 2"] })).toMatch(
      /^VERISIM_SIMULATION_CONSTRAINT .*a > 2/,
    );
    expect(await refused({ a: { event: "e" } }, { events: { e: { count: 60, length: 2 } } })).toMatch(
      /^VERISIM_SIMULATION_EVENT .*60/,
    );
    expect(await refused({ a: { key: "sequence", digits: 2 } })).toMatch(
      /^VERISIM_SIMULATION_FIELD .*3 or more/,
    );
    expect(await refused({ a: { formula: "prev(a, 0) + 1" } }, { constraints: ["a < 5"] })).toMatch(
      /^VERISIM_SIMULATION_FIELD .*cannot be drawn again/,
    );
    const picked: SimulationModel = {
      tables: {
        empty: { rows: 0, columns: { x: { key: "sequence" } } },
        t: { rows: 1, picks: { e: { table: "empty" } }, columns: { x: { formula: "e.x" } } },
      },
    };
    await expect((await Simulation.create(picked)).sample("t")).rejects.toMatchObject({
      code: "VERISIM_SIMULATION_ROWS",
    });
  });
});

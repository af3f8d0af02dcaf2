// The laws of a simulation.

import type { Table } from "@verisim/core";
import { describe, expect, it } from "vitest";
import type { ColumnModel, SimulationModel, TableModel } from "../model/model.ts";
import { defineSimulation } from "../model/row-types.ts";
import { cardTransactions } from "../scenarios/card-transactions.ts";
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
    const scaled = await Simulation.create(cardTransactions, { rows: 5_000 });
    expect([scaled.rowCount("transactions"), scaled.rowCount("cards"), scaled.rowCount("merchants")]).toEqual(
      [5_000, 500, 2_000],
    );
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

  it("picks distinct rows within each parent, all alike, however the rows are cut", async () => {
    const model = (most: number) =>
      defineSimulation({
        tables: {
          courses: { rows: 20, columns: { id: { key: "sequence" } } },
          students: { rows: 600, columns: { id: { key: "sequence" } } },
          enrolments: {
            parent: { table: "students", count: { distribution: "integers", low: 0, high: most } },
            picks: { course: { table: "courses", distinct: true } },
            columns: { student: { formula: "parent.id" }, course: { formula: "course.id" } },
          },
        },
      });
    const simulation = await Simulation.create(model(20), { seed: 2 });
    const all = rowsOf(await simulation.sample("enrolments"));
    expect(new Set(all.map(({ student, course }) => `${student} ${course}`)).size).toBe(all.length);
    const perCourse = new Float64Array(21);
    for (const { course } of all) perCourse[course as number]!++;
    // About 300 each, five standard deviations of at most 13.
    for (const count of perCourse.subarray(1)) expect(Math.abs(count - all.length / 20)).toBeLessThan(65);
    const part = await simulation.sample("enrolments", { from: 777, rowCount: 100, batchSize: 9 });
    expect(rowsOf(part)).toEqual(all.slice(777, 877));
    await expect((await Simulation.create(model(40))).sample("enrolments")).rejects.toMatchObject({
      code: "VERISIM_SIMULATION_ROWS",
      message: expect.stringMatching(/at most 20 rows that pick different rows of courses/),
      hint: expect.stringMatching(/max in its count/),
    });
  });

  it("keeps an episode's cells and its times together, wherever a batch begins", async () => {
    const model: SimulationModel = {
      tables: {
        t: {
          rows: 3_000,
          columns: {
            time: { time: { events: "poisson", start: "2025-01-01", end: "2026-01-01" } },
            who: { categories: { a: 1, b: 1, c: 1, d: 1 } },
            size: { distribution: "uniform" },
            step: { formula: "event.burst", type: "number" },
          },
          events: { burst: { count: 60, length: 5, hold: ["who", "size"], within: "20m" } },
        },
      },
    };
    const simulation = await Simulation.create(model, { seed: 9 });
    const all = rowsOf(await simulation.sample("t"));
    all.forEach((row, i) => {
      if (i > 0) expect(row.time as number).toBeGreaterThanOrEqual(all[i - 1]!.time as number);
      if (row.step === null || row.step === 0) return;
      const first = all[i - (row.step as number)]!;
      expect([row.who, row.size]).toEqual([first.who, first.size]);
      expect((row.time as number) - (first.time as number)).toBeLessThanOrEqual(20 * 60e6);
    });
    expect(all.filter(({ step }) => step === 4)).toHaveLength(60);
    const within = all.findIndex(({ step }) => step === 3);
    expect(rowsOf(await simulation.sample("t", { from: within, rowCount: 9, batchSize: 2 }))).toEqual(
      all.slice(within, within + 9),
    );
  });

  it("says how often rows were drawn again", async () => {
    const model: SimulationModel = {
      tables: {
        t: { rows: 20_000, columns: { a: { distribution: "uniform" } }, constraints: ["a > 0.75"] },
        free: { rows: 10, columns: { a: { distribution: "uniform" } } },
      },
    };
    const simulation = await Simulation.create(model, { seed: 5 });
    for await (const _batch of simulation.batches("t"));
    // Three more attempts a row on average, variance 12: 5 standard deviations are 2,449.
    expect(Math.abs(simulation.redrawnRows("t") - 60_000)).toBeLessThan(2_449);
    expect(simulation.redrawnRows("free")).toBe(0);
  });

  it("stops on an abort signal", async () => {
    const abort = new AbortController();
    const simulation = await Simulation.create(everything, { signal: abort.signal });
    abort.abort();
    await expect(simulation.sample("visits")).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
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
    // As soon as it is certain, not after a thousand attempts for each of the rows.
    const rare = { columns: { a: { distribution: "uniform" } }, rows: 100_000, constraints: ["a > 0.9995"] };
    const model = { tables: { t: rare } } as const;
    await expect((await Simulation.create(model)).sample("t")).rejects.toMatchObject({
      code: "VERISIM_SIMULATION_CONSTRAINT",
      message: expect.stringMatching(/ \d+ of 32768 attempts did/),
    });
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

// That each scenario holds what it is for: relations that a model can find, exact numbers of what is rare.

import type { Table } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { Simulation } from "../engine/simulation.ts";
import type { SimulationModel } from "../model/model.ts";
import { cardTransactions } from "./card-transactions.ts";
import { clinicPatients } from "./clinic-patients.ts";
import { drivingSensors } from "./driving-sensors.ts";
import { networkLogs } from "./network-logs.ts";
import { retailBaskets } from "./retail-baskets.ts";
import { scenarios } from "./scenarios.ts";

type Row = Record<string, number | string | null>;
async function tablesOf(
  model: SimulationModel,
  rows?: number | Record<string, number>,
): Promise<Record<string, Row[]>> {
  const simulation = await Simulation.create(model, { seed: 11, ...(rows === undefined ? {} : { rows }) });
  const tables = await Promise.all(
    simulation.tables.map(async (name): Promise<[string, Table]> => [name, await simulation.sample(name)]),
  );
  return Object.fromEntries(tables.map(([name, table]) => [name, table.toRows()]));
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOf = (rows: readonly Row[], name: string) =>
  mean(rows.flatMap((row) => (row[name] === null ? [] : [row[name] as number])));
const share = (rows: readonly Row[], holds: (row: Row) => boolean) => rows.filter(holds).length / rows.length;

describe("card transactions", () => {
  it("hold exactly the share of fraud that is said, in bursts that differ from what is usual", async () => {
    const { transactions, cards } = await tablesOf(cardTransactions, 40_000);
    expect(transactions).toHaveLength(40_000);
    const fraud = transactions!.filter(({ is_fraud }) => is_fraud === "true");
    expect(fraud).toHaveLength(80);
    const usual = transactions!.filter(({ is_fraud }) => is_fraud === "false");
    expect(share(fraud, ({ online }) => online === "true")).toBeGreaterThan(
      2 * share(usual, ({ online }) => online === "true"),
    );
    expect(meanOf(fraud, "amount")).toBeGreaterThan(2 * meanOf(usual, "amount"));
    const limits = new Map(cards!.map((card) => [card.card_id, card.credit_limit as number]));
    expect(fraud.every((row) => (row.amount as number) <= Math.max(3, limits.get(row.card_id!)!))).toBe(true);
    expect(transactions!.every(({ amount }) => (amount as number) >= 0)).toBe(true);
    for (let i = 1; i < 1000; i++) {
      const [before, row] = [transactions![i - 1]!, transactions![i]!];
      if (before.card_id !== row.card_id) expect(row.seconds_since_last).toBeNull();
      else
        expect(row.seconds_since_last).toBe(
          Math.round(((row.time as number) - (before.time as number)) / 1e6),
        );
    }
    const gold = (segment: string) =>
      meanOf(
        cards!.filter((card) => card.segment === segment),
        "monthly_income",
      );
    expect(gold("platinum")).toBeGreaterThan(1.2 * gold("standard"));
  });
});

describe("clinic patients", () => {
  it("have diabetes with age and weight, visits with it, and laboratory values that follow", async () => {
    const { patients, visits } = await tablesOf(clinicPatients);
    const ill = patients!.filter(({ diabetes }) => diabetes === "true");
    const well = patients!.filter(({ diabetes }) => diabetes === "false");
    expect(share(patients!, ({ diabetes }) => diabetes === "true")).toBeGreaterThan(0.05);
    expect(share(patients!, ({ diabetes }) => diabetes === "true")).toBeLessThan(0.25);
    expect(meanOf(ill, "age_years")).toBeGreaterThan(meanOf(well, "age_years") + 5);
    expect(meanOf(ill, "bmi")).toBeGreaterThan(meanOf(well, "bmi"));
    const diabetic = new Set(ill.map(({ patient_id }) => patient_id));
    const of = (has: boolean) => visits!.filter(({ patient_id }) => diabetic.has(patient_id!) === has);
    expect(of(true).length / ill.length).toBeGreaterThan(1.5 * (of(false).length / well.length));
    expect(meanOf(of(true), "hba1c")).toBeGreaterThan(meanOf(of(false), "hba1c") + 1.2);
    expect(share(of(false), ({ hba1c }) => hba1c === null)).toBeGreaterThan(0.5);
    for (const { date } of visits!.slice(0, 500))
      expect([0, 6]).not.toContain(new Date((date as number) / 1000).getUTCDay());
    expect(share(visits!, ({ readmitted }) => readmitted === "true")).toBeGreaterThan(0);
  });
});

describe("network logs", () => {
  it("hold each attack in its exact number of rows, and it shows in them", async () => {
    const { connections } = await tablesOf(networkLogs);
    const of = (attack: string) => connections!.filter((row) => row.attack === attack);
    expect([of("scan").length, of("brute_force").length, of("exfiltration").length]).toEqual([800, 375, 60]);
    expect(share(connections!, ({ is_attack }) => is_attack === "true")).toBe(1_235 / 50_000);
    expect(share(of("scan"), ({ failed }) => failed === "true")).toBeGreaterThan(0.8);
    expect(of("brute_force").filter(({ failed }) => failed === "false")).toHaveLength(15);
    const usual = connections!.filter(({ is_attack }) => is_attack === "false");
    expect(meanOf(of("exfiltration"), "bytes_out")).toBeGreaterThan(1_000 * meanOf(usual, "bytes_out"));
    expect(
      share(
        usual.filter(({ protocol }) => protocol === "udp"),
        ({ port }) => [53, 123, 443].includes(port as number),
      ),
    ).toBe(1);
  });
});

describe("driving sensors", () => {
  it("move as vehicles do, and brake hard in exactly the hazards", async () => {
    const { trips, samples } = await tablesOf(drivingSensors, { trips: 15 });
    const hazard = samples!.filter((row) => row.hazard === "true");
    expect(hazard).toHaveLength(25 * 30);
    const road = new Map(trips!.map((trip) => [trip.trip_id, trip.road]));
    const onRoad = (name: string) => samples!.filter((row) => road.get(row.trip_id!) === name);
    expect(meanOf(onRoad("motorway"), "speed")).toBeGreaterThan(1.5 * meanOf(onRoad("city"), "speed"));
    samples!.forEach((row, i) => {
      const before = samples![i - 1];
      const old = before && before.trip_id === row.trip_id ? (before.speed as number) : 0;
      expect(row.speed).toBeCloseTo(Math.min(60, Math.max(0, old + 0.1 * (row.acceleration as number))), 1);
    });
    const strong = (rows: readonly Row[]) => share(rows, ({ acceleration }) => (acceleration as number) < -5);
    expect(strong(hazard)).toBeGreaterThan(0.2);
    expect(strong(samples!.filter((row) => row.hazard === "false"))).toBe(0);
  });
});

describe("retail baskets", () => {
  it("hang together: items of orders of customers, amounts of prices, more for loyal customers", async () => {
    const { customers, products, orders, items } = await tablesOf(retailBaskets);
    const price = new Map(products!.map((product) => [product.product_id, product.price as number]));
    const order = new Map(orders!.map((one) => [one.order_id, one]));
    for (const item of items!) {
      const { discount } = order.get(item.order_id!)!;
      const full = (item.units as number) * price.get(item.product_id!)!;
      expect(Math.abs((item.amount as number) - full * (1 - (discount as number) / 100))).toBeLessThan(
        0.0051,
      );
    }
    expect(orders!.filter(({ promotion }) => promotion === "true")).toHaveLength(
      Math.round(0.05 * orders!.length),
    );
    const joined = new Map(customers!.map((customer) => [customer.customer_id, customer.joined as number]));
    expect(orders!.every((one) => (one.ordered as number) >= joined.get(one.customer_id!)!)).toBe(true);
    const perCustomer = (loyalty: string) => {
      const ids = new Set(
        customers!.filter((customer) => customer.loyalty === loyalty).map(({ customer_id }) => customer_id),
      );
      return orders!.filter(({ customer_id }) => ids.has(customer_id!)).length / ids.size;
    };
    expect(perCustomer("gold")).toBeGreaterThan(1.3 * perCustomer("none"));
    const units = new Map<unknown, number>();
    for (const { product_id } of items!) units.set(product_id, (units.get(product_id) ?? 0) + 1);
    const counts = [...units.values()].sort((a, b) => b - a);
    expect(counts.slice(0, 30).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0.35 * items!.length);
  });
});

describe("every scenario", () => {
  it.each(scenarios)(
    "$name says what it is, and has keys and relations for a database",
    async ({ model }) => {
      expect(model.description).toMatch(/\.$/);
      const simulation = await Simulation.create(model, { seed: 1 });
      const { tables, relationships } = simulation.metadata;
      for (const { parentTable, parentKey, childTable, childKey } of relationships) {
        expect(tables[parentTable]!.primaryKey).toBe(parentKey);
        expect(tables[childTable]!.columns[childKey as string]!.sdtype).toBe("id");
      }
    },
  );
});

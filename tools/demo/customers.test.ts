// The demo's table keeps what the demo says about it.

import { describe, expect, it } from "vitest";
import { customer, customerColumns, customersCsv } from "./customers.ts";

const rows = Array.from({ length: 4000 }, (_, row) => {
  const cells = customer(row);
  return Object.fromEntries(customerColumns.map((name, i) => [name, cells[i]!])) as Record<
    (typeof customerColumns)[number],
    string
  >;
});
const share = (holds: (row: (typeof rows)[number]) => boolean, of = rows): number =>
  of.filter(holds).length / of.length;

describe("the demo's customers", () => {
  it("are the same in every run and however they are cut", () => {
    const whole = customersCsv(0, 30).split("\n");
    expect(customersCsv(10, 5).split("\n").slice(1, 6)).toEqual(whole.slice(11, 16));
  });

  it("have unique ids and addresses", () => {
    expect(new Set(rows.map((row) => row.customer_id)).size).toBe(rows.length);
    expect(new Set(rows.map((row) => row.email)).size).toBe(rows.length);
  });

  // 4,000 rows: shares scatter by about 0.01.
  it("hold a rare class, many zeros, spikes, and cells that are missing for a reason", () => {
    expect(share((row) => row.churned === "yes")).toBeGreaterThan(0.01);
    expect(share((row) => row.churned === "yes")).toBeLessThan(0.035);
    expect(share((row) => row.balance === "0.00")).toBeGreaterThan(0.5);
    expect(share((row) => row.income !== "" && Number(row.income) % 5000 === 0)).toBeGreaterThan(0.3);
    const free = rows.filter((row) => row.plan === "free");
    expect(share((row) => row.income === "", free)).toBeGreaterThan(0.2);
    const rare = rows.filter((row) => Number(row.monthly_visits) < 2);
    expect(share((row) => row.last_rating === "", rare)).toBeGreaterThan(0.6);
  });

  it("leave more often when they hardly visit", () => {
    const seldom = rows.filter((row) => Number(row.monthly_visits) < 3);
    const often = rows.filter((row) => Number(row.monthly_visits) >= 3);
    expect(share((row) => row.churned === "yes", seldom)).toBeGreaterThan(
      2 * share((row) => row.churned === "yes", often),
    );
  });
});

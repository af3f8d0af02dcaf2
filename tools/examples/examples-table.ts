// The files that the documentation speaks of: a table of customers with the columns that its examples name, visits, each
// with many rows, and films of several kinds at a time.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RowRandom, streamKey } from "@verisim/core";

const plans = ["basic", "silver", "gold"] as const;

function customers(from: number, count: number): string {
  const lines = ["customer_id,signup,age,plan,income,churned"];
  for (let row = from; row < from + count; row++) {
    const random = new RowRandom(streamKey(7, "examples", "customers"), row);
    const age = 18 + Math.floor(random.uniform() ** 1.5 * 65);
    const plan = plans[Math.floor(random.uniform() * 3)]!;
    const income = Math.round((20_000 + 400 * age) * (0.6 + random.uniform()));
    const churned = random.uniform() < (plan === "basic" ? 0.3 : 0.1) ? "yes" : "no";
    const day = new Date(Date.UTC(2020, 0, 1) + Math.floor(random.uniform() * 1800) * 86_400_000);
    lines.push(
      `C${1_000_000 + ((row * 611_953) % 9_000_000)},${day.toISOString().slice(0, 10)},${age},${plan},${income},${churned}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** A pulse a minute of 60 visits, one in six of which ends badly: its pulse rises to a peak that comes at any time. */
function visits(): string {
  const lines = ["visit,minute,pulse,outcome"];
  for (let visit = 1; visit <= 60; visit++) {
    const random = new RowRandom(streamKey(7, "examples", "visits"), visit);
    const outcome = visit % 6 === 0 ? "bad" : "good";
    const [length, peak] = [20 + random.below(15), 5 + random.below(15)];
    for (let minute = 0; minute < length; minute++) {
      const rise = outcome === "bad" ? 60 * Math.exp(-0.5 * ((minute - peak) / 2) ** 2) : 0;
      lines.push(`${visit},${minute},${Math.round(70 + rise + 6 * random.uniform())},${outcome}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/** 400 films: what they earned has a long tail, and few of them are about war. */
function films(): string {
  const lines = ["minutes,budget,comedy,crime,war,gross"];
  for (let film = 0; film < 400; film++) {
    const random = new RowRandom(streamKey(7, "examples", "films"), film);
    const budget = Math.exp(1.5 + random.normal());
    const is = (share: number) => (random.uniform() < share ? "yes" : "no");
    const gross = budget * Math.exp(0.5 + 0.8 * random.normal());
    lines.push(
      `${80 + random.below(60)},${budget.toFixed(1)},${is(0.5)},${is(0.3)},${is(0.05)},${gross.toFixed(1)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Writes customers.csv, train.csv, test.csv, synthetic.csv, visits.csv and films.csv into a folder, which is made. */
export function writeExampleFiles(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const files = {
    customers: [0, 600],
    train: [0, 600],
    test: [600, 400],
    synthetic: [4000, 600],
  } as const;
  for (const [name, [from, count]] of Object.entries(files))
    writeFileSync(path.join(folder, `${name}.csv`), customers(from, count));
  writeFileSync(path.join(folder, "visits.csv"), visits());
  writeFileSync(path.join(folder, "films.csv"), films());
}

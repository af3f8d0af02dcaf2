// drizzle-seed for `simulate-rows`: the columns of the card scenario put into a database, which is what it does; no file
// is written. It makes few rows a second, so that few are made; the time is that for ten million. Arguments: table,
// threads, folder of the packages.

import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = process.argv.at(-1);
const { resolve } = createRequire(path.join(folder, "package.json"));
const load = (name) => import(pathToFileURL(resolve(name)).href);
const { PGlite } = await load("@electric-sql/pglite");
const { drizzle } = await load("drizzle-orm/pglite");
const { boolean, doublePrecision, integer, pgTable, text, timestamp } = await load("drizzle-orm/pg-core");
const { seed } = await load("drizzle-seed");

const rows = 20_000;
const allRows = 10_000_000;
const transactions = pgTable("transactions", {
  transaction_id: integer().primaryKey(),
  card_id: integer().notNull(),
  time: timestamp().notNull(),
  merchant_id: integer().notNull(),
  category: text().notNull(),
  country: text().notNull(),
  online: boolean().notNull(),
  amount: doublePrecision().notNull(),
  seconds_since_last: integer(),
  is_fraud: boolean().notNull(),
});
const weights = (shares) => Object.entries(shares).map(([value, weight]) => ({ values: [value], weight }));
const client = new PGlite();
const database = drizzle(client, { schema: { transactions } });

async function run() {
  await client.exec(
    "DROP TABLE IF EXISTS transactions; CREATE TABLE transactions (transaction_id int PRIMARY KEY, card_id int, " +
      "time timestamp, merchant_id int, category text, country text, online boolean, amount double precision, " +
      "seconds_since_last int, is_fraud boolean)",
  );
  const start = performance.now();
  await seed(database, { transactions }, { count: rows, seed: 1 }).refine((f) => ({
    transactions: {
      columns: {
        card_id: f.int({ minValue: 100_000, maxValue: 109_999 }),
        time: f.timestamp({ minDate: "2025-01-01", maxDate: "2026-01-01" }),
        merchant_id: f.int({ minValue: 1, maxValue: 2_000 }),
        category: f.valuesFromArray({
          values: weights({
            grocery: 0.24,
            restaurant: 0.2,
            fuel: 0.09,
            clothing: 0.12,
            electronics: 0.08,
            travel: 0.05,
            health: 0.08,
            entertainment: 0.08,
            services: 0.06,
          }),
        }),
        country: f.valuesFromArray({
          values: weights({ DE: 0.88, FR: 0.035, NL: 0.025, AT: 0.025, GB: 0.015, US: 0.015, CN: 0.005 }),
        }),
        amount: f.number({ minValue: 0.5, maxValue: 500, precision: 100 }),
        seconds_since_last: f.int({ minValue: 0, maxValue: 4_000_000 }),
      },
    },
  }));
  const seconds = (performance.now() - start) / 1000;
  return { seconds: (seconds * allRows) / rows, rows };
}

for await (const _line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await run())}\n`);

// faker-js for `simulate-rows`: the columns of the card scenario as its users make them, row objects from Faker's
// functions, cards and merchants made once, purchases in order by card, appended to DuckDB and written as Parquet. A tenth
// or less of the rows is made; the time is that for ten million. Arguments: table, threads, folder of the packages.

import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const folder = process.argv.at(-1);
const { faker } = createRequire(path.join(folder, "package.json"))("@faker-js/faker");
const data = path.resolve(import.meta.dirname, "../../../packages/data/package.json");
const { DuckDBInstance, DuckDBTimestampValue } = createRequire(data)("@duckdb/node-api");

const rows = 400_000;
const allRows = 10_000_000;
const categories = {
  grocery: [24, 28, 0.75],
  restaurant: [20, 24, 0.6],
  fuel: [9, 58, 0.3],
  clothing: [12, 45, 0.9],
  electronics: [8, 120, 1.1],
  travel: [5, 210, 1],
  health: [8, 45, 0.9],
  entertainment: [8, 45, 0.9],
  services: [6, 45, 0.9],
};
const weighted = (weights) => Object.entries(weights).map(([value, weight]) => ({ value, weight }));
const categoryWeights = weighted(
  Object.fromEntries(Object.entries(categories).map(([name, [weight]]) => [name, weight])),
);
const countryWeights = weighted({ DE: 88, FR: 3.5, NL: 2.5, AT: 2.5, GB: 1.5, US: 1.5, CN: 0.5 });
const uniform = () => faker.number.float();
const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

faker.seed(1);
const merchants = Array.from({ length: 2_000 }, (_, i) => ({
  merchant_id: i + 1,
  category: faker.helpers.weightedArrayElement(categoryWeights),
  country: faker.helpers.weightedArrayElement(countryWeights),
}));

function* transactions() {
  const perCard = 50;
  let id = 0;
  for (let card = 0; id < rows; card++) {
    const times = faker.date.betweens({
      from: "2025-01-01",
      to: "2026-01-01",
      count: faker.number.int({ min: 1, max: 2 * perCard }),
    });
    let before;
    for (const time of times) {
      if (id === rows) return;
      const { merchant_id, category, country } = faker.helpers.arrayElement(merchants);
      const [, median, sigma] = categories[category];
      yield {
        transaction_id: ++id,
        card_id: 100_000 + card,
        time,
        merchant_id,
        category,
        country,
        online: faker.datatype.boolean({ probability: 0.2 }),
        amount: Math.round(100 * median * Math.exp(sigma * normal())) / 100,
        seconds_since_last: before === undefined ? null : Math.round((time - before) / 1000),
        is_fraud: faker.datatype.boolean({ probability: 0.002 }),
      };
      before = time;
    }
  }
}

async function run() {
  const file = path.join(os.tmpdir(), `simulate-faker-${process.pid}.parquet`);
  const start = performance.now();
  const instance = await DuckDBInstance.create(":memory:", { threads: process.argv[3] });
  const connection = await instance.connect();
  await connection.run(
    "CREATE TABLE t (transaction_id BIGINT, card_id BIGINT, time TIMESTAMP, merchant_id BIGINT, category VARCHAR, " +
      "country VARCHAR, online BOOLEAN, amount DOUBLE, seconds_since_last BIGINT, is_fraud BOOLEAN)",
  );
  const appender = await connection.createAppender("t");
  for (const row of transactions()) {
    appender.appendBigInt(BigInt(row.transaction_id));
    appender.appendBigInt(BigInt(row.card_id));
    appender.appendTimestamp(new DuckDBTimestampValue(BigInt(row.time.getTime()) * 1000n));
    appender.appendBigInt(BigInt(row.merchant_id));
    appender.appendVarchar(row.category);
    appender.appendVarchar(row.country);
    appender.appendBoolean(row.online);
    appender.appendDouble(row.amount);
    if (row.seconds_since_last === null) appender.appendNull();
    else appender.appendBigInt(BigInt(row.seconds_since_last));
    appender.appendBoolean(row.is_fraud);
    appender.endRow();
  }
  appender.closeSync();
  await connection.run(`COPY t TO '${file}' (FORMAT parquet)`);
  const seconds = (performance.now() - start) / 1000;
  connection.closeSync();
  instance.closeSync();
  return { seconds: (seconds * allRows) / rows, rows };
}

for await (const _line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await run())}\n`);

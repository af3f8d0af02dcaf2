// The table that the suite of samplers learns: the conformance suite's example and beside it what a file may get wrong,
// such as times of day, columns that others decide, many rare categories, constants, and hostile names.

import {
  type Column,
  numberColumn,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import { type ExampleTable, exampleCities, exampleTable } from "@verisim/testing";

const day = 86_400e6;

const extra: TableMetadata["columns"] = {
  seen: { sdtype: "datetime", datetimeFormat: "%A, %-d. %b %y, %I:%M:%S.%3f %p%z", timeZone: "+02:00" },
  branch: { sdtype: "categorical" },
  country: { sdtype: "categorical" },
  floor: { sdtype: "categorical" },
  ratio: { sdtype: "numerical" },
  temperature: { sdtype: "numerical", decimals: 1, rangeMin: -20 },
  currency: { sdtype: "categorical" },
  note: { sdtype: "categorical" },
  year: { sdtype: "numerical", decimals: 0 },
  noise: { sdtype: "categorical" },
  "city.missing": { sdtype: "numerical", decimals: 0 },
  monthly: { sdtype: "numerical", numberStyle: "fixed", decimals: 2 },
  free: { sdtype: "numerical", decimals: 2 },
  left: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
};

/** Rows with every kind of column. */
export function samplerTable(rows: number = 600, seed: number = 5): ExampleTable {
  const example = exampleTable(rows, seed);
  const cities = example.table.column("city");
  const key = streamKey(seed, "sampler");
  const randoms = Array.from({ length: rows }, (_, row) => new RowRandom(key, row));
  const column = (make: (random: RowRandom, row: number) => number): Float64Array =>
    Float64Array.from(randoms, make);
  const text = (make: (random: RowRandom, row: number) => string | null): (string | null)[] =>
    randoms.map(make);
  const gap = (random: RowRandom, share: number, value: number): number =>
    random.uniform() < share ? Number.NaN : value;
  const numbersOf = (name: string): Float64Array => {
    const own = example.table.column(name);
    return own.kind === "number" ? own.values : new Float64Array(rows);
  };
  const countryOf = (row: number): string => {
    const code = cities.kind === "dictionary" ? cities.codes[row]! : -1;
    return code < 0 ? "unknown" : exampleCities.indexOf("Graz") === code ? "Austria" : "elsewhere";
  };
  // Before and after 1970, to the millisecond.
  const seen = (random: RowRandom): number =>
    gap(random, 0.1, Math.floor((random.uniform() - 0.3) * 2e12) * 1000);
  const branch = (random: RowRandom): string | null => {
    const place = Math.floor(90 * random.uniform() ** 2);
    return random.uniform() < 0.05 ? null : `Branch "${place}" – ø`;
  };
  const added: readonly Column[] = [
    numberColumn("seen", column(seen)),
    textColumn("branch", text(branch)),
    textColumn(
      "country",
      text((_, row) => countryOf(row)),
    ),
    numberColumn(
      "floor",
      column((random) => gap(random, 0.1, Math.floor(4 * random.uniform()) - 1)),
    ),
    numberColumn(
      "ratio",
      column((random) => gap(random, 0.05, Math.exp(3 * random.uniform()) / 7)),
    ),
    numberColumn(
      "temperature",
      column((random) => Math.max(-20, Math.round(400 * (random.uniform() - 0.6)) / 10)),
    ),
    textColumn(
      "currency",
      text(() => "EUR"),
    ),
    textColumn(
      "note",
      text(() => null),
    ),
    numberColumn(
      "year",
      column(() => 2024),
    ),
    textColumn(
      "noise",
      text((random) => (random.uniform() < 0.5 ? "loud" : "")),
    ),
    numberColumn(
      "city.missing",
      column((random) => Math.floor(3 * random.uniform())),
    ),
    numberColumn(
      "monthly",
      column((_, row) => Math.round((100 * numbersOf("income")[row]!) / 12) / 100),
    ),
    numberColumn(
      "free",
      column((_, row) => Math.round(100 * (numbersOf("income")[row]! - numbersOf("debt")[row]!)) / 100),
    ),
    numberColumn(
      "left",
      column((random, row) => gap(random, 0.2, numbersOf("joined")[row]! + random.below(400) * day)),
    ),
  ];
  return {
    table: new Table([...example.table.columns, ...added], rows),
    metadata: { ...example.metadata, columns: { ...example.metadata.columns, ...extra } },
  };
}

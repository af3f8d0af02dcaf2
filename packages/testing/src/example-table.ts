// The table that the conformance suite learns: every sdtype that is modelled, an id, an e-mail address, missing cells, a point
// mass, skewed categories, and associations between most columns. Made from counted random numbers: the same everywhere.

import {
  type Column,
  numberColumn,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";

export interface ExampleTable {
  readonly table: Table;
  readonly metadata: TableMetadata;
}

const dayMicros = 86_400_000_000;
export const exampleCities = ["Lyon", "Graz", "Porto", "Malmö", "Kraków", 'Gent, "Oost"'] as const;
export const exampleGrades = ["low", "middle", "high"] as const;

const metadata: TableMetadata = {
  columns: {
    customer: { sdtype: "id", regexFormat: "C[0-9]{6}" },
    age: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
    income: { sdtype: "numerical", numberStyle: "fixed", decimals: 2 },
    debt: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
    score: { sdtype: "numerical", numberStyle: "shortest", decimals: 3 },
    grade: { sdtype: "ordinal", rangeValues: [...exampleGrades] },
    city: { sdtype: "categorical" },
    member: { sdtype: "boolean" },
    joined: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
    email: { sdtype: "email", pii: true },
  },
  primaryKey: "customer",
};

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}

/** About normal: twelve uniforms, less six. */
function normal(random: RowRandom): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.uniform();
  return sum;
}

type ExampleRow = Readonly<Record<string, number | string | null>>;

/** Rows that were made before, by seed: the suite asks for the same ones dozens of times. */
const madeRows = new Map<number, ExampleRow[]>();

function exampleRows(count: number, seed: number): readonly ExampleRow[] {
  const rows = madeRows.get(seed) ?? [];
  madeRows.set(seed, rows);
  while (rows.length < count) rows.push(exampleRow(rows.length, seed));
  return rows.slice(0, count);
}

function exampleRow(row: number, seed: number): ExampleRow {
  const random = new RowRandom(streamKey(seed, "example"), row);
  const wealth = normal(random);
  const age = Math.round(Math.min(90, Math.max(18, 45 + 12 * (0.7 * wealth + 0.7 * normal(random)))));
  const income = round(Math.exp(10 + 0.6 * wealth + 0.2 * normal(random)), 2);
  const debt = random.uniform() < 0.4 ? 0 : Math.round(Math.exp(6 - 0.5 * wealth + 0.5 * normal(random)));
  const score = random.uniform() < 0.1 ? null : round(50 + 15 * (0.8 * wealth + 0.6 * normal(random)), 3);
  const rank = wealth + 0.4 * normal(random);
  const grade = exampleGrades[rank < -0.5 ? 0 : rank < 0.9 ? 1 : 2]!;
  const pull = 0.5 * (random.uniform() + 1 / (1 + Math.exp(-2 * wealth)));
  const city = exampleCities[Math.floor(pull * pull * exampleCities.length)]!;
  const member = grade === "high" || random.uniform() < 0.25 ? "yes" : "no";
  const joined =
    random.uniform() < 0.05 ? null : (18_000 + 20 * (age - 45) + Math.round(60 * normal(random))) * dayMicros;
  const letters = Array.from({ length: 8 }, () => String.fromCharCode(97 + random.below(26))).join("");
  return {
    customer: `C${String((row * 7_919 + 13) % 1_000_000).padStart(6, "0")}`,
    age,
    income,
    debt,
    score,
    grade,
    city: random.uniform() < 0.03 ? null : city,
    member,
    joined,
    email: `${letters}@example.org`,
  };
}

/** `rows` (at most 1,000,000) rows of a customer table; another seed gives other rows of the same population. */
export function exampleTable(rows: number = 2_000, seed: number = 11): ExampleTable {
  const cells = exampleRows(rows, seed);
  const numeric = new Set(["age", "income", "debt", "score", "joined"]);
  const columns = Object.keys(metadata.columns).map((name): Column => {
    const values = cells.map((row) => row[name] ?? null);
    return numeric.has(name)
      ? numberColumn(
          name,
          values.map((value) => (value === null ? Number.NaN : (value as number))),
        )
      : textColumn(name, values as (string | null)[]);
  });
  return { table: new Table(columns, rows), metadata };
}

/** Some columns of the example, with the metadata that belongs to them. */
export function exampleColumns(names: readonly string[], rows?: number): ExampleTable {
  const { table, metadata: all } = exampleTable(rows);
  const columns = Object.fromEntries(names.map((name) => [name, all.columns[name]!]));
  return { table: table.select(names), metadata: { columns } };
}

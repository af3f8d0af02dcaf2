// From what a schema says of its tables to a model to start from: one description of columns that every kind of schema
// is read into, and the simulation that follows from it.

import type { ColumnModel, SimulationModel, TableModel } from "../model/model.ts";

export interface SchemaColumn {
  readonly name: string;
  readonly type: "integer" | "number" | "text" | "boolean" | "datetime" | "date";
  readonly values?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly optional?: boolean | undefined;
  /** Part of the primary key, or unique. */
  readonly key?: boolean | undefined;
  /** `uuid`, `email`, `uri`, `ipv4`, ... */
  readonly format?: string | undefined;
  readonly references?: { readonly table: string; readonly column: string } | undefined;
}

export interface SchemaTable {
  readonly name: string;
  readonly columns: readonly SchemaColumn[];
}

const rootRows = 1_000;

/** Functions of Faker for columns whose names say what they hold. */
const namedLike: readonly (readonly [RegExp, string])[] = [
  [/^(e_?mail|email_?address)$/, "internet.email"],
  [/^(first_?name|given_?name|fore_?name)$/, "person.firstName"],
  [/^(last_?name|family_?name|sur_?name)$/, "person.lastName"],
  [/^(full_?name|name|customer_?name|user_?name|display_?name|author)$/, "person.fullName"],
  [/^(company|company_?name|employer|organi[sz]ation)$/, "company.name"],
  [/^(phone|phone_?number|mobile|telephone)$/, "phone.number"],
  [/^(street|address|street_?address|address_?line_?1)$/, "location.streetAddress"],
  [/^(city|town)$/, "location.city"],
  [/^(zip|zip_?code|post_?code|postal_?code)$/, "location.zipCode"],
  [/^(country)$/, "location.country"],
  [/^(country_?code)$/, "location.countryCode"],
  [/^(url|website|homepage|link)$/, "internet.url"],
  [/^(ip|ip_?address)$/, "internet.ipv4"],
  [/^(job|job_?title|position|role_?title)$/, "person.jobTitle"],
  [/^(product|product_?name|item)$/, "commerce.productName"],
  [/^(iban)$/, "finance.iban"],
  [/^(currency|currency_?code)$/, "finance.currencyCode"],
  [/^(color|colour)$/, "color.human"],
  [/^(title|headline|subject)$/, "lorem.sentence"],
  [/^(description|comment|comments|text|body|content|note|notes|message|bio)$/, "lorem.sentences"],
];

const formatted: Readonly<Record<string, string>> = {
  email: "internet.email",
  "idn-email": "internet.email",
  uri: "internet.url",
  url: "internet.url",
  ipv4: "internet.ipv4",
  ipv6: "internet.ipv6",
  hostname: "internet.domainName",
};

function plainName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** A name as a formula writes it. */
export function formulaName(name: string): string {
  return /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

function columnOf(column: SchemaColumn): ColumnModel {
  const missing = column.optional ? { missing: 0.1 } : {};
  const { min, max, values } = column;
  if (values && values.length > 0) return { categories: [...new Set(values)], ...missing };
  if (column.key && column.format !== "email") {
    if (column.type === "text")
      return column.format === "uuid" || /uuid|guid/i.test(column.name)
        ? { key: "uuid" }
        : {
            key: "shuffled",
            prefix: `${
              plainName(column.name)
                .replace(/_?(id|key|code)$/, "")
                .slice(0, 3)
                .toUpperCase() || "K"
            }-`,
            digits: 8,
          };
    return { key: "sequence" };
  }
  switch (column.type) {
    case "boolean":
      return { categories: { true: 0.5, false: 0.5 }, type: "boolean", ...missing };
    case "integer": {
      const low = min ?? (max !== undefined && max < 0 ? max - 100 : 0);
      return {
        distribution: "integers",
        low: Math.ceil(low),
        high: Math.floor(max ?? Math.max(low + 100, 100)),
        ...missing,
      };
    }
    case "number":
      if (min !== undefined && max !== undefined)
        return { distribution: "uniform", low: min, high: max, decimals: 2, ...missing };
      if (min !== undefined && min >= 0)
        return {
          distribution: "lognormal",
          median: Math.max(50, 2 * min),
          sigma: 0.8,
          ...(min > 0 ? { min } : {}),
          decimals: 2,
          ...missing,
        };
      return {
        distribution: "normal",
        mean: max === undefined ? 100 : max - 50,
        sd: 25,
        ...(max === undefined ? {} : { max }),
        decimals: 2,
        ...missing,
      };
    case "datetime":
    case "date":
      return {
        formula: `${column.type === "date" ? "start_of_day" : ""}(date('2024-01-01') + days(365 * uniform()))`,
        type: "datetime",
        datetimeFormat: column.type === "date" ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S",
        ...missing,
      };
    case "text": {
      if (column.format === "uuid") return { key: "uuid", ...missing };
      const faker =
        (column.format && formatted[column.format]) ||
        namedLike.find(([pattern]) => pattern.test(plainName(column.name)))?.[1];
      return { faker: faker ?? "lorem.word", ...(column.key ? { unique: true } : {}), ...missing };
    }
  }
}

/** The model of a schema: its first reference makes a table a child, further ones pick rows at random. */
export function schemaModel(name: string, tables: readonly SchemaTable[]): SimulationModel {
  const known = new Set(tables.map((table) => table.name));
  // A table is given to those that came before it, so that no two need each other.
  const done = new Map<string, TableModel>();
  const waiting = [...tables];
  while (waiting.length > 0) {
    const ready = waiting.findIndex((table) =>
      table.columns.every(
        ({ references }) =>
          !references ||
          references.table === table.name ||
          !known.has(references.table) ||
          done.has(references.table),
      ),
    );
    const [table] = waiting.splice(Math.max(0, ready), 1);
    done.set(table!.name, tableModel(table!, done));
  }
  return { name, tables: Object.fromEntries(tables.map((table) => [table.name, done.get(table.name)!])) };
}

function tableModel(table: SchemaTable, done: ReadonlyMap<string, TableModel>): TableModel {
  const columns: Record<string, ColumnModel> = {};
  const picks: Record<string, { table: string }> = {};
  let parent: string | undefined;
  for (const column of table.columns) {
    const { references } = column;
    const target = references && done.get(references.table);
    if (!references || !target || !Object.hasOwn(target.columns, references.column)) {
      columns[column.name] = columnOf(column);
      continue;
    }
    const missing = column.optional ? { missing: 0.1 } : {};
    if (parent === undefined && !column.optional) {
      parent = references.table;
      columns[column.name] = { formula: `parent.${formulaName(references.column)}`, ...missing };
    } else {
      const pick = pickName(column.name, picks);
      picks[pick] = { table: references.table };
      columns[column.name] = { formula: `${pick}.${formulaName(references.column)}`, ...missing };
    }
  }
  return {
    ...(parent === undefined
      ? { rows: rootRows }
      : { parent: { table: parent, count: { distribution: "poisson", mean: 3 } } }),
    ...(Object.keys(picks).length > 0 ? { picks } : {}),
    columns,
  };
}

/** A name for a pick after its column: `author_id` becomes `author`. */
function pickName(column: string, taken: Readonly<Record<string, unknown>>): string {
  const plain = plainName(column)
    .replace(/_?id$/, "")
    .replace(/[^\p{L}\p{N}_]+/gu, "_");
  let name =
    plain === "" || plain === "parent" || plain === "event" || /^\d/.test(plain) ? `picked_${plain}` : plain;
  while (Object.hasOwn(taken, name)) name += "_";
  return name;
}

// A column as a schema describes it, whatever kind of schema, and the column of a model to start from that follows from it.

import { reservedWords } from "../formula/parser.ts";
import type { ColumnModel } from "../model/model.ts";

export interface SchemaColumn {
  readonly name: string;
  readonly type: "integer" | "number" | "text" | "boolean" | "datetime" | "date";
  readonly values?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Numbers are multiples of it. */
  readonly step?: number | undefined;
  readonly optional?: boolean | undefined;
  /** Part of the primary key, or unique. */
  readonly key?: boolean | undefined;
  /** What the cells are called, where the name has more than that. */
  readonly says?: string | undefined;
  /** A strftime pattern. */
  readonly datetimeFormat?: string | undefined;
  /** `uuid`, `email`, `uri`, `ipv4`, ... */
  readonly format?: string | undefined;
  /** Characters of a text at most. */
  readonly maxLength?: number | undefined;
  readonly minLength?: number | undefined;
  /** A regular expression that texts match: one that texts can be made from. */
  readonly pattern?: string | undefined;
  readonly references?: { readonly table: string; readonly column: string } | undefined;
  /** No two rows of a parent have the same. */
  readonly distinct?: boolean | undefined;
}

export interface SchemaTable {
  readonly name: string;
  readonly columns: readonly SchemaColumn[];
  /** Columns whose values together come once. */
  readonly unique?: readonly (readonly string[])[] | undefined;
  /** Rows per row of the parent. */
  readonly count?: { readonly min: number | undefined; readonly max: number | undefined } | undefined;
}

/** Rows of a table without a parent. */
export const rootRows = 1_000;

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
  "uri-reference": "internet.url",
  iri: "internet.url",
  ipv4: "internet.ipv4",
  ipv6: "internet.ipv6",
  hostname: "internet.domainName",
  "idn-hostname": "internet.domainName",
};

/** Whether texts of a format are made by what is known of it, whatever pattern stands beside. */
export function isFormatted(format: string | undefined): boolean {
  return format === "uuid" || (format !== undefined && Object.hasOwn(formatted, format));
}

export function plainName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** A name as a formula writes it. */
export function formulaName(name: string): string {
  const isWord = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u.test(name) && !reservedWords.includes(name.toLowerCase());
  return isWord ? name : `\`${name.replaceAll("`", "``")}\``;
}

/** The type of a choice of values, where they are no texts. */
export function valueType({ type }: SchemaColumn): "number" | "boolean" | undefined {
  if (type === "boolean") return type;
  return type === "integer" || type === "number" ? "number" : undefined;
}

/** Numbers on a grid: from which multiple of the step to which, and its decimals. */
export interface NumberGrid {
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly decimals: number;
}

/** @param usual how many steps there are where the schema does not say */
export function gridOf({ type, min, max, step: given }: SchemaColumn, usual: number): NumberGrid {
  const width = min === undefined || max === undefined ? 1 : max - min;
  const digits = type === "integer" ? 0 : Math.min(12, Math.max(2, Math.ceil(2 - Math.log10(width || 1))));
  const step = given ?? 10 ** -digits;
  const decimals =
    given === undefined ? digits : (/\.(\d+)$/.exec(given.toFixed(12).replace(/0+$/, ""))?.[1] ?? "").length;
  // A hair's breadth, for 0.3 / 0.1 is a little less than 3.
  const from = Math.ceil((min ?? (max === undefined ? 0 : Math.min(0, max - usual * step))) / step - 1e-8);
  const to = max === undefined ? from + usual : Math.floor(max / step + 1e-8);
  return { step, from, to: Math.max(from, to), decimals };
}

/** A number with the grid's digits, as formulas and limits write it. */
export const gridNumber = (place: number, { step, decimals }: NumberGrid): number =>
  Number((place * step).toFixed(decimals));

export function columnOf(column: SchemaColumn): ColumnModel {
  const missing = column.optional ? { missing: 0.1 } : {};
  const { values, pattern, minLength, maxLength } = column;
  if (values && values.length > 0) {
    const type = valueType(column);
    return { categories: [...new Set(values)], ...(type && { type }), ...missing };
  }
  if (column.key && column.format !== "email") {
    if (column.type === "text")
      return column.format === "uuid" || /uuid|guid/i.test(column.name)
        ? { key: "uuid" }
        : pattern !== undefined
          ? { pattern, unique: true }
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
    case "integer":
    case "number":
      return { ...numberColumn(column), ...missing };
    case "datetime":
    case "date":
      return {
        formula:
          column.type === "date"
            ? "start_of_day(date('2024-01-01') + days(365 * uniform()))"
            : "date('2024-01-01') + days(365 * uniform())",
        type: "datetime",
        datetimeFormat: datetimeFormatOf(column),
        ...missing,
      };
    case "text": {
      if (column.format === "uuid") return { key: "uuid", ...missing };
      if (pattern !== undefined)
        return {
          pattern,
          ...(minLength === undefined ? {} : { minLength }),
          ...(maxLength === undefined ? {} : { maxLength }),
          ...missing,
        };
      const faker =
        (column.format && formatted[column.format]) ||
        namedLike.find(([pattern]) => pattern.test(plainName(column.says ?? column.name)))?.[1];
      if (minLength !== undefined && minLength > (shortest[faker ?? ""] ?? shortestOther))
        return { pattern: `[a-z]{${minLength},${maxLength ?? 2 * minLength}}`, ...missing };
      return { faker: faker ?? "lorem.word", ...(column.key ? { unique: true } : {}), ...missing };
    }
  }
}

/** Numbers of a schema: what it says of range and steps holds for each of them once it is rounded. */
function numberColumn(column: SchemaColumn): ColumnModel {
  const { type, min, max, step } = column;
  const grid = gridOf(column, 100);
  const { from, to, decimals } = grid;
  const [low, high] = [gridNumber(from, grid), gridNumber(to, grid)];
  if (step !== undefined) {
    const formula = `${gridNumber(1, grid)} * floor(uniform(${from}, ${to + 1}))`;
    return { formula, type: "number", decimals };
  }
  if (type === "integer") return { distribution: "integers", low, high };
  if (min !== undefined && max !== undefined) return { distribution: "uniform", low, high, decimals };
  if (min !== undefined && min >= 0)
    return {
      distribution: "lognormal",
      median: Math.max(50, 2 * min),
      sigma: 0.8,
      ...(min > 0 ? { min: low } : {}),
      decimals,
    };
  return {
    distribution: "normal",
    mean: max === undefined ? Math.max(100, (min ?? 0) + 50) : max - 50,
    sd: 25,
    ...(min === undefined ? {} : { min: low }),
    ...(max === undefined ? {} : { max: high }),
    decimals,
  };
}

export function datetimeFormatOf({ type, datetimeFormat }: SchemaColumn): string {
  return datetimeFormat ?? (type === "date" ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S");
}

/** Characters that functions of Faker give at most, for those that give many. */
const longest: Readonly<Record<string, number>> = { "lorem.sentences": 600, "lorem.sentence": 120 };
const longestOther = 60;
/** And at least, for those that give few. */
const shortest: Readonly<Record<string, number>> = {
  "": 2,
  "person.firstName": 2,
  "person.lastName": 2,
  "location.city": 3,
  "location.country": 4,
  "location.countryCode": 2,
  "finance.currencyCode": 3,
  "lorem.sentence": 15,
  "lorem.sentences": 30,
};
const shortestOther = 6;

/** Texts that may be too long are made in a hidden column, and cut. */
export function withinLength(column: SchemaColumn, model: ColumnModel): Record<string, ColumnModel> {
  const { name, maxLength, key } = column;
  const faker = "faker" in model ? model.faker : undefined;
  if (
    typeof faker !== "string" ||
    key ||
    maxLength === undefined ||
    maxLength >= (longest[faker] ?? longestOther)
  )
    return { [name]: model };
  const { missing, ...whole } = model;
  const long = `${name}_uncut`;
  return {
    [long]: { ...whole, hidden: true } as ColumnModel,
    [name]: {
      formula: `slice(${formulaName(long)}, 0, ${maxLength})`,
      type: "text",
      ...(missing === undefined ? {} : { missing }),
    },
  };
}

import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { roundTo } from "../number-stats.ts";
import { TableTransformer } from "../table-transformer.ts";
import { relationTexts } from "./related-conditions.ts";

const rows = 400;
const day = 86_400e6;
const key = streamKey(1, "relations");
/** A column by a function of a row's own random numbers. */
const drawn = (purpose: number, of: (random: RowRandom) => number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => of(new RowRandom(key, row, purpose)));
const computed = (of: (row: number) => number, decimals: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => roundTo(of(row), decimals));

interface Given {
  readonly values: Float64Array;
  readonly date?: true;
}

function tableOf(given: Readonly<Record<string, Float64Array | Given>>): {
  table: Table;
  metadata: TableMetadata;
} {
  const entries = Object.entries(given).map(
    ([name, column]) => [name, column instanceof Float64Array ? { values: column } : column] as const,
  );
  return {
    table: new Table(entries.map(([name, { values }]) => numberColumn(name, values))),
    metadata: {
      columns: Object.fromEntries(
        entries.map(([name, { date }]) => [
          name,
          date ? { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" } : { sdtype: "numerical" },
        ]),
      ),
    },
  };
}

function textsOf({ table, metadata }: ReturnType<typeof tableOf>): string[] {
  return relationTexts(TableTransformer.fit(table, metadata, { preset: "keep", relations: true }));
}

const price = drawn(1, (random) => roundTo(5 + 300 * random.uniform(), 2));
const quantity = drawn(2, (random) => 1 + random.below(12));
const weight = drawn(3, (random) => roundTo(0.2 + 40 * random.uniform(), 2));
const share = drawn(4, (random) => random.below(7) * 0.05).map((value) => roundTo(value, 2));
const ordered = drawn(5, (random) => (18_000 + random.below(1500)) * day);
const waited = drawn(6, (random) => random.below(9));

describe("what is found", () => {
  const cases: [string, Readonly<Record<string, Float64Array | Given>>, string[]][] = [
    [
      "price times quantity, to cents",
      { price, quantity, total: computed((row) => price[row]! * quantity[row]!, 2) },
      ["total = price * quantity"],
    ],
    [
      "a total before its parts",
      { total: computed((row) => price[row]! * quantity[row]!, 2), quantity, price },
      ["total = quantity * price"],
    ],
    [
      "a discount and a tax on what is left",
      {
        price,
        quantity,
        share,
        net: computed((row) => price[row]! * quantity[row]! * (1 - share[row]!), 2),
        gross: computed((row) => roundTo(price[row]! * quantity[row]! * (1 - share[row]!), 2) * 1.19, 2),
      },
      ["net = price * quantity * (1 - share)", "gross = 1.19 * net"],
    ],
    [
      "a discount in percents",
      {
        price,
        percent: share.map((value) => roundTo(100 * value, 0)),
        paid: computed((row) => price[row]! * (1 - roundTo(100 * share[row]!, 0) / 100), 2),
      },
      ["paid = price * (1 - percent / 100)"],
    ],
    [
      "the sum of four parts",
      {
        price,
        weight,
        quantity,
        waited,
        sum: computed((row) => price[row]! + weight[row]! + quantity[row]! + waited[row]!, 2),
      },
      ["sum = price + weight + quantity + waited"],
    ],
    [
      "another unit, with an offset and without",
      {
        weight,
        pounds: computed((row) => 2.20462 * weight[row]!, 2),
        kelvin: computed((row) => 1.8 * weight[row]! + 32, 2),
      },
      ["pounds = 2.20462 * weight", "kelvin = 1.8 * weight + 32"],
    ],
    [
      "what is left, which may be negative",
      {
        price,
        weight,
        left: computed((row) => price[row]! - 4 * weight[row]!, 2),
        cost: computed((row) => 4 * weight[row]!, 2),
      },
      ["left = price - cost", "cost = 4 * weight"],
    ],
    [
      "days between dates",
      {
        ordered: { values: ordered, date: true },
        shipped: { values: ordered.map((value, row) => value + waited[row]! * day), date: true },
        waited,
      },
      ["shipped = ordered + waited days"],
    ],
    [
      "a later date by what is between",
      {
        ordered: { values: ordered, date: true },
        shipped: { values: ordered.map((value, row) => value + waited[row]! * day), date: true },
      },
      ["shipped = ordered + a difference"],
    ],
    [
      "a number close to one that is computed, by its ratio; models see others themselves",
      {
        price,
        quantity,
        total: computed((row) => price[row]! * quantity[row]!, 2),
        cost: drawn(7, (random) => 0.4 + 0.4 * random.uniform()).map((value, row) =>
          roundTo(value * roundTo(price[row]! * quantity[row]!, 2), 2),
        ),
        offer: drawn(8, (random) => 0.9 + 0.2 * random.uniform()).map((value, row) =>
          roundTo(value * price[row]!, 2),
        ),
      },
      ["total = price * quantity", "cost = total * a ratio"],
    ],
  ];
  test.each(cases)("%s", (_, given, expected) => {
    expect(textsOf(tableOf(given)).sort()).toEqual([...expected].sort());
  });

  test("categories that are written as numbers are parts, and never computed", () => {
    const plain = tableOf({ price, total: computed((row) => price[row]! * quantity[row]!, 2) });
    const amounts = textColumn("quantity", Array.from(quantity, String));
    const table = new Table([amounts, ...plain.table.columns]);
    const metadata = { columns: { ...plain.metadata.columns, quantity: { sdtype: "categorical" } } };
    expect(textsOf({ table, metadata })).toEqual(["total = quantity * price"]);
  });
});

describe("what is not", () => {
  test("columns that have nothing to do with each other", () => {
    expect(textsOf(tableOf({ price, quantity, weight, share, waited }))).toEqual([]);
  });

  test("a formula with an exception", () => {
    const total = computed((row) => price[row]! * quantity[row]!, 2);
    total[17]! += 1;
    expect(textsOf(tableOf({ price, quantity, total }))).toEqual([]);
  });

  test("a formula whose part does not matter", () => {
    // Zero times anything: the rows that would tell are too few.
    const mostlyZero = quantity.map((value, row) => (row < 15 ? value : 0));
    const total = computed((row) => price[row]! * mostlyZero[row]!, 2);
    expect(textsOf(tableOf({ price, mostlyZero, total }))).toEqual([]);
  });

  test("a total that is there where a part is missing", () => {
    const total = computed((row) => price[row]! * quantity[row]!, 2);
    const gaps = price.map((value, row) => (row % 10 === 0 ? Number.NaN : value));
    expect(textsOf(tableOf({ price: gaps, quantity, total }))).toEqual([]);
  });

  test("a share of counts that is mostly whole", () => {
    const all = drawn(8, (random) => 1 + random.below(400));
    const some = all.map((value, row) => (row % 3 ? value : Math.ceil(value / 2)));
    expect(textsOf(tableOf({ all, some, rate: computed((row) => some[row]! / all[row]!, 2) }))).not.toContain(
      "rate = some / all",
    );
  });
});

describe("cells", () => {
  const gaps = (values: Float64Array): Float64Array =>
    values.map((value, row) => (row % 10 === 0 ? Number.NaN : value));
  const given = tableOf({
    price: gaps(price),
    quantity,
    total: gaps(computed((row) => price[row]! * quantity[row]!, 2)),
    ordered: { values: ordered, date: true },
    shipped: { values: gaps(ordered.map((value, row) => value + waited[row]! * day)), date: true },
  });
  const transformer = TableTransformer.fit(given.table, given.metadata, { preset: "keep", relations: true });
  const context = { seed: 3, tableName: "orders", rowStart: 0 };

  test("models see nothing of what is computed, and the days between of a later date", () => {
    const encoded = transformer.encode(given.table, context);
    expect(encoded.map(({ name }) => name)).toEqual(["price", "quantity", "ordered", "shipped"]);
    const shipped = encoded[3]!;
    const expected = waited.map((days, row) => (row % 10 === 0 ? Number.NaN : days * day));
    expect(shipped.kind === "continuous" && shipped.values).toEqual(expected);
  });

  test("come back as they were, missing ones too, also from a saved state", () => {
    const encoded = transformer.encode(given.table, context);
    for (const one of [transformer, TableTransformer.fromState(transformer.toState())]) {
      const again = one.decode(encoded, { ...context, rowCount: rows });
      expect(again.columns).toEqual(given.table.columns);
    }
  });

  test("are computed from cells as they are written", () => {
    const whole = (name: string, value: number) =>
      ({ kind: "continuous", name, values: Float64Array.of(value) }) as const;
    const made = transformer.decode(
      [
        whole("price", 10.0049),
        whole("quantity", 2.6),
        whole("ordered", 18_000.4 * day),
        whole("shipped", 2.2 * day),
      ],
      { ...context, rowCount: 1 },
    );
    expect(made.toRows()).toEqual([
      { price: 10, quantity: 3, total: 30, ordered: 18_000 * day, shipped: 18_002 * day },
    ]);
  });

  test("that follow from others are filled in, the rest stays missing", () => {
    const cells = { price: 10, quantity: 3, total: 30, ordered: 18_000 * day, shipped: 18_002 * day };
    const all = tableOf(
      Object.fromEntries(
        Object.entries(cells).map(([name, cell]) => [name, Float64Array.of(cell, cell, cell, cell)]),
      ),
    );
    const gapsIn = (name: string, places: readonly number[]) =>
      numberColumn(
        name,
        Float64Array.from([0, 1, 2, 3], (row) =>
          places.includes(row) ? Number.NaN : cells[name as "price"],
        ),
      );
    const holes = new Table([
      gapsIn("price", [0, 3]),
      gapsIn("quantity", [1, 3]),
      gapsIn("total", [2]),
      ...all.table.columns.slice(3),
    ]);
    const solved = transformer.solved(holes).toRows();
    expect(solved.slice(0, 3)).toEqual([cells, cells, cells]);
    expect(solved[3]).toEqual({ ...cells, price: null, quantity: null });
  });

  test.each([
    ["no list", "total"],
    ["another column", [{ column: "sum" }]],
    [
      "a circle",
      [
        {
          column: "total",
          formula: {
            terms: [{ coefficient: 1, factors: [{ column: "total", as: "cell", per: 1 }] }],
            constant: 0,
          },
        },
      ],
    ],
    [
      "an unknown factor",
      [
        {
          column: "total",
          formula: {
            terms: [{ coefficient: 1, factors: [{ column: "price", as: "root", per: 1 }] }],
            constant: 0,
          },
        },
      ],
    ],
    ["no number", [{ column: "total", formula: { terms: [], constant: null } }]],
  ])("of a state with %s are refused", (_, relations) => {
    const rest = { step: 0.01, rounding: "nearest", apart: "nothing" };
    const damaged = Array.isArray(relations) ? relations.map((entry) => ({ ...rest, ...entry })) : relations;
    expect(() => TableTransformer.fromState({ ...transformer.toState(), relations: damaged })).toThrow(
      expect.objectContaining({ code: "VERISIM_TRANSFORM_STATE" }),
    );
  });
});

// Models from JSON and zod schemas: they simulate as they are, and say what the schema says.

import { describe, expect, it } from "vitest";
import { Simulation } from "../engine/simulation.ts";
import { modelFromJsonSchema, modelFromZod } from "./from-json-schema.ts";

const schema = {
  title: "customers",
  type: "object",
  required: ["id", "email", "age", "plan", "address", "orders"],
  properties: {
    id: { type: "string", format: "uuid" },
    email: { type: "string", format: "email" },
    age: { type: "integer", minimum: 18, exclusiveMaximum: 100 },
    score: { type: ["number", "null"], minimum: 0, maximum: 1 },
    plan: { enum: ["free", "pro"] },
    active: { type: "boolean" },
    joined: { type: "string", format: "date-time" },
    kind: { anyOf: [{ const: "a" }, { const: "b" }, { type: "null" }] },
    address: {
      type: "object",
      required: ["city"],
      properties: { city: { type: "string" }, zip: { $ref: "#/$defs/zip" } },
    },
    orders: { type: "array", items: { $ref: "#/$defs/order" } },
    tree: { $ref: "#" },
  },
  $defs: {
    zip: { type: "string" },
    order: {
      allOf: [
        { type: "object", properties: { amount: { type: "number", minimum: 0 } }, required: ["amount"] },
        { properties: { note: { type: "string" } } },
      ],
    },
  },
};

describe("a JSON schema", () => {
  it("becomes tables with the ranges, choices and gaps that it says", async () => {
    const model = modelFromJsonSchema(schema);
    expect(Object.keys(model.tables)).toEqual(["customers", "customers_orders"]);
    const simulation = await Simulation.create(model, { seed: 2 });
    const rows = (await simulation.sample("customers")).toRows();
    expect(rows).toHaveLength(1_000);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1_000);
    expect(rows.every(({ age }) => (age as number) >= 18 && (age as number) <= 99)).toBe(true);
    expect(
      rows.every(({ score }) => score === null || ((score as number) >= 0 && (score as number) <= 1)),
    ).toBe(true);
    expect(rows.some(({ score }) => score === null)).toBe(true);
    expect(new Set(rows.map(({ plan }) => plan))).toEqual(new Set(["free", "pro"]));
    expect(new Set(rows.map(({ kind }) => kind))).toEqual(new Set(["a", "b", null]));
    expect(rows.every(({ address_city }) => typeof address_city === "string")).toBe(true);
    expect(rows[0]!.email).toMatch(/@/);
    const orders = (await simulation.sample("customers_orders")).toRows();
    const ids = new Set(rows.map(({ id }) => id));
    expect(orders.every((order) => ids.has(order.customers_id!) && (order.amount as number) >= 0)).toBe(true);
    expect(simulation.metadata.relationships).toHaveLength(1);
  });

  it("comes from zod by its own toJSONSchema", () => {
    const z = { toJSONSchema: (given: object, options?: object) => ({ ...schema, given, options }) };
    expect(modelFromZod({}, z, "people").tables.people!.columns.age).toEqual({
      distribution: "integers",
      low: 18,
      high: 99,
    });
  });

  it.each([[7], [{ type: "string" }], [{ type: "array", items: { type: "string" } }]])(
    "%j is refused",
    (given) => {
      expect(() => modelFromJsonSchema(given)).toThrow(expect.objectContaining({ code: "VERISIM_SCHEMA" }));
    },
  );
});

describe("what a JSON schema says of texts, lists and maps", () => {
  const whole = {
    type: "object",
    required: ["id", "sku", "plate", "slug", "size", "tags", "prices", "lines"],
    properties: {
      id: { type: "string", pattern: "^ORD-[0-9]{6}$" },
      sku: { type: "string", pattern: "^[A-Z]{2}-\\d{4}$" },
      plate: { allOf: [{ type: "string" }, { pattern: "[A-Z]{1,3} [1-9]\\d{0,3}" }] },
      slug: { type: "string", pattern: "^[a-z]+(-[a-z]+)*$", minLength: 5, maxLength: 20 },
      mail: { type: "string", format: "email", pattern: "^(?!x).+@.+$" },
      size: {
        type: "array",
        prefixItems: [{ type: "integer", minimum: 4, maximum: 4 }, { enum: ["cm", "in"] }],
      },
      tags: { type: "array", items: { enum: ["new", "sale"] }, minItems: 1, maxItems: 2, uniqueItems: true },
      prices: {
        type: "object",
        propertyNames: { pattern: "^[A-Z]{3}$" },
        additionalProperties: { type: "integer", minimum: 1, maximum: 3 },
      },
      lines: {
        type: "array",
        items: {
          type: "object",
          properties: { codes: { type: "array", items: { type: "string", pattern: "[A-F]{4}" } } },
        },
      },
    },
  };

  it("is kept: patterns, lengths, places of tuples, lists and maps as child tables", async () => {
    const warnings: string[] = [];
    const model = modelFromJsonSchema(whole, "orders", { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual([]);
    const simulation: Simulation = await Simulation.create(model, { seed: 3, rows: { orders: 200 } });
    const rowsOf = async (table: string) => (await simulation.sample(table)).toRows();
    const orders = await rowsOf("orders");
    expect(new Set(orders.map(({ id }) => id)).size).toBe(200);
    for (const { id, sku, plate, slug, mail, size_1, size_2 } of orders) {
      expect(id).toMatch(/^ORD-[0-9]{6}$/);
      expect(sku).toMatch(/^[A-Z]{2}-\d{4}$/);
      expect(plate).toMatch(/^[A-Z]{1,3} [1-9]\d{0,3}$/);
      expect(slug).toMatch(/^(?=.{5,20}$)[a-z]+(-[a-z]+)*$/);
      if (mail !== null) expect(mail).toContain("@");
      expect(size_1).toBe(4);
      expect(["cm", "in"]).toContain(size_2);
    }
    const ids = new Set(orders.map(({ id }) => id));
    const tags = await rowsOf("orders_tags");
    expect(tags.length).toBeGreaterThan(200);
    expect(new Set(tags.map(({ value }) => value))).toEqual(new Set(["new", "sale"]));
    expect(tags.every((tag) => ids.has(tag.orders_id!))).toBe(true);
    const prices = await rowsOf("orders_prices");
    expect(prices.every(({ property }) => /^[A-Z]{3}$/.test(property as string))).toBe(true);
    expect(new Set(prices.map(({ value }) => value))).toEqual(new Set([1, 2, 3]));
    const lines = new Set((await rowsOf("orders_lines")).map(({ row_id }) => row_id));
    const codes = await rowsOf("orders_lines_codes");
    expect(codes.length).toBeGreaterThan(0);
    expect(
      codes.every((code) => lines.has(code.orders_lines_row_id!) && /^[A-F]{4}$/.test(code.value as string)),
    ).toBe(true);
  });

  it("is named where it is not kept", () => {
    const warnings: string[] = [];
    const schema = {
      type: "object",
      properties: {
        id: { type: "string", pattern: "^[AB]$" },
        secret: { type: "string", pattern: "^(?=.*\\d)[a-z]{8}$" },
        long: { type: "string", pattern: "^[a-z]{9}$", maxLength: 4 },
        grid: { type: "array", items: { type: "array", items: { type: "number" } } },
        list: { type: "array" },
        free: { type: "object" },
        either: { anyOf: [{ type: "integer" }, { type: "string" }, { type: "null" }] },
        inside: { type: "array", items: { $ref: "#" } },
        itself: { $ref: "#" },
      },
      required: ["id"],
    };
    const { tables } = modelFromJsonSchema(schema, "t", { onWarning: (text) => warnings.push(text) });
    expect(warnings).toMatchInlineSnapshot(`
      [
        "Property "id" does not keep to its pattern: a key needs 1000 texts or more, and it has 2.",
        "Property "secret" does not keep to its pattern: Expected a pattern that texts can be made from but received a look-ahead at character 4 of "^(?=.*\\\\d)[a-z]{8}$".",
        "Property "long" does not keep to its pattern: none of its texts has such a length.",
        "Property "grid" is left out: an array of arrays.",
        "Property "list" is left out: an array without a schema of its items.",
        "Property "free" is left out: an object without properties.",
        "Property "either" has one of 2 forms: all rows have the first.",
        "Property "inside" is left out: it holds itself.",
        "Property "itself" is left out: it holds itself.",
      ]
    `);
    expect(Object.keys(tables.t!.columns)).toEqual(["id", "secret", "long_uncut", "long", "either"]);
    expect(tables.t!.columns.id).toMatchObject({ key: "shuffled" });
  });

  it("is kept: every cell is what its property allows", async () => {
    const properties: Record<string, { of: object; holds: (value: unknown) => boolean }> = {
      choice: { of: { enum: [1, 2.5, 4] }, holds: (value) => [1, 2.5, 4].includes(value as number) },
      flag: { of: { const: true }, holds: (value) => value === true },
      fives: {
        of: { type: "integer", multipleOf: 5, minimum: 3, maximum: 21 },
        holds: (value) => [5, 10, 15, 20].includes(value as number),
      },
      halves: {
        of: { type: "number", multipleOf: 0.5 },
        holds: (value) => Number.isInteger((value as number) * 2),
      },
      thin: {
        of: { type: "number", minimum: 0.0123, maximum: 0.0129 },
        holds: (value) => (value as number) >= 0.0123 && (value as number) <= 0.0129,
      },
      above: { of: { type: "number", exclusiveMinimum: 0 }, holds: (value) => (value as number) > 0 },
      least: { of: { type: "number", minimum: -0.355 }, holds: (value) => (value as number) >= -0.355 },
      time: {
        of: { type: "string", format: "time" },
        holds: (value) => /^\d\d:\d\d:\d\dZ$/.test(value as string),
      },
      ipv4: {
        of: { type: "string", format: "ipv4" },
        holds: (value) => /^(\d{1,3}\.){3}\d{1,3}$/.test(value as string),
      },
      ipv6: {
        of: { type: "string", format: "ipv6" },
        holds: (value) => /^[0-9a-f:]{15,}$/.test(value as string),
      },
      long: {
        of: { type: "string", minLength: 12, maxLength: 14 },
        holds: (value) => (value as string).length >= 12 && (value as string).length <= 14,
      },
      password: { of: { type: "string", minLength: 8 }, holds: (value) => (value as string).length >= 8 },
    };
    const schema = {
      type: "object",
      required: Object.keys(properties),
      properties: {
        ...Object.fromEntries(Object.entries(properties).map(([name, { of }]) => [name, of])),
        home: { type: "object", properties: { city: { type: "string" } } },
        odd: { type: "string", format: "json-pointer" },
        anything: {},
        either: { type: ["string", "integer", "null"] },
      },
    };
    const warnings: string[] = [];
    const model = modelFromJsonSchema(schema, "cells", { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual([
      'Property "odd" does not keep to its format "json-pointer".',
      'Property "anything" says nothing of its values: they are texts.',
      'Property "either" has one of 2 forms: all rows have the first.',
    ]);
    expect(model.tables.cells!.columns.home_city).toMatchObject({ faker: "location.city" });
    const simulation: Simulation = await Simulation.create(model, { seed: 5 });
    const rows: Record<string, unknown>[] = [];
    for await (const row of simulation.rows("cells")) rows.push(row);
    expect(rows).toHaveLength(1000);
    for (const [name, { holds }] of Object.entries(properties))
      expect([name, rows.map((row) => row[name]).filter((value) => !holds(value))]).toEqual([name, []]);
    expect(new Set(rows.map(({ fives }) => fives)).size).toBe(4);
  });

  describe("items that are unique", () => {
    const listOf = (items: object, more: object = {}) => ({
      type: "object",
      properties: { list: { type: "array", items, uniqueItems: true, minItems: 2, maxItems: 6, ...more } },
    });
    const twice = async (schema: object) => {
      const warnings: string[] = [];
      const model = modelFromJsonSchema(schema, "things", { onWarning: (text) => warnings.push(text) });
      const simulation: Simulation = await Simulation.create(model, { seed: 2, rows: { things: 400 } });
      const rows = (await simulation.sample("things_list")).toRows();
      const cells = rows.map((row) => JSON.stringify(row));
      const byThing = Map.groupBy(rows, ({ things_row_id }) => things_row_id);
      return { warnings, rows, byThing, repeated: cells.length - new Set(cells).size };
    };
    const choices = { enum: ["a", "b", "c", "d"] };

    it.each([
      ["choices", choices],
      ["whole numbers of a small range", { type: "integer", minimum: -3, maximum: 4 }],
      ["numbers", { type: "number", minimum: 0, exclusiveMaximum: 0.1 }],
      ["dates", { type: "string", format: "date" }],
      ["texts", { type: "string" }],
      ["patterns", { type: "string", pattern: "^[A-Z]{3}\\d$" }],
      ["uuids", { type: "string", format: "uuid" }],
      [
        "objects",
        { type: "object", required: ["a", "b"], properties: { a: choices, b: { type: "integer" } } },
      ],
    ])("never come twice: %s", async (_, items) => {
      const { warnings, byThing, repeated, rows } = await twice(listOf(items));
      expect(warnings).toEqual([]);
      expect(repeated).toBe(0);
      expect(byThing.size).toBe(400);
      const sizes = [...byThing.values()].map((list) => list.length);
      expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([2, items === choices ? 4 : 6]);
      const type = "type" in items ? items.type : "";
      for (const { value } of rows) {
        if (type === "integer") expect([-3, -2, -1, 0, 1, 2, 3, 4]).toContain(value);
        if (type === "number") expect((value as number) >= 0 && (value as number) < 0.1).toBe(true);
      }
      if (items === choices) expect(new Set(rows.map(({ value }) => value)).size).toBe(4);
    });

    it("are warned about where fewer different ones are known than are asked for", async () => {
      const { warnings } = await twice(listOf({ enum: ["a"] }));
      expect(warnings).toEqual(['Property "list" asks for unique items: some may come twice.']);
    });

    it("are the names of an object of any names", async () => {
      const names = { enum: ["x", "y", "z"] };
      const map = { type: "object", propertyNames: names, additionalProperties: { type: "integer" } };
      const { byThing } = await twice({ type: "object", properties: { list: map } });
      for (const entries of byThing.values())
        expect(new Set(entries.map(({ property }) => property)).size).toBe(entries.length);
    });
  });
});

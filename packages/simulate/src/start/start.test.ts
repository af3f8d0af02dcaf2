// Models to start from: they simulate as they are, and say what the schema or the table says.

import { numberColumn, RowRandom, streamKey, Table, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { Simulation } from "../engine/simulation.ts";
import { modelFromDrizzle } from "./from-drizzle.ts";
import { modelFromJsonSchema, modelFromZod } from "./from-json-schema.ts";
import { modelFromPrisma } from "./from-prisma.ts";
import { modelFromTable } from "./from-table.ts";

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

describe("a Prisma schema", () => {
  const text = `
generator client { provider = "prisma-client-js" }
enum Role { USER ADMIN // all of them
}
enum Status {
  OPEN
  DONE
}
model User {
  id      Int      @id @default(autoincrement())
  email   String   @unique
  name    String?
  status  Status   @default(OPEN)
  posts   Post[]
  created DateTime @default(now())
}
model Post {
  id       String  @id @default(uuid())
  author   User    @relation(fields: [authorId], references: [id])
  authorId Int
  editor   User?   @relation("edits", fields: [editorId], references: [id])
  editorId Int?
  score    Float
  @@index([authorId])
}`;
  it("becomes tables whose relations hold", async () => {
    const simulation = await Simulation.create(modelFromPrisma(text), { seed: 1, rows: { User: 50 } });
    const users = (await simulation.sample("User")).toRows();
    const posts = (await simulation.sample("Post")).toRows();
    const ids = new Set(users.map(({ id }) => id));
    expect(users).toHaveLength(50);
    expect(new Set(users.map(({ status }) => status))).toEqual(new Set(["OPEN", "DONE"]));
    expect(users.some(({ name }) => name === null)).toBe(true);
    expect(Math.abs(posts.length - 150)).toBeLessThan(60);
    expect(
      posts.every(
        ({ authorId, editorId }) => ids.has(authorId!) && (editorId === null || ids.has(editorId!)),
      ),
    ).toBe(true);
    expect(simulation.metadata.relationships.map(({ childKey }) => childKey)).toEqual([
      "authorId",
      "editorId",
    ]);
    expect(() => modelFromPrisma("datasource db {}")).toThrow(
      expect.objectContaining({ code: "VERISIM_SCHEMA" }),
    );
  });
});

describe("what a schema says is unique, of a length or of a number", () => {
  const text = `
model User {
  id      Int      @id
  card    Card?
  members Member[]
}
model Card {
  id     Int    @id
  holder String @db.VarChar(7)
  user   User   @relation(fields: [userId], references: [id])
  userId Int    @unique
}
model Team {
  id      Int      @id
  members Member[]
}
model Member {
  user   User @relation(fields: [userId], references: [id])
  userId Int
  team   Team @relation(fields: [teamId], references: [id])
  teamId Int
  @@id([userId, teamId])
}`;
  const rowsOf = async (simulation: Simulation, table: string) => (await simulation.sample(table)).toRows();

  it("holds by construction: one card a user, no member twice, texts that fit", async () => {
    const rows = { User: 400, Team: 12 };
    const simulation: Simulation = await Simulation.create(modelFromPrisma(text), { seed: 4, rows });
    const cards = await rowsOf(simulation, "Card");
    // 0.8 of 400, five standard deviations of 8.
    expect(Math.abs(cards.length - 320)).toBeLessThan(40);
    expect(new Set(cards.map(({ userId }) => userId)).size).toBe(cards.length);
    expect(cards.every(({ holder }) => (holder as string).length <= 7)).toBe(true);
    expect(cards.some(({ holder }) => (holder as string).length === 7)).toBe(true);
    expect(Object.keys(cards[0]!)).toEqual(["id", "holder", "userId"]);
    const members = await rowsOf(simulation, "Member");
    expect(members.length).toBeGreaterThan(1_000);
    expect(new Set(members.map(({ userId, teamId }) => `${userId} ${teamId}`)).size).toBe(members.length);
    expect(new Set(members.map(({ teamId }) => teamId)).size).toBe(12);
  });

  it("is read from lists of JSON schemas, dates of zod and composite keys of Drizzle", async () => {
    const item = { type: "object", properties: { sku: { type: "string", maxLength: 3 } }, required: ["sku"] };
    const list = { type: "array", minItems: 2, maxItems: 4, items: item };
    const order = { type: "object", properties: { id: { type: "integer" }, items: list }, required: ["id"] };
    const simulation: Simulation = await Simulation.create(modelFromJsonSchema(order, "orders"), {
      rows: { orders: 300 },
    });
    const items = await rowsOf(simulation, "orders_items");
    const counts = new Map<unknown, number>();
    for (const { orders_id: id } of items) counts.set(id, (counts.get(id) ?? 0) + 1);
    expect(new Set(counts.values())).toEqual(new Set([2, 3, 4]));
    expect(counts.size).toBe(300);
    expect(items.every(({ sku }) => (sku as string).length <= 3)).toBe(true);

    const zod = {
      toJSONSchema: (_: unknown, { override }: { override: (context: never) => void }) => {
        const day = {};
        const zodSchema = { _zod: { def: { type: "date" } } };
        override({ zodSchema, jsonSchema: day } as never);
        return { type: "object", properties: { day }, required: ["day"] };
      },
    };
    expect(modelFromZod({}, zod as never, "t").tables.t!.columns.day).toMatchObject({ type: "datetime" });

    class PrimaryKeyBuilder {
      readonly columns: readonly object[];
      constructor(columns: readonly object[]) {
        this.columns = columns;
      }
    }
    Object.assign(PrimaryKeyBuilder, { [Symbol.for("drizzle:entityKind")]: "PgPrimaryKeyBuilder" });
    const column = (name: string) => ({
      name,
      dataType: "number",
      columnType: "PgInteger",
      notNull: true,
      primary: name === "id",
      isUnique: false,
    });
    const table = (name: string, columns: object, more: object = {}) => ({
      [Symbol.for("drizzle:Name")]: name,
      [Symbol.for("drizzle:Columns")]: columns,
      ...more,
    });
    const [id, a, b] = ["id", "a", "b"].map(column);
    const [left, right] = ["left", "right"].map((name) => table(name, { id }));
    const pairs = table(
      "pairs",
      { a, b },
      {
        [Symbol.for("drizzle:PgInlineForeignKeys")]: [
          { reference: () => ({ columns: [a], foreignTable: left, foreignColumns: [id] }) },
          { reference: () => ({ columns: [b], foreignTable: right, foreignColumns: [id] }) },
        ],
        [Symbol.for("drizzle:ExtraConfigColumns")]: { a, b },
        [Symbol.for("drizzle:ExtraConfigBuilder")]: (own: { a: object; b: object }) => [
          new PrimaryKeyBuilder([own.a, own.b]),
        ],
      },
    );
    expect(modelFromDrizzle({ left, right, pairs }).tables.pairs!.picks).toEqual({
      b: { table: "right", distinct: true },
    });
  });
});

describe("a Drizzle schema", () => {
  it("becomes tables from what Drizzle keeps under its symbols", async () => {
    const column = (name: string, dataType: string, columnType: string, more: object = {}) => ({
      name,
      dataType,
      columnType,
      notNull: true,
      primary: false,
      isUnique: false,
      enumValues: undefined,
      ...more,
    });
    const table = (name: string, columns: object, keys: unknown[] = []) => ({
      [Symbol.for("drizzle:Name")]: name,
      [Symbol.for("drizzle:Columns")]: columns,
      [Symbol.for("drizzle:PgInlineForeignKeys")]: keys,
    });
    const id = column("id", "number", "PgSerial", { primary: true });
    const users = table("users", {
      id,
      born: column("born", "string", "PgDateString"),
      role: column("role", "string", "PgEnumColumn", { enumValues: ["a", "b"] }),
    });
    const userId = column("user_id", "number", "PgInteger");
    const orders = table(
      "orders",
      {
        id: column("id", "string", "PgUUID", { primary: true }),
        userId,
        total: column("total", "string", "PgNumeric"),
      },
      [{ reference: () => ({ columns: [userId], foreignTable: users, foreignColumns: [id] }) }],
    );
    const model = modelFromDrizzle({ users, orders, other: 3 });
    expect(model.tables.orders!.parent?.table).toBe("users");
    const simulation = await Simulation.create(model, { rows: { users: 20 } });
    const row = (await simulation.sample("orders")).toRows()[0]!;
    expect(Object.keys(row)).toEqual(["id", "user_id", "total"]);
    expect(typeof row.total).toBe("number");
    expect(
      (await simulation.sample("users")).toRows().every(({ role }) => role === "a" || role === "b"),
    ).toBe(true);
    expect(() => modelFromDrizzle({})).toThrow(expect.objectContaining({ code: "VERISIM_SCHEMA" }));
  });
});

describe("a real table", () => {
  it("becomes a model with its distributions, categories, gaps and correlations", async () => {
    const rows = 3_000;
    const random = (name: string, row: number) => new RowRandom(streamKey(7, name), row).uniform();
    const x = Float64Array.from(
      { length: rows },
      (_, row) => random("x", row) + random("y", row) + random("z", row),
    );
    const table = new Table([
      numberColumn(
        "id",
        Float64Array.from({ length: rows }, (_, row) => row),
      ),
      textColumn(
        "code",
        Array.from(x, (_, row) => `C-${String(row).padStart(5, "0")}`),
      ),
      textColumn(
        "ticket",
        Array.from(x, (_, row) => `${row % 7}AB${row}`),
      ),
      numberColumn("x", x),
      numberColumn(
        "y",
        x.map((value, row) => Math.exp(value + 0.3 * random("e", row))),
      ),
      numberColumn(
        "odd",
        x.map((_, row) => (row % 4 === 0 ? 5000 : row % 4)),
      ),
      textColumn(
        "plan",
        Array.from(x, (_, row) =>
          row % 10 === 0 ? null : row % 3 === 0 ? "pro" : row === 1 ? "only one" : "free",
        ),
      ),
      numberColumn(
        "day",
        Float64Array.from({ length: rows }, (_, row) => Date.UTC(2024, 0, 1 + (row % 100)) * 1000),
      ),
    ]);
    const metadata = {
      columns: {
        id: { sdtype: "id" },
        code: { sdtype: "id" },
        ticket: { sdtype: "id" },
        x: { sdtype: "numerical" },
        y: { sdtype: "numerical" },
        odd: { sdtype: "numerical", decimals: 0 },
        plan: { sdtype: "categorical" },
        day: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
      },
      primaryKey: "id",
    };
    const model = await modelFromTable(table, metadata, { name: "real" });
    const { columns, correlations } = model.tables.real!;
    expect(columns.id).toEqual({ key: "sequence" });
    expect(columns.code).toEqual({ key: "sequence", prefix: "C-", digits: 5 });
    expect(columns.ticket).toEqual({ key: "sequence", digits: 4 });
    expect(columns.y).toMatchObject({ distribution: "lognormal" });
    expect(columns.odd).toHaveProperty("quantiles");
    expect(columns.plan).toMatchObject({ missing: 0.1, categories: { other: expect.any(Number) } });
    expect(JSON.stringify(columns)).not.toContain("only one");
    expect(correlations?.[0]?.matrix[0]?.[1]).toBeGreaterThan(0.9);
    const made = await (await Simulation.create(model, { seed: 3 })).sample("real");
    const numbers = (one: Table, name: string) => (one.column(name) as { values: Float64Array }).values;
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const name of ["x", "y"])
      expect(Math.abs(mean(numbers(made, name)) / mean(numbers(table, name)) - 1)).toBeLessThan(0.03);
    expect(new Date(Math.max(...numbers(made, "day")) / 1000).toISOString() < "2024-04-10").toBe(true);
  });
});

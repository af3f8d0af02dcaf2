// Models to start from: they simulate as they are, and say what the schema says.

import { describe, expect, it } from "vitest";
import { Simulation } from "../engine/simulation.ts";
import { modelFromDrizzle } from "./from-drizzle.ts";
import { modelFromJsonSchema, modelFromZod } from "./from-json-schema.ts";
import { modelFromPrisma } from "./from-prisma.ts";

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

describe("a relation of lists on both sides in Prisma", () => {
  const model = (name: string, fields: string) => `model ${name} {\n  id Int @id\n${fields}\n}\n`;

  it("becomes the table that Prisma makes for it, in which no pair comes twice", async () => {
    const text =
      model(
        "Post",
        'tags Tag[]\n  liked User[] @relation("Likes")\n  author User @relation(fields: [authorId], references: [id])\n  authorId Int',
      ) +
      model("Tag", "posts Post[]") +
      model(
        "User",
        'likes Post[] @relation("Likes")\n  posts Post[]\n  friends User[] @relation("F")\n  of User[] @relation("F")',
      );
    const warnings: string[] = [];
    const made = modelFromPrisma(text, "blog", { onWarning: (line) => warnings.push(line) });
    expect(Object.keys(made.tables)).toEqual(["Post", "Tag", "User", "_PostToTag", "_Likes"]);
    expect(warnings).toContain('Property "User.friends" is left out: a relation of a model to itself.');
    const simulation: Simulation = await Simulation.create(made, { seed: 1, rows: { Tag: 20, User: 30 } });
    const pairs = (await simulation.sample("_PostToTag")).toRows();
    const posts = new Set((await simulation.sample("Post")).toRows().map(({ id }) => id));
    expect(pairs.length).toBeGreaterThan(100);
    expect(new Set(pairs.map(({ A, B }) => `${A} ${B}`)).size).toBe(pairs.length);
    expect(pairs.every(({ A, B }) => posts.has(A!) && (B as number) >= 1 && (B as number) <= 20)).toBe(true);
  });
});

describe("values that Prisma and Drizzle have and tables have not", () => {
  it("are child tables where they are lists, and are named where they are left out", async () => {
    const warnings: string[] = [];
    const text = `
enum Tag { NEW SALE }
model Item {
  id    String   @id @default(uuid())
  tags  Tag[]
  marks Int[]
  more  Json?
  kinds Kind[]
}
model Kind {
  a     Int
  names String[]
  item  Item?   @relation(fields: [x, y], references: [p, q])
  @@id([a])
}`.replace("NEW SALE", "NEW\n SALE\n");
    const model = modelFromPrisma(text, "shop", { onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual([
      'Property "Item.more" is left out: values of type Json.',
      'Property "Kind.item" is left out: a relation by several columns.',
      'Property "Kind.names" is left out: a list of a model without a key.',
    ]);
    expect(Object.keys(model.tables)).toEqual(["Item", "Item_tags", "Item_marks", "Kind"]);
    const simulation: Simulation = await Simulation.create(model, { rows: { Item: 100 } });
    const ids = new Set((await simulation.sample("Item")).toRows().map(({ id }) => id));
    const tags = (await simulation.sample("Item_tags")).toRows();
    expect(tags.length).toBeGreaterThan(150);
    expect(
      tags.every(({ Item_id, value }) => ids.has(Item_id!) && ["NEW", "SALE"].includes(value as string)),
    ).toBe(true);
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
    const warnings: string[] = [];
    const notes = table("notes", { body: column("body", "json", "PgJsonb") });
    modelFromDrizzle({ notes, users }, "d", { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual(['Property "notes.body" is a text: there is nothing like json.']);
    const labels = column("labels", "array", "PgArray", { baseColumn: column("labels", "string", "PgText") });
    const posts = table("posts", { id, labels });
    const listed = modelFromDrizzle({ posts }, "d", { onWarning: (text) => warnings.push(text) });
    expect(warnings).toHaveLength(1);
    expect(listed.tables.posts!.columns).toEqual({ id: { key: "sequence" } });
    expect(listed.tables.posts_labels).toMatchObject({
      parent: { table: "posts" },
      columns: { posts_id: { formula: "parent.id" }, value: { faker: "lorem.word" } },
    });
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

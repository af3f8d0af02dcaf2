import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VerisimError } from "./errors.ts";
import type { Metadata } from "./metadata.ts";
import { foreignFields, fromSdvMetadata, tableMetadata, toSdvMetadata } from "./sdv-metadata.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), "utf8");
const shop = JSON.parse(fixture("sdv-shop-v1.json"));
const oneTable = (columns: object, rest: object = {}): unknown => ({
  METADATA_SPEC_VERSION: "V1",
  tables: { t: { columns, ...rest } },
  relationships: [],
});

function errorOf(json: unknown): VerisimError {
  try {
    fromSdvMetadata(json);
  } catch (error) {
    if (VerisimError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("read");
}

describe("fromSdvMetadata", () => {
  test("reads tables, keys and relationships of V1", () => {
    const metadata = fromSdvMetadata(fixture("sdv-shop-v1.json"));
    expect(Object.keys(metadata.tables)).toEqual(["customers", "orders"]);
    const { customers, orders } = metadata.tables;
    expect(customers!.primaryKey).toBe("customer_id");
    expect(customers!.alternateKeys).toEqual(["email"]);
    expect(customers!.columnRelationships).toEqual([{ type: "address", columnNames: ["street", "city"] }]);
    expect(customers!.columns).toMatchObject({
      customer_id: { sdtype: "id", regexFormat: "C[0-9]{4}" },
      email: { sdtype: "email", pii: true },
      age: { sdtype: "numerical", numberStyle: "integer" },
      size: { sdtype: "ordinal", rangeValues: ["1", "2", "10"] },
      active: { sdtype: "boolean" },
    });
    expect(orders!.columns["placed"]).toEqual({ sdtype: "datetime", datetimeFormat: "%d.%m.%Y" });
    expect(metadata.relationships).toEqual([
      { parentTable: "customers", parentKey: "customer_id", childTable: "orders", childKey: "customer" },
    ]);
  });

  test("reads a single table of the older form under the name given", () => {
    const metadata = fromSdvMetadata(fixture("sdv-single-table-v1.json"), { tableName: "visits" });
    expect(tableMetadata(metadata)).toMatchObject({
      primaryKey: "visit",
      sequenceKey: "patient",
      sequenceIndex: "day",
      columns: { ward: { sdtype: "categorical" } },
    });
    expect(Object.keys(metadata.tables)).toEqual(["visits"]);
  });

  test("reads the fields of SDV 2", () => {
    const columns = {
      x: { sdtype: "numerical", range_min: 0, range_max: 1.5, range_is_nullable: true, decimal_places: 2 },
      d: { sdtype: "datetime", datetime_format: "%d.%m.%Y", range_min: "02.01.1970" },
      c: { sdtype: "categorical", range_values: ["a", true, 3], high_cardinality: false },
      n: { sdtype: "boolean", nullable: false },
    };
    const read = tableMetadata(fromSdvMetadata(oneTable(columns)));
    expect(read.columns["x"]).toEqual({
      sdtype: "numerical",
      rangeMin: 0,
      rangeMax: 1.5,
      nullable: true,
      decimals: 2,
    });
    expect(read.columns["d"]).toMatchObject({ rangeMin: 86_400_000_000 });
    expect(read.columns["c"]).toMatchObject({ rangeValues: ["a", "true", "3"] });
    expect(read.columns["n"]).toEqual({ sdtype: "boolean", nullable: false });
  });

  test.each<[string, unknown, object, string]>([
    ["no JSON", "{", {}, "Expected metadata as JSON but received other text"],
    ["a list", [], {}, 'Expected an object as "metadata" but received [].'],
    [
      "another version",
      { METADATA_SPEC_VERSION: "V9" },
      {},
      'V1 or V2 as "METADATA_SPEC_VERSION" but received "V9".',
    ],
    [
      "no columns",
      {},
      { table: "table" },
      'Expected an object of columns as "columns" but received nothing.',
    ],
    [
      "a column without sdtype",
      oneTable({ a: {} }),
      { table: "t", column: "a" },
      'Expected text as "sdtype"',
    ],
    [
      "a number for a format",
      oneTable({ a: { sdtype: "datetime", datetime_format: 5 } }),
      { table: "t", column: "a" },
      'Expected text as "datetime_format" but received 5.',
    ],
    [
      "a range outside the format",
      oneTable({ a: { sdtype: "datetime", range_min: "soon" } }),
      { table: "t", column: "a" },
      'a date in the column\'s format as "range_min" but received "soon".',
    ],
    [
      "a key of no column",
      oneTable({ a: { sdtype: "id" } }, { primary_key: "b" }),
      { column: "b" },
      '"primary_key"',
    ],
    [
      "an empty key",
      oneTable({ a: { sdtype: "id" } }, { primary_key: [] }),
      { table: "t" },
      "at least one column",
    ],
    [
      "keys in a text",
      oneTable({ a: { sdtype: "id" } }, { alternate_keys: "a" }),
      { table: "t" },
      "a list of keys",
    ],
    [
      "a relationship to no table",
      { tables: {}, relationships: [{ parent_table_name: "toString" }] },
      {},
      'Expected the name of a table of the metadata as "parent_table_name" but received "toString".',
    ],
  ])("refuses %s, naming the place", (_, json, where, message) => {
    const error = errorOf(json);
    expect(error.code).toBe("VERISIM_METADATA");
    expect(error.message).toContain(message);
    expect(error.where).toMatchObject(where);
  });

  test("keeps hostile names harmless", () => {
    const json =
      '{"tables":{"__proto__":{"columns":{"__proto__":{"sdtype":"id","__proto__":{"polluted":1}}}}}}';
    const metadata = fromSdvMetadata(json);
    expect(Object.keys(metadata.tables)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect(JSON.stringify(toSdvMetadata(metadata))).toContain(
      '"__proto__":{"columns":{"__proto__":{"sdtype":"id"',
    );
  });

  test("gives metadata or a coded error for any JSON", () => {
    const key = fc.constantFrom("a", "b", "__proto__", "sdtype", "constructor");
    const column = fc.record(
      {
        sdtype: fc.oneof(
          fc.constantFrom("id", "numerical", "categorical", "datetime", "ordinal"),
          fc.jsonValue(),
        ),
        pii: fc.jsonValue({ maxDepth: 1 }),
        order: fc.jsonValue({ maxDepth: 1 }),
        range_values: fc.jsonValue({ maxDepth: 1 }),
        range_min: fc.oneof(fc.constant("2020-01-01"), fc.jsonValue({ maxDepth: 1 })),
        datetime_format: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 })),
        decimal_places: fc.jsonValue({ maxDepth: 1 }),
        verisim: fc.jsonValue(),
        other: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const table = fc.record(
      {
        columns: fc.oneof(fc.dictionary(key, column), fc.jsonValue()),
        primary_key: fc.oneof(key, fc.array(key), fc.jsonValue()),
        alternate_keys: fc.oneof(fc.array(key), fc.jsonValue()),
        column_relationships: fc.jsonValue(),
        x: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const json = fc.oneof(
      fc.jsonValue(),
      table,
      fc.record(
        { tables: fc.dictionary(key, table), relationships: fc.jsonValue() },
        { requiredKeys: ["tables"] },
      ),
    );
    fc.assert(
      fc.property(json, (value) => {
        let metadata: Metadata;
        try {
          metadata = fromSdvMetadata(JSON.stringify(value));
        } catch (error) {
          if (!VerisimError.isInstance(error)) throw error;
          expect(error.code).toBe("VERISIM_METADATA");
          return;
        }
        for (const version of ["V1", "V2"] as const) {
          const written = JSON.stringify(toSdvMetadata(metadata, { extensions: true, version }));
          expect(JSON.stringify(toSdvMetadata(fromSdvMetadata(written), { extensions: true, version }))).toBe(
            written,
          );
        }
      }),
      { numRuns: 600, seed: 8 },
    );
  });
});

describe("toSdvMetadata", () => {
  test("gives back the V1 file that was read, numbers in lists and all", () => {
    expect(toSdvMetadata(fromSdvMetadata(shop))).toEqual(shop);
  });

  test("keeps fields of other programs", () => {
    const json = {
      METADATA_SPEC_VERSION: "V1",
      tables: { t: { columns: { a: { sdtype: "id", comment: { by: "me" } } }, owner: "us" } },
      relationships: [],
      made: 2024,
    };
    const metadata = fromSdvMetadata(json);
    const copied = { ...metadata, tables: { t: { ...metadata.tables["t"]! } } };
    expect(toSdvMetadata(copied)).toEqual(json);
    expect(Object.getOwnPropertySymbols(metadata)).toEqual([foreignFields]);
  });

  const rich: Metadata = {
    tables: {
      t: {
        columns: {
          price: { sdtype: "numerical", physical: "DOUBLE", numberStyle: "fixed", decimals: 2, rangeMin: 0 },
          when: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d", timeZone: "Z", rangeMax: 86_400_000_000 },
          grade: { sdtype: "ordinal", rangeValues: ["low", "high"], nullable: true },
          mail: { sdtype: "email", pii: true, locales: ["de"] },
          kind: { sdtype: "categorical", missingText: "?" },
        },
        primaryKey: ["kind", "when"],
      },
    },
    relationships: [],
  };

  test("writes what V1 knows unless asked for more", () => {
    expect(toSdvMetadata(rich)).toEqual({
      METADATA_SPEC_VERSION: "V1",
      tables: {
        t: {
          columns: {
            price: { sdtype: "numerical" },
            when: { sdtype: "datetime", datetime_format: "%Y-%m-%d" },
            grade: { sdtype: "categorical", order: ["low", "high"] },
            mail: { sdtype: "email", pii: true },
            kind: { sdtype: "categorical" },
          },
          primary_key: ["kind", "when"],
        },
      },
      relationships: [],
    });
  });

  test("writes ranges, decimals and ordinal columns in V2", () => {
    expect(toSdvMetadata(rich, { version: "V2" })).toMatchObject({
      METADATA_SPEC_VERSION: "V2",
      tables: {
        t: {
          columns: {
            price: { sdtype: "numerical", decimal_places: 2, range_min: 0 },
            when: { sdtype: "datetime", datetime_format: "%Y-%m-%d", range_max: "1970-01-02" },
            grade: { sdtype: "ordinal", range_values: ["low", "high"], range_is_nullable: true },
          },
        },
      },
    });
  });

  test.each(["V1", "V2"] as const)("loses nothing of ours in %s with extensions", (version) => {
    const json = JSON.stringify(toSdvMetadata(rich, { extensions: true, version }));
    const back = fromSdvMetadata(json);
    for (const [name, column] of Object.entries(rich.tables["t"]!.columns))
      expect(back.tables["t"]!.columns[name]).toMatchObject(column);
    expect(back.tables["t"]!.primaryKey).toEqual(["kind", "when"]);
  });
});

describe("tableMetadata", () => {
  test("finds the only table, or the named one, or says what there is", () => {
    const metadata = fromSdvMetadata(shop);
    expect(tableMetadata(metadata, "orders")).toBe(metadata.tables["orders"]);
    expect(() => tableMetadata(metadata)).toThrow(
      expect.objectContaining({
        code: "VERISIM_METADATA",
        message: expect.stringContaining("received 2 tables"),
      }),
    );
    expect(() => tableMetadata(metadata, "order")).toThrow(
      expect.objectContaining({ hint: 'Did you mean "orders"?' }),
    );
  });
});

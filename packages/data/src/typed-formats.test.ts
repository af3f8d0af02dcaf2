import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { dictionaryColumn, numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTable, writeTable } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "verisim-typed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

/** Another reader of Parquet than ours. */
async function query(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const allTypes = `SELECT
  i::INTEGER AS id, (i % 7)::TINYINT AS tiny, (i * 3)::SMALLINT AS small, i::UINTEGER AS u32,
  (i * 1000000007000)::BIGINT AS big, (9007199254740993 + i)::BIGINT AS exact_key, (i * 1.25)::DECIMAL(18,2) AS price,
  (i * 1.25)::DECIMAL(38,4) AS wide, DATE '2020-01-01' + i::INT AS day,
  TIMESTAMP '2020-01-01 00:00:00.25' + to_seconds(i) AS moment, TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_seconds(i) AS instant,
  (TIMESTAMP '2020-01-01' + to_seconds(i))::TIMESTAMP_MS AS ms, TIME '10:00:00' + to_seconds(i) AS clock,
  CASE WHEN i % 3 = 0 THEN NULL ELSE i % 2 = 0 END AS flag, i / 3.0::DOUBLE AS ratio, (i / 4)::FLOAT AS single,
  CASE WHEN i % 5 = 0 THEN NULL ELSE 'v"é' || (i % 30) END AS word, '00' || i AS padded,
  ('00000000-0000-4000-8000-0000000' || (10000 + i))::UUID AS token, '\\xAB\\x00z'::BLOB AS bytes, NULL::INTEGER AS nothing
  FROM range(200) r(i)`;

describe("Parquet", () => {
  beforeAll(async () => {
    await query(`COPY (${allTypes}) TO '${at("types.parquet")}' (FORMAT parquet)`);
  });

  it("gives every type and value back", async () => {
    const { table, metadata } = await readTable(at("types.parquet"));
    await writeTable(at("copy.parquet"), table, metadata);
    const describeFile = (name: string): Promise<unknown[][]> =>
      query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${at(name)}')`);
    // Parquet has a width for every type here but TIMESTAMP_MS, which readers may widen.
    expect(await describeFile("copy.parquet")).toEqual(await describeFile("types.parquet"));
    const difference = (one: string, two: string): Promise<unknown[][]> =>
      query(`SELECT count(*)::INT FROM (SELECT * FROM '${at(one)}' EXCEPT ALL SELECT * FROM '${at(two)}')`);
    expect(await difference("types.parquet", "copy.parquet")).toEqual([[0]]);
    expect(await difference("copy.parquet", "types.parquet")).toEqual([[0]]);
  });

  it("finds what the columns mean", async () => {
    const { metadata } = await readTable(at("types.parquet"));
    const { columns } = metadata;
    expect(metadata.primaryKey).toBe("id");
    expect(columns["price"]).toEqual({
      sdtype: "numerical",
      physical: "DECIMAL(18,2)",
      numberStyle: "fixed",
      decimals: 2,
    });
    expect(columns["tiny"]).toMatchObject({
      sdtype: "categorical",
      rangeValues: ["0", "1", "2", "3", "4", "5", "6"],
    });
    expect(columns["day"]).toEqual({ sdtype: "datetime", physical: "DATE", datetimeFormat: "%Y-%m-%d" });
    expect(columns["moment"]).toMatchObject({ datetimeFormat: "%Y-%m-%d %H:%M:%S.%f" });
    expect(columns["instant"]).toMatchObject({ datetimeFormat: "%Y-%m-%d %H:%M:%S%z", timeZone: "+00:00" });
    expect(columns["flag"]).toEqual({ sdtype: "boolean", physical: "BOOLEAN", nullable: true });
    expect(columns["exact_key"]).toMatchObject({ sdtype: "id", physical: "BIGINT" });
    expect(columns["padded"]).toMatchObject({ physical: "VARCHAR" });
    expect(columns["ratio"]).toEqual({ sdtype: "numerical", physical: "DOUBLE", numberStyle: "point" });
  });

  it("keeps nested values as JSON text", async () => {
    await query(
      `COPY (SELECT {'a': i % 3, 'b': [1, i % 2]} AS nested FROM range(20) r(i)) TO '${at("nested.parquet")}' (FORMAT parquet)`,
    );
    const { table, metadata } = await readTable(at("nested.parquet"));
    expect(table.toRows()[1]).toEqual({ nested: '{"a":1,"b":[1,1]}' });
    await writeTable(at("nested2.parquet"), table, metadata);
    const rows = await query(`SELECT nested->>'$.b[1]' FROM '${at("nested2.parquet")}' LIMIT 2`);
    expect(rows).toEqual([["0"], ["1"]]);
  });

  it("writes row groups that other readers read, whatever the batches", async () => {
    const rows = 150_000;
    const values = Float64Array.from({ length: rows }, (_, row) => (row % 11 === 0 ? Number.NaN : row / 7));
    const codes = Int32Array.from({ length: rows }, (_, row) => (row % 13) - 1);
    const wide = Int32Array.from({ length: rows }, (_, row) => row);
    const table = new Table([
      numberColumn("x", values),
      numberColumn(
        "k",
        values.map((_, row) => row % 300),
      ),
      dictionaryColumn(
        "c",
        codes,
        Array.from({ length: 12 }, (_, code) => `c${code}`),
      ),
      dictionaryColumn(
        "u",
        wide,
        Array.from({ length: rows }, (_, code) => `u${code}`),
      ),
    ]);
    const metadata: TableMetadata = {
      columns: {
        x: { sdtype: "numerical" },
        k: { sdtype: "numerical", numberStyle: "integer" },
        c: { sdtype: "categorical" },
        u: { sdtype: "id" },
      },
    };
    await writeTable(at("groups.parquet"), table, metadata);
    const sums = await query(
      `SELECT count(*)::INT, count(x)::INT, sum(k)::INT, count(c)::INT, count(DISTINCT u)::INT,
              max(abs(x - file_row_number / 7))::DOUBLE, sum((u = 'u' || file_row_number)::INT)::INT
       FROM read_parquet('${at("groups.parquet")}', file_row_number = true)`,
    );
    const missing = Math.ceil(rows / 11);
    expect(sums).toEqual([
      [rows, rows - missing, 500 * ((299 * 300) / 2), rows - Math.ceil(rows / 13), rows, 0, rows],
    ]);
    const back = await readTable(at("groups.parquet"));
    expect(back.table.column("x")).toEqual(table.column("x"));
    expect(back.table.rowCount).toBe(rows);
  });

  it("gives any texts and numbers back", async () => {
    const row = fc.tuple(
      fc.option(fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.toWellFormed())),
      fc.option(fc.double({ noNaN: true })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
        const table = new Table([
          textColumn(
            "t'\"é",
            rows.map(([text]) => text),
          ),
          numberColumn(
            "n",
            rows.map(([, value]) => value ?? Number.NaN),
          ),
        ]);
        const metadata: TableMetadata = {
          columns: { "t'\"é": { sdtype: "categorical" }, n: { sdtype: "numerical" } },
        };
        await writeTable(at("any.parquet"), table, metadata);
        const back = await readTable(at("any.parquet"), { metadata });
        expect(back.table.toRows()).toEqual(table.toRows());
      }),
      { seed: 7, numRuns: 10 },
    );
  });

  it("refuses texts that are no values of the column's type", async () => {
    const table = new Table([textColumn("id", ["12", "x7"])]);
    const metadata: TableMetadata = { columns: { id: { sdtype: "id", physical: "BIGINT" } } };
    await expect(writeTable(at("bad.parquet"), table, metadata)).rejects.toMatchObject({
      code: "VERISIM_TYPE_MISMATCH",
      where: { column: "id" },
    });
  });

  it("chooses types for the columns of a text file", async () => {
    const days = Array.from(
      { length: 12 },
      (_, i) => `${i},${i}.5,${i % 3},2024-01-${10 + i},2024-01-01 10:00:${10 + i}Z\n`,
    );
    writeFileSync(at("plain.csv"), `n,x,c,d,t\n${days.join("")}`);
    const { table, metadata } = await readTable(at("plain.csv"));
    await writeTable(at("plain.parquet"), table, metadata);
    expect(await query(`SELECT column_type FROM (DESCRIBE SELECT * FROM '${at("plain.parquet")}')`)).toEqual([
      ["BIGINT"],
      ["DOUBLE"],
      ["BIGINT"],
      ["DATE"],
      ["TIMESTAMP WITH TIME ZONE"],
    ]);
  });
});

describe("Arrow", () => {
  it("gives every type and value back", async () => {
    await query(`COPY (${allTypes}) TO '${at("types2.parquet")}' (FORMAT parquet)`);
    const source = await readTable(at("types2.parquet"));
    await writeTable(at("types.arrow"), source.table, source.metadata);
    const types = tableFromIPC(readFileSync(at("types.arrow"))).schema.fields.map((field) =>
      String(field.type),
    );
    expect(types).toEqual([
      "Int32",
      "Int8",
      "Int16",
      "Uint32",
      "Int64",
      "Int64",
      "Decimal[18e+2]",
      "Decimal[38e+4]",
      "Date32<DAY>",
      "Timestamp<MICROSECOND>",
      "Timestamp<MICROSECOND, UTC>",
      "Timestamp<MICROSECOND>",
      "Time64<MICROSECOND>",
      "Bool",
      "Float64",
      "Float32",
      "Utf8",
      "Utf8",
      "Utf8",
      "Binary",
      "Int32",
    ]);
    const back = await readTable(at("types.arrow"));
    expect(back.table.toRows()).toEqual(source.table.toRows());
    await writeTable(at("again.arrow"), back.table, back.metadata);
    expect(readFileSync(at("again.arrow")).equals(readFileSync(at("types.arrow")))).toBe(true);
  });

  it("keeps a named zone", async () => {
    const table = new Table([numberColumn("t", [1.6e15, 1.7e15, Number.NaN])]);
    const metadata: TableMetadata = {
      columns: {
        t: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d %H:%M:%S%z", timeZone: "Europe/Berlin" },
      },
    };
    await writeTable(at("zone.arrow"), table, metadata);
    const back = await readTable(at("zone.arrow"));
    expect(back.metadata.columns["t"]).toMatchObject({ timeZone: "Europe/Berlin" });
    expect(back.table.toRows()).toEqual(table.toRows());
    await writeTable(at("zone.csv"), back.table, back.metadata);
    expect(readFileSync(at("zone.csv"), "utf8")).toBe(
      "t\n2020-09-13 14:26:40+02:00\n2023-11-14 23:13:20+01:00\n\n",
    );
  });
});

describe("JSON", () => {
  it.each([
    ["numbers as written", '{"a":1.50,"b":3}\n{"a":0.25,"b":4}\n'],
    ["strings of digits", '{"a":"007"}\n{"a":"42"}\n'],
    ["booleans and nulls", '{"a":true,"b":null}\n{"a":false,"b":"x"}\n{"a":null,"b":""}\n'],
    ["nested values", '{"a":{"k":[1,"}"]}}\n{"a":[true]}\n'],
    ["mixed values", '{"a":1}\n{"a":"1"}\n{"a":[1]}\n'],
    ["escapes", '{"a":"\\"\\\\\\n\\u0000é😀"}\n{"a":"/"}\n'],
    ["numbers beyond doubles", '{"a":12345678901234567890}\n{"a":1}\n'],
    ["dates", '{"a":"2024-01-02"}\n{"a":"2023-01-02"}\n'],
    ["hostile names", '{"__proto__":"x","a\\"b":"y","":"z"}\n'],
  ])("gives %s back byte for byte", async (_, content) => {
    writeFileSync(at("rows.jsonl"), content);
    const { table, metadata } = await readTable(at("rows.jsonl"));
    await writeTable(at("rows2.jsonl"), table, metadata);
    expect(readFileSync(at("rows2.jsonl"), "utf8")).toBe(content);
  });

  it("reads lists, rows with other names in another order, and escapes in names", async () => {
    writeFileSync(at("list.json"), ' [ {"a" : 1, "b":"x"} ,\n{"b":"y","\\u0061":2, "c":true} ] ');
    const { table } = await readTable(at("list.json"));
    expect(table.toRows()).toEqual([
      { a: "1", b: "x", c: null },
      { a: "2", b: "y", c: "true" },
    ]);
  });

  it("reads rows that are cut by the pieces of the file", async () => {
    const long = "é".repeat(800_000);
    writeFileSync(at("long.jsonl"), [0, 1, 2].map((row) => `{"t":"${long}${row}"}\n`).join(""));
    const { table } = await readTable(at("long.jsonl"));
    expect(table.toRows()[2]).toEqual({ t: `${long}2` });
  });

  it("gives any texts back and refuses random bytes in order", async () => {
    const path = at("any.json");
    const texts = fc.array(fc.option(fc.string({ unit: "binary" })), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(texts, async (cells) => {
        const table = new Table([
          textColumn(
            "a",
            cells.map((text) => text?.toWellFormed() ?? null),
          ),
        ]);
        await writeTable(path, table, { columns: { a: { sdtype: "text" } } });
        const { table: back } = await readTable(path, { metadata: { columns: { a: { sdtype: "text" } } } });
        expect(back.toRows()).toEqual(table.toRows());
      }),
      { seed: 8, numRuns: 20 },
    );
    const bytes = fc.array(fc.constantFrom(...Buffer.from('{}[]",:a1.e-ntrue\\u \n\xe9', "latin1")), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        writeFileSync(path, Buffer.from(content));
        const result = await readTable(path).catch((error: unknown) => error);
        if (result instanceof Error)
          expect(result).toMatchObject({ code: expect.stringMatching(/^VERISIM_/) });
      }),
      { seed: 9, numRuns: 80 },
    );
  });
});

// What a Parquet file holds after its rows have gone through shared memory and another thread: every kind of column, and
// dictionaries that change from batch to batch.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import {
  type Column,
  dictionaryColumn,
  numberColumn,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import { afterAll, describe, expect, it } from "vitest";
import { openTableWriter, readTable, writeTable } from "../index.ts";

const folder = mkdtempSync(join(tmpdir(), "verisim-parquet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, "rows.parquet");

/** What another reader finds in the file. */
async function query(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql.replaceAll("FILE", `'${path}'`))).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function write(batches: readonly Table[], metadata: TableMetadata): Promise<void> {
  const writer = await openTableWriter(path, metadata);
  for (const batch of batches) await writer.append(batch);
  await writer.close();
  expect(readdirSync(folder)).toEqual(["rows.parquet"]);
}

const texts = (cells: readonly (string | null)[]): Table => new Table([textColumn("c", cells)]);
const categorical: TableMetadata = { columns: { c: { sdtype: "categorical" } } };
const typed = (physical: string, sdtype: "numerical" | "datetime" | "id" = "numerical"): TableMetadata => ({
  columns: { c: { sdtype, physical } },
});
const numbers = (values: readonly number[]): Table => new Table([numberColumn("c", values)]);

describe("dictionaries from batch to batch", () => {
  const rows = 20_000;
  /** Batches of one column whose cell in row i is `text(i)`. */
  const batches = (count: number, text: (row: number) => string | null): Table[] =>
    Array.from({ length: count }, (_, batch) =>
      texts(Array.from({ length: rows }, (_, row) => text(batch * rows + row))),
    );

  const expectCells = async (count: number, sql: string): Promise<void> =>
    expect(
      await query(`SELECT count(*)::INT, sum((c IS NOT DISTINCT FROM ${sql})::INT)::INT
        FROM read_parquet(FILE, file_row_number = true) t(c, r)`),
    ).toEqual([[count * rows, count * rows]]);

  it("have their texts in any order", async () => {
    await write(
      batches(5, (row) => (row % 7 === 3 ? null : `é${(row * 3 + Math.floor(row / rows)) % 5}`)),
      categorical,
    );
    await expectCells(5, `CASE WHEN r % 7 <> 3 THEN 'é' || ((r * 3 + r // ${rows}) % 5) END`);
  });

  it("get new texts after the first rows are written, more than once, in several columns", async () => {
    const cell = (row: number, every: number): string =>
      row === 59_999 || row >= 4 * rows ? `late ${row % every}` : `early ${row % every}`;
    const metadata: TableMetadata = {
      columns: { c: { sdtype: "categorical" }, d: { sdtype: "categorical" } },
    };
    await write(
      Array.from({ length: 6 }, (_, batch) => {
        const at = Array.from({ length: rows }, (_, row) => batch * rows + row);
        return new Table([
          textColumn(
            "c",
            at.map((row) => cell(row, 3)),
          ),
          textColumn(
            "d",
            at.map((row) => cell(row < 5 * rows ? 0 : row, 4)),
          ),
        ]);
      }),
      metadata,
    );
    const expected = (row: string, every: number): string =>
      `CASE WHEN ${row} = 59999 OR ${row} >= 80000 THEN 'late ' ELSE 'early ' END || (${row} % ${every})`;
    expect(
      await query(`SELECT count(*)::INT, sum((c = ${expected("r", 3)})::INT)::INT,
        sum((d = ${expected("(CASE WHEN r < 100000 THEN 0 ELSE r END)", 4)})::INT)::INT
        FROM read_parquet(FILE, file_row_number = true) t(c, d, r)`),
    ).toEqual([[6 * rows, 6 * rows, 6 * rows]]);
  });

  it("differ in every row, short and long", async () => {
    await write(
      batches(5, (row) => `${row}-${"ü".repeat(row % 11)}`),
      categorical,
    );
    await expectCells(5, "r || '-' || repeat('ü', r % 11)");
  });

  it("stand for whole numbers, of which one comes late that no whole number is", async () => {
    const metadata = typed("BIGINT", "id");
    await write(
      batches(5, (row) => (row % 9 === 0 ? null : `${9_007_199_254_740_993n + BigInt(row)}`)),
      metadata,
    );
    await expectCells(5, "CASE WHEN r % 9 <> 0 THEN 9007199254740993 + r END");
    const writer = await openTableWriter(join(folder, "refused.parquet"), metadata);
    for (const batch of batches(3, String)) await writer.append(batch);
    const late = async (): Promise<void> => {
      await writer.append(texts(["12", "1x"]));
      await writer.close();
    };
    await expect(late()).rejects.toMatchObject({
      code: "VERISIM_TYPE_MISMATCH",
      message: expect.stringContaining('"1x"'),
      where: { column: "c" },
    });
    expect(readdirSync(folder)).toEqual(["rows.parquet"]);
  });

  it("hold JSON, and later a text that is none", async () => {
    await write(
      [...batches(4, (row) => `{"k":[${row % 3}]}`), texts(["no { json"])],
      typed("STRUCT(k INT[])"),
    );
    expect(await query("SELECT count(*)::INT, any_value(typeof(c)), max(c) FROM FILE")).toEqual([
      [4 * rows + 1, "VARCHAR", '{"k":[2]}'],
    ]);
    await write(
      batches(4, (row) => `{"k":[${row % 3}]}`),
      typed("STRUCT(k INT[])"),
    );
    expect(await query("SELECT typeof(c), c->>'$.k[0]' FROM FILE LIMIT 2")).toEqual([
      ["JSON", "0"],
      ["JSON", "1"],
    ]);
  });

  it("may belong to arrays that the caller fills again", async () => {
    const codes = new Int32Array(rows);
    const values = new Float64Array(rows);
    const writer = await openTableWriter(path, { columns: {} });
    for (let batch = 0; batch < 8; batch++) {
      codes.fill(batch % 3);
      values.fill(batch);
      await writer.append(
        new Table([dictionaryColumn("c", codes, ["x", "y", "z"]), numberColumn("n", values)]),
      );
    }
    await writer.close();
    expect(
      await query(
        "SELECT n::INT, any_value(c), count(DISTINCT c)::INT, count(*)::INT FROM FILE GROUP BY 1 ORDER BY 1",
      ),
    ).toEqual(Array.from({ length: 8 }, (_, batch) => [batch, "xyz"[batch % 3], 1, rows]));
  });
});

describe("cells of each type", () => {
  it.each([
    ["TINYINT", [-128, 127, Number.NaN, -0.5, 2.5], ["-128", "127", null, "-1", "3"]],
    ["USMALLINT", [0, 65_535, 0.49999999999999994], ["0", "65535", "0"]],
    ["INTEGER", [-(2 ** 31), 2 ** 31 - 1], ["-2147483648", "2147483647"]],
    [
      "BIGINT",
      [-(2 ** 63), 2 ** 51, -(2 ** 51), 2 ** 53 - 1, -(2 ** 53), 1.5, -1.5, Number.NaN],
      [
        "-9223372036854775808",
        "2251799813685248",
        "-2251799813685248",
        "9007199254740991",
        "-9007199254740992",
        "2",
        "-2",
        null,
      ],
    ],
    ["UBIGINT", [0, 2 ** 64 - 2048, 2 ** 52 + 1], ["0", "18446744073709549568", "4503599627370497"]],
    ["DOUBLE", [0.1, -0, Number.POSITIVE_INFINITY, Number.NaN], ["0.1", "-0.0", "inf", null]],
    ["FLOAT", [0.1, 3e38], ["0.1", "3e+38"]],
    ["DECIMAL(9,2)", [1.005, -1234567.89, Number.NaN], ["1.00", "-1234567.89", null]],
    ["DECIMAL(38,3)", [0.5, 1e15], ["0.500", "1000000000000000.000"]],
  ])("%s", async (physical, values, cells) => {
    await write([numbers(values)], typed(physical));
    expect(await query("SELECT typeof(c), c::VARCHAR FROM FILE")).toEqual(
      cells.map((cell) => [physical, cell]),
    );
  });

  it.each([
    ["DATE", ["1969-12-31", "1970-01-01", "2255-06-05", null]],
    ["TIMESTAMP", ["1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "2255-06-05 23:47:34.740991", null]],
    [
      "TIMESTAMP_NS",
      ["1969-12-31 23:59:59.999999", "1970-01-01 00:00:00", "2255-06-05 23:47:34.740991", null],
    ],
  ])("%s", async (physical, cells) => {
    const late = Number.MAX_SAFE_INTEGER;
    await write([numbers([-1, 0, late, Number.NaN])], typed(physical, "datetime"));
    expect(await query("SELECT c::VARCHAR FROM FILE")).toEqual(cells.map((cell) => [cell]));
  });

  it.each([
    ["TINYINT", 128],
    ["UINTEGER", -1],
    ["BIGINT", 2 ** 63],
    ["INTEGER", Number.POSITIVE_INFINITY],
    ["DECIMAL(4,2)", 100],
  ])("%s refuses %d", async (physical, value) => {
    await expect(writeTable(path, numbers([1, value]), typed(physical))).rejects.toMatchObject({
      code: "VERISIM_TYPE_MISMATCH",
      message: expect.stringContaining(JSON.stringify(String(value))),
      where: { column: "c" },
    });
  });

  it("texts with every character, halves of surrogate pairs replaced", async () => {
    const cells = [
      "",
      "\0",
      "a\0b",
      "twelve bytes",
      "thirteen byte",
      "é😀",
      "\ud83d",
      "\ude00x",
      null,
      "😀".repeat(5000),
    ];
    await write([texts(cells)], categorical);
    const { table } = await readTable(path, { metadata: categorical });
    expect(table.toRows().map(({ c }) => c)).toEqual(cells.map((cell) => cell?.toWellFormed() ?? null));
  });
});

describe("shapes of tables", () => {
  const empty = (columns: readonly Column[], metadata: TableMetadata) =>
    write([new Table(columns)], metadata);

  it("no rows, and no batch", async () => {
    const metadata: TableMetadata = { columns: { n: { sdtype: "numerical" }, c: { sdtype: "categorical" } } };
    const described = [
      ["n", "DOUBLE"],
      ["c", "VARCHAR"],
    ];
    await empty([numberColumn("n", []), dictionaryColumn("c", [], [])], metadata);
    const describe = "SELECT column_name, column_type FROM (DESCRIBE FROM FILE)";
    expect(await query(describe)).toEqual(described);
    await write([], metadata);
    expect(await query(describe)).toEqual(described);
    expect(await query("SELECT count(*)::INT FROM FILE")).toEqual([[0]]);
  });

  it("columns without a cell", async () => {
    const rows = 70_000;
    const none = new Int32Array(rows).fill(-1);
    await write(
      [
        new Table([
          numberColumn("n", new Float64Array(rows).fill(Number.NaN)),
          dictionaryColumn("c", none, []),
          dictionaryColumn("k", none, ["unused"]),
          numberColumn("t", new Float64Array(rows).fill(Number.NaN)),
        ]),
      ],
      { columns: { t: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" } } },
    );
    expect(
      await query(
        "SELECT count(*)::INT, count(n)::INT, count(c)::INT, count(k)::INT, count(t)::INT, any_value(typeof(t)) FROM FILE",
      ),
    ).toEqual([[rows, 0, 0, 0, 0, "DATE"]]);
  });

  it("a hundred thousand categories", async () => {
    const count = 100_000;
    const dictionary = Array.from({ length: count }, (_, code) => `category number ${code}`);
    const codes = Int32Array.from({ length: 2 * count }, (_, row) => (row * 77_777) % count);
    await write([new Table([dictionaryColumn("c", codes, dictionary)])], categorical);
    expect(
      await query(`SELECT count(*)::INT, count(DISTINCT c)::INT,
        sum((c = 'category number ' || ((r * 77777) % ${count}))::INT)::INT
        FROM read_parquet(FILE, file_row_number = true) t(c, r)`),
    ).toEqual([[2 * count, count, 2 * count]]);
  });

  it("a thousand columns", async () => {
    const rows = 5_000;
    const columns = Array.from({ length: 1_000 }, (_, index): Column => {
      const name = `column ${index}`;
      return index % 2 === 0
        ? numberColumn(
            name,
            Float64Array.from({ length: rows }, (_, row) => row * index),
          )
        : dictionaryColumn(
            name,
            Int32Array.from({ length: rows }, (_, row) => (row + index) % 3),
            ["a", "b", "c"],
          );
    });
    await write([new Table(columns)], { columns: {} });
    expect(
      await query(`SELECT count(*)::INT, sum("column 0")::DOUBLE, sum("column 998")::DOUBLE,
        sum(("column 999" = substr('abc', 1 + ((r + 999) % 3)::INT, 1))::INT)::INT
        FROM (SELECT *, file_row_number AS r FROM read_parquet(FILE, file_row_number = true))`),
    ).toEqual([[rows, 0, (998 * rows * (rows - 1)) / 2, rows]]);
  });

  it("batches of every size", async () => {
    const sizes = [1, 2047, 2048, 2049, 0, 16_384, 16_385, 70_000, 3];
    let at = 0;
    const batches = sizes.map((size) => numbers(Array.from({ length: size }, () => at++)));
    await write(batches, typed("BIGINT"));
    expect(
      await query(
        "SELECT count(*)::INT, sum((c = r)::INT)::INT FROM read_parquet(FILE, file_row_number = true) t(c, r)",
      ),
    ).toEqual([[at, at]]);
  });

  it("batches of other kinds of columns are refused", async () => {
    const writer = await openTableWriter(path, categorical);
    await writer.append(texts(["a"]));
    await expect(writer.append(numbers([1]))).rejects.toMatchObject({
      code: "VERISIM_TABLE_SHAPE",
      where: { column: "c" },
    });
  });
});

describe("a process that", () => {
  const run = (body: string): { status: number | null; output: string } => {
    const source = new URL("../index.ts", import.meta.url).href;
    const script = `
      const { openTableWriter } = await import(${JSON.stringify(source)});
      const { numberColumn, Table } = await import("@verisim/core");
      const table = new Table([numberColumn("c", new Float64Array(200_000))]);
      const writer = await openTableWriter(${JSON.stringify(join(folder, "left.parquet"))}, { columns: {} });
      await writer.append(table);
      ${body}`;
    const child = spawnSync(
      process.execPath,
      ["--conditions=verisim-source", "--input-type=module", "--eval", script],
      { cwd: import.meta.dirname, encoding: "utf8", timeout: 40_000 },
    );
    return { status: child.status, output: child.stderr };
  };

  it.each([
    ["ends without closing its file", "", 0],
    ["leaves in the middle of a file", "writer.append(table); process.exit(7);", 7],
    ["fails in the middle of a file", "writer.append(table); throw new Error('stop here');", 1],
  ])("%s does so at once, and leaves nothing behind", (_, body, status) => {
    const child = run(body);
    expect(child.status, child.output).toBe(status);
    expect(readdirSync(folder).filter((name) => name.includes("left"))).toEqual([]);
  });
});

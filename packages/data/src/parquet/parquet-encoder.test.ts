// Files of our own writer, read back by the database: every cell, type and statistic.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  dictionaryColumn,
  numberColumn,
  RowRandom,
  streamKey,
  Table,
  type TableMetadata,
  textColumn,
} from "@verisim/core";
import { afterAll, describe, expect, it } from "vitest";
import { Database, sqlText } from "../duckdb/database.ts";
import { readTable } from "../read-table.ts";
import { openTableWriter, writeTable } from "../write-table.ts";
import { canEncodeParquet } from "./parquet-encoder.ts";

const folder = mkdtempSync(join(tmpdir(), "verisim-parquet-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const metadata: TableMetadata = {
  columns: {
    whole: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
    small: { sdtype: "numerical", physical: "INTEGER" },
    real: { sdtype: "numerical" },
    plan: { sdtype: "categorical" },
    text: { sdtype: "text" },
    yes: { sdtype: "boolean", physical: "BOOLEAN" },
    time: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d %H:%M:%S" },
    day: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d" },
    zoned: { sdtype: "datetime", datetimeFormat: "%Y-%m-%d %H:%M:%S%z" },
    none: { sdtype: "numerical" },
  },
};

/** Rows with a share of cells missing; texts of every length and script. */
function table(rows: number, seed: number): Table {
  const random = new RowRandom(streamKey(seed, "parquet"), 0);
  const maybe = <T>(value: T, none: T): T => (random.uniform() < 0.1 ? none : value);
  const numbers = (make: () => number) =>
    Float64Array.from({ length: rows }, () => maybe(make(), Number.NaN));
  const micros = () => Math.round((random.uniform() - 0.3) * 4e15);
  return new Table(
    [
      numberColumn(
        "whole",
        numbers(() => Math.round((random.uniform() - 0.5) * 2 ** (random.below(53) + 1)) + 0),
      ),
      numberColumn(
        "small",
        numbers(() => random.below(2 ** 31) - 2 ** 30),
      ),
      numberColumn(
        "real",
        numbers(() => (random.uniform() - 0.5) * 10 ** (random.below(40) - 20)),
      ),
      textColumn(
        "plan",
        Array.from({ length: rows }, () =>
          maybe(["pro", "free", "", "größer", "日本"][random.below(5)]!, null),
        ),
      ),
      textColumn(
        "text",
        Array.from({ length: rows }, (_, row) => maybe(`${"x".repeat(random.below(20))}${row}`, null)),
      ),
      dictionaryColumn(
        "yes",
        Int32Array.from({ length: rows }, () => random.below(3) - 1),
        ["false", "true"],
      ),
      numberColumn("time", numbers(micros)),
      numberColumn(
        "day",
        numbers(() => Math.floor(micros() / 86_400e6) * 86_400e6),
      ),
      numberColumn("zoned", numbers(micros)),
      numberColumn("none", new Float64Array(rows).fill(Number.NaN)),
    ],
    rows,
  );
}

describe("a Parquet file of our own writer", () => {
  it.each([1, 7, 8, 9, 1_000])("of %i rows comes back cell by cell", async (rows) => {
    const path = join(folder, `rows-${rows}.parquet`);
    const made = table(rows, rows);
    expect(canEncodeParquet(made, metadata)).toBe(true);
    await writeTable(path, made, metadata);
    const { table: back } = await readTable(path, { metadata });
    for (const column of made.columns)
      expect([column.name, back.select([column.name]).toRows()]).toEqual([
        column.name,
        made.select([column.name]).toRows(),
      ]);
  });

  it("has row groups of bounded size, and is the same however its rows came", async () => {
    const made = table(140_000, 1).select(["whole", "plan", "text", "yes", "time"]);
    const whole = join(folder, "whole.parquet");
    const parts = join(folder, "parts.parquet");
    await writeTable(whole, made, metadata);
    const writer = await openTableWriter(parts, metadata);
    for (let from = 0; from < made.rowCount; from += 17_001)
      await writer.append(made.slice(from, Math.min(made.rowCount, from + 17_001)));
    await writer.close();
    const database = await Database.open({
      paths: [whole, parts],
      memoryLimit: "512MB",
      overflowFolder: join(folder, "overflow"),
      signal: undefined,
    });
    try {
      const rows = async (sql: string) => database.rows(sql);
      expect(
        await rows(`SELECT DISTINCT row_group_num_rows FROM parquet_metadata(${sqlText(whole)}) ORDER BY 1`),
      ).toEqual([[8928n], [131072n]]);
      const [differences] = await rows(
        `SELECT count(*) FROM ((SELECT * FROM ${sqlText(whole)} EXCEPT ALL SELECT * FROM ${sqlText(parts)})
          UNION ALL (SELECT * FROM ${sqlText(parts)} EXCEPT ALL SELECT * FROM ${sqlText(whole)}))`,
      );
      expect(differences).toEqual([0n]);
      const numbers = (made.column("whole") as { values: Float64Array }).values.filter(
        (value) => !Number.isNaN(value),
      );
      let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const value of numbers) [min, max] = [Math.min(min, value), Math.max(max, value)];
      // The optimizer answers this from the statistics of the row groups.
      expect(await rows(`SELECT min(whole), max(whole), count(whole) FROM ${sqlText(whole)}`)).toEqual([
        [BigInt(min), BigInt(max), BigInt(numbers.length)],
      ]);
      expect(await rows(`SELECT count(*) FROM ${sqlText(whole)} WHERE whole > ${max}`)).toEqual([[0n]]);
      const types = await rows(
        `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${sqlText(whole)})`,
      );
      expect(Object.fromEntries(types as [string, string][])).toEqual({
        whole: "BIGINT",
        plan: "VARCHAR",
        text: "VARCHAR",
        yes: "BOOLEAN",
        time: "TIMESTAMP",
      });
    } finally {
      database.close();
    }
  });

  it("refuses cells that are no value of their column's type, and leaves nothing behind", async () => {
    const path = join(folder, "refused.parquet");
    const yes = new Table([dictionaryColumn("yes", [0, 1], ["true", "false"])]);
    const writer = await openTableWriter(path, metadata);
    await writer.append(yes);
    await expect(writer.append(new Table([dictionaryColumn("yes", [0], ["maybe"])]))).rejects.toMatchObject({
      code: "VERISIM_TYPE_MISMATCH",
    });
    await expect(
      writeTable(path, new Table([numberColumn("small", [1, 2 ** 31])]), metadata),
    ).rejects.toMatchObject({
      code: "VERISIM_TYPE_MISMATCH",
      where: { column: "small" },
    });
    await expect(readTable(path)).rejects.toMatchObject({ code: "VERISIM_FILE_NOT_FOUND" });
  });
});

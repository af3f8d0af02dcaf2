import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dictionaryColumn, numberColumn, Table } from "@verisim/core";
import { afterAll, describe, expect, it } from "vitest";
import { Database, sqlName, sqlText } from "./database.ts";
import { Staging } from "./staging.ts";

const folder = mkdtempSync(join(tmpdir(), "verisim-duckdb-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = join(folder, "own.csv");
const other = join(folder, "other.csv");
writeFileSync(own, "a\n1\n");
writeFileSync(other, "secret\n1\n");

describe("the embedded database", () => {
  it("opens the path it was given and no other, loads nothing and keeps its settings", async () => {
    await Database.use({ paths: [own], memoryLimit: "256MB" }, async (database) => {
      expect(await database.rows(`SELECT count(*)::INT FROM read_csv(${sqlText(own)})`)).toEqual([[1]]);
      for (const statement of [
        `SELECT * FROM read_csv(${sqlText(other)})`,
        `COPY (SELECT 1) TO ${sqlText(join(folder, "new.csv"))}`,
        `ATTACH ${sqlText(join(folder, "new.db"))} AS d`,
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '64GB'",
      ])
        await expect(database.rows(statement)).rejects.toThrow(/[Pp]ermission|disabled|locked|configuration/);
    });
    expect(existsSync(join(folder, "new.csv"))).toBe(false);
  });

  it("takes any text as a literal and as a name", async () => {
    const texts = ["", "'", "''; DROP TABLE x; --", "a\0b", '"', "\\", "é😀\n"];
    await Database.use({ paths: [], memoryLimit: "256MB" }, async (database) => {
      for (const text of texts) expect(await database.rows(`SELECT ${sqlText(text)}`)).toEqual([[text]]);
      expect(
        await database.rows(`SELECT ${sqlName("a'\"; --")} FROM (SELECT 1 AS ${sqlName("a'\"; --")})`),
      ).toEqual([[1]]);
    });
  });

  it("streams all rows in their order, or says what stopped it", async () => {
    await Database.use({ paths: [], memoryLimit: "256MB" }, async (database) => {
      let next = 0;
      for await (const { chunk, rows } of database.stream("SELECT i::DOUBLE AS x FROM range(300000) t(i)"))
        for (let row = 0; row < rows; row++) expect(chunk.getColumnVector(0).getItem(row)).toBe(next++);
      expect(next).toBe(300_000);
      const broken = database.stream(
        "SELECT CASE WHEN i = 250000 THEN error('stop here') ELSE 'x' END AS x FROM range(300000) t(i)",
      );
      await expect(
        (async () => {
          for await (const { rows } of broken) expect(rows).toBeGreaterThan(0);
        })(),
      ).rejects.toThrow("stop here");
    });
  });

  it("stops a statement on request", async () => {
    const controller = new AbortController();
    const work = Database.use({ paths: [], memoryLimit: "256MB", signal: controller.signal }, (database) =>
      database.rows("SELECT sum(i * j) FROM range(10000000) a(i), range(1000000) b(j)"),
    );
    setTimeout(() => controller.abort(), 50);
    await expect(work).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });
});

describe("staging", () => {
  it("keeps the order of rows whatever becomes of the columns, in few tables", async () => {
    const rows = 5000;
    await Database.use({ paths: [], memoryLimit: "256MB" }, async (database) => {
      const columns = [
        { holds: (values: Float64Array) => values.every((value) => value < 4 * rows), textOf: String },
        { holds: () => true, textOf: String },
      ];
      const staging = new Staging(database, columns, undefined);
      for (let batch = 0; batch < 8; batch++) {
        const dictionary = batch < 2 ? ["even", "odd"] : ["odd", `even ${batch}`, "\0"];
        const odd = dictionary.indexOf("odd");
        await staging.append(
          new Table([
            numberColumn(
              "n",
              Float64Array.from({ length: rows }, (_, row) => batch * rows + row),
            ),
            dictionaryColumn(
              "c",
              Int32Array.from({ length: rows }, (_, row) =>
                row % 3 === 0 ? -1 : row % 2 === 1 ? odd : 1 - odd,
              ),
              dictionary,
            ),
          ]),
        );
      }
      const segments = staging.finish();
      expect(segments.map(({ forms }) => forms)).toEqual([
        ["number", "category"],
        ["number", "text"],
        ["text", "text"],
      ]);
      const all = segments.map(({ table }) => `SELECT c0::DOUBLE AS n, c1::VARCHAR AS c FROM ${table}`);
      let next = 0;
      for await (const { chunk, rows: count } of database.stream(all.join(" UNION ALL "))) {
        for (let row = 0; row < count; row++, next++) {
          const at = next % rows;
          const batch = Math.floor(next / rows);
          const even = batch < 2 ? "even" : `even ${batch}`;
          expect(chunk.getColumnVector(0).getItem(row)).toBe(next);
          expect(chunk.getColumnVector(1).getItem(row)).toBe(
            at % 3 === 0 ? null : at % 2 === 1 ? "odd" : even,
          );
        }
      }
      expect(next).toBe(8 * rows);
    });
  });

  it("moves rows to the disk where they do not fit, and takes the folder away again", async () => {
    const overflowFolder = join(folder, "overflow");
    await Database.use({ paths: [], memoryLimit: "48MB", overflowFolder }, async (database) => {
      const staging = new Staging(database, [{ holds: () => true, textOf: String }], undefined);
      const size = 65_536;
      for (let batch = 0; batch < 160; batch++)
        await staging.append(
          new Table([
            numberColumn(
              "x",
              Float64Array.from({ length: size }, (_, row) => Math.sin(batch * size + row)),
            ),
          ]),
        );
      const [segment] = staging.finish();
      expect(existsSync(overflowFolder)).toBe(true);
      const rows = await database.rows(
        `SELECT count(*)::INT, max(abs(c0 - sin(rowid)))::DOUBLE FROM ${segment!.table}`,
      );
      expect(rows[0]![0]).toBe(160 * size);
      expect(rows[0]![1]).toBeLessThan(1e-9);
    });
    expect(existsSync(overflowFolder)).toBe(false);
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cellAt, Table, type TableMetadata, textColumn, VerisimError } from "@verisim/core";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type ReadResult, readTable, writeTable } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "verisim-csv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(content: string | Uint8Array, ending = "csv"): string {
  const path = join(folder, `${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

async function readText(content: string | Uint8Array, metadata?: TableMetadata): Promise<ReadResult> {
  return readTable(file(content), metadata ? { metadata } : {});
}

/** What a file reads back as after it was read and written. */
async function written(content: string): Promise<string> {
  const { table, metadata } = await readText(content);
  const path = join(folder, `${++files}.csv`);
  await writeTable(path, table, metadata);
  return readFileSync(path, "utf8");
}

describe("reading CSV", () => {
  it("tells missing cells from empty text and question marks", async () => {
    const { table } = await readText('a,b\n,x\n"",y\n?,z\n');
    expect(table.column("a")).toMatchObject({ kind: "dictionary" });
    expect([0, 1, 2].map((row) => cellAt(table.column("a"), row))).toEqual([null, "", "?"]);
  });

  it("reads quotes, line breaks, delimiters and Unicode in cells", async () => {
    const { table } = await readText('a,b\n"x ""y""\n,z",ü😀\n"é",q\n');
    expect(table.toRows()).toEqual([
      { a: 'x "y"\n,z', b: "ü😀" },
      { a: "é", b: "q" },
    ]);
  });

  it.each([
    ["comma", "a,b\n1,2\n"],
    ["semicolon", "a;b\n1;2\n"],
    ["tab", "a\tb\n1\t2\n"],
    ["bar", "a|b\n1|2\n"],
    ["CRLF", "a,b\r\n1,2\r\n"],
    ["CR alone", "a,b\r1,2\r"],
    ["a byte order mark", "\ufeffa,b\n1,2\n"],
    ["no line end at the end", "a,b\n1,2"],
    ["blank lines around", "\n\na,b\n\n1,2\n\n"],
    ["quoted names", '"a","b"\n"1","2"\n'],
  ])("reads a file with %s", async (_, content) => {
    const { table } = await readText(content);
    expect(table.columnNames).toEqual(["a", "b"]);
    expect(table.rowCount).toBe(1);
    expect(cellAt(table.column("b"), 0)).toBe("2");
  });

  it("reads compressed files and tab-separated ones by their ending", async () => {
    expect((await readTable(file(gzipSync("a,b\n1,2\n"), "csv.gz"))).table.rowCount).toBe(1);
    const { table } = await readTable(file("a,b\tc\n1,5\t2\n", "tsv"));
    expect(table.toRows()).toEqual([{ "a,b": "1,5", c: "2" }]);
  });

  it("names columns without a name and says so", async () => {
    const { table, warnings } = await readText(",b\n1,2\n");
    expect(table.columnNames).toEqual(["column_1", "b"]);
    expect(warnings[0]).toContain("column_1");
  });

  it("keeps hostile column names apart from objects' own", async () => {
    const { table, metadata } = await readText('__proto__,constructor,"a\'b""c"\nx,y,z\n');
    expect(table.columnNames).toEqual(["__proto__", "constructor", "a'b\"c"]);
    expect(Object.keys(metadata.columns)).toEqual(["__proto__", "constructor", "a'b\"c"]);
  });

  it("reads records that are cut by the pieces of the file", async () => {
    const long = "é".repeat(700_000);
    const rows = Array.from({ length: 5 }, (_, row) => `${row},"${long}${row}"\n`).join("");
    const { table } = await readText(`n,text\n${rows}`);
    expect(cellAt(table.column("text"), 4)).toBe(`${long}4`);
  });

  it("finds keys and measurements in long columns of different cells", async () => {
    const rows = Array.from(
      { length: 40_000 },
      (_, row) => `${row * 3},${row / 7},u${row % 39_999},2024-01-01 00:00:${10 + (row % 50)}\n`,
    );
    const { table, metadata } = await readText(`id,x,name,t\n${rows.join("")}`);
    expect(metadata.primaryKey).toBe("id");
    expect(metadata.columns["x"]).toEqual({ sdtype: "numerical", numberStyle: "shortest" });
    expect(metadata.columns["t"]).toMatchObject({ sdtype: "datetime" });
    const name = table.column("name");
    expect(name.kind === "dictionary" && name.dictionary.length).toBe(39_999);
    expect(cellAt(table.column("x"), 39_998)).toBe(39_998 / 7);
    expect(cellAt(name, 39_999)).toBe("u0");
  });

  it("reads files whose lines end in several ways, and says so", async () => {
    const { table, warnings } = await readText("a,b\r\n1,x\n2,y\r\n3,z\n");
    expect(table.toRows().map(({ b }) => b)).toEqual(["x", "y", "z"]);
    expect(warnings.join()).toContain("several ways");
  });

  it("keeps names apart that differ in case alone", async () => {
    const content = "id,ID,Id\nx,y,z\n";
    const { table } = await readText(content);
    expect(table.columnNames).toEqual(["id", "ID", "Id"]);
    expect(await written(content)).toBe(content);
  });

  it("follows declared metadata and completes it", async () => {
    const given: TableMetadata = { columns: { n: { sdtype: "categorical" } } };
    const { table, metadata } = await readText(
      `n,m\n${Array.from({ length: 20 }, (_, row) => `${row},${row}.5\n`).join("")}`,
      given,
    );
    expect(table.column("n").kind).toBe("dictionary");
    expect(metadata.columns["m"]).toEqual({ sdtype: "numerical", numberStyle: "fixed", decimals: 1 });
  });
});

describe("writing CSV", () => {
  it.each([
    ["missing and empty", 'a,b\n,x\n"",y\n'],
    ["leading zeros", "zip\n00123\n01234\n99999\n"],
    ["fixed decimals", `v\n${Array.from({ length: 12 }, (_, i) => `${(i * 1.1).toFixed(2)}\n`).join("")}`],
    ["shortest decimals", `v\n${Array.from({ length: 12 }, (_, i) => `${i / 8}\n`).join("")}`],
    ["whole floats", `v\n${Array.from({ length: 12 }, (_, i) => `${i}.0\n`).join("")}`],
    [
      "blanks among numbers",
      `v,w\n${Array.from({ length: 12 }, (_, i) => (i % 5 ? `${i},x\n` : " ,y\n")).join("")}`,
    ],
    [
      "marks among numbers",
      `v,w\n${Array.from({ length: 12 }, (_, i) => (i % 5 ? `${i},x\n` : "NA,y\n")).join("")}`,
    ],
    ["booleans as written", "a,b,c\nTRUE,yes,t\nFALSE,no,f\n"],
    ["dates", "a,b\n01/02/2024,2024-01-01T10:00:00.123Z\n12/31/2023,2024-01-01T10:00:00.000Z\n"],
    ["zones", "a\n2024-01-01 10:00:00+05:30\n2024-06-01 10:00:00+05:30\n"],
    ["beyond 2^53", "id\n9007199254740993\n9223372036854775807\n18446744073709551615\n"],
    ["signs and separators", 'a,b\n+491234,"1,234"\n+491235,"12,345"\n'],
    ["quotes", 'a,b\n"x ""y""\n,z",ü\n'],
    ["one column with gaps", "a\nx\n\ny\n\n"],
    ["one cell", "a\n5\n"],
    ["no values at all", "a,b\n,1\n,2\n"],
  ])("gives %s back byte for byte", async (_, content) => {
    expect(await written(content)).toBe(content);
  });

  it("gives any texts back, cell for cell", async () => {
    const cell = fc.option(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string(),
        fc.stringMatching(/^[0-9+.,eE -]{0,8}$/),
        fc.constantFrom(
          "",
          " ",
          '"',
          "\r",
          "\n",
          "\r\n",
          "\0",
          "?",
          "00012",
          "1.50",
          "TRUE",
          "\ufeff",
          "\t",
          ";",
          "-0",
        ),
      ),
      { nil: null },
    );
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 });
    const path = join(folder, "any.csv");
    await fc.assert(
      fc.asyncProperty(rows, async (cells) => {
        // Lone halves of surrogate pairs have no bytes in UTF-8.
        const clean = cells.map((row) => row.map((text) => text?.toWellFormed() ?? null));
        const columns = ["a", "b"].map((name, index) =>
          textColumn(
            name,
            clean.map((row) => row[index]!),
          ),
        );
        await writeTable(path, new Table(columns), {
          columns: { a: { sdtype: "text" }, b: { sdtype: "text" } },
        });
        const given: TableMetadata = { columns: { a: { sdtype: "text" }, b: { sdtype: "text" } } };
        const { table } = await readTable(path, { metadata: given });
        expect(table.toRows()).toEqual(clean.map(([a, b]) => ({ a, b })));
        // And by detection: whatever the types found, the bytes stay.
        const detected = await readTable(path);
        if (detected.warnings.every((warning) => !warning.includes("several ways"))) {
          const again = join(folder, "again.csv");
          await writeTable(again, detected.table, detected.metadata);
          expect(readFileSync(again, "utf8")).toBe(readFileSync(path, "utf8"));
        }
      }),
      { seed: 5, numRuns: 20 },
    );
  });

  it("never does more to random bytes than read or refuse them", async () => {
    const path = join(folder, "random.csv");
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.array(fc.constantFrom(...Array.from(Buffer.from('a1,"\r\n\0\xe9.-e', "latin1"))), {
        minLength: 1,
        maxLength: 80,
      }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        writeFileSync(path, Buffer.from(content as number[]));
        const result = await readTable(path).catch((error: unknown) => error);
        if (!VerisimError.isInstance(result)) expect((result as ReadResult).table).toBeInstanceOf(Table);
      }),
      { seed: 6, numRuns: 100 },
    );
    expect(existsSync(path)).toBe(true);
  });
});

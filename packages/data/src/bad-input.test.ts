import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTableWriter, readTable, writeTable } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "verisim-bad-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(content: string | Uint8Array, ending = "csv"): string {
  const path = join(folder, `${++files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

const small = new Table([numberColumn("n", [1, 2, 3]), textColumn("t", ["x", null, "z"])]);
const smallMetadata = {
  columns: { n: { sdtype: "numerical", numberStyle: "integer" }, t: { sdtype: "categorical" } },
} as const;

describe("a file that cannot be read", () => {
  it.each([
    ["an empty file", "", "csv", "VERISIM_EMPTY_FILE", {}],
    ["blank lines only", "\n\n", "csv", "VERISIM_EMPTY_FILE", {}],
    ["a header only", "a,b\n", "csv", "VERISIM_EMPTY_TABLE", {}],
    ["an empty list", "[]", "json", "VERISIM_EMPTY_TABLE", {}],
    ["two columns of one name", "a,b,a\n1,2,3\n", "csv", "VERISIM_DUPLICATE_COLUMN", { column: "a" }],
    ["a short row", "a,b,c\n1,2,3\n1,2\n", "csv", "VERISIM_RAGGED_ROW", { row: 2 }],
    ["a long row", "a,b\n1,2\n1,2,3\n", "csv", "VERISIM_RAGGED_ROW", { row: 2 }],
    ["an open quote", 'a,b\n1,"2\n3,4\n', "csv", "VERISIM_CSV_QUOTE", { row: 1, column: "b" }],
    ["text after a quote", 'a,b\n1,2\n"x"y,2\n', "csv", "VERISIM_CSV_QUOTE", { row: 2, column: "a" }],
    ["a cut-off JSON list", '[{"a":1},{"a":', "json", "VERISIM_JSON_SYNTAX", { row: 2 }],
    ["a list of lists", "[[1,2]]", "json", "VERISIM_JSON_SYNTAX", { row: 1 }],
    ["a JSON list without its end", '[{"a":1}', "json", "VERISIM_JSON_SYNTAX", {}],
    ["a comma too many", '[{"a":1},]', "json", "VERISIM_JSON_SYNTAX", { row: 2 }],
    ["a bare word", '{"a":1}\n{"a":nul}\n', "jsonl", "VERISIM_JSON_SYNTAX", { row: 2 }],
    [
      "a name twice in a row",
      '{"a":1,"a":2}\n',
      "jsonl",
      "VERISIM_DUPLICATE_COLUMN",
      { row: 1, column: "a" },
    ],
    ["words named Parquet", "a,b\n1,2\n", "parquet", "VERISIM_FILE_DAMAGED", {}],
    ["words named Arrow", "a,b\n1,2\n", "arrow", "VERISIM_FILE_DAMAGED", {}],
    ["words named gzip", "a,b\n1,2\n", "csv.gz", "VERISIM_FILE_DAMAGED", {}],
  ])("%s is refused with its place", async (_, content, ending, code, where) => {
    const path = file(content, ending);
    await expect(readTable(path)).rejects.toMatchObject({ code, where: { file: path, ...where } });
  });

  it("says how many columns a ragged row has and should have", async () => {
    await expect(readTable(file("a,b,c\n1,2\n"))).rejects.toThrow("Expected 3 columns but received 2.");
  });

  it("names Latin-1 and the row where it begins", async () => {
    const rows = Array.from({ length: 50_000 }, (_, row) => `${row},plain\n`).join("");
    const path = file(Buffer.from(`a,b\n${rows}1,caf\u00e9\n2,x\n`, "latin1"));
    await expect(readTable(path)).rejects.toMatchObject({
      code: "VERISIM_ENCODING",
      message: expect.stringContaining("Latin-1"),
      where: { row: 50_001, column: "b" },
    });
    const json = file(Buffer.from('{"a":"x"}\n{"a":"caf\u00e9"}\n', "latin1"), "jsonl");
    await expect(readTable(json)).rejects.toMatchObject({ code: "VERISIM_ENCODING", where: { row: 2 } });
  });

  it.each(["\ufeffa,b\n1,2\n", "name,b\n1,2\n"])("names UTF-16 with and without its mark", async (text) => {
    await expect(readTable(file(Buffer.from(text, "utf16le")))).rejects.toMatchObject({
      code: "VERISIM_ENCODING",
      message: expect.stringContaining("UTF-16"),
    });
  });

  it("names binary files that wear a text file's ending", async () => {
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0xff]);
    await expect(readTable(file(png))).rejects.toMatchObject({
      code: "VERISIM_BINARY_FILE",
      message: expect.stringContaining("PNG"),
    });
    await expect(readTable(file(gzipSync("a,b\n1,2\n")))).rejects.toMatchObject({
      message: expect.stringContaining("gzip"),
    });
  });

  it("refuses a cell beyond the limit with row and column", async () => {
    const path = file(`a,b\n1,2\n3,${"x".repeat(17 * 1024 * 1024)}\n`);
    await expect(readTable(path)).rejects.toMatchObject({
      code: "VERISIM_CELL_TOO_LARGE",
      where: { row: 2, column: "b" },
    });
    const quoted = file(`a,b\n1,"${"x\n".repeat(600)}`);
    await expect(readTable(quoted, { limits: { cellBytes: 1000 } })).rejects.toMatchObject({
      code: "VERISIM_CELL_TOO_LARGE",
      where: { row: 1, column: "b" },
    });
  });

  it("refuses more columns than the limit", async () => {
    await expect(readTable(file("a,b,c\n1,2,3\n"), { limits: { columns: 2 } })).rejects.toMatchObject({
      code: "VERISIM_TOO_MANY_COLUMNS",
    });
  });

  it("refuses folders, missing files and unknown endings", async () => {
    mkdirSync(join(folder, "folder.csv"));
    await expect(readTable(join(folder, "folder.csv"))).rejects.toMatchObject({
      code: "VERISIM_FILE_IS_FOLDER",
    });
    await expect(readTable(join(folder, "none.csv"))).rejects.toMatchObject({
      code: "VERISIM_FILE_NOT_FOUND",
    });
    await expect(readTable(file("x", "xlsx"))).rejects.toMatchObject({ code: "VERISIM_UNKNOWN_FORMAT" });
  });

  it.skipIf(process.getuid?.() === 0)("refuses a file without permission", async () => {
    const path = file("a\n1\n");
    chmodSync(path, 0);
    await expect(readTable(path)).rejects.toMatchObject({ code: "VERISIM_FILE_ACCESS" });
  });

  it("refuses Parquet and gzip files that are cut off", async () => {
    const path = join(folder, "whole.parquet");
    await writeTable(path, small, smallMetadata);
    const bytes = readFileSync(path);
    for (const length of [4, 20, bytes.length - 1])
      await expect(readTable(file(bytes.subarray(0, length), "parquet"))).rejects.toMatchObject({
        code: "VERISIM_FILE_DAMAGED",
      });
    const packed = gzipSync("a,b\n1,2\n".repeat(1000));
    await expect(readTable(file(packed.subarray(0, 30), "csv.gz"))).rejects.toMatchObject({
      code: "VERISIM_FILE_DAMAGED",
    });
    const rows = Array.from({ length: 200_000 }, (_, row) => `${row},${(row * 7919) % 10_007}\n`).join("");
    const long = gzipSync(`a,b\n${rows}`);
    for (const lost of [4, 1000])
      await expect(readTable(file(long.subarray(0, long.length - lost), "csv.gz"))).rejects.toMatchObject({
        code: "VERISIM_FILE_DAMAGED",
      });
  });

  it("names the cell that does not fit declared metadata", async () => {
    const path = file("n,m\n1,2\nsoon,3\n");
    await expect(
      readTable(path, { metadata: { columns: { n: { sdtype: "numerical" } } } }),
    ).rejects.toMatchObject({
      code: "VERISIM_TYPE_MISMATCH",
      where: { row: 2, column: "n" },
    });
    await expect(
      readTable(path, { metadata: { columns: { x: { sdtype: "numerical" } } } }),
    ).rejects.toMatchObject({
      code: "VERISIM_UNKNOWN_COLUMN",
      where: { column: "x" },
    });
  });

  it("reads the part of a file that the metadata names, in its order, or says that the rest is missing", async () => {
    const path = file("b,other,a\n1,x,07\n,y,08\n");
    const metadata: TableMetadata = {
      primaryKey: "id",
      columns: { id: { sdtype: "id" }, a: { sdtype: "categorical" }, b: { sdtype: "numerical" } },
    };
    const { table, metadata: read } = await readTable(path, { metadata, part: true });
    expect(table.toRows()).toEqual([
      { a: "07", b: 1 },
      { a: "08", b: null },
    ]);
    expect(Object.keys(read.columns)).toEqual(["a", "b"]);
    expect(read.primaryKey).toBeUndefined();
    await expect(readTable(path, { metadata })).rejects.toMatchObject({ code: "VERISIM_UNKNOWN_COLUMN" });
  });

  it("stops on request", async () => {
    const stopped = AbortSignal.abort();
    const csv = file("a\n1\n");
    await expect(readTable(csv, { signal: stopped })).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
    const controller = new AbortController();
    const large = file(`a,b\n${"1,2\n".repeat(1_000_000)}`);
    const reading = readTable(large, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(reading).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });
});

describe.each(["csv", "csv.gz", "jsonl", "json", "parquet", "arrow"])("writing %s", (ending) => {
  const place = join(folder, `out-${ending}`);
  const path = join(place, `table.${ending}`);
  beforeAll(() => mkdirSync(place));

  it("leaves the old file alone until the new one is whole", async () => {
    writeFileSync(path, "old");
    const writer = await openTableWriter(path, smallMetadata);
    await writer.append(small);
    expect(readFileSync(path, "utf8")).toBe("old");
    await writer.abort();
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(place)).toEqual([`table.${ending}`]);
    await expect(writer.append(small)).rejects.toMatchObject({ code: "VERISIM_WRITER_CLOSED" });
  });

  it("stops on request and leaves nothing behind", async () => {
    writeFileSync(path, "old");
    const controller = new AbortController();
    const writer = await openTableWriter(path, smallMetadata, { signal: controller.signal });
    await writer.append(small);
    controller.abort();
    await expect(writer.append(small)).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(place)).toEqual([`table.${ending}`]);
  });

  it("replaces the file at once and reads back what was written, in batches of any size", async () => {
    const writer = await openTableWriter(path, smallMetadata);
    await writer.append(small.slice(0, 1));
    await writer.append(small.slice(1, 1));
    await writer.append(small.slice(1, 3));
    await writer.close();
    await writer.abort();
    expect(readdirSync(place)).toEqual([`table.${ending}`]);
    const { table } = await readTable(path, { metadata: { columns: { n: { sdtype: "numerical" } } } });
    expect(table.toRows()).toEqual(small.toRows());
  });

  it("refuses a batch without the columns of the first", async () => {
    const writer = await openTableWriter(path, smallMetadata);
    await writer.append(small);
    await expect(writer.append(small.select(["n"]))).rejects.toMatchObject({
      code: "VERISIM_UNKNOWN_COLUMN",
    });
    expect(readdirSync(place)).toEqual([`table.${ending}`]);
  });

  it("writes a table without rows as such", async () => {
    const writer = await openTableWriter(path, smallMetadata);
    await writer.close();
    await expect(readTable(path)).rejects.toMatchObject({
      code: ending === "jsonl" ? "VERISIM_EMPTY_FILE" : "VERISIM_EMPTY_TABLE",
    });
  });
});

describe("a process that ends in the middle", () => {
  it("leaves no half-written file", () => {
    const place = join(folder, "ended");
    mkdirSync(place);
    writeFileSync(join(place, "table.csv"), "old");
    const source = new URL("./index.ts", import.meta.url).href;
    const program = `
      const { openTableWriter } = await import(${JSON.stringify(source)});
      await openTableWriter(${JSON.stringify(join(place, "table.csv"))}, { columns: {} });
      process.exit(3);`;
    const { status } = spawnSync(
      process.execPath,
      ["--conditions=verisim-source", "--input-type=module", "--eval", program],
      { encoding: "utf8" },
    );
    expect(status).toBe(3);
    expect(readdirSync(place)).toEqual(["table.csv"]);
    expect(readFileSync(join(place, "table.csv"), "utf8")).toBe("old");
  });
});

it("refuses names in Parquet that differ in case alone, which readers take for one", async () => {
  const table = new Table([numberColumn("id", [1]), numberColumn("ID", [2])]);
  const columns = { id: { sdtype: "numerical" }, ID: { sdtype: "numerical" } };
  const path = join(folder, "case.parquet");
  await expect(writeTable(path, table, { columns })).rejects.toMatchObject({
    code: "VERISIM_DUPLICATE_COLUMN",
    where: { column: "ID" },
  });
});

describe("a place that cannot be written", () => {
  it("is named before any work", async () => {
    await expect(openTableWriter(join(folder, "no", "x.csv"), smallMetadata)).rejects.toMatchObject({
      code: "VERISIM_FILE_NOT_FOUND",
    });
    mkdirSync(join(folder, "taken.csv"));
    await expect(openTableWriter(join(folder, "taken.csv"), smallMetadata)).rejects.toMatchObject({
      code: "VERISIM_FILE_IS_FOLDER",
    });
  });

  it("keeps a symbolic link and replaces what it points to", async () => {
    const target = file("old");
    const link = join(folder, "link.csv");
    symlinkSync(target, link);
    await writeTable(link, small, smallMetadata);
    expect(readFileSync(target, "utf8")).toBe("n,t\n1,x\n2,\n3,z\n");
  });

  it.skipIf(process.platform !== "linux")("reports a full disk", async () => {
    // /dev/full takes no byte; it is written to directly, as every device is.
    const link = join(folder, "full.csv");
    symlinkSync("/dev/full", link);
    await expect(writeTable(link, small, smallMetadata)).rejects.toMatchObject({ code: "VERISIM_DISK_FULL" });
  });
});

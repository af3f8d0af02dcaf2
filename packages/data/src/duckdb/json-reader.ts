// Reads JSON (a list of objects) and JSON Lines into text pools. DuckDB splits the file into rows; a column is what its
// values are: strings, numbers, booleans or nested values; where kinds mix, each cell is kept as JSON text.

import { throwIfAborted, VerisimError } from "@verisim/core";
import { checkGzip, readStart } from "../text/byte-source.ts";
import { checkTextStart, notUtf8 } from "../text/encoding.ts";
import type { TextColumns, TextReadOptions } from "../text/text-columns.ts";
import { hashBytes, TextPool } from "../text/text-pool.ts";
import { Database, duckdbReason, loadDuckdb, resourceFault, sqlText } from "./database.ts";
import { type JsonKind, readJsonObject } from "./json-rows.ts";

/** DuckDB holds whole rows: at most this many times the largest cell. */
const rowCells = 2;

interface JsonColumn {
  readonly name: string;
  pool: TextPool;
  kind: Exclude<JsonKind, "null"> | "mixed" | null;
  /** All numbers so far are whole and written without point or exponent. */
  whole: boolean;
}

/**
 * @throws VerisimError `VERISIM_JSON_SYNTAX`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_CELL_TOO_LARGE`, `VERISIM_ENCODING`,
 * `VERISIM_BINARY_FILE`, `VERISIM_FILE_DAMAGED`, `VERISIM_TOO_MANY_COLUMNS`, `VERISIM_OUT_OF_MEMORY`, `VERISIM_ABORTED`
 */
export async function readJson(path: string, options: TextReadOptions): Promise<TextColumns> {
  void loadDuckdb();
  const { gzip, signal, limits, size, onBytes } = options;
  checkTextStart((await readStart(path, { gzip, signal })).bytes, path);
  const checked = gzip ? checkGzip(path, signal) : Promise.resolve();
  checked.catch(() => undefined);
  const database = await Database.open({ paths: [path], memoryLimit: "4GB", signal });
  const reading = new JsonReading(path, options);
  try {
    const rowBytes = Math.max(1 << 24, limits.cellBytes * rowCells);
    const compression = gzip ? "gzip" : "uncompressed";
    for await (const { chunk, rows } of database.stream(
      `SELECT json::VARCHAR AS json FROM read_json_objects(${sqlText(path)}, format = 'auto',
         maximum_object_size = ${rowBytes}, compression = '${compression}')`,
    )) {
      throwIfAborted(signal);
      const texts = chunk.getColumnVector(0);
      for (let row = 0; row < rows; row++) reading.row(String(texts.getItem(row)));
      onBytes?.(Math.round(size * database.progress));
    }
    await checked;
  } catch (cause) {
    await checked;
    throw jsonFault(cause, path);
  } finally {
    database.close();
  }
  return reading.columns();
}

function syntax(path: string, row: number | undefined, reason: string, cause?: unknown): VerisimError {
  return new VerisimError("VERISIM_JSON_SYNTAX", `The file is not JSON: ${reason}.`, {
    where: { file: path, ...(row === undefined ? {} : { row }) },
    hint: "Each row is an object of named values, in a list (.json) or one to a line (.jsonl).",
    ...(cause === undefined ? {} : { cause }),
  });
}

function jsonFault(cause: unknown, path: string): unknown {
  const fault = resourceFault(cause, path);
  if (VerisimError.isInstance(fault) || !(cause instanceof Error)) return fault;
  // DuckDB counts the values of a file from 2.
  const place = /in (?:line|record\/value) (\d+)/.exec(cause.message)?.[1];
  const row = place === undefined ? undefined : Math.max(1, Number(place) - 1);
  if (/UTF-8/i.test(cause.message)) return notUtf8(path, row ?? 1);
  if (/maximum_object_size/.test(cause.message))
    return new VerisimError("VERISIM_CELL_TOO_LARGE", "A row is longer than the limit allows.", {
      where: { file: path, ...(row === undefined ? {} : { row }) },
      cause,
    });
  const reason = /(?:in (?:line|record\/value) \d+: )(.*?)\.?\s*$/m.exec(cause.message)?.[1];
  return syntax(path, row, reason ?? duckdbReason(cause), cause);
}

class JsonReading {
  readonly #path: string;
  readonly #options: TextReadOptions;
  readonly #columns: JsonColumn[] = [];
  readonly #byName = new Map<string, JsonColumn>();
  rowCount = 0;

  constructor(path: string, options: TextReadOptions) {
    this.#path = path;
    this.#options = options;
  }

  columns(): TextColumns {
    return {
      names: this.#columns.map((column) => column.name),
      pools: this.#columns.map((column) => column.pool),
      rowCount: this.rowCount,
      physical: this.#columns.map(physicalType),
      textual: this.#columns.map((column) => column.kind !== "number" && column.kind !== null),
      warnings: [],
    };
  }

  row(text: string): void {
    let members = 0;
    const fault = readJsonObject(text, (name, kind, cell) => {
      members++;
      this.#cell(this.#columnOf(name), kind, cell);
    });
    if (fault !== undefined) throw syntax(this.#path, this.rowCount + 1, fault);
    this.rowCount++;
    if (members < this.#columns.length)
      for (const column of this.#columns) if (column.pool.rowCount < this.rowCount) column.pool.addMissing();
  }

  #columnOf(name: string): JsonColumn {
    const known = this.#byName.get(name);
    if (known) {
      if (known.pool.rowCount === this.rowCount) return known;
      throw new VerisimError(
        "VERISIM_DUPLICATE_COLUMN",
        `Expected the names of a row to differ but received ${JSON.stringify(name)} twice.`,
        { where: { file: this.#path, column: name, row: this.rowCount + 1 } },
      );
    }
    if (this.#columns.length === this.#options.limits.columns)
      throw new VerisimError(
        "VERISIM_TOO_MANY_COLUMNS",
        `Expected at most ${this.#columns.length} columns but received more.`,
        { where: { file: this.#path, row: this.rowCount + 1 } },
      );
    const column: JsonColumn = { name, pool: new TextPool(), kind: null, whole: true };
    for (let row = 0; row < this.rowCount; row++) column.pool.addMissing();
    this.#byName.set(name, column);
    this.#columns.push(column);
    return column;
  }

  #cell(column: JsonColumn, kind: JsonKind, text: string): void {
    if (kind === "null") {
      column.pool.addMissing();
      return;
    }
    if (column.kind === null) column.kind = kind;
    else if (column.kind !== kind && column.kind !== "mixed") mix(column);
    if (kind === "number" && column.whole) column.whole = /^-?\d+$/.test(text);
    const bytes = Buffer.from(column.kind === "mixed" && kind === "string" ? JSON.stringify(text) : text);
    if (bytes.length > this.#options.limits.cellBytes)
      throw new VerisimError(
        "VERISIM_CELL_TOO_LARGE",
        `Expected cells of at most ${this.#options.limits.cellBytes} bytes but received a longer one.`,
        { where: { file: this.#path, row: this.rowCount + 1, column: column.name } },
      );
    addBytes(column.pool, bytes);
  }
}

function addBytes(pool: TextPool, bytes: Uint8Array): void {
  pool.add(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
}

/** From now on every cell of the column is JSON text. */
function mix(column: JsonColumn): void {
  const pool = new TextPool();
  const texts = column.pool
    .texts()
    .map((text) => Buffer.from(column.kind === "string" ? JSON.stringify(text) : text, "utf8"));
  for (const code of column.pool.codes) {
    if (code < 0) pool.addMissing();
    else addBytes(pool, texts[code]!);
  }
  column.pool = pool;
  column.kind = "mixed";
}

function physicalType(column: JsonColumn): string {
  switch (column.kind) {
    case "number":
      return column.whole ? "BIGINT" : "DOUBLE";
    case "boolean":
      return "BOOLEAN";
    case "nested":
    case "mixed":
      return "JSON";
    default:
      return "VARCHAR";
  }
}

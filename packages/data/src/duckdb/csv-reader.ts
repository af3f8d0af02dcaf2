// Reads CSV and TSV through DuckDB into text pools: all cells as text, types are found afterwards. An unquoted empty
// field is a missing cell; a quoted one ("") is empty text.

import { throwIfAborted, VerisimError } from "@verisim/core";
import { checkGzip, readStart } from "../text/byte-source.ts";
import { checkTextStart } from "../text/encoding.ts";
import type { TextColumns, TextReadOptions } from "../text/text-columns.ts";
import { TextPool } from "../text/text-pool.ts";
import { type CsvDialect, csvSource, findDialect } from "./csv-dialect.ts";
import { cellTooLarge, csvFault, mixedLineEnds } from "./csv-faults.ts";
import { Database, loadDuckdb } from "./database.ts";
import { internTexts } from "./vector-texts.ts";

/**
 * @throws VerisimError `VERISIM_EMPTY_FILE`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_TOO_MANY_COLUMNS`,
 * `VERISIM_RAGGED_ROW`, `VERISIM_CSV_QUOTE`, `VERISIM_CELL_TOO_LARGE`, `VERISIM_ENCODING`, `VERISIM_BINARY_FILE`,
 * `VERISIM_FILE_DAMAGED`, `VERISIM_OUT_OF_MEMORY`, `VERISIM_ABORTED`
 */
export async function readCsv(
  path: string,
  delimiter: string | undefined,
  options: TextReadOptions,
): Promise<TextColumns> {
  void loadDuckdb();
  const { bytes, whole } = await readStart(path, { gzip: options.gzip, signal: options.signal });
  const mark = checkTextStart(bytes, path);
  const dialect = findDialect(bytes.toString("utf8", mark), whole, delimiter);
  if (!dialect)
    throw new VerisimError("VERISIM_EMPTY_FILE", "Expected a header line but the file holds only blanks.", {
      where: { file: path },
    });
  if (dialect.columnCount > options.limits.columns)
    throw new VerisimError(
      "VERISIM_TOO_MANY_COLUMNS",
      `Expected at most ${options.limits.columns} columns but received ${dialect.columnCount}.`,
      { where: { file: path } },
    );
  // DuckDB takes compressed data that ends too early for the end of the file.
  const checked = options.gzip ? checkGzip(path, options.signal) : Promise.resolve();
  checked.catch(() => undefined);
  const database = await Database.open({ paths: [path], memoryLimit: "4GB", signal: options.signal });
  try {
    const columns = await readWith(database, path, dialect, options);
    await checked;
    return columns;
  } catch (cause) {
    await checked;
    throw cause;
  } finally {
    database.close();
  }
}

async function readWith(
  database: Database,
  path: string,
  dialect: CsvDialect,
  options: TextReadOptions,
): Promise<TextColumns> {
  const reading = new CsvReading(database, path, dialect, options);
  try {
    return await reading.read("");
  } catch (cause) {
    if (VerisimError.isInstance(cause)) throw cause;
    if (!mixedLineEnds(cause))
      throw await csvFault(database, cause, { path, dialect, names: reading.names, limits: options.limits });
  }
  // In strict mode one kind of line end must be kept throughout; nothing else was wrong so far.
  const lenient = new CsvReading(database, path, dialect, options);
  try {
    const columns = await lenient.read(", strict_mode = false");
    return { ...columns, warnings: [...columns.warnings, "The file ends its lines in several ways."] };
  } catch (cause) {
    throw await csvFault(database, cause, { path, dialect, names: lenient.names, limits: options.limits });
  }
}

class CsvReading {
  readonly #database: Database;
  readonly #path: string;
  readonly #dialect: CsvDialect;
  readonly #options: TextReadOptions;
  readonly #pools: readonly TextPool[];
  readonly #warnings: string[] = [];
  names: string[] = [];

  constructor(database: Database, path: string, dialect: CsvDialect, options: TextReadOptions) {
    this.#database = database;
    this.#path = path;
    this.#dialect = dialect;
    this.#options = options;
    this.#pools = Array.from({ length: dialect.columnCount }, () => new TextPool());
  }

  async read(more: string): Promise<TextColumns> {
    const { signal, limits, size, onBytes } = this.#options;
    let done = 0;
    for await (const { chunk, rows } of this.#database.stream(
      `SELECT * FROM ${csvSource(this.#path, this.#dialect, limits.cellBytes, more)}`,
    )) {
      throwIfAborted(signal);
      // The first record is the header.
      const header = done === 0;
      if (header) {
        const given = this.#pools.map((_, column) => String(chunk.getColumnVector(column).getItem(0) ?? ""));
        this.names = nameColumns(given, this.#path, this.#warnings);
      }
      const from = header ? 1 : 0;
      for (let column = 0; column < this.#pools.length; column++) {
        const pool = this.#pools[column]!;
        const long = internTexts(this.#database, chunk, column, from, rows, pool, limits.cellBytes);
        if (long >= 0) throw cellTooLarge(this.#path, done + long, this.names[column], limits.cellBytes);
      }
      done += rows;
      onBytes?.(Math.round(size * this.#database.progress));
    }
    return {
      names: this.names,
      pools: this.#pools,
      rowCount: Math.max(0, done - 1),
      physical: this.names.map(() => undefined),
      textual: this.names.map(() => false),
      warnings: this.#warnings,
    };
  }
}

/** Names for columns without one, and the refusal of names that occur twice. */
export function nameColumns(given: readonly string[], path: string, warnings: string[]): string[] {
  const taken = new Set(given);
  const seen = new Map<string, number>();
  return given.map((name, index) => {
    if (name.trim() === "") {
      let chosen = `column_${index + 1}`;
      while (taken.has(chosen)) chosen += "_";
      taken.add(chosen);
      warnings.push(`Column ${index + 1} has no name and is called ${JSON.stringify(chosen)}.`);
      return chosen;
    }
    const earlier = seen.get(name);
    if (earlier !== undefined)
      throw new VerisimError(
        "VERISIM_DUPLICATE_COLUMN",
        `Expected column names to differ but columns ${earlier + 1} and ${index + 1} are both called ${JSON.stringify(name)}.`,
        { where: { file: path, column: name }, hint: "Rename one of the two columns." },
      );
    seen.set(name, index);
    return name;
  });
}

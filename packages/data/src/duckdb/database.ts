// One embedded DuckDB for one file: in memory, with no extension to load and no path to open but the file's own.
// Every file format that DuckDB knows is read and written through here.

import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import type { DataChunk, LogicalType } from "@duckdb/node-bindings";
import { throwIfAborted, VerisimError } from "@verisim/core";
import { fileError } from "../text/byte-source.ts";

type Api = typeof import("@duckdb/node-api");
/** DuckDB's C API as functions. */
export type Bindings = typeof import("@duckdb/node-bindings");
export type { DataChunk, LogicalType, Vector } from "@duckdb/node-bindings";

let engine: Promise<{ api: Api; bindings: Bindings }> | undefined;

/** Loads the database engine, once. Called early, its tenth of a second passes while other work is done. */
export function loadDuckdb(): Promise<{ api: Api; bindings: Bindings }> {
  engine ??= Promise.all([import("@duckdb/node-api"), import("@duckdb/node-bindings")]).then(
    ([api, bindings]) => ({ api, bindings: (bindings as { default?: Bindings }).default ?? bindings }),
  );
  return engine;
}

/** An SQL identifier; any text can be one. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An SQL expression of a text; statements end at a NUL, so that character is written by its number. */
export function sqlText(text: string): string {
  const quoted = text.split("\0").map((part) => `'${part.replaceAll("'", "''")}'`);
  return quoted.length === 1 ? quoted[0]! : `(${quoted.join(" || chr(0) || ")})`;
}

export interface DatabaseOptions {
  /** The only paths that may be read or written. */
  readonly paths: readonly string[];
  /** Beyond it, tables move to `overflowFolder`; without one, the work fails. */
  readonly memoryLimit: string;
  /** A folder that does not exist yet; made when it is needed, removed by {@link Database.close}. */
  readonly overflowFolder?: string;
  /** Default: as many as there are, 4 at most. */
  readonly threads?: number;
  readonly signal?: AbortSignal | undefined;
}

/** More threads than this hold more memory than they save time. */
const mostThreads = 4;

export class Database {
  readonly bindings: Bindings;
  readonly api: Api;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  /** Stops the statement that is running; it fails. */
  readonly interrupt = (): void => this.#connection.interrupt();

  private constructor(
    loaded: { api: Api; bindings: Bindings },
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    signal: AbortSignal | undefined,
  ) {
    this.api = loaded.api;
    this.bindings = loaded.bindings;
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = signal;
    signal?.addEventListener("abort", this.interrupt);
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    throwIfAborted(options.signal);
    const loaded = await loadDuckdb();
    const instance = await loaded.api.DuckDBInstance.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
      memory_limit: options.memoryLimit,
      threads: String(options.threads ?? Math.min(mostThreads, availableParallelism())),
      ...(options.overflowFolder === undefined
        ? { max_temp_directory_size: "0KB" }
        : { temp_directory: options.overflowFolder }),
    });
    const database = new Database(loaded, instance, await instance.connect(), options.signal);
    const paths = options.paths.map((path) => sqlText(resolve(path)));
    await database.run(
      `SET TimeZone = 'UTC'; SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET allowed_paths = [${paths.join(", ")}];
       SET enable_external_access = false; SET lock_configuration = true`,
    );
    return database;
  }

  /** Opens a database, works with it and closes it whatever happens. */
  static async use<T>(options: DatabaseOptions, work: (database: Database) => Promise<T>): Promise<T> {
    const database = await Database.open(options);
    try {
      return await work(database);
    } finally {
      database.close();
    }
  }

  /** @throws VerisimError `VERISIM_ABORTED`; faults of DuckDB as they are */
  async run(sql: string): Promise<void> {
    await this.#checked(() => this.#connection.run(sql));
  }

  /** All rows of a small result. */
  async rows(sql: string): Promise<unknown[][]> {
    return (await this.#checked(() => this.#connection.runAndReadAll(sql))).getRows();
  }

  /**
   * The rows of a query, some thousand at a time, in their order. A fault in the middle ends a stream as if there were no
   * more rows, so a last row of our own says that all have come; it is not among the `rows` that are given.
   */
  async *stream(sql: string): AsyncGenerator<{ chunk: DuckDBDataChunk; rows: number }> {
    const result = await this.#checked(() =>
      this.#connection.stream(
        `SELECT *, false AS "\uE000end" FROM (${sql}) UNION ALL BY NAME SELECT true AS "\uE000end"`,
      ),
    );
    for (;;) {
      const chunk = await this.#checked(() => result.fetchChunk());
      const count = chunk?.rowCount ?? 0;
      if (!chunk || count === 0) break;
      const ended = chunk.getColumnVector(chunk.columnCount - 1).getItem(count - 1) === true;
      const rows = ended ? count - 1 : count;
      if (rows > 0) yield { chunk, rows };
      if (ended) return;
    }
    await this.rows(`SELECT count(COLUMNS(*)) FROM (${sql})`);
    throw new Error("internal: the rows of a query ended early");
  }

  /** How much of the running statement is done, 0 to 1. */
  get progress(): number {
    return Math.min(1, Math.max(0, this.#connection.progress.percentage / 100));
  }

  /** Adds rows to a table of this database. */
  async appender(table: string): Promise<DuckDBAppender> {
    return this.#checked(() => this.#connection.createAppender(table));
  }

  /**
   * Makes `name()` a table whose rows come from here, in one pass.
   * @param fill sets the chunk's size and fills its vectors; a size of 0 ends the table, a fault the statement
   */
  addRowSource(name: string, columns: readonly LogicalType[], fill: (chunk: DataChunk) => void): void {
    const { bindings } = this;
    const source = bindings.create_table_function();
    bindings.table_function_set_name(source, name);
    bindings.table_function_set_bind(source, (info) => {
      columns.forEach((type, index) => {
        bindings.bind_add_result_column(info, `c${index}`, type);
      });
    });
    bindings.table_function_set_init(source, (info) => bindings.init_set_max_threads(info, 1));
    bindings.table_function_set_function(source, (_info, chunk) => fill(chunk));
    bindings.register_table_function(rawConnection(this.#connection), source);
  }

  close(): void {
    this.#signal?.removeEventListener("abort", this.interrupt);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #checked<T>(work: () => Promise<T>): Promise<T> {
    throwIfAborted(this.#signal);
    try {
      return await work();
    } catch (cause) {
      throwIfAborted(this.#signal);
      throw cause;
    }
  }
}

/** The connection as DuckDB's own functions take it. */
function rawConnection(connection: DuckDBConnection): Parameters<Bindings["register_table_function"]>[0] {
  return (connection as unknown as { connection: Parameters<Bindings["register_table_function"]>[0] })
    .connection;
}

/** The first line of DuckDB's own words, without the kind of error. */
export function duckdbReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/^(?:[A-Z][A-Za-z ]* Error: )+/, "").split("\n")[0]!;
}

/** Faults of memory and disk, told as what the user can act on; every other cause comes back as it is. */
export function resourceFault(cause: unknown, path: string): unknown {
  if (VerisimError.isInstance(cause) || !(cause instanceof Error)) return cause;
  if (
    /no space left|disk quota|max_temp_directory_size/i.test(cause.message) &&
    !/0 ?KB|0 bytes/.test(cause.message)
  )
    return fileError({ code: "ENOSPC", cause }, path);
  if (/out of memory|memory limit|failed to allocate|max_temp_directory_size/i.test(cause.message))
    return new VerisimError("VERISIM_OUT_OF_MEMORY", "The table is too large for the memory there is.", {
      where: { file: path },
      hint: "Split the file, or leave columns out of it.",
      cause,
    });
  return cause;
}

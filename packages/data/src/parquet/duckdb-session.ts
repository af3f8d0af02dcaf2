// One embedded DuckDB for one file: in memory, with no extension to load and no path to open but the file's.

import { resolve } from "node:path";
import type { DuckDBConnection, DuckDBResultReader } from "@duckdb/node-api";
import { throwIfAborted, VerisimError } from "@verisim/core";

/** An SQL identifier; any text can be one. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An SQL string literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export class DuckSession {
  readonly #connection: DuckDBConnection;
  readonly #path: string;
  readonly #signal: AbortSignal | undefined;

  private constructor(connection: DuckDBConnection, path: string, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#path = path;
    this.#signal = signal;
  }

  /** Runs `work` with a database that can read `path` and nothing else of the file system. */
  static async use<T>(
    path: string,
    signal: AbortSignal | undefined,
    work: (session: DuckSession) => Promise<T>,
  ): Promise<T> {
    throwIfAborted(signal);
    const { DuckDBInstance: instances } = await import("@duckdb/node-api");
    const instance = await instances.create(":memory:", {
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      allow_community_extensions: "false",
      // Enough for wide row groups; what does not fit is an error rather than a swapping machine.
      memory_limit: "4GB",
      max_temp_directory_size: "0KB",
    });
    const connection = await instance.connect();
    const session = new DuckSession(connection, path, signal);
    const stop = (): void => connection.interrupt();
    signal?.addEventListener("abort", stop);
    try {
      await connection.run(`SET allowed_paths = [${sqlText(resolve(path))}]`);
      await connection.run("SET enable_external_access = false");
      await connection.run("SET lock_configuration = true");
      return await work(session);
    } catch (cause) {
      throwIfAborted(signal);
      throw session.#fault(cause);
    } finally {
      signal?.removeEventListener("abort", stop);
      connection.closeSync();
      instance.closeSync();
    }
  }

  async run(sql: string): Promise<void> {
    throwIfAborted(this.#signal);
    await this.#connection.run(sql);
  }

  /** All rows of a small result. */
  async all(sql: string): Promise<DuckDBResultReader> {
    throwIfAborted(this.#signal);
    return this.#connection.runAndReadAll(sql);
  }

  /**
   * Streams columns of numbers: `take` gets each column's numbers of one piece of rows.
   * The query must return DOUBLE columns without nulls, which come as typed arrays.
   */
  async numbers(
    sql: string,
    columnCount: number,
    take: (column: number, values: Float64Array) => void,
    onRows: (rows: number) => void,
  ): Promise<void> {
    const result = await this.#connection.stream(sql);
    for (;;) {
      throwIfAborted(this.#signal);
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return;
      for (let column = 0; column < columnCount; column++)
        take(column, (chunk.getColumnVector(column) as unknown as { items: Float64Array }).items);
      onRows(chunk.rowCount);
    }
  }

  /** DuckDB's messages about a file, told as what the user can act on. */
  #fault(cause: unknown): unknown {
    if (VerisimError.isInstance(cause) || !(cause instanceof Error) || cause instanceof RangeError)
      return cause;
    const details = { where: { file: this.#path }, cause };
    if (/out of memory|memory limit/i.test(cause.message))
      return new VerisimError("VERISIM_OUT_OF_MEMORY", "The file needs more than 4 GB of memory to read.", {
        ...details,
        hint: "Split the file, or leave columns out of it.",
      });
    const reason = cause.message.replace(/^[A-Za-z ]*Error: /, "").split("\n")[0]!;
    return new VerisimError("VERISIM_FILE_DAMAGED", `The file cannot be read as Parquet: ${reason}`, {
      ...details,
      hint: "It is cut off, damaged, or of another format: fetch it again or check its ending.",
    });
  }
}

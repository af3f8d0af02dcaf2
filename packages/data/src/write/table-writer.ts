// What every writer of tables promises, kept in one place for all formats: whole files or none, a stop on request,
// nothing left behind by a failure. The formats only encode.

import { type Table, type TableMetadata, throwIfAborted, VerisimError } from "@verisim/core";
import type { AtomicFile } from "./atomic-file.ts";
import { emptyTable } from "./empty-table.ts";

/** A file in the making: it appears at its path, whole, when {@link close} resolves. */
export interface TableWriter {
  /** Adds rows. All batches have the columns of the first. */
  append(batch: Table): Promise<void>;
  /** Finishes the file and puts it in its place. */
  close(): Promise<void>;
  /** Leaves nothing behind; what was at the path before stays. Does nothing after {@link close}. */
  abort(): Promise<void>;
}

/** Turns batches into the bytes of one format. */
export interface TableEncoder {
  /** The first batch names the columns; it may have no rows. */
  append(batch: Table): Promise<void>;
  /** Writes what is left, the end of the file included. */
  finish(): Promise<void>;
  /** Waits for what is under way and lets go of everything; must not fail. */
  stop(): Promise<void>;
}

export class FileTableWriter implements TableWriter {
  readonly #file: AtomicFile;
  readonly #encoder: TableEncoder;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  #names: readonly string[] | undefined;
  #state: "open" | "closed" | "failed" = "open";

  constructor(
    file: AtomicFile,
    encoder: TableEncoder,
    metadata: TableMetadata,
    signal: AbortSignal | undefined,
  ) {
    this.#file = file;
    this.#encoder = encoder;
    this.#metadata = metadata;
    this.#signal = signal;
  }

  async append(batch: Table): Promise<void> {
    await this.#guarded(async () => {
      this.#names ??= batch.columnNames;
      await this.#encoder.append(batch.select(this.#names));
    });
  }

  async close(): Promise<void> {
    await this.#guarded(async () => {
      if (!this.#names) await this.#encoder.append(emptyTable(this.#metadata));
      await this.#encoder.finish();
      throwIfAborted(this.#signal);
      await this.#file.commit();
      this.#state = "closed";
    });
  }

  async abort(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "failed";
    await this.#encoder.stop();
    await this.#file.discard();
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    if (this.#state !== "open")
      throw new VerisimError(
        "VERISIM_WRITER_CLOSED",
        `Expected an open file but it has ${this.#state === "closed" ? "been closed" : "failed before"}.`,
        { where: { file: this.#file.path } },
      );
    try {
      throwIfAborted(this.#signal);
      await work();
    } catch (error) {
      await this.abort();
      throw error;
    }
  }
}

// Which writer makes a Parquet file: ours, which streams, for the types that it knows, else the database. The first batch
// says which columns there are.

import type { Table, TableMetadata } from "@verisim/core";
import { DuckdbEncoder, refuseEqualNames } from "../duckdb/file-encoder.ts";
import type { AtomicFile } from "../write/atomic-file.ts";
import type { TableEncoder } from "../write/table-writer.ts";
import { canEncodeParquet, ParquetEncoder } from "./parquet-encoder.ts";

export class ParquetFileEncoder implements TableEncoder {
  readonly #file: AtomicFile;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  #chosen: TableEncoder | undefined;

  constructor(file: AtomicFile, metadata: TableMetadata, signal: AbortSignal | undefined) {
    this.#file = file;
    this.#metadata = metadata;
    this.#signal = signal;
  }

  append(batch: Table): Promise<void> {
    this.#chosen ??= this.#choose(batch);
    return this.#chosen.append(batch);
  }

  async finish(): Promise<void> {
    await this.#chosen?.finish();
  }

  async stop(): Promise<void> {
    await this.#chosen?.stop();
  }

  #choose(batch: Table): TableEncoder {
    refuseEqualNames(batch.columnNames, this.#file.path);
    return canEncodeParquet(batch, this.#metadata)
      ? new ParquetEncoder(this.#file, this.#metadata, this.#signal)
      : new DuckdbEncoder(this.#file, "parquet", false, this.#metadata, this.#signal);
  }
}

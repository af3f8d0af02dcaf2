// A table out to a file, at once or batch by batch.

import { type Table, type TableMetadata, throwIfAborted } from "@verisim/core";
import { DuckdbEncoder } from "./duckdb/file-encoder.ts";
import { type FileFormat, formatOfPath } from "./formats.ts";
import { ParquetEncoder } from "./parquet/parquet-encoder.ts";
import { AtomicFile } from "./write/atomic-file.ts";
import { FileTableWriter, type TableEncoder, type TableWriter } from "./write/table-writer.ts";

export interface WriteOptions {
  /** Aborting removes what was written; the next call throws `VERISIM_ABORTED`. */
  signal?: AbortSignal;
}

/**
 * Opens a file for rows; its ending says the format. The rows go to a file beside `path`, which replaces `path` on
 * `close`: a failure at any time leaves what was there before.
 *
 * @param metadata how cells are written (number style, decimals, date format, zone, type in typed files)
 * @throws VerisimError `VERISIM_UNKNOWN_FORMAT`, `VERISIM_FILE_NOT_FOUND`, `VERISIM_FILE_IS_FOLDER`,
 * `VERISIM_FILE_ACCESS`, `VERISIM_DISK_FULL`, `VERISIM_WRITE_FAILED`, `VERISIM_ABORTED`
 */
export async function openTableWriter(
  path: string,
  metadata: TableMetadata,
  options: WriteOptions = {},
): Promise<TableWriter> {
  const { format, gzip } = formatOfPath(path);
  const { signal } = options;
  throwIfAborted(signal);
  const file = await AtomicFile.open(path);
  try {
    return new FileTableWriter(
      file,
      await encoderOf(format.name, gzip, file, metadata, signal),
      metadata,
      signal,
    );
  } catch (error) {
    await file.discard();
    throw error;
  }
}

async function encoderOf(
  format: FileFormat,
  gzip: boolean,
  file: AtomicFile,
  metadata: TableMetadata,
  signal: AbortSignal | undefined,
): Promise<TableEncoder> {
  switch (format) {
    case "arrow":
      return (await import("./arrow/arrow-writer.ts")).ArrowEncoder.create(file, metadata, signal);
    case "parquet":
      return new ParquetEncoder(file, metadata, signal);
    default:
      return new DuckdbEncoder(file, format, gzip, metadata, signal);
  }
}

/**
 * Writes one table to one file.
 * @throws VerisimError as {@link openTableWriter}
 */
export async function writeTable(
  path: string,
  table: Table,
  metadata: TableMetadata,
  options: WriteOptions = {},
): Promise<void> {
  const writer = await openTableWriter(path, metadata, options);
  await writer.append(table);
  await writer.close();
}

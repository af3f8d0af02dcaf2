// A table out to a file, at once or batch by batch.

import { type Table, type TableMetadata, VerisimError } from "@verisim/core";
import { formatOfPath } from "./formats.ts";
import { ParquetTableWriter } from "./parquet/parquet-writer.ts";
import type { TableWriter } from "./write/table-writer.ts";
import { TextTableWriter } from "./write/text-writer.ts";

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
 * `VERISIM_FILE_ACCESS`, `VERISIM_DISK_FULL`, `VERISIM_ABORTED`
 */
export async function openTableWriter(
  path: string,
  metadata: TableMetadata,
  options: WriteOptions = {},
): Promise<TableWriter> {
  const { format, gzip } = formatOfPath(path);
  switch (format.name) {
    case "parquet":
      return ParquetTableWriter.open(path, metadata, options.signal);
    case "arrow":
      throw new VerisimError("VERISIM_UNKNOWN_FORMAT", `Writing ${format.name} is not there yet.`, {
        where: { file: path },
      });
    default:
      return TextTableWriter.open(path, format.name, gzip, metadata, options.signal);
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

// A file in, a typed table and its metadata out.

import { type Progress, Table, type TableMetadata, throwIfAborted, VerisimError } from "@verisim/core";
import { type ColumnProfile, profileColumn } from "./detect/column-profile.ts";
import { completeMetadata } from "./detect/complete-metadata.ts";
import { formatOfPath } from "./formats.ts";
import { readableSize } from "./text/byte-source.ts";
import { readCsv } from "./text/csv-reader.ts";
import {
  defaultLimits,
  type ReadLimits,
  type TextColumns,
  type TextReadOptions,
} from "./text/text-columns.ts";
import { typedColumn } from "./values/type-column.ts";

export interface ReadOptions {
  /** What is known about the columns; the rest is detected. */
  metadata?: TableMetadata;
  signal?: AbortSignal;
  /** Phase `read`, in bytes of the file. */
  onProgress?: (progress: Progress) => void;
  limits?: ReadLimits;
}

export interface ReadResult {
  table: Table;
  /** Metadata of every column: as given, completed by detection. */
  metadata: TableMetadata;
  /** What was odd about the file, in words. */
  warnings: string[];
}

/**
 * Reads a table. The path's ending says the format: .csv .tsv .json .jsonl (each also .gz) .parquet .arrow.
 *
 * Cells come back as they went in: {@link ColumnMetadata} keeps how numbers and dates were written, and a column
 * whose cells no format gives back stays text.
 *
 * @throws VerisimError `VERISIM_UNKNOWN_FORMAT`, `VERISIM_FILE_NOT_FOUND`, `VERISIM_FILE_IS_FOLDER`,
 * `VERISIM_FILE_ACCESS`, `VERISIM_FILE_DAMAGED`, `VERISIM_EMPTY_FILE`, `VERISIM_EMPTY_TABLE`, `VERISIM_ENCODING`,
 * `VERISIM_BINARY_FILE`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_RAGGED_ROW`, `VERISIM_CSV_QUOTE`, `VERISIM_JSON_SYNTAX`,
 * `VERISIM_CELL_TOO_LARGE`, `VERISIM_TOO_MANY_COLUMNS`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_TYPE_MISMATCH`,
 * `VERISIM_ABORTED`
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const { format, gzip } = formatOfPath(path);
  throwIfAborted(options.signal);
  const total = await readableSize(path);
  const textOptions: TextReadOptions = {
    gzip,
    limits: { ...defaultLimits, ...options.limits },
    signal: options.signal,
    onBytes: (done) => options.onProgress?.({ phase: "read", done, total, unit: "bytes" }),
  };
  const columns = await readColumns(path, format.name, textOptions);
  if (columns.rowCount === 0)
    throw new VerisimError("VERISIM_EMPTY_TABLE", "The file has a header but no rows.", {
      where: { file: path },
    });
  return typeColumns(path, columns, options);
}

async function readColumns(path: string, format: string, options: TextReadOptions): Promise<TextColumns> {
  switch (format) {
    case "csv":
      return readCsv(path, undefined, options);
    case "tsv":
      return readCsv(path, 9, options);
    default:
      throw new VerisimError("VERISIM_UNKNOWN_FORMAT", `Reading ${format} is not there yet.`, {
        where: { file: path },
      });
  }
}

function typeColumns(path: string, source: TextColumns, options: ReadOptions): ReadResult {
  const warnings = [...source.warnings];
  const profiles: ColumnProfile[] = source.pools.map((pool, index) =>
    profileColumn({
      name: source.names[index]!,
      rowCount: source.rowCount,
      missing: pool.missingCount,
      texts: pool.texts(),
      counts: pool.counts,
      physical: source.physical[index],
    }),
  );
  const metadata = completeMetadata(profiles, options.metadata, path);
  const columns = profiles.map((profile, index) => {
    throwIfAborted(options.signal);
    const column = metadata.columns[profile.name]!;
    warnings.push(...columnWarnings(profile, column.sdtype));
    return typedColumn(profile, source.pools[index]!.codes, column, path);
  });
  return { table: new Table(columns, source.rowCount), metadata, warnings };
}

function columnWarnings(profile: ColumnProfile, sdtype: string): string[] {
  const warnings: string[] = [];
  const name = JSON.stringify(profile.name);
  if (profile.missing === profile.rowCount) warnings.push(`Column ${name} has no values.`);
  else if (profile.distinct === 1 && profile.rowCount > 1)
    warnings.push(`Column ${name} has one value in all rows that are not missing.`);
  if (sdtype === "numerical" && profile.numbers && !profile.numbers.exact) {
    const example = profile.numbers.example === "" ? "" : ` such as ${profile.numbers.example}`;
    warnings.push(
      `Column ${name} writes equal numbers in several ways${example}; they will be written in one.`,
    );
  }
  if (sdtype === "datetime" && profile.dates?.mixedZones)
    warnings.push(`Column ${name} mixes time zones; its instants will be written in UTC.`);
  return warnings;
}

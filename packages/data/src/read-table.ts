// A file in, a typed table and its metadata out.

import {
  type Column,
  constantColumnWarning,
  emptyColumnWarning,
  numberColumn,
  type Progress,
  Table,
  type TableMetadata,
  textColumn,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import { readArrow } from "./arrow/arrow-reader.ts";
import { type ColumnProfile, profileColumn } from "./detect/column-profile.ts";
import { completeMetadata } from "./detect/complete-metadata.ts";
import { readCsv } from "./duckdb/csv-reader.ts";
import { readJson } from "./duckdb/json-reader.ts";
import { readParquet } from "./duckdb/parquet-reader.ts";
import { type FileFormat, formatOfPath } from "./formats.ts";
import { readableSize } from "./text/byte-source.ts";
import {
  defaultLimits,
  type ReadLimits,
  type TextColumns,
  type TextReadOptions,
} from "./text/text-columns.ts";
import type { TextPool } from "./text/text-pool.ts";
import { profileTyped, type TypedColumns } from "./typed-columns.ts";
import { positionalText } from "./values/number-text.ts";
import { typedColumn } from "./values/type-column.ts";

export interface ReadOptions {
  /** What is known about the columns; the rest is detected. */
  metadata?: TableMetadata;
  /**
   * The file may hold a part of the metadata's columns, and others beside them: those that both have are read, in the
   * metadata's order; the result's metadata tells of no others. Default false: a column that the file lacks is an error.
   */
  part?: boolean;
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
 * `VERISIM_BINARY_FILE`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_RAGGED_ROW`, `VERISIM_CSV_QUOTE`, `VERISIM_CSV_SYNTAX`,
 * `VERISIM_JSON_SYNTAX`,
 * `VERISIM_CELL_TOO_LARGE`, `VERISIM_TOO_MANY_COLUMNS`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_TYPE_MISMATCH`,
 * `VERISIM_ABORTED`
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const { format, gzip } = formatOfPath(path);
  throwIfAborted(options.signal);
  const total = await readableSize(path);
  const textOptions: TextReadOptions = {
    gzip,
    size: total,
    limits: { ...defaultLimits, ...options.limits },
    signal: options.signal,
    onBytes: (done) => options.onProgress?.({ phase: "read", done, total, unit: "bytes" }),
  };
  const loaded = await load(path, format.name, textOptions).catch((cause: unknown) => {
    throw memoryFault(cause, path);
  });
  if (loaded.rowCount === 0)
    throw new VerisimError("VERISIM_EMPTY_TABLE", "The file has a header but no rows.", {
      where: { file: path },
    });
  return typeColumns(path, loaded, options);
}

/** Arrays that the engine refuses to make are a table that is too large, not a bug. */
function memoryFault(cause: unknown, file: string): unknown {
  if (!(cause instanceof RangeError)) return cause;
  return new VerisimError("VERISIM_OUT_OF_MEMORY", "The table is too large to be held in memory.", {
    where: { file },
    hint: "Split the file, or leave columns out of it.",
    cause,
  });
}

/** A column as a reader left it: codes of the profile's texts, or numbers. */
interface LoadedColumn {
  readonly profile: ColumnProfile;
  readonly codes: Int32Array | null;
  readonly values: Float64Array | null;
}

interface Loaded {
  readonly columns: readonly LoadedColumn[];
  readonly rowCount: number;
  readonly warnings: readonly string[];
}

async function load(path: string, format: FileFormat, options: TextReadOptions): Promise<Loaded> {
  switch (format) {
    case "csv":
      return profileTexts(await readCsv(path, undefined, options));
    case "tsv":
      return profileTexts(await readCsv(path, "\t", options));
    case "json":
    case "jsonl":
      return profileTexts(await readJson(path, options));
    case "parquet":
      return profileSources(await readParquet(path, options));
    case "arrow":
      return profileSources(await readArrow(path, options));
  }
}

function profileTexts(source: TextColumns): Loaded {
  const columns = source.pools.map((given, index) => {
    const profile = (pool: TextPool): ColumnProfile => {
      let texts: readonly string[] | undefined;
      return profileColumn({
        name: source.names[index]!,
        rowCount: source.rowCount,
        missing: pool.missingCount,
        size: pool.size,
        get texts() {
          texts ??= pool.texts();
          return texts;
        },
        pieces: () => pool.pieces(),
        counts: pool.counts,
        physical: source.physical[index],
        textual: source.textual[index]!,
      });
    };
    const first = profile(given);
    // Measurements and instants need no search for equal cells; everything else does.
    const measured = first.dates !== null || (first.numbers !== null && first.numbers.style !== "integer");
    if (!given.loose || measured) return { profile: first, codes: given.codes, values: null };
    const pool = given.settled();
    return { profile: profile(pool), codes: pool.codes, values: null };
  });
  return { ...source, columns };
}

function profileSources(source: TypedColumns): Loaded {
  const columns = source.columns.map((column) => ({
    profile: profileTyped(column, source.rowCount),
    codes: column.kind === "text" ? column.codes : null,
    values: column.kind === "number" ? column.values : null,
  }));
  return { ...source, columns };
}

function typeColumns(path: string, source: Loaded, options: ReadOptions): ReadResult {
  const warnings = [...source.warnings];
  const wanted = options.part && options.metadata ? commonPart(source.columns, options.metadata) : undefined;
  const loaded = wanted?.columns ?? source.columns;
  const profiles = loaded.map((column) => column.profile);
  const metadata = completeMetadata(profiles, wanted?.metadata ?? options.metadata, path);
  const columns = loaded.map(({ profile, codes, values }) => {
    throwIfAborted(options.signal);
    const column = metadata.columns[profile.name]!;
    warnings.push(...columnWarnings(profile, column.sdtype));
    return codes
      ? typedColumn(profile, codes, column, path)
      : numbersAs(profile.name, values!, column.sdtype);
  });
  return { table: new Table(columns, source.rowCount), metadata, warnings };
}

/** The columns that file and metadata both have. Keys are left out: the part need not hold their columns. */
function commonPart(
  columns: readonly LoadedColumn[],
  metadata: TableMetadata,
): { columns: LoadedColumn[]; metadata: TableMetadata } {
  const byName = new Map(columns.map((column) => [column.profile.name, column]));
  const declared = Object.entries(metadata.columns).filter(([name]) => byName.has(name));
  return {
    columns: declared.map(([name]) => byName.get(name)!),
    metadata: { columns: Object.fromEntries(declared) },
  };
}

/** Numbers of a typed file, as text where they are declared to be something else. */
function numbersAs(name: string, values: Float64Array, sdtype: string): Column {
  if (sdtype === "numerical" || sdtype === "datetime") return numberColumn(name, values);
  return textColumn(
    name,
    Array.from(values, (value) => (Number.isNaN(value) ? null : positionalText(value))),
  );
}

function columnWarnings(profile: ColumnProfile, sdtype: string): string[] {
  const warnings: string[] = [];
  const name = JSON.stringify(profile.name);
  if (profile.missing === profile.rowCount) warnings.push(emptyColumnWarning(profile.name));
  else if (profile.distinct === 1 && profile.rowCount > 1) warnings.push(constantColumnWarning(profile.name));
  if (sdtype === "numerical" && profile.numbers && !profile.numbers.exact) {
    const example = profile.numbers.example === "" ? "" : ` such as ${profile.numbers.example}`;
    warnings.push(
      `Column ${name} writes equal numbers in several ways${example}; they will be written in one.`,
    );
  }
  const marks = profile.missingMarks.length;
  if ((sdtype === "numerical" || sdtype === "datetime") && marks > 0 && marks + Number(profile.gaps > 0) > 1)
    warnings.push(`Column ${name} marks missing cells in several ways; they will be written in one.`);
  if (sdtype === "datetime" && profile.dates?.mixedZones)
    warnings.push(`Column ${name} mixes time zones; its instants will be written in UTC.`);
  return warnings;
}

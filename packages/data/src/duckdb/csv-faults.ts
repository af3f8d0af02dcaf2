// DuckDB's errors about CSV files as coded errors with row and column. DuckDB keeps what it rejects in a table when it is
// asked to go on: a second reading, made only after a fault, fills that table with the first rejected row.

import { VerisimError } from "@verisim/core";
import { notUtf8 } from "../text/encoding.ts";
import type { ReadLimits } from "../text/text-columns.ts";
import { type CsvDialect, csvSource } from "./csv-dialect.ts";
import { type Database, duckdbReason, resourceFault } from "./database.ts";

export interface CsvPlace {
  readonly path: string;
  readonly dialect: CsvDialect;
  readonly names: readonly string[];
  readonly limits: Required<ReadLimits>;
}

interface Rejected {
  readonly row: number;
  /** From 0; -1 where it is not known. */
  readonly column: number;
  readonly type: string;
  readonly message: string;
  readonly lineBytes: number;
}

/** True where DuckDB stopped at line ends of more than one kind. */
export function mixedLineEnds(cause: unknown): boolean {
  return cause instanceof Error && /state machine reached an invalid state/.test(cause.message);
}

export async function csvFault(database: Database, cause: unknown, place: CsvPlace): Promise<unknown> {
  const resource = resourceFault(cause, place.path);
  if (VerisimError.isInstance(resource) || !(cause instanceof Error)) return resource;
  const rejected =
    (await firstRejected(database, place).catch(() => null)) ?? fromMessage(cause.message, place);
  if (!rejected) return malformed(place.path, undefined, duckdbReason(cause), cause);
  const { row, message } = rejected;
  const column = (await headerNames(database, place))[rejected.column];
  const { cellBytes } = place.limits;
  switch (rejected.type) {
    case "MISSING COLUMNS":
    case "TOO MANY COLUMNS":
      return raggedRow(place, row, Number(/Found: (\d+)/.exec(message)?.[1] ?? Number.NaN));
    case "INVALID ENCODING":
      return notUtf8(place.path, row, column);
    case "LINE SIZE OVER MAXIMUM":
      return cellTooLarge(place.path, row, column, cellBytes);
    case "UNQUOTED VALUE":
      // A quote that is never closed makes one cell of all that follows.
      if (rejected.lineBytes > cellBytes) return cellTooLarge(place.path, row, column, cellBytes);
      return new VerisimError(
        "VERISIM_CSV_QUOTE",
        "Expected a quoted cell to end with a quote before a delimiter or a line end.",
        {
          where: { file: place.path, row, ...(column === undefined ? {} : { column }) },
          hint: 'Close the quote, or double it ("") where it belongs to the text.',
        },
      );
    default:
      return malformed(place.path, row, duckdbReason(message), cause);
  }
}

async function firstRejected(database: Database, place: CsvPlace): Promise<Rejected | null> {
  const source = csvSource(
    place.path,
    place.dialect,
    place.limits.cellBytes,
    ", store_rejects = true, rejects_limit = 1000",
  );
  await database.rows(`SELECT count(COLUMNS(*)) FROM ${source}`);
  const rows = await database.rows(
    `SELECT line::INTEGER, coalesce(column_idx, 0)::INTEGER - 1, error_type::VARCHAR, error_message,
            coalesce(strlen(csv_line), 0)::DOUBLE FROM reject_errors ORDER BY line LIMIT 1`,
  );
  const first = rows[0] as [number, number, string, string, number] | undefined;
  if (!first) return null;
  const [line, column, type, message, lineBytes] = first;
  return { row: rowOfLine(line, place), column, type, message, lineBytes };
}

/** The names as they stand in the file, where the fault came before they were read. */
async function headerNames(database: Database, place: CsvPlace): Promise<readonly string[]> {
  if (place.names.length > 0) return place.names;
  const source = csvSource(place.path, place.dialect, place.limits.cellBytes, ", ignore_errors = true");
  const rows = await database.rows(`SELECT * FROM ${source} LIMIT 1`).catch(() => []);
  return (rows[0] ?? []).map((name, index) => String(name ?? index + 1));
}

/** DuckDB counts records and blank lines from 1; rows are counted from 1 after the header. */
function rowOfLine(line: number, place: CsvPlace): number {
  return Math.max(0, line - 1 - place.dialect.skip);
}

function fromMessage(message: string, place: CsvPlace): Rejected | null {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  if (line === undefined) return null;
  const type = /Expected Number of Columns/.test(message)
    ? "MISSING COLUMNS"
    : /unicode|utf-8/i.test(message)
      ? "INVALID ENCODING"
      : /Maximum line size/i.test(message)
        ? "LINE SIZE OVER MAXIMUM"
        : /unterminated quote/i.test(message)
          ? "UNQUOTED VALUE"
          : "";
  return { row: rowOfLine(Number(line), place), column: -1, type, message, lineBytes: 0 };
}

function raggedRow(place: CsvPlace, row: number, received: number): VerisimError {
  const expected = place.dialect.columnCount;
  return new VerisimError("VERISIM_RAGGED_ROW", `Expected ${expected} columns but received ${received}.`, {
    where: { file: place.path, row },
    hint:
      received > expected
        ? "Put quotes around cells that hold the delimiter, and drop delimiters at the end of lines."
        : "Write every column in every row, with nothing between the delimiters where a cell is missing.",
  });
}

export function cellTooLarge(
  file: string,
  row: number,
  column: string | undefined,
  cellBytes: number,
): VerisimError {
  return new VerisimError(
    "VERISIM_CELL_TOO_LARGE",
    `Expected cells of at most ${cellBytes} bytes but received a longer one.`,
    {
      where: { file, row, ...(column === undefined ? {} : { column }) },
      hint: "A quote that is never closed makes the rest of the file one cell: check the quotes of this row.",
    },
  );
}

function malformed(file: string, row: number | undefined, reason: string, cause: Error): VerisimError {
  return new VerisimError("VERISIM_CSV_SYNTAX", `The file cannot be read as CSV: ${reason}`, {
    where: { file, ...(row === undefined ? {} : { row }) },
    hint: "Check the quotes and the line ends of the file.",
    cause,
  });
}

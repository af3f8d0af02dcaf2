// What DuckDB is told about a CSV file, found from its first bytes: the delimiter that gives the most columns, the same
// number in every line of the sample; the line end; blank lines at the top; how many columns the header names.

import { sqlText } from "./database.ts";

export interface CsvDialect {
  readonly delimiter: string;
  /** For files of the first computers that end lines with a carriage return alone. */
  readonly bareReturn: boolean;
  /** Blank lines before the header. */
  readonly skip: number;
  readonly columnCount: number;
}

const delimiters = [",", ";", "\t", "|"];
const sampleLines = 200;
/** DuckDB holds whole lines: this many times the largest cell. */
const lineCells = 2;

/**
 * @param text the beginning of the file, without byte order mark
 * @param whole the text is all of the file
 * @returns null where there is nothing but blank lines
 */
export function findDialect(text: string, whole: boolean, delimiter: string | undefined): CsvDialect | null {
  const bareReturn = text.includes("\r") && !text.includes("\n");
  const lineEnd = bareReturn ? "\r" : "\n";
  const blank = /^[\r\n]*/.exec(text)![0];
  const skip = blank.split(lineEnd).length - 1;
  // Quoted cells may hold anything and none of it counts.
  const lines = text
    .slice(blank.length)
    .replace(/"(?:[^"]|"")*(?:"|$)/g, "")
    .split(lineEnd, sampleLines + 1);
  if (text.length === blank.length) return null;
  if (!whole || lines.length > sampleLines) lines.length = Math.max(1, lines.length - 1);
  let best = { delimiter: delimiter ?? ",", columnCount: 1, score: 0 };
  for (const candidate of delimiter === undefined ? delimiters : [delimiter]) {
    const columnCount = lines[0]!.split(candidate).length;
    const even = lines.every(
      (line) => line.split(candidate).length === columnCount || line === "" || line === "\r",
    );
    const score = columnCount < 2 ? 0 : columnCount + (even ? 1e6 : 0);
    if (score > best.score) best = { delimiter: candidate, columnCount, score };
  }
  return { ...best, bareReturn, skip };
}

/** The file as a table of texts `c0`, `c1`, ... whose first row is the header. */
export function csvSource(path: string, dialect: CsvDialect, cellBytes: number, more: string): string {
  const columns = Array.from({ length: dialect.columnCount }, (_, index) => `c${index}: 'VARCHAR'`);
  const lineBytes = Math.max(1 << 21, cellBytes * lineCells);
  return `read_csv(${sqlText(path)}, auto_detect = false, header = false, columns = {${columns.join(", ")}},
    delim = ${sqlText(dialect.delimiter)}, quote = '"', escape = '"', comment = '', nullstr = '',
    allow_quoted_nulls = false, skip = ${dialect.skip}, max_line_size = ${lineBytes}, buffer_size = ${lineBytes * 2},
    compression = ${path.toLowerCase().endsWith(".gz") ? "'gzip'" : "'none'"}
    ${dialect.bareReturn ? ", new_line = '\\r'" : ""} ${more})`;
}

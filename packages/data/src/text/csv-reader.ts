// Reads CSV and TSV into text pools: one pass over the bytes, piece by piece, each cell interned in its column.
// An unquoted empty field is a missing cell; a quoted one ("") is empty text.

import { isUtf8 } from "node:buffer";
import { VerisimError } from "@verisim/core";
import { readBytes } from "./byte-source.ts";
import { sniffDialect } from "./csv-dialect.ts";
import {
  type CsvDialect,
  CsvFields,
  escapedField,
  plainField,
  scanRecord,
  unescapeField,
} from "./csv-scanner.ts";
import { checkTextStart, notUtf8 } from "./encoding.ts";
import type { TextColumns, TextReadOptions } from "./text-columns.ts";
import { TextPool } from "./text-pool.ts";

const sampleBytes = 1 << 18;

/**
 * @throws VerisimError `VERISIM_EMPTY_FILE`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_RAGGED_ROW`, `VERISIM_CSV_QUOTE`,
 * `VERISIM_CELL_TOO_LARGE`, `VERISIM_ENCODING`, `VERISIM_BINARY_FILE`, `VERISIM_FILE_DAMAGED`, `VERISIM_ABORTED`
 */
export async function readCsv(
  path: string,
  delimiter: number | undefined,
  options: TextReadOptions,
): Promise<TextColumns> {
  const reader = new CsvReader(path, delimiter, options);
  for await (const piece of readBytes(path, options)) reader.push(piece);
  return reader.finish();
}

class CsvReader {
  readonly #path: string;
  readonly #delimiter: number | undefined;
  readonly #options: TextReadOptions;
  readonly #fields = new CsvFields();
  /** Bytes read and not yet scanned: an incomplete record, or the beginning of the file. */
  #rest: Buffer = Buffer.alloc(0);
  #started = false;
  #dialect: CsvDialect | undefined;
  #names: string[] = [];
  #pools: TextPool[] = [];
  #row = 0;
  #blankLines = 0;
  #scratch = new Uint8Array(1024);
  readonly #warnings: string[] = [];

  constructor(path: string, delimiter: number | undefined, options: TextReadOptions) {
    this.#path = path;
    this.#delimiter = delimiter;
    this.#options = options;
  }

  push(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    if (!this.#started && bytes.length < sampleBytes) this.#rest = bytes;
    else this.#scan(bytes, false);
  }

  finish(): TextColumns {
    this.#scan(this.#rest, true);
    if (this.#blankLines > 0) this.#warnings.push(`${this.#blankLines} blank lines were skipped.`);
    return {
      names: this.#names,
      pools: this.#pools,
      rowCount: this.#row,
      physical: this.#names.map(() => undefined),
      textual: this.#names.map(() => false),
      warnings: this.#warnings,
    };
  }

  #start(bytes: Buffer, last: boolean): number {
    this.#started = true;
    const mark = checkTextStart(bytes, this.#path);
    const sample = bytes.subarray(mark, mark + sampleBytes);
    const sniffed = sniffDialect(sample, last && sample.length === bytes.length - mark);
    this.#dialect = { ...sniffed, delimiter: this.#delimiter ?? sniffed.delimiter };
    return mark;
  }

  #scan(bytes: Buffer, last: boolean): void {
    let position = this.#started ? 0 : this.#start(bytes, last);
    const dialect = this.#dialect!;
    const fields = this.#fields;
    const begin = position;
    const firstRow = this.#pools.length === 0 ? 0 : this.#row + 1;
    const place = { file: this.#path, row: 0, names: this.#names, cellBytes: this.#options.limits.cellBytes };
    while (position < bytes.length) {
      place.row = this.#pools.length === 0 ? 0 : this.#row + 1;
      const next = scanRecord(bytes, position, bytes.length, last, dialect, fields, place);
      if (next < 0) break;
      if (this.#pools.length === 0) {
        if (!isBlankLine(fields)) {
          this.#header(bytes);
          place.names = this.#names;
        }
      } else this.#record(bytes);
      position = next;
    }
    if (!isUtf8(bytes.subarray(begin, position))) throw this.#findBadRow(bytes, begin, position, firstRow);
    this.#rest = position === bytes.length ? Buffer.alloc(0) : bytes.subarray(position);
    if (last && this.#pools.length === 0)
      throw new VerisimError("VERISIM_EMPTY_FILE", "Expected a header line but the file holds only blanks.", {
        where: { file: this.#path },
      });
  }

  #header(bytes: Buffer): void {
    const fields = this.#fields;
    if (fields.count > this.#options.limits.columns)
      throw new VerisimError(
        "VERISIM_TOO_MANY_COLUMNS",
        `Expected at most ${this.#options.limits.columns} columns but received ${fields.count}.`,
        { where: { file: this.#path } },
      );
    const names: string[] = [];
    for (let i = 0; i < fields.count; i++) {
      const cell = bytes.subarray(fields.starts[i], fields.ends[i]);
      if (!isUtf8(cell)) throw notUtf8(this.#path, 0);
      const text = cell.toString("utf8");
      names.push(fields.forms[i] === escapedField ? text.replaceAll('""', '"') : text);
    }
    this.#names = nameColumns(names, this.#path, this.#warnings);
    this.#pools = this.#names.map(() => new TextPool());
  }

  #record(bytes: Buffer): void {
    const fields = this.#fields;
    const pools = this.#pools;
    const count = fields.count;
    if (count !== pools.length) {
      if (isBlankLine(fields)) {
        this.#blankLines++;
        return;
      }
      throw this.#raggedRow(count);
    }
    for (let i = 0; i < count; i++) {
      const start = fields.starts[i]!;
      const end = fields.ends[i]!;
      const form = fields.forms[i]!;
      if (form === plainField && start === end) pools[i]!.addMissing();
      else if (form === escapedField) {
        if (this.#scratch.length < end - start) this.#scratch = new Uint8Array((end - start) * 2);
        const length = unescapeField(bytes, start, end, this.#scratch);
        pools[i]!.add(this.#scratch, 0, length, fields.hashes[i]!);
      } else pools[i]!.add(bytes, start, end, fields.hashes[i]!);
    }
    this.#row++;
  }

  #raggedRow(received: number): VerisimError {
    return new VerisimError(
      "VERISIM_RAGGED_ROW",
      `Expected ${this.#pools.length} columns but received ${received}.`,
      {
        where: { file: this.#path, row: this.#row + 1 },
        hint:
          received > this.#pools.length
            ? "Put quotes around cells that hold the delimiter, and drop delimiters at the end of lines."
            : "Write every column in every row, with nothing between the delimiters where a cell is missing.",
      },
    );
  }

  /** Scans a stretch again, only to name the row and the column of bytes that are not UTF-8. */
  #findBadRow(bytes: Buffer, begin: number, end: number, firstRow: number): VerisimError {
    const fields = this.#fields;
    const place = { file: this.#path, row: 0, names: this.#names, cellBytes: Number.MAX_SAFE_INTEGER };
    let position = begin;
    let row = firstRow;
    while (position < end) {
      position = scanRecord(bytes, position, end, true, this.#dialect!, fields, place);
      for (let i = 0; i < fields.count; i++)
        if (!isUtf8(bytes.subarray(fields.starts[i], fields.ends[i])))
          return notUtf8(this.#path, row, this.#names[i]);
      if (!isBlankLine(fields) || this.#pools.length === 1) row++;
    }
    return notUtf8(this.#path, firstRow);
  }
}

function isBlankLine(fields: CsvFields): boolean {
  return fields.count === 1 && fields.forms[0] === plainField && fields.ends[0] === fields.starts[0];
}

/** Names for columns without one, and the refusal of names that occur twice. */
export function nameColumns(given: readonly string[], path: string, warnings: string[]): string[] {
  const taken = new Set(given);
  const seen = new Map<string, number>();
  return given.map((name, index) => {
    if (name.trim() === "") {
      let chosen = `column_${index + 1}`;
      while (taken.has(chosen)) chosen += "_";
      taken.add(chosen);
      warnings.push(`Column ${index + 1} has no name and is called ${JSON.stringify(chosen)}.`);
      return chosen;
    }
    const earlier = seen.get(name);
    if (earlier !== undefined)
      throw new VerisimError(
        "VERISIM_DUPLICATE_COLUMN",
        `Expected column names to differ but columns ${earlier + 1} and ${index + 1} are both called ${JSON.stringify(name)}.`,
        { where: { file: path, column: name }, hint: "Rename one of the two columns." },
      );
    seen.set(name, index);
    return name;
  });
}

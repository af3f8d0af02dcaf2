// Finds the fields of one CSV record in a buffer (RFC 4180, any delimiter). Fields are spans, not strings;
// their hash is computed while they are scanned, so that every byte is looked at once.

import { VerisimError } from "@verisim/core";
import { hashStart, hashStep } from "./text-pool.ts";

export interface CsvDialect {
  /** Byte between fields. */
  readonly delimiter: number;
  /** Byte that ends a line: 10, or 13 in files without line feeds. */
  readonly lineEnd: number;
}

const quote = 0x22;
const carriageReturn = 13;

/** How a field was written. */
export const plainField = 0;
export const quotedField = 1;
/** Quoted, with doubled quotes inside that stand for one. */
export const escapedField = 2;

export interface ScanPlace {
  readonly file: string;
  /** Rows from 1, the header left out; 0 is the header. */
  row: number;
  readonly names: readonly string[];
  /** Largest cell in bytes. */
  readonly cellBytes: number;
}

/** Spans of the fields of one record. */
export class CsvFields {
  count = 0;
  starts: Int32Array = new Int32Array(16);
  ends: Int32Array = new Int32Array(16);
  hashes: Int32Array = new Int32Array(16);
  forms: Uint8Array = new Uint8Array(16);

  push(start: number, end: number, hash: number, form: number): void {
    const index = this.count++;
    if (index === this.starts.length) this.#grow(index * 2);
    this.starts[index] = start;
    this.ends[index] = end;
    this.hashes[index] = hash;
    this.forms[index] = form;
  }

  #grow(length: number): void {
    const larger = (array: Int32Array): Int32Array => {
      const copy = new Int32Array(length);
      copy.set(array);
      return copy;
    };
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.hashes = larger(this.hashes);
    const forms = new Uint8Array(length);
    forms.set(this.forms);
    this.forms = forms;
  }
}

/**
 * Reads the record that begins at `position` into `fields`.
 * @returns the position after the record and its line end, or -1 when the buffer ends first and is not the last
 * @throws VerisimError `VERISIM_CSV_QUOTE`, `VERISIM_CELL_TOO_LARGE`
 */
export function scanRecord(
  bytes: Uint8Array,
  position: number,
  end: number,
  last: boolean,
  dialect: CsvDialect,
  fields: CsvFields,
  place: ScanPlace,
): number {
  const delimiter = dialect.delimiter;
  const lineEnd = dialect.lineEnd;
  let i = position;
  fields.count = 0;
  for (;;) {
    let start = i;
    let hash = hashStart;
    if (i < end && bytes[i] === quote) {
      start = ++i;
      let form = quotedField;
      for (;;) {
        if (i >= end) {
          checkSize(i - start, fields, place);
          if (last) throw unclosedQuote(fields, place);
          return -1;
        }
        const byte = bytes[i]!;
        if (byte === quote) {
          if (i + 1 >= end && !last) return -1;
          if (i + 1 >= end || bytes[i + 1] !== quote) break;
          form = escapedField;
          i++;
        }
        hash = Math.imul(hash ^ byte, hashStep);
        i++;
      }
      checkSize(i - start, fields, place);
      fields.push(start, i, hash, form);
      i++;
      if (i < end && bytes[i] === carriageReturn && lineEnd !== carriageReturn) {
        if (i + 1 >= end && !last) return -1;
        if (bytes[i + 1] === lineEnd || i + 1 >= end) i++;
      }
    } else {
      let byte = 0;
      while (i < end) {
        byte = bytes[i]!;
        if (byte === delimiter || byte === lineEnd) break;
        if (byte === carriageReturn && (i + 1 < end ? bytes[i + 1] === lineEnd : true)) break;
        hash = Math.imul(hash ^ byte, hashStep);
        i++;
      }
      if (i >= end && !last) {
        checkSize(i - start, fields, place);
        return -1;
      }
      if (i < end && byte === carriageReturn && lineEnd !== carriageReturn) {
        if (i + 1 >= end && !last) return -1;
        checkSize(i - start, fields, place);
        fields.push(start, i, hash, plainField);
        i++;
      } else {
        checkSize(i - start, fields, place);
        fields.push(start, i, hash, plainField);
      }
    }
    if (i >= end) {
      if (last) return end;
      return -1;
    }
    const byte = bytes[i]!;
    if (byte === delimiter) i++;
    else if (byte === lineEnd) return i + 1;
    else throw strayQuote(fields, place);
  }
}

/** Copies a field with doubled quotes to `scratch` with single ones; returns its length. */
export function unescapeField(bytes: Uint8Array, start: number, end: number, scratch: Uint8Array): number {
  let length = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    scratch[length++] = byte;
    if (byte === quote) i++;
  }
  return length;
}

function columnName(fields: CsvFields, place: ScanPlace, index: number = fields.count): string {
  return place.names[index] ?? String(index + 1);
}

function checkSize(length: number, fields: CsvFields, place: ScanPlace): void {
  if (length <= place.cellBytes) return;
  throw new VerisimError(
    "VERISIM_CELL_TOO_LARGE",
    `Expected cells of at most ${place.cellBytes} bytes but received a longer one.`,
    {
      where: { file: place.file, row: place.row, column: columnName(fields, place) },
      hint: "A quote that is never closed makes the rest of the file one cell: check the quotes of this row.",
    },
  );
}

function unclosedQuote(fields: CsvFields, place: ScanPlace): VerisimError {
  return new VerisimError(
    "VERISIM_CSV_QUOTE",
    "Expected a closing quote but the file ends inside a quoted cell.",
    {
      where: { file: place.file, row: place.row, column: columnName(fields, place) },
      hint: 'Close the quote, or double it ("") where it belongs to the text.',
    },
  );
}

function strayQuote(fields: CsvFields, place: ScanPlace): VerisimError {
  return new VerisimError(
    "VERISIM_CSV_QUOTE",
    "Expected a delimiter or a line end after a closing quote but received other text.",
    {
      where: { file: place.file, row: place.row, column: columnName(fields, place, fields.count - 1) },
      hint: 'Double a quote ("") that belongs to the text.',
    },
  );
}

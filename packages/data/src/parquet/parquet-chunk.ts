// One column of one row group: an optional dictionary page and one data page. The table's own dictionary codes become
// Parquet's (bits packed, no text touched); numbers get a dictionary where few differ.

import type { Column, DictionaryColumn, NumberColumn } from "@verisim/core";
import { ByteBuffer } from "../write/byte-buffer.ts";
import type { PhysicalType } from "../write/physical-type.ts";
import { parquetTypeOf, parquetTypes, textBytes, writeNumber, writeParsed } from "./parquet-values.ts";
import { encodeThrift, i32, struct, writeVarint } from "./thrift.ts";

const plainEncoding = 0;
const levelEncoding = 3;
const dictionaryEncoding = 8;
/** A dictionary of numbers pays while it has at most this many entries. */
const numberDictionarySize = 1 << 14;

export interface EncodedChunk {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  /** Offset of the data page from the first byte of the chunk; the dictionary page, if any, is before it. */
  readonly dataOffset: number;
  readonly hasDictionary: boolean;
  readonly encodings: readonly number[];
}

interface Codes {
  /** Code per row, -1 where missing. */
  readonly codes: Int32Array;
  readonly size: number;
  readonly values: Uint8Array;
}

export function encodeChunk(column: Column, physical: PhysicalType): EncodedChunk {
  const rows = column.kind === "number" ? column.values.length : column.codes.length;
  const coded = column.kind === "number" ? codedNumbers(column, physical) : codedTexts(column, physical);
  const data = new ByteBuffer(rows + 64);
  writeLevels(data, column, rows);
  if (coded) writeCodes(data, coded.codes, coded.size);
  else if (column.kind === "number") writeNumbers(data, column, physical);
  else writeTexts(data, column, physical);
  const page = data.bytes.subarray(0, data.length);
  const encoding = coded ? dictionaryEncoding : plainEncoding;
  const parts: Uint8Array[] = [];
  let dataOffset = 0;
  if (coded) {
    const header = encodeThrift([
      [1, i32(2)],
      [2, i32(coded.values.length)],
      [3, i32(coded.values.length)],
      [
        7,
        struct([
          [1, i32(coded.size)],
          [2, i32(plainEncoding)],
        ]),
      ],
    ]);
    parts.push(header, coded.values);
    dataOffset = header.length + coded.values.length;
  }
  const header = encodeThrift([
    [1, i32(0)],
    [2, i32(page.length)],
    [3, i32(page.length)],
    [
      5,
      struct([
        [1, i32(rows)],
        [2, i32(encoding)],
        [3, i32(levelEncoding)],
        [4, i32(levelEncoding)],
      ]),
    ],
  ]);
  parts.push(header, page);
  return {
    parts,
    bytes: dataOffset + header.length + page.length,
    dataOffset,
    hasDictionary: coded !== null,
    encodings: coded ? [plainEncoding, levelEncoding, dictionaryEncoding] : [plainEncoding, levelEncoding],
  };
}

/** Definition levels: 1 where a cell is there, 0 where it is missing. */
function writeLevels(out: ByteBuffer, column: Column, rows: number): void {
  const levels = new ByteBuffer((rows >> 3) + 16);
  const marks = column.kind === "number" ? column.values : column.codes;
  let missing = 0;
  for (let row = 0; row < rows; row++) if (!(marks[row]! >= 0) && isGap(column, row)) missing++;
  if (missing === 0) {
    writeVarint(levels, rows * 2);
    levels.byte(1);
  } else {
    const groups = Math.ceil(rows / 8);
    writeVarint(levels, groups * 2 + 1);
    for (let group = 0; group < groups; group++) {
      let bits = 0;
      const end = Math.min(8, rows - group * 8);
      for (let bit = 0; bit < end; bit++) if (!isGap(column, group * 8 + bit)) bits |= 1 << bit;
      levels.byte(bits);
    }
  }
  writeLength(out, levels.length);
  out.append(levels.bytes, 0, levels.length);
}

function isGap(column: Column, row: number): boolean {
  return column.kind === "number" ? Number.isNaN(column.values[row]!) : column.codes[row]! < 0;
}

function writeLength(out: ByteBuffer, length: number): void {
  out.reserve(4);
  for (let shift = 0; shift < 32; shift += 8) out.bytes[out.length++] = (length >>> shift) & 0xff;
}

/** One bit-packed run of all codes that are there. */
function writeCodes(out: ByteBuffer, codes: Int32Array, size: number): void {
  const width = Math.max(1, 32 - Math.clz32(Math.max(0, size - 1)));
  let present = 0;
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= 0) present++;
  const groups = Math.ceil(present / 8);
  out.byte(width);
  writeVarint(out, groups * 2 + 1);
  out.reserve(groups * width);
  const bytes = out.bytes;
  const end = out.length + groups * width;
  let at = out.length;
  bytes.fill(0, at, end);
  // `held` never has more than 7 + 24 bits; wider codes go in two steps.
  let held = 0;
  let bits = 0;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code < 0) continue;
    held |= (code & 0xffffff) << bits;
    bits += Math.min(width, 24);
    while (bits >= 8) {
      bytes[at++] = held & 0xff;
      held >>>= 8;
      bits -= 8;
    }
    if (width <= 24) continue;
    held |= (code >>> 24) << bits;
    bits += width - 24;
    while (bits >= 8) {
      bytes[at++] = held & 0xff;
      held >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) bytes[at] = held & 0xff;
  out.length = end;
}

/** Numbers as codes of their different values, or null where too many differ. */
function codedNumbers(column: NumberColumn, physical: PhysicalType): Codes | null {
  const { values } = column;
  const limit = Math.min(numberDictionarySize, values.length >> 1);
  const slots = new Int32Array(numberDictionarySize * 2);
  const mask = slots.length - 1;
  const codes = new Int32Array(values.length);
  const entries = new Float64Array(limit + 1);
  const words = new Int32Array(2);
  const double = new Float64Array(words.buffer);
  let size = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) {
      codes[row] = -1;
      continue;
    }
    double[0] = value;
    const hash = Math.imul(words[0]! ^ Math.imul(words[1]!, 0x85ebca6b), 0x9e3779b1);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const code = slots[slot]! - 1;
      if (code < 0) {
        if (size === limit) return null;
        entries[size] = value;
        slots[slot] = ++size;
        codes[row] = size - 1;
        break;
      }
      if (Object.is(entries[code], value)) {
        codes[row] = code;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  if (size === 0) return null;
  const { width } = parquetTypeOf(physical);
  const bytes = new Uint8Array(size * width);
  const view = new DataView(bytes.buffer);
  for (let code = 0; code < size; code++) writeNumber(view, code * width, entries[code]!, physical);
  return { codes, size, values: bytes };
}

function writeNumbers(out: ByteBuffer, column: NumberColumn, physical: PhysicalType): void {
  const { width } = parquetTypeOf(physical);
  const { values } = column;
  out.reserve(values.length * width);
  const view = new DataView(out.bytes.buffer, out.length);
  let at = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    writeNumber(view, at, value, physical);
    at += width;
  }
  out.length += at;
}

/** Codes of the texts that occur in these rows, or null where nearly all differ (or the type has no dictionary). */
function codedTexts(column: DictionaryColumn, physical: PhysicalType): Codes | null {
  if (physical.kind === "boolean" || column.dictionary.length === 0) return null;
  const places = new Int32Array(column.dictionary.length).fill(-1);
  const codes = new Int32Array(column.codes.length);
  const used: number[] = [];
  for (let row = 0; row < codes.length; row++) {
    const code = column.codes[row]!;
    if (code < 0) {
      codes[row] = -1;
      continue;
    }
    if (places[code] === -1) places[code] = used.push(code) - 1;
    codes[row] = places[code]!;
  }
  if (used.length === 0 || used.length * 2 > codes.length + 16) return null;
  const out = new ByteBuffer(used.length * 16);
  writeEntries(out, column, used, physical);
  return { codes, size: used.length, values: out.bytes.subarray(0, out.length) };
}

function writeTexts(out: ByteBuffer, column: DictionaryColumn, physical: PhysicalType): void {
  const present = column.codes.filter((code) => code >= 0);
  if (physical.kind !== "boolean") {
    writeEntries(out, column, present, physical);
    return;
  }
  const flags = new Uint8Array(column.dictionary.length);
  const view = new DataView(flags.buffer);
  for (const code of new Set(present))
    writeParsed(view, code, column.dictionary[code]!, physical, column.name);
  out.reserve((present.length + 7) >> 3);
  for (let row = 0; row < present.length; row += 8) {
    let bits = 0;
    for (let bit = 0; bit < 8 && row + bit < present.length; bit++)
      bits |= flags[present[row + bit]!]! << bit;
    out.byte(bits);
  }
}

function writeEntries(
  out: ByteBuffer,
  column: DictionaryColumn,
  codes: ArrayLike<number>,
  physical: PhysicalType,
): void {
  const { type, width } = parquetTypeOf(physical);
  if (type === parquetTypes.byteArray) {
    for (let i = 0; i < codes.length; i++) {
      const bytes = textBytes(column.dictionary[codes[i]!]!, physical);
      writeLength(out, bytes.length);
      out.append(bytes);
    }
    return;
  }
  out.reserve(codes.length * width);
  for (let i = 0; i < codes.length; i++) {
    const view = new DataView(out.bytes.buffer, out.length, width);
    writeParsed(view, 0, column.dictionary[codes[i]!]!, physical, column.name);
    out.length += width;
  }
}

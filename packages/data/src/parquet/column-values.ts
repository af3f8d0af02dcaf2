// Cells of a row group as the values of a Parquet column: plain numbers, bits, or indices into a dictionary, with the
// levels that say which are missing. Parquet format 2.10, "Encodings".

import type { Column } from "@verisim/core";
import type { PhysicalType } from "../write/physical-type.ts";
import { writeVarint } from "./compact-thrift.ts";

/** Parquet's types by number. */
export const parquetTypes = { boolean: 0, int32: 1, int64: 2, double: 5, byteArray: 6 } as const;
export const encodings = { plain: 0, rle: 3, rleDictionary: 8 } as const;

/** The values of one column in one row group. */
export interface EncodedValues {
  /** Values of the dictionary page; undefined where there is none. */
  readonly dictionary: { readonly bytes: Uint8Array; readonly count: number } | undefined;
  /** Levels and values of the data page. */
  readonly page: Uint8Array;
  readonly encoding: number;
  readonly missing: number;
  /** Plain bytes of the least and the greatest value; undefined where they are not kept. */
  readonly range: readonly [min: Uint8Array, max: Uint8Array] | undefined;
}

/** Where a column's cells gather until their row group is full. */
export interface ColumnValues {
  append(column: Column): void;
  /** Bytes that the cells take, roughly. */
  readonly sizeBytes: number;
  /** Encodes all cells and forgets them. */
  take(): EncodedValues;
}

/** The type of a column that this writer knows, or undefined. */
export function parquetTypeOf(type: PhysicalType, column: Column): number | undefined {
  if (column.kind === "dictionary") {
    if (type.kind === "text") return parquetTypes.byteArray;
    const known = column.dictionary.every((text) => text === "true" || text === "false");
    return type.kind === "boolean" && known ? parquetTypes.boolean : undefined;
  }
  if (type.kind === "double") return parquetTypes.double;
  if (type.kind === "integer" && type.word === "BIGINT") return parquetTypes.int64;
  if (type.kind === "integer" && type.word === "INTEGER") return parquetTypes.int32;
  if (type.kind === "timestamp" && type.ticks === 1e6) return parquetTypes.int64;
  return type.kind === "date" ? parquetTypes.int32 : undefined;
}

/** @param refuse called for a cell that is no value of the type; does not return */
export function columnValues(
  parquetType: number,
  type: PhysicalType,
  capacity: number,
  refuse: (cell: string) => never,
): ColumnValues {
  if (parquetType === parquetTypes.byteArray) return new TextValues(capacity);
  if (parquetType === parquetTypes.boolean) return new BooleanValues(capacity, refuse);
  return new NumberValues(parquetType, type, capacity, refuse);
}

const microsPerDay = 86_400e6;

class NumberValues implements ColumnValues {
  readonly #type: number;
  readonly #isDate: boolean;
  readonly #refuse: (cell: string) => never;
  readonly #values: Float64Array;
  readonly #present: Uint8Array;
  readonly #pages = new Pages();
  #count = 0;

  constructor(parquetType: number, type: PhysicalType, capacity: number, refuse: (cell: string) => never) {
    this.#type = parquetType;
    this.#isDate = type.kind === "date";
    this.#refuse = refuse;
    this.#values = new Float64Array(capacity);
    this.#present = new Uint8Array(capacity);
  }

  get sizeBytes(): number {
    return this.#count * 8;
  }

  append(column: Column): void {
    const { values } = column as { values: Float64Array };
    this.#values.set(values, this.#count);
    this.#count += values.length;
  }

  take(): EncodedValues {
    const count = this.#count;
    this.#count = 0;
    const all = this.#values;
    const present = this.#present;
    const isDouble = this.#type === parquetTypes.double;
    const isDate = this.#isDate;
    let kept = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      let value = all[i]!;
      if (Number.isNaN(value)) {
        present[i] = 0;
        continue;
      }
      present[i] = 1;
      if (isDate) value = Math.floor(value / microsPerDay);
      // Half away from zero, as the database rounds; never -0.
      else if (!isDouble) value = (value < 0 ? -Math.round(-value) : Math.round(value)) + 0;
      if (value < min) min = value;
      if (value > max) max = value;
      all[kept++] = value;
    }
    if (!isDouble && kept > 0) this.#check(min, max);
    const [page, at] = this.#pages.begin(present, count, kept, kept * this.#width);
    this.#writePlain(all, kept, page, at);
    // Zeros have two spellings; readers expect the lesser as a minimum and the greater as a maximum.
    const ends = [min === 0 && isDouble ? -0 : min, max === 0 ? 0 : max].map((end) => {
      const bytes = new Uint8Array(this.#width);
      this.#writePlain(Float64Array.of(end), 1, bytes, 0);
      return bytes;
    });
    return {
      dictionary: undefined,
      page,
      encoding: encodings.plain,
      missing: count - kept,
      range: kept === 0 ? undefined : [ends[0]!, ends[1]!],
    };
  }

  /** Whole numbers beyond the type, or beyond what doubles tell apart, are no values of it. */
  #check(min: number, max: number): void {
    const most = this.#type === parquetTypes.int32 ? 2 ** 31 : 2 ** 63;
    if (min < -most) this.#refuse(String(min));
    if (max >= most) this.#refuse(String(max));
  }

  get #width(): number {
    return this.#type === parquetTypes.int32 ? 4 : 8;
  }

  /** The first values in the type's own bytes, little end first. */
  #writePlain(values: Float64Array, count: number, page: Uint8Array, at: number): void {
    if (this.#type === parquetTypes.double) {
      page.set(new Uint8Array(values.buffer, values.byteOffset, count * 8), at);
      return;
    }
    const words = new Uint32Array(page.buffer, page.byteOffset + at, count * (this.#width / 4));
    if (this.#type === parquetTypes.int32) for (let i = 0; i < count; i++) words[i] = values[i]!;
    else
      for (let i = 0; i < count; i++) {
        const value = values[i]!;
        const high = Math.floor(value / 4294967296);
        words[2 * i] = value - high * 4294967296;
        words[2 * i + 1] = high;
      }
  }
}

class BooleanValues implements ColumnValues {
  readonly #cells: Int8Array;
  readonly #pages = new Pages();
  readonly #refuse: (cell: string) => never;
  #count = 0;

  constructor(capacity: number, refuse: (cell: string) => never) {
    this.#cells = new Int8Array(capacity);
    this.#refuse = refuse;
  }

  get sizeBytes(): number {
    return this.#count;
  }

  append(column: Column): void {
    const { codes, dictionary } = column as { codes: Int32Array; dictionary: readonly string[] };
    const bits = dictionary.map((text) => (text === "true" ? 1 : text === "false" ? 0 : -1));
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      const bit = code < 0 ? 2 : bits[code]!;
      if (bit < 0) this.#refuse(dictionary[code]!);
      this.#cells[this.#count + i] = bit;
    }
    this.#count += codes.length;
  }

  take(): EncodedValues {
    const count = this.#count;
    this.#count = 0;
    const present = new Uint8Array(count);
    const bits = new Uint8Array((count + 7) >> 3);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const cell = this.#cells[i]!;
      if (cell === 2) continue;
      present[i] = 1;
      if (cell === 1) bits[kept >> 3]! |= 1 << (kept & 7);
      kept++;
    }
    const [page, at] = this.#pages.begin(present, count, kept, (kept + 7) >> 3);
    page.set(bits.subarray(0, (kept + 7) >> 3), at);
    return {
      dictionary: undefined,
      page,
      encoding: encodings.plain,
      missing: count - kept,
      range: undefined,
    };
  }
}

class TextValues implements ColumnValues {
  readonly #codes: Int32Array;
  readonly #pages = new Pages();
  #texts: string[] = [];
  #known = new Map<string, number>();
  #source: readonly string[] = [];
  #translated: number[] = [];
  #count = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#codes = new Int32Array(capacity);
  }

  get sizeBytes(): number {
    return this.#size + this.#count * 4;
  }

  append(column: Column): void {
    const { codes, dictionary } = column as { codes: Int32Array; dictionary: readonly string[] };
    if (dictionary !== this.#source) {
      this.#source = dictionary;
      this.#translated = [];
    }
    const translated = this.#translated;
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      let own = code < 0 ? -1 : translated[code];
      if (own === undefined) {
        own = this.#codeOf(dictionary[code]!);
        translated[code] = own;
      }
      this.#codes[this.#count + i] = own;
    }
    this.#count += codes.length;
  }

  #codeOf(text: string): number {
    let code = this.#known.get(text);
    if (code === undefined) {
      code = this.#texts.length;
      this.#known.set(text, code);
      this.#texts.push(text);
      this.#size += text.length * 2 + 4;
    }
    return code;
  }

  take(): EncodedValues {
    const count = this.#count;
    const texts = this.#texts.map((text) => Buffer.from(text, "utf8"));
    const present = new Uint8Array(count);
    const kept = new Int32Array(count);
    let size = 0;
    for (let i = 0; i < count; i++) {
      const code = this.#codes[i]!;
      if (code < 0) continue;
      present[i] = 1;
      kept[size++] = code;
    }
    const used = kept.subarray(0, size);
    // A dictionary pays where texts return; else they stand in the page themselves.
    const returns = texts.length <= size / 2;
    const values = returns
      ? dictionaryIndices(used, texts.length)
      : plainTexts(Array.from(used, (code) => texts[code]!));
    const [page, at] = this.#pages.begin(present, count, size, values.length);
    page.set(values, at);
    const encoded: EncodedValues = {
      dictionary: returns ? { bytes: plainTexts(texts), count: texts.length } : undefined,
      page,
      encoding: returns ? encodings.rleDictionary : encodings.plain,
      missing: count - size,
      range: undefined,
    };
    this.#count = 0;
    this.#size = 0;
    this.#texts = [];
    this.#known = new Map();
    this.#source = [];
    this.#translated = [];
    return encoded;
  }
}

/** Texts one after the other, each with its length before it. */
function plainTexts(texts: readonly Buffer[]): Uint8Array {
  const out = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  let at = 0;
  for (const text of texts) {
    at = out.writeUInt32LE(text.length, at);
    at += text.copy(out, at);
  }
  return out;
}

/** Indices in as few bits as the largest needs, eight at a time (the hybrid of runs and bit packing, all packed). */
function dictionaryIndices(indices: Int32Array, size: number): Uint8Array {
  const width = Math.max(1, 32 - Math.clz32(size - 1));
  const groups = (indices.length + 7) >> 3;
  const header: number[] = [width];
  writeVarint(groups * 2 + 1, header);
  const out = new Uint8Array(header.length + groups * width);
  out.set(header);
  let at = header.length;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < indices.length; i++) {
    // At most 7 bits are held, and a dictionary of a row group has fewer than 2^24 texts.
    held |= indices[i]! << bits;
    bits += width;
    while (bits >= 8) {
      out[at++] = held;
      held >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) out[at] = held;
  return out;
}

/**
 * Pages of a column: two arrays take turns, for while one row group is written the next one is encoded, and the one
 * before is done with.
 */
class Pages {
  readonly #arrays: [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] = [
    new Uint8Array(0),
    new Uint8Array(0),
  ];
  #turn = 0;

  /**
   * A page with its levels of presence, in one run where all or none are there, and room for the values.
   * @returns the page and where its values begin, at a multiple of eight bytes of its memory
   */
  begin(present: Uint8Array, count: number, kept: number, valueBytes: number): [Uint8Array, number] {
    const levels: number[] = [];
    const packed = kept !== count && kept !== 0;
    const groups = (count + 7) >> 3;
    writeVarint(packed ? groups * 2 + 1 : count * 2, levels);
    if (!packed) levels.push(kept === 0 ? 0 : 1);
    const size = levels.length + (packed ? groups : 0);
    const start = (8 - ((4 + size) % 8)) % 8;
    const page = this.#take(start + 4 + size + valueBytes).subarray(start, start + 4 + size + valueBytes);
    new DataView(page.buffer).setUint32(start, size, true);
    page.set(levels, 4);
    if (packed) {
      const bits = page.subarray(4 + levels.length, 4 + size).fill(0);
      for (let i = 0; i < count; i++) if (present[i]) bits[i >> 3]! |= 1 << (i & 7);
    }
    return [page, 4 + size];
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const turn = this.#turn;
    this.#turn = 1 - turn;
    if (this.#arrays[turn]!.length < length) this.#arrays[turn] = new Uint8Array(length);
    return this.#arrays[turn]!;
  }
}

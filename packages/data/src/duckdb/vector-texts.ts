// From DuckDB's vectors into our columns. Texts are interned from the vector's own memory, so that a cell becomes no
// JavaScript string: 16 bytes per cell, the length first, then up to 12 bytes of text or a pointer to longer ones
// (DuckDB's C API, duckdb_string_t).

import type { DuckDBDataChunk } from "@duckdb/node-api";
import { hashBytes, type TextPool } from "../text/text-pool.ts";
import type { Database } from "./database.ts";

const cellBytes = 16;
const inlineBytes = 12;

/** What the vectors of the pinned version of the library hold. */
interface TextVector {
  readonly dataView: DataView;
  readonly validity: { readonly data: BigUint64Array | null };
}

/**
 * Appends the cells of a VARCHAR column, rows [from, to).
 * @returns the first row whose cell is longer than `longest` bytes, or -1
 */
export function internTexts(
  database: Database,
  chunk: DuckDBDataChunk,
  column: number,
  from: number,
  to: number,
  pool: TextPool,
  longest: number,
): number {
  const { dataView, validity } = chunk.getColumnVector(column) as unknown as TextVector;
  const bytes = new Uint8Array(dataView.buffer, dataView.byteOffset, to * cellBytes);
  const words = new Uint32Array(dataView.buffer, dataView.byteOffset, to * 4);
  const bits = validity.data;
  const valid = bits && new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
  let run: LongTexts = { base: 0, end: 0, bytes };
  for (let row = from; row < to; row++) {
    if (valid && ((valid[row >> 3]! >> (row & 7)) & 1) === 0) {
      pool.addMissing();
      continue;
    }
    const length = words[row * 4]!;
    if (length <= inlineBytes) {
      const at = row * cellBytes + 4;
      pool.add(bytes, at, at + length, hashBytes(bytes, at, at + length));
      continue;
    }
    if (length > longest) return row;
    const pointer = pointerOf(words, row);
    if (pointer < run.base || pointer + length > run.end)
      run = longTexts(database, dataView, words, valid, row, to);
    const at = pointer - run.base;
    pool.add(run.bytes, at, at + length, hashBytes(run.bytes, at, at + length));
  }
  return -1;
}

/** Bytes of long texts that lie next to each other, and their addresses. */
interface LongTexts {
  readonly base: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** Texts of one heap follow each other at most this far apart: no page of memory lies between them. */
const widestGap = 8;
const longestRun = 1 << 22;

function pointerOf(words: Uint32Array, row: number): number {
  return words[row * 4 + 2]! + words[row * 4 + 3]! * 2 ** 32;
}

/** One crossing into the database for as many texts as lie in a row: a crossing costs more than the text. */
function longTexts(
  database: Database,
  dataView: DataView,
  words: Uint32Array,
  valid: Uint8Array | null,
  first: number,
  to: number,
): LongTexts {
  const base = pointerOf(words, first);
  let end = base + words[first * 4]!;
  for (let row = first + 1; row < to && end - base < longestRun; row++) {
    const length = words[row * 4]!;
    if (length <= inlineBytes || (valid && ((valid[row >> 3]! >> (row & 7)) & 1) === 0)) continue;
    const pointer = pointerOf(words, row);
    if (pointer < end || pointer > end + widestGap) break;
    end = pointer + length;
  }
  const read = database.bindings.get_data_from_pointer;
  const offset = dataView.byteOffset + first * cellBytes + 8;
  return { base, end, bytes: read(dataView.buffer as ArrayBuffer, offset, end - base) };
}

/** The numbers of a DOUBLE column without nulls. */
export function doubles(chunk: DuckDBDataChunk, column: number): Float64Array {
  return (chunk.getColumnVector(column) as unknown as { items: Float64Array }).items;
}

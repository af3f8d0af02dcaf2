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
  const { buffer, byteOffset } = dataView;
  const bytes = new Uint8Array(buffer, byteOffset, to * cellBytes);
  const lengths = new Uint32Array(buffer, byteOffset, to * 4);
  const bits = validity.data;
  const valid = bits && new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength);
  const read = database.bindings.get_data_from_pointer;
  for (let row = from; row < to; row++) {
    if (valid && ((valid[row >> 3]! >> (row & 7)) & 1) === 0) {
      pool.addMissing();
      continue;
    }
    const length = lengths[row * 4]!;
    const at = row * cellBytes + 4;
    if (length <= inlineBytes) pool.add(bytes, at, at + length, hashBytes(bytes, at, at + length));
    else {
      if (length > longest) return row;
      const long = read(buffer as ArrayBuffer, byteOffset + at + 4, length);
      pool.add(long, 0, length, hashBytes(long, 0, length));
    }
  }
  return -1;
}

/** The numbers of a DOUBLE column without nulls. */
export function doubles(chunk: DuckDBDataChunk, column: number): Float64Array {
  return (chunk.getColumnVector(column) as unknown as { items: Float64Array }).items;
}

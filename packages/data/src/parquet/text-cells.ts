// Texts as DuckDB keeps them: 16 bytes a cell, the length first, then up to 12 bytes of text or 4 of them and a pointer to
// the rest (DuckDB's C API, duckdb_string_t). All long texts of a block are given to DuckDB as one text; where each lies
// in it is known here, so that no cell is a call of its own.

import type { Bindings, DataChunk } from "../duckdb/database.ts";
import { type FillCodes, Validity } from "./fill-vectors.ts";
import { vectorRows } from "./row-slots.ts";

const inlineBytes = 12;
const encoder = new TextEncoder();

export class TextStore {
  readonly #bindings: Bindings;
  /** Holds the bytes of long texts until it is reset. */
  readonly #heap: DataChunk;
  /** Four words a text. */
  #cells: Int32Array = new Int32Array(0);

  constructor(bindings: Bindings) {
    this.#bindings = bindings;
    this.#heap = bindings.create_data_chunk([bindings.create_logical_type(bindings.Type.VARCHAR)]);
  }

  /** Texts from code `from` on; those that had these codes are forgotten. */
  put(from: number, joined: string, lengths: Uint32Array): void {
    if (from === 0) this.#bindings.data_chunk_reset(this.#heap);
    this.#reserve(from, lengths.length);
    const { bytes, ends } = encode(joined, lengths);
    const base = this.#keep(bytes);
    const cells = this.#cells;
    const copied = new Uint8Array(cells.buffer);
    let start = 0;
    for (let i = 0; i < ends.length; i++) {
      const end = ends[i]!;
      const length = end - start;
      const cell = 4 * (from + i);
      cells.fill(0, cell, cell + 4);
      cells[cell] = length;
      const at = 4 * cell + 4 - start;
      for (let byte = start; byte < end && byte < start + inlineBytes; byte++)
        copied[at + byte] = bytes[byte]!;
      if (length > inlineBytes) {
        const pointer = base + start;
        cells[cell + 2] = pointer >>> 0;
        cells[cell + 3] = Math.floor(pointer / 2 ** 32);
      }
      start = end;
    }
  }

  filler(): FillCodes {
    const bindings = this.#bindings;
    const validity = new Validity(bindings);
    const out = new Int32Array(4 * vectorRows);
    return (codes, rows, vector) => {
      const cells = this.#cells;
      for (let row = 0; row < rows; row++) {
        const code = codes[row]!;
        const at = 4 * row;
        if (code < 0) {
          validity.miss(row);
          out.fill(0, at, at + 4);
          continue;
        }
        const cell = 4 * code;
        out[at] = cells[cell]!;
        out[at + 1] = cells[cell + 1]!;
        out[at + 2] = cells[cell + 2]!;
        out[at + 3] = cells[cell + 3]!;
      }
      bindings.copy_data_to_vector(vector, 0, out.buffer, 0, rows * 16);
      validity.store(vector);
    };
  }

  #reserve(kept: number, added: number): void {
    const needed = 4 * (kept + added);
    if (this.#cells.length >= needed) return;
    const cells = new Int32Array(Math.max(needed, Math.floor(1.5 * this.#cells.length)));
    cells.set(this.#cells.subarray(0, 4 * kept));
    this.#cells = cells;
  }

  /** Copies bytes into DuckDB's memory; where they lie there, 0 where there are so few that no text is long. */
  #keep(bytes: Uint8Array): number {
    if (bytes.length <= inlineBytes) return 0;
    const bindings = this.#bindings;
    const vector = bindings.data_chunk_get_vector(this.#heap, 0);
    bindings.vector_assign_string_element_len(vector, 0, bytes);
    const cell = bindings.vector_get_data(vector, 16);
    const words = new DataView(cell.buffer, cell.byteOffset, 16);
    return words.getUint32(8, true) + words.getUint32(12, true) * 2 ** 32;
  }
}

/** The bytes of the texts, and where each of them ends. */
function encode(joined: string, lengths: Uint32Array): { bytes: Uint8Array; ends: Uint32Array } {
  const ends = new Uint32Array(lengths.length);
  const bytes = encoder.encode(joined);
  if (bytes.length === joined.length) {
    for (let i = 0, end = 0; i < lengths.length; i++) ends[i] = end += lengths[i]!;
    return { bytes, ends };
  }
  // Halves of surrogate pairs at the end of one text and the beginning of the next are not one character.
  const parts: Uint8Array[] = [];
  for (let i = 0, start = 0, end = 0; i < lengths.length; i++) {
    const part = encoder.encode(joined.slice(start, start + lengths[i]!));
    parts.push(part);
    start += lengths[i]!;
    ends[i] = end += part.length;
  }
  return { bytes: Buffer.concat(parts), ends };
}

// The cells of one text column while a file is being read: every different text once, as bytes, and a code per row.
// Cells are compared and counted as bytes, so that a file of millions of cells makes no JavaScript string per cell.

const initialRows = 1024;
/** After this many rows a column whose cells nearly all differ is no longer searched for equal ones. */
const looseAfter = 1 << 15;
const looseShare = 0.95;
const initialTexts = 64;
/** Offsets are 32-bit. */
const mostBytes = 2 ** 31 - 1;

/** Starting value and step of the hash (FNV-1a, 32 bits) that {@link TextPool.add} expects of its caller. */
export const hashStart: number = 0x811c9dc5 | 0;
export const hashStep: number = 0x01000193;

export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = hashStart;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, hashStep);
  return hash;
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

export class TextPool {
  #rows = 0;
  #missing = 0;
  #loose = false;
  #strict = false;
  #codes = new Int32Array(initialRows);
  #size = 0;
  #counts = new Int32Array(initialTexts);
  #hashes = new Int32Array(initialTexts);
  #starts = new Int32Array(initialTexts + 1);
  #bytes = new Uint8Array(initialTexts * 8);
  /** Open addressing: code + 1 per slot, 0 where it is free. */
  #slots = new Int32Array(initialTexts * 2);

  get rowCount(): number {
    return this.#rows;
  }

  get missingCount(): number {
    return this.#missing;
  }

  /** Equal texts may be held twice: true in long columns whose first cells nearly all differ. See {@link settled}. */
  get loose(): boolean {
    return this.#loose;
  }

  /** Number of different texts (of entries in a loose pool). */
  get size(): number {
    return this.#size;
  }

  /** A code per row; -1 where the cell is missing. */
  get codes(): Int32Array {
    return this.#codes.subarray(0, this.#rows);
  }

  /** How many rows hold each text. */
  get counts(): Int32Array {
    return this.#counts.subarray(0, this.#size);
  }

  addMissing(): void {
    if (this.#rows === this.#codes.length) this.#codes = grown(this.#codes, this.#rows * 2);
    this.#codes[this.#rows++] = -1;
    this.#missing++;
  }

  /** Appends the cell `bytes[start, end)`, whose {@link hashBytes} is `hash`. */
  add(bytes: Uint8Array, start: number, end: number, hash: number): void {
    if (this.#rows === this.#codes.length) this.#codes = grown(this.#codes, this.#rows * 2);
    const length = end - start;
    if (this.#loose) {
      this.#codes[this.#rows++] = this.#size;
      this.#store(this.#size++, bytes, start, length, hash);
      return;
    }
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const code = slots[slot]! - 1;
      if (code < 0) break;
      if (this.#hashes[code] === hash && this.#equals(code, bytes, start, length)) {
        this.#counts[code]!++;
        this.#codes[this.#rows++] = code;
        return;
      }
      slot = (slot + 1) & mask;
    }
    const code = this.#size++;
    slots[slot] = code + 1;
    this.#codes[this.#rows++] = code;
    this.#store(code, bytes, start, length, hash);
    if (!this.#strict && this.#rows === looseAfter && this.#size > looseAfter * looseShare) {
      this.#loose = true;
      this.#slots = new Int32Array();
    } else if (this.#size * 2 > slots.length) this.#rehash(slots.length * 2);
  }

  /** The same column with every text held once. */
  settled(): TextPool {
    if (!this.#loose) return this;
    const pool = new TextPool();
    pool.#strict = true;
    for (let row = 0; row < this.#rows; row++) {
      const code = this.#codes[row]!;
      if (code < 0) pool.addMissing();
      else pool.add(this.#bytes, this.#starts[code]!, this.#starts[code + 1]!, this.#hashes[code]!);
    }
    return pool;
  }

  #equals(code: number, bytes: Uint8Array, start: number, length: number): boolean {
    const own = this.#bytes;
    const from = this.#starts[code]!;
    if (this.#starts[code + 1]! - from !== length) return false;
    for (let i = 0; i < length; i++) if (own[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #store(code: number, bytes: Uint8Array, start: number, length: number, hash: number): void {
    if (code === this.#counts.length) {
      this.#counts = grown(this.#counts, code * 2);
      this.#hashes = grown(this.#hashes, code * 2);
      this.#starts = grown(this.#starts, code * 2 + 1);
    }
    this.#counts[code] = 1;
    this.#hashes[code] = hash;
    const from = this.#starts[code]!;
    const end = from + length;
    if (end > this.#bytes.length) {
      if (end > mostBytes) throw new RangeError("internal: the texts of a column exceed 2 GiB");
      const larger = new Uint8Array(Math.min(mostBytes, Math.max(end, this.#bytes.length * 2)));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const own = this.#bytes;
    if (length < 64) for (let i = 0; i < length; i++) own[from + i] = bytes[start + i]!;
    else own.set(bytes.subarray(start, start + length), from);
    this.#starts[code + 1] = end;
  }

  #rehash(length: number): void {
    const slots = new Int32Array(length);
    const mask = length - 1;
    for (let code = 0; code < this.#size; code++) {
      const hash = this.#hashes[code]!;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code + 1;
    }
    this.#slots = slots;
  }

  /** The different texts in the order of their first row. */
  texts(): string[] {
    return [...this.pieces()].flat();
  }

  /** The texts some at a time, so that numbers can be read from them and forgotten. */
  *pieces(): Generator<string[]> {
    const bytes = Buffer.from(this.#bytes.buffer, 0, this.#starts[this.#size]);
    let code = 0;
    while (code < this.#size) {
      // One decoding call for about a megabyte.
      const from = this.#starts[code]!;
      let end = code + 1;
      while (end < this.#size && this.#starts[end + 1]! - from < 1 << 20) end++;
      const piece = bytes.toString("utf8", from, this.#starts[end]);
      const plain = piece.length === this.#starts[end]! - from;
      const texts: string[] = [];
      for (; code < end; code++) {
        texts.push(
          plain
            ? piece.substring(this.#starts[code]! - from, this.#starts[code + 1]! - from)
            : bytes.toString("utf8", this.#starts[code], this.#starts[code + 1]),
        );
      }
      yield texts;
    }
  }
}

// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011, section 3.3). A number is a pure function of (seed, table, column, row, attempt, word), so any rows can be
// drawn by anyone in any order. The addon draws the same bits in bulk (packages/tensor).

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** A 64-bit Philox key as two 32-bit words. */
export type StreamKey = readonly [number, number];

function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const middleLow = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middleLow / 0x10000)) >>> 0;
}

/** One Philox4x32-10 block: four 32-bit words for a 128-bit counter and a 64-bit key. */
export function philox(
  counter: readonly [number, number, number, number],
  key: StreamKey,
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = multiplyHigh(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Two words that stand for a text in a key (FNV-1a, 32 bits, two offsets); not for security. */
function textWords(text: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193) >>> 0;
    b = Math.imul(b ^ unit, 0x85ebca6b) >>> 0;
    b ^= b >>> 13;
  }
  return [a, b >>> 0];
}

/**
 * The key of one stream. Streams of different seeds, tables, columns or purposes are independent, and adding a column
 * leaves the keys of the others unchanged.
 *
 * @param seed any safe integer
 */
export function streamKey(seed: number, ...names: readonly string[]): StreamKey {
  let key: StreamKey = [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0];
  for (const name of names) {
    const [a, b] = textWords(name);
    const mixed = philox([a, b, name.length, 0x76657269], key);
    key = [mixed[0], mixed[1]];
  }
  return key;
}

/** A seed, any safe integer, from a seed and names. */
export function seedOf(seed: number, ...names: readonly string[]): number {
  const [low, high] = streamKey(seed, ...names);
  return low + (high & 0x1fffff) * 0x100000000;
}

/**
 * Four random 32-bit words of one row. Counter layout, shared with the addon:
 * word 0 and 1 = row (low, high), word 2 = attempt, word 3 = block.
 */
export function rowWords(
  key: StreamKey,
  row: number,
  attempt: number = 0,
  block: number = 0,
): [number, number, number, number] {
  return philox([row >>> 0, Math.floor(row / 0x100000000) >>> 0, attempt >>> 0, block >>> 0], key);
}

/**
 * Uniform in the open interval (0, 1) from 26 bits of each word, as the addon makes it: one bit fewer than a double
 * holds, so that the half that keeps it off 0 keeps it off 1 too.
 */
export function uniformFromWords(high: number, low: number): number {
  return ((high >>> 6) * 67108864 + (low >>> 6) + 0.5) / 4503599627370496;
}

/** The uniform of a row: words 0 and 1 of its block. */
export function rowUniform(key: StreamKey, row: number, attempt: number = 0, block: number = 0): number {
  const words = rowWords(key, row, attempt, block);
  return uniformFromWords(words[0], words[1]);
}

/** A sequential reader of one row's words, for generators that need a varying number of draws. */
export class RowRandom {
  readonly #key: StreamKey;
  readonly #row: number;
  readonly #attempt: number;
  #block = 0;
  #words: number[] = [];

  constructor(key: StreamKey, row: number, attempt: number = 0) {
    this.#key = key;
    this.#row = row;
    this.#attempt = attempt;
  }

  /** Uniform 32-bit integer. */
  word(): number {
    if (this.#words.length === 0)
      this.#words = rowWords(this.#key, this.#row, this.#attempt, this.#block++).reverse();
    return this.#words.pop()!;
  }

  /** Uniform in (0, 1). */
  uniform(): number {
    const high = this.word();
    return uniformFromWords(high, this.word());
  }

  /** Standard normal (Box and Muller 1958, its cosine): takes two uniform numbers. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Uniform integer in [0, bound). */
  below(bound: number): number {
    return Math.min(bound - 1, Math.floor(this.uniform() * bound));
  }
}

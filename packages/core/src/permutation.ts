// A random permutation of 0..size-1 whose every entry can be asked for alone: what gives exact counts and unique values
// without keeping anything per row. Small domains are shuffled outright; larger ones go through a Feistel network.

import { VerisimError } from "./errors.ts";
import { rowWords, type StreamKey } from "./random.ts";
import { shuffledRowNumbers } from "./without-replacement.ts";

/** Up to this size the permutation is a table made by Fisher and Yates: exactly uniform, which few Feistel rounds are not. */
const tableSize = 1_024;
const rounds = 8;

/**
 * A bijection of the integers 0 to size-1, a pure function of (size, key).
 *
 * Sizes above 1,024 use a Feistel network of 8 rounds over the next power of two, with round keys from Philox and
 * MurmurHash3's finalizer as the round function, and walk the cycle until the result is inside (Black and Rogaway,
 * "Ciphers with arbitrary finite domains", CT-RSA 2002, section 3): fewer than two walks on average. It shuffles well;
 * it is not meant to keep secrets.
 *
 * @example
 * const order = new Permutation(1_000_000, streamKey(seed, table, column, "ids"));
 * order.at(7); // the id of row 7; no other row has it
 */
export class Permutation {
  /** 1 to 2^53 - 1. */
  readonly size: number;
  readonly #table: Uint32Array | undefined;
  readonly #keys = new Uint32Array(rounds);
  /** Numbers that the low half can hold, a power of two; the high half holds as many or twice as many. */
  readonly #lowSize: number;
  readonly #highSize: number;

  /** @throws VerisimError `VERISIM_PERMUTATION_SIZE` unless `size` is an integer from 1 to 2^53 - 1 */
  constructor(size: number, key: StreamKey) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new VerisimError(
        "VERISIM_PERMUTATION_SIZE",
        `Expected a size from 1 to 2^53 - 1 for a permutation but received ${size}.`,
      );
    }
    this.size = size;
    let bits = 1;
    while (2 ** bits < size) bits++;
    this.#lowSize = 2 ** (bits >> 1);
    this.#highSize = 2 ** (bits - (bits >> 1));
    if (size <= tableSize) {
      this.#table = shuffledRowNumbers(size, key);
    } else {
      for (let round = 0; round < rounds; round += 4) this.#keys.set(rowWords(key, 0, 0, round / 4), round);
    }
  }

  /** The entry at `index` (0 to size-1). */
  at(index: number): number {
    if (!(Number.isInteger(index) && index >= 0 && index < this.size))
      throw new RangeError(`internal: index ${index} outside of a permutation of ${this.size}`);
    if (this.#table) return this.#table[index]!;
    let value = index;
    do value = this.#encrypt(value);
    while (value >= this.size);
    return value;
  }

  /** One pass over [0, 2^bits): two rounds at a time, of which each changes one half by the other. */
  #encrypt(value: number): number {
    const keys = this.#keys;
    const highMask = this.#highSize - 1;
    const lowMask = this.#lowSize - 1;
    let high = Math.floor(value / this.#lowSize);
    let low = value % this.#lowSize;
    for (let round = 0; round < rounds; round += 2) {
      high ^= mix(low, keys[round]!) & highMask;
      low ^= mix(high, keys[round + 1]!) & lowMask;
    }
    return high * this.#lowSize + low;
  }
}

/** MurmurHash3's 32-bit finalizer of a value under a key. */
function mix(value: number, key: number): number {
  let h = (value + key) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) ^ key;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 16)) >>> 0;
}

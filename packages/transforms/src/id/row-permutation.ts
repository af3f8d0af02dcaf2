// Distinct numbers without remembering any: a keyed permutation of [0, size) by a Feistel network with cycle-walking
// (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002). Not for secrecy, only for variety.

import type { StreamKey } from "@verisim/core";
import { philox, rowWords } from "@verisim/core";

const rounds = 6;
const permutationBlock = 0xfffffff2;

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Largest size of a permutation: two halves of 26 bits. */
export const maximumPermutation: number = 2 ** 52;

/** A permutation of [0, size), size 1 to 2^52: a pure function of (key, index). */
export class RowPermutation {
  readonly size: number;
  readonly #halfBits: number;
  readonly #roundKeys: readonly number[];

  constructor(key: StreamKey, size: number) {
    this.size = size;
    this.#halfBits = Math.max(1, Math.ceil(Math.log2(Math.max(2, size)) / 2));
    const first = philox([0, 0, 0, permutationBlock], key);
    const second = philox([1, 0, 0, permutationBlock], key);
    this.#roundKeys = [...first, ...second].slice(0, rounds);
  }

  /** The image of an index in [0, size). Expected fewer than four walks, as the domain is under four times the size. */
  at(index: number): number {
    const half = 2 ** this.#halfBits;
    const mask = half - 1;
    let value = index;
    do {
      let left = Math.floor(value / half);
      let right = value - left * half;
      for (let round = 0; round < rounds; round++) {
        const next = (left ^ (mix(right ^ this.#roundKeys[round]!) & mask)) >>> 0;
        left = right;
        right = next;
      }
      value = left * half + right;
    } while (value >= this.size);
    return value;
  }
}

const woven: bigint = 2n ** 48n;

/**
 * The index-th member of a keyed sequence of distinct numbers in [0, size), for sizes of any length.
 * Up to 2^52 it is a permutation. Above, the high part is a permuted index of 48 bits, which alone makes the numbers
 * differ, and the low part is drawn from the row's own words.
 */
export class DistinctNumbers {
  readonly #key: StreamKey;
  readonly #permutation: RowPermutation;
  readonly #low: bigint;

  constructor(key: StreamKey, size: bigint) {
    this.#key = key;
    const small = size <= BigInt(maximumPermutation);
    this.#permutation = new RowPermutation(key, small ? Number(size) : Number(woven));
    this.#low = small ? 1n : size / woven;
  }

  at(index: number): bigint {
    const high = BigInt(this.#permutation.at(index));
    return this.#low === 1n ? high : high * this.#low + this.#drawBelow(index, this.#low);
  }

  // Enough words for 64 bits more than the bound has, so that the remainder's bias is below 2^-64.
  #drawBelow(index: number, bound: bigint): bigint {
    const words = Math.ceil(bound.toString(16).length / 8) + 2;
    let value = 0n;
    for (let block = 0; block * 4 < words; block++) {
      for (const word of rowWords(this.#key, index, permutationBlock, block))
        value = (value << 32n) | BigInt(word);
    }
    return value % bound;
  }
}

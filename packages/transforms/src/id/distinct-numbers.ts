// Distinct numbers without remembering any, in spaces of any size, from core's keyed permutation.

import type { StreamKey } from "@verisim/core";
import { Permutation, rowWords } from "@verisim/core";

const lowBlock = 0xfffffff2;
const largestPermutation: bigint = 2n ** 52n;
const woven: bigint = 2n ** 48n;

/**
 * The index-th member of a keyed sequence of distinct numbers in [0, size).
 * Up to 2^52 it is a permutation. Above, the high part is a permuted index of 48 bits, which alone makes the numbers
 * differ, and the low part is drawn from the row's own words.
 */
export class DistinctNumbers {
  readonly #key: StreamKey;
  readonly #permutation: Permutation;
  readonly #low: bigint;

  /** @param size at least 1 */
  constructor(key: StreamKey, size: bigint) {
    this.#key = key;
    const small = size <= largestPermutation;
    this.#permutation = new Permutation(Number(small ? size : woven), key);
    this.#low = small ? 1n : size / woven;
  }

  at(index: number): bigint {
    const high = BigInt(this.#permutation.at(index));
    return this.#low === 1n ? high : high * this.#low + this.#drawBelow(index, this.#low);
  }

  // 64 bits more than the bound has, so that the bias of the remainder is below 2^-64.
  #drawBelow(index: number, bound: bigint): bigint {
    const words = Math.ceil(bound.toString(16).length / 8) + 2;
    let value = 0n;
    for (let block = 0; block * 4 < words; block++) {
      for (const word of rowWords(this.#key, index, lowBlock, block)) value = (value << 32n) | BigInt(word);
    }
    return value % bound;
  }
}

// Ids of a pattern without the real ones, without storing those. The number space of the pattern is cut into at most
// 4,096 stretches; new ids come from stretches that hold no real id, and from the others only when these are used up.
// A stretch is at least 64 ids long, so that the bitmap tells a reader nothing about one id.

import type { StreamKey } from "@verisim/core";
import { philox } from "@verisim/core";
import type { RegexLanguage } from "../regex/regex-language.ts";
import { DistinctNumbers } from "./distinct-numbers.ts";

const maximumStretches = 4096;
const shortestStretch = 64n;

export interface Stretches {
  readonly width: bigint;
  readonly count: number;
}

export function stretchesOf(size: bigint): Stretches {
  const even = (size + BigInt(maximumStretches) - 1n) / BigInt(maximumStretches);
  const width = even > shortestStretch ? even : shortestStretch;
  return { width, count: Number((size + width - 1n) / width) };
}

/** Bit k of byte k >> 3 is 1 where stretch k holds a real id; null where none does. */
export function occupiedStretches(language: RegexLanguage, ids: Iterable<string>): Uint8Array | null {
  const { width, count } = stretchesOf(language.size);
  const bits = new Uint8Array((count + 7) >> 3);
  let any = false;
  for (const id of ids) {
    const index = language.indexOf(id);
    if (index < 0n) continue;
    const stretch = Number(index / width);
    bits[stretch >> 3]! |= 1 << (stretch & 7);
    any = true;
  }
  return any ? bits : null;
}

/** One part of the space: some stretches, as numbers 0..size-1. */
class Part {
  readonly size: bigint;
  readonly #stretches: readonly number[];
  readonly #width: bigint;
  readonly #order: DistinctNumbers | null;

  constructor(stretches: readonly number[], space: bigint, width: bigint, key: StreamKey) {
    this.#stretches = stretches;
    this.#width = width;
    // Only the last stretch of the space may be short, and it is then the last of its part.
    const last = stretches.at(-1);
    const whole = BigInt(stretches.length) * width;
    const excess = last === undefined ? 0n : BigInt(last + 1) * width - space;
    this.size = whole - (excess > 0n ? excess : 0n);
    this.#order = this.size > 0n ? new DistinctNumbers(key, this.size) : null;
  }

  at(index: number): bigint {
    const position = this.#order!.at(index);
    const stretch = this.#stretches[Number(position / this.#width)]!;
    return BigInt(stretch) * this.#width + (position % this.#width);
  }
}

/** Value number -> text: distinct texts for distinct numbers, free stretches first. */
export class IdSpace {
  readonly size: bigint;
  readonly #language: RegexLanguage;
  readonly #free: Part;
  readonly #occupied: Part;

  constructor(language: RegexLanguage, occupied: Uint8Array | null, key: StreamKey) {
    const { width, count } = stretchesOf(language.size);
    const parts: [number[], number[]] = [[], []];
    for (let stretch = 0; stretch < count; stretch++) {
      parts[occupied === null ? 0 : (occupied[stretch >> 3]! >> (stretch & 7)) & 1]!.push(stretch);
    }
    const second = philox([0, 0, 0, 0xfffffff4], key);
    this.size = language.size;
    this.#language = language;
    this.#free = new Part(parts[0], language.size, width, key);
    this.#occupied = new Part(parts[1], language.size, width, [second[0], second[1]]);
  }

  /** The text of a value number in [0, size). */
  at(value: number): string {
    const inFree = BigInt(value) < this.#free.size;
    const index = inFree ? this.#free.at(value) : this.#occupied.at(value - Number(this.#free.size));
    return this.#language.at(index);
  }
}

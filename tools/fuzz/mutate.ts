// Changes an input a little: bits, bytes, numbers, pieces moved, doubled or cut, words of the format, two inputs crossed.

import type { RowRandom } from "@verisim/core";

export const longestInput = 16_384;

const boundaryBytes = [0, 1, 9, 10, 13, 32, 34, 39, 44, 127, 128, 192, 255];

type Mutation = (input: Uint8Array, random: RowRandom, words: readonly Uint8Array[]) => Uint8Array;

/** `remove` bytes at `at` replaced by `insert`. */
function splice(input: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const output = new Uint8Array(input.length - remove + insert.length);
  output.set(input.subarray(0, at));
  output.set(insert, at);
  output.set(input.subarray(at + remove), at + insert.length);
  return output;
}

function piece(input: Uint8Array, random: RowRandom): [start: number, end: number] {
  const start = random.below(input.length + 1);
  const longest = Math.min(input.length - start, 1 << random.below(9));
  return [start, start + random.below(longest + 1)];
}

const mutations: readonly Mutation[] = [
  function flipBit(input, random) {
    const output = input.slice();
    if (output.length > 0) output[random.below(output.length)]! ^= 1 << random.below(8);
    return output;
  },
  function setByte(input, random) {
    const output = input.slice();
    if (output.length > 0)
      output[random.below(output.length)] = boundaryBytes[random.below(boundaryBytes.length)]!;
    return output;
  },
  function setNumber(input, random) {
    const output = input.slice();
    const width = [2, 4, 8][random.below(3)]!;
    if (output.length < width) return output;
    const value = [0n, 1n, 0x7fn, 0x7fffn, 0x7fffffffn, 0xffffffffn, 0x7fffffffffffffffn, -1n][
      random.below(8)
    ]!;
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt.asUintN(64, value), true);
    output.set(new Uint8Array(view.buffer, 0, width), random.below(output.length - width + 1));
    return output;
  },
  function removePiece(input, random) {
    const [start, end] = piece(input, random);
    return splice(input, start, end - start, new Uint8Array());
  },
  function repeatPiece(input, random) {
    const [start, end] = piece(input, random);
    let copy = input.slice(start, end);
    for (let times = random.below(4); times > 0 && copy.length < 4096; times--) {
      const twice = new Uint8Array(copy.length * 2);
      twice.set(copy);
      twice.set(copy, copy.length);
      copy = twice;
    }
    return splice(input, random.below(input.length + 1), 0, copy);
  },
  function insertWord(input, random, words) {
    const word = words[random.below(words.length)];
    return word ? splice(input, random.below(input.length + 1), 0, word) : input.slice();
  },
  function insertBytes(input, random) {
    const bytes = Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256));
    return splice(input, random.below(input.length + 1), 0, bytes);
  },
];

/** A changed copy of `input`, at most {@link longestInput} bytes; `other` is crossed in now and then. */
export function mutate(
  input: Uint8Array,
  other: Uint8Array,
  random: RowRandom,
  words: readonly Uint8Array[],
): Uint8Array {
  let output = input;
  if (random.below(8) === 0) {
    const [start, end] = piece(other, random);
    output = splice(output, random.below(output.length + 1), 0, other.slice(start, end));
  }
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--)
    output = mutations[random.below(mutations.length)]!(output, random, words);
  return output.slice(0, longestInput);
}

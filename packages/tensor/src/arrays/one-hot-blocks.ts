// One-hot blocks among the columns of a search, as the categories that they stand for: a code costs one comparison where a
// block of forty columns costs forty products, and distances stay what they are.

import type { NeighbourCategories } from "./neighbours.ts";

/** Numbers without the blocks, and the categories with them. */
export interface WithoutBlocks<T> {
  readonly reference: T;
  readonly queries: T;
  readonly width: number;
  readonly categories: NeighbourCategories | undefined;
}

interface Block {
  readonly first: number;
  readonly width: number;
  /** What stands for one; zero stands for the others. */
  readonly one: number;
  /** Per side the column of each row's one. */
  readonly codes: readonly Int32Array[];
}

/** Fewer rows than this are found at once anyway. */
const leastRows = 256;
/** Rows that tell at a glance that a column is none of a block. */
const glance = 64;
/** Runs of columns that begin like a block and are none, at most: each costs a walk over the rows. */
const mostFailures = 8;

/**
 * Runs of columns of which in each row of both sides one is `one`, the same number throughout, and the others are 0.
 *
 * @returns null where there are none, or too few rows to be worth it
 */
export function withoutOneHotBlocks<T extends Float64Array | Float32Array>(
  search: {
    readonly reference: T;
    readonly queries: T;
    readonly width: number;
    readonly categories?: NeighbourCategories | undefined;
  },
  manhattan: boolean,
): WithoutBlocks<T> | null {
  const { reference, queries, width, categories } = search;
  if (width < 2 || Math.min(reference.length, queries.length) < leastRows * width) return null;
  const sides = queries === reference ? [reference] : [reference, queries];
  const blocks = findBlocks(sides, width);
  if (blocks.length === 0) return null;
  const kept = keptColumns(width, blocks);
  const narrow = (side: T): T => {
    const rows = side.length / width;
    const Kind = side.constructor as new (length: number) => T;
    const out = new Kind(rows * kept.length);
    for (let row = 0, to = 0; row < rows; row++)
      for (const column of kept) out[to++] = side[row * width + column]!;
    return out;
  };
  const columns = (categories?.weights.length ?? 0) + blocks.length;
  const coded = (side: number, given: Int32Array | undefined): Int32Array => {
    const own = columns - blocks.length;
    const rows = sides[side]!.length / width;
    const out = new Int32Array(rows * columns);
    for (let row = 0; row < rows; row++)
      for (let at = 0; at < own; at++) out[row * columns + at] = given![row * own + at]!;
    for (const [at, { codes }] of blocks.entries())
      for (let row = 0, to = own + at; row < rows; row++, to += columns) out[to] = codes[side]![row]!;
    return out;
  };
  const [narrowReference, codesOfReference] = [narrow(reference), coded(0, categories?.reference)];
  const isOne = queries === reference && categories?.queries === categories?.reference;
  return {
    reference: narrowReference,
    queries: isOne ? narrowReference : narrow(queries),
    width: kept.length,
    categories: {
      reference: codesOfReference,
      queries: isOne ? codesOfReference : coded(sides.length - 1, categories?.queries),
      weights: Float64Array.from([
        ...(categories?.weights ?? []),
        ...blocks.map(({ one }) => 2 * (manhattan ? Math.abs(one) : one * one)),
      ]),
    },
  };
}

function keptColumns(width: number, blocks: readonly Block[]): number[] {
  const kept: number[] = [];
  let from = 0;
  for (const { first, width: own } of [...blocks, { first: width, width: 0 }]) {
    for (; from < first; from++) kept.push(from);
    from = first + own;
  }
  return kept;
}

function findBlocks(sides: readonly (Float64Array | Float32Array)[], width: number): Block[] {
  const blocks: Block[] = [];
  let failures = 0;
  for (let first = 0; first + 1 < width && failures < mostFailures; ) {
    if (!looksLikeOne(sides[0]!, width, first)) {
      first++;
      continue;
    }
    const block = blockAt(sides, width, first);
    if (block) {
      blocks.push(block);
      first += block.width;
      continue;
    }
    failures++;
    first++;
  }
  return blocks;
}

/** Whether the first rows hold zeros and perhaps one other number. */
function looksLikeOne(side: Float64Array | Float32Array, width: number, column: number): boolean {
  let one = 0;
  for (let row = 0; row < glance; row++) {
    const value = side[row * width + column]!;
    if (value === 0) continue;
    if (one !== 0 && value !== one) return false;
    one = value;
  }
  return true;
}

/** The block that begins at a column; null where it is none. */
function blockAt(
  sides: readonly (Float64Array | Float32Array)[],
  width: number,
  first: number,
): Block | null {
  const one = sides[0]!.subarray(first, width).find((value) => value !== 0);
  if (one === undefined) return null;
  let last = 0;
  const codes: Int32Array[] = [];
  for (const side of sides) {
    const own = new Int32Array(side.length / width);
    for (let row = 0; row < own.length; row++) {
      const start = row * width + first;
      const end = start - first + width;
      let at = start;
      while (at < end && side[at] === 0) at++;
      if (at === end || side[at] !== one) return null;
      own[row] = at - start;
      if (at - start > last) last = at - start;
    }
    codes.push(own);
  }
  // The block ends with the last of the rows' ones; behind its own each row has nothing else in it.
  for (const [place, side] of sides.entries())
    for (let row = 0; row < codes[place]!.length; row++) {
      const start = row * width + first;
      for (let at = start + codes[place]![row]! + 1; at <= start + last; at++)
        if (side[at] !== 0) return null;
    }
  return last === 0 ? null : { first, width: last + 1, one, codes };
}

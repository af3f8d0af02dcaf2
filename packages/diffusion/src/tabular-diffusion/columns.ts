// How each modelled column is noised. Numbers lie on an axis of normal scores, each alternative at the score of the middle
// of its share, and are seen through Gaussian noise. Categories, and numbers of few values, are hidden or shown.

import { spanStarts, type TableEncoding } from "@verisim/neural";
import { normalQuantile } from "@verisim/stats";

/** Numbers of fewer alternatives are hidden or shown like categories: noise has nothing to order. */
const fewestOrdered = 8;
/** Least share that is reckoned with: an alternative that no row has is unlikely, not impossible. */
const leastShare = 5e-6;

/** What noise does to a table, column by column; "choices" are the alternatives of all columns, end to end. */
export interface NoisedColumns {
  readonly widths: readonly number[];
  readonly starts: readonly number[];
  /** Columns seen through Gaussian noise, in order. */
  readonly numbers: readonly number[];
  /** Columns that are hidden or shown, in order. */
  readonly categories: readonly number[];
  /** Whether the first alternative of a column is the missing cell. */
  readonly hasMissing: readonly boolean[];
  /** Column of each choice. */
  readonly columnOf: Int32Array;
  /** Place of each choice's column among `numbers`; -1 for those of categories. */
  readonly numberOf: Int32Array;
  /** Share of the training rows per choice. */
  readonly shares: Float32Array;
  readonly logShares: Float32Array;
  /** Normal score per choice; 0 for those of categories. */
  readonly scores: Float32Array;
}

export function noisedColumns(encoding: TableEncoding): NoisedColumns {
  const { layout, columns } = encoding;
  const { widths } = layout;
  const starts = spanStarts(layout);
  const choices = widths.reduce((sum, width) => sum + width, 0);
  const numbers: number[] = [];
  const categories: number[] = [];
  const columnOf = new Int32Array(choices);
  const numberOf = new Int32Array(choices).fill(-1);
  const shares = new Float32Array(choices);
  const scores = new Float32Array(choices);
  columns.forEach((column, place) => {
    const [start, width] = [starts[place]!, widths[place]!];
    const isNumber = column.kind === "blocks" && width >= fewestOrdered;
    columnOf.fill(place, start, start + width);
    shares.set(column.shares, start);
    if (isNumber) {
      numberOf.fill(numbers.length, start, start + width);
      scores.set(middleScores(column.shares), start);
    }
    (isNumber ? numbers : categories).push(place);
  });
  const logShares = shares.map((share) => Math.log(Math.max(share, leastShare)));
  const hasMissing = columns.map(({ state }) => state.missing);
  return { widths, starts, numbers, categories, hasMissing, columnOf, numberOf, shares, logShares, scores };
}

/** The normal score of the middle of each share, shares laid end to end. */
function middleScores(shares: Float64Array): Float64Array {
  let before = 0;
  return shares.map((share) => {
    const middle = before + share / 2;
    before += share;
    return normalQuantile(Math.min(1 - 1e-6, Math.max(1e-6, middle)));
  });
}

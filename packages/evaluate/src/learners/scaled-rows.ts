// Rows as the learners of the published metrics see them: numbers in units of the interquartile range of what is learnt,
// and one-hot blocks as codes, whose columns have two values each.

import type { CodeBlock, LinearFeatures, RobustScale } from "../metrics/linear-features.ts";
import { featureWidth, robustScale } from "../metrics/linear-features.ts";

/** Scaled numbers per column, codes per block, for the same rows. */
export interface ScaledRows {
  readonly count: number;
  readonly numbers: readonly Float64Array[];
  readonly codes: readonly Int32Array[];
}

/** How rows are scaled, learnt from some of them. */
export interface Scaling {
  readonly features: LinearFeatures;
  readonly scale: RobustScale;
  /** Columns: numbers, then one per category. */
  readonly width: number;
  /** First column of each block. */
  readonly bases: readonly number[];
  /** The two values of a one-hot column. */
  readonly zero: Float64Array;
  readonly one: Float64Array;
}

/** @param learnt the rows that the scaling is learnt from */
export function scalingOf(features: LinearFeatures, learnt: Int32Array): Scaling {
  const scale = robustScale(features, learnt);
  const bases: number[] = [];
  let base = features.numbers.length;
  for (const { width } of features.blocks) {
    bases.push(base);
    base += width;
  }
  return {
    features,
    scale,
    width: base,
    bases,
    zero: scale.centre.map((centre, at) => -centre / scale.scale[at]!),
    one: scale.centre.map((centre, at) => (1 - centre) / scale.scale[at]!),
  };
}

export function scaledRows({ features, scale }: Scaling, rows: Int32Array): ScaledRows {
  return {
    count: rows.length,
    numbers: features.numbers.map((values, at) =>
      Float64Array.from(rows, (row) => (values[row]! - scale.centre[at]!) / scale.scale[at]!),
    ),
    codes: features.blocks.map(({ codes }) => Int32Array.from(rows, (row) => codes[row]!)),
  };
}

/** All rows as a dense matrix, row by row. */
export function denseRows({ width, bases, zero, one }: Scaling, rows: ScaledRows): Float64Array {
  const dense = new Float64Array(rows.count * width);
  for (let row = 0; row < rows.count; row++) dense.set(zero, row * width);
  for (const [at, values] of rows.numbers.entries())
    for (let row = 0; row < rows.count; row++) dense[row * width + at] = values[row]!;
  for (const [block, codes] of rows.codes.entries())
    for (let row = 0; row < rows.count; row++) {
      const code = codes[row]!;
      if (code >= 0) dense[row * width + bases[block]! + code] = one[bases[block]! + code]!;
    }
  return dense;
}

/**
 * Features whose blocks have at most `width` columns in all: of the rarest categories only that they are none of the
 * others is kept. For learners whose time or memory grows with the columns.
 *
 * @param rows rows in which categories are counted
 */
export function narrowFeatures(features: LinearFeatures, rows: Int32Array, width: number): LinearFeatures {
  if (featureWidth(features) <= width) return features;
  const counts = features.blocks.map((block) => {
    const own = new Int32Array(block.width);
    for (const row of rows) if (block.codes[row]! >= 0) own[block.codes[row]!]!++;
    return own;
  });
  const all = counts
    .flatMap((own, block) => Array.from(own, (count, code) => ({ block, code, count })))
    .sort((a, b) => b.count - a.count)
    .slice(0, Math.max(0, width - features.numbers.length));
  const places = counts.map((own) => new Int32Array(own.length).fill(-1));
  const widths = counts.map(() => 0);
  for (const { block, code } of all) places[block]![code] = widths[block]!++;
  return {
    rowCount: features.rowCount,
    numbers: features.numbers,
    blocks: features.blocks.map(
      ({ codes }, block): CodeBlock => ({
        codes: codes.map((code) => (code < 0 ? -1 : places[block]![code]!)),
        width: widths[block]!,
      }),
    ),
  };
}

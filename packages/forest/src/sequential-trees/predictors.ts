// Which earlier columns the tree of a column looks at: those that tell something about it, and where there are many, those
// that tell most. Each is asked alone, by the mutual information of a few levels on a sample of rows; what chance alone would
// give is nothing, so that a column of noise changes no other column.

import type { BinnedColumn } from "@verisim/trees";

/** Levels that bins are joined to. */
const levelBits = 3;
const levels = 1 << levelBits;
/** Rows that are looked at: at least the first number, and more where there are few columns. */
const sampledRows = [2_000, 20_000] as const;
/** Columns up to which the larger number of rows is looked at. */
const fewColumns = 64;
/** Deviations above its mean under independence that the likelihood ratio must reach. */
const beyondChance = 2;

/**
 * Places of the columns that each column looks at, in rising order.
 * @param binned in the order in which they are drawn
 */
export function choosePredictors(binned: readonly BinnedColumn[], most: number): Int32Array[] {
  const rows = sampledRows[binned.length <= fewColumns ? 1 : 0];
  const coarse = binned.map((column) => coarseLevels(column, rows));
  return binned.map((_, place) => {
    const told = Float64Array.from({ length: place }, (_unused, use) => excess(coarse[use]!, coarse[place]!));
    const uses = Int32Array.from(told.keys()).filter((use) => told[use]! > 0);
    if (uses.length <= most) return uses;
    return uses
      .sort((a, b) => told[b]! - told[a]! || a - b)
      .slice(0, most)
      .sort((a, b) => a - b);
  });
}

/** Level per sampled row: bins in their order, joined to levels of even shares. */
function coarseLevels({ bins, count }: BinnedColumn, most: number): Uint8Array {
  const rows = Math.min(bins.length, most);
  const step = bins.length / Math.max(1, rows);
  const sample = Uint8Array.from({ length: rows }, (_, i) => bins[Math.floor(i * step)]!);
  const counts = new Float64Array(count);
  for (const bin of sample) counts[bin]!++;
  const level = new Uint8Array(count);
  let before = 0;
  for (let bin = 0; bin < count; bin++) {
    level[bin] = Math.min(levels - 1, Math.floor(((before + counts[bin]! / 2) / rows) * levels));
    before += counts[bin]!;
  }
  return sample.map((bin) => level[bin]!);
}

/** How far the likelihood ratio of two columns' levels is beyond what chance gives; 0 or less: not at all. */
function excess(a: Uint8Array, b: Uint8Array): number {
  const joint = new Float64Array(levels * levels);
  for (let row = 0; row < a.length; row++) joint[a[row]! * levels + b[row]!]!++;
  const ofA = new Float64Array(levels);
  const ofB = new Float64Array(levels);
  for (let cell = 0; cell < joint.length; cell++) {
    ofA[cell >> levelBits]! += joint[cell]!;
    ofB[cell & (levels - 1)]! += joint[cell]!;
  }
  let ratio = 0;
  for (let cell = 0; cell < joint.length; cell++) {
    const count = joint[cell]!;
    if (count > 0)
      ratio +=
        2 * count * Math.log((count * a.length) / (ofA[cell >> levelBits]! * ofB[cell & (levels - 1)]!));
  }
  const present = (counts: Float64Array): number =>
    counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const freedom = (present(ofA) - 1) * (present(ofB) - 1);
  return ratio - freedom - beyondChance * Math.sqrt(2 * freedom);
}

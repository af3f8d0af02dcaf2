// The share of synthetic rows that lie nearer to the rows that were learnt than to rows that were not. A diagnostic and no
// measure of privacy: it sees that copies were made of most rows, and stays at one half when a few rows are given away.

import type { RunOptions } from "@verisim/core";
import type { Estimate } from "../estimate.ts";
import type { Compared } from "./judged-tables.ts";
import { MixedIndex } from "./mixed-index.ts";
import { chosenRows, mixedRows, mostPoints } from "./mixed-rows.ts";

export interface ClosestRecordShare {
  /** Rows of the real table and of the holdout that were compared: as many of each. */
  rows: number;
  /** Share of the synthetic rows nearer to a real row, a row at equal distances counting half; 0.5 is ideal. */
  share: Estimate;
  /** The same without ties, as TabSyn's protocol counts. */
  strictShare: number;
}

export interface ClosestRecordOptions extends RunOptions {
  /** Any safe integer. Default 0. */
  seed?: number;
}

/**
 * The DCR share of TabSyn's protocol: distances are sums of differences over the real range, plus 2 for every category
 * that differs. The longer one of the two real tables is sampled down to the shorter, because the nearest of more rows is
 * nearer by chance. At most 50,000 rows of each table.
 *
 * @param compared real, synthetic and holdout
 * @returns null without a holdout or without any scored column
 */
export async function closestRecordShare(
  { columns, rowCounts }: Compared,
  { seed = 0, ...run }: ClosestRecordOptions = {},
): Promise<ClosestRecordShare | null> {
  if (rowCounts.length < 3 || columns.every((column) => column.kind === "unscored")) return null;
  const rows = Math.min(mostPoints, rowCounts[0]!, rowCounts[2]!);
  const [real, synthetic, holdout] = mixedRows(columns, rowCounts, {
    rows: [
      chosenRows(rowCounts[0]!, rows, seed, "closest record", "real"),
      chosenRows(rowCounts[1]!, mostPoints, seed, "closest record", "synthetic"),
      chosenRows(rowCounts[2]!, rows, seed, "closest record", "holdout"),
    ],
  });
  const toReal = await new MixedIndex(real!, "manhattan").nearest(synthetic!, 1, run);
  const toHoldout = await new MixedIndex(holdout!, "manhattan").nearest(synthetic!, 1, run);
  let nearer = 0;
  let tied = 0;
  for (let row = 0; row < synthetic!.rowCount; row++) {
    const gap = toReal.distances[row]! - toHoldout.distances[row]!;
    if (gap < 0) nearer++;
    else if (gap === 0) tied++;
  }
  const count = synthetic!.rowCount;
  return {
    rows,
    share: meanOfThree(nearer, tied, count),
    strictShare: nearer / count,
  };
}

/** The mean of rows that count 1, 1/2 or 0 with its normal interval, within [0, 1]. */
function meanOfThree(ones: number, halves: number, count: number): Estimate {
  const value = (ones + halves / 2) / count;
  const variance = (ones + halves / 4) / count - value * value;
  const half = 1.959963984540054 * Math.sqrt(Math.max(0, variance) / count);
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}

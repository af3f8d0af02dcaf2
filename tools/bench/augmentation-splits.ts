// Splits of a table into rows to learn and rows to judge by, and the interval of a mean over such splits.

import type { Table, TableMetadata } from "@verisim/core";
import { splitHoldout } from "@verisim/trees";

export interface Cut {
  readonly train: Table;
  readonly holdout: Table;
}

export interface Cuts {
  readonly cuts: readonly Cut[];
  /** Rows to judge by over rows to learn where splits share rows; 0 where they share none. */
  readonly shared: number;
}

/** Rows to judge by for each row to learn, at least, for splits that share none. */
const leastJudges = 0.3;
/** And at most, for any splits that share none, so that a large table costs no time. */
const mostJudges = 2;
/** The same for splits that share rows. */
const sharedJudges = 0.5;

/** As many splits as asked for, without shared rows where the table is large enough; classes in their shares. */
export function cutTable(
  table: Table,
  metadata: TableMetadata,
  target: string,
  { learn, splits, seed }: { readonly learn: number; readonly splits: number; readonly seed: number },
): Cuts {
  const most = Math.floor(table.rowCount / splits);
  const apart = most >= (1 + leastJudges) * learn;
  const size = apart ? Math.min(most, (1 + mostJudges) * learn) : (1 + sharedJudges) * learn;
  const cuts: Cut[] = [];
  let rest = table;
  for (let split = 0; split < splits; split++) {
    let part = rest;
    if (size < 0.999 * rest.rowCount) {
      const off = splitHoldout(rest, metadata, target, { share: size / rest.rowCount, seed: seed + split });
      part = off.holdout;
      if (apart) rest = off.train;
    }
    cuts.push(
      splitHoldout(part, metadata, target, { share: 1 - learn / part.rowCount, seed: seed + split + 500 }),
    );
  }
  return { cuts, shared: apart ? 0 : sharedJudges };
}

/** Student's t at 97.5 % for 1, 2, ... degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093,
];

/**
 * Mean of a figure over splits, and half the length of its 95 % interval.
 * @param shared see {@link Cuts}: Nadeau and Bengio's correction
 */
export function meanOfSplits(
  values: readonly number[],
  shared: number,
): { readonly mean: number; readonly half: number } {
  const count = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const quantile = quantiles[count - 2] ?? quantiles.at(-1)!;
  return { mean, half: quantile * Math.sqrt(variance * (1 / count + shared)) };
}

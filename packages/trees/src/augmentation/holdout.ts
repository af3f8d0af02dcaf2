// Real rows for judging: split off before anything learns, each class of the target in the same share.

import type { Table, TableMetadata } from "@verisim/core";
import { tableFeatures } from "../table-features.ts";
import { splitRows } from "./row-split.ts";

/** A table in two: rows to learn, and rows that nothing may learn. */
export interface HoldoutSplit {
  readonly train: Table;
  readonly holdout: Table;
}

/**
 * Splits a share of the rows off, by class where the target has classes. Which rows go is a function of seed and row.
 * @param target undefined: rows of any kind
 * @param share above 0 and below 1. Default 0.25
 * @param seed any safe integer. Default 0
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_TARGET`, `VERISIM_OPTION_VALUE`
 */
export function splitHoldout(
  table: Table,
  metadata: TableMetadata,
  target: string | undefined,
  { share = 0.25, seed = 0 }: { readonly share?: number; readonly seed?: number } = {},
): HoldoutSplit {
  let classes: Float64Array | null = null;
  const coding = target === undefined ? null : tableFeatures(table, metadata, target);
  if (coding && coding.classes.length > 0) {
    // Rows without a target are a group of their own.
    classes = new Float64Array(table.rowCount).fill(-1);
    const { rows, labels } = coding.encode(table);
    for (let i = 0; i < rows.length; i++) classes[rows[i]!] = labels[i]!;
  }
  const { kept, splitOff } = splitRows(table.rowCount, classes, share, seed, "holdout");
  return { train: table.take(kept), holdout: table.take(splitOff) };
}

// Splits rows in two at random, each class in the same share: who goes where is a function of seed and row.

import { rowUniform, streamKey, VerisimError } from "@verisim/core";

export interface RowSplit {
  /** The larger part, in ascending order. */
  readonly kept: Int32Array;
  /** The part that is split off, in ascending order. */
  readonly splitOff: Int32Array;
}

/**
 * Splits rows 0 to n - 1. With classes, every class gives its share, rounded, but keeps at least one row; of a class of
 * one row none is split off.
 *
 * @param labels one per row: its class; null where rows have none, which are then all of one kind
 * @param share of the rows that is split off, above 0 and below 1
 * @param seed any safe integer
 * @throws VerisimError `VERISIM_OPTION_VALUE` for a share out of range
 */
export function splitRows(
  rowCount: number,
  labels: ArrayLike<number> | null,
  share: number,
  seed: number,
  purpose: string = "split",
): RowSplit {
  if (!(share > 0 && share < 1))
    throw new VerisimError(
      "VERISIM_OPTION_VALUE",
      `Expected a share between 0 and 1 but received ${share}.`,
      {
        where: { option: "share" },
      },
    );
  const key = streamKey(seed, purpose, "rows");
  const groups = new Map<number, { row: number; draw: number }[]>();
  for (let row = 0; row < rowCount; row++) {
    const label = labels ? labels[row]! : 0;
    const group = groups.get(label);
    const entry = { row, draw: rowUniform(key, row) };
    if (group) group.push(entry);
    else groups.set(label, [entry]);
  }
  const off = new Uint8Array(rowCount);
  for (const group of groups.values()) {
    group.sort((a, b) => a.draw - b.draw || a.row - b.row);
    const count = Math.min(group.length - 1, Math.round(group.length * share));
    for (const { row } of group.slice(0, count)) off[row] = 1;
  }
  const all = Int32Array.from({ length: rowCount }, (_, row) => row);
  return { kept: all.filter((row) => !off[row]), splitOff: all.filter((row) => off[row] === 1) };
}

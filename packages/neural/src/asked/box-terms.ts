// What a box of allowed values means to a network that takes given cells: cells that are as good as given, and columns that
// are drawn from what is allowed, which come first.

import type { AllowedBox, AllowedColumn, Layout } from "../encoding/layout.ts";

/** Logarithm of the share of what is not allowed. */
export const notAllowed = -1e9;

/** A box, as a network is asked for it. */
export interface BoxTerms {
  readonly columns: readonly AllowedColumn[];
  /** Alternative per column, -1 where it is not given. */
  readonly given: Int32Array;
  /** Columns with several alternatives, in the order in which they are drawn. */
  readonly bound: readonly number[];
  /** Logarithms of the allowed shares of the bound columns' alternatives, end to end. */
  readonly logShares: Float32Array;
}

/**
 * @param order in which bound columns are drawn; columns that it does not name come first
 * @param allBound true: columns of one allowed alternative are bound too, so that what they weigh is known
 */
export function boxTerms(
  { columns }: AllowedBox,
  { widths }: Layout,
  order: readonly number[],
  allBound = false,
): BoxTerms {
  const given = new Int32Array(widths.length).fill(-1);
  const several = columns.filter(({ column, shares }) => {
    const allowed = shares.reduce((count, share) => count + (share > 0 ? 1 : 0), 0);
    if (allowed > 1 || allBound) return true;
    given[column] = shares.findIndex((share) => share > 0);
    return false;
  });
  const sorted = several.sort((a, b) => order.indexOf(a.column) - order.indexOf(b.column));
  return {
    columns,
    given,
    bound: sorted.map(({ column }) => column),
    logShares: Float32Array.from(sorted.flatMap(({ shares }) => [...shares].map(logShare))),
  };
}

const logShare = (share: number): number => (share > 0 ? Math.log(share) : notAllowed);

// In which order columns are drawn. Whatever the order, the chain rule gives the same joint distribution; how well trees
// come near it depends on the order.

import { type ColumnRows, outcomesOf } from "./learnt-columns.ts";
import type { ResolvedOptions } from "./options.ts";

/** Places of the columns in the order in which they are drawn. */
export function orderColumns(columns: readonly ColumnRows[], { order }: ResolvedOptions): number[] {
  const places = columns.map((_, place) => place);
  const fineness = columns.map(({ column }) => outcomesOf(column));
  if (order === "table") return places;
  const t = Number(process.env.FO ?? -1);
  if (t >= 0) {
    const first = places.filter((p) => fineness[p]! <= t).sort((a, b) => fineness[a]! - fineness[b]!);
    const rest = places.filter((p) => fineness[p]! > t).sort((a, b) => fineness[b]! - fineness[a]!);
    return [...first, ...rest];
  }
  const sign = order === "coarse-first" ? 1 : -1;
  return places.sort((a, b) => sign * (fineness[a]! - fineness[b]!) || a - b);
}

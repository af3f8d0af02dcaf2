// Which segments of a column's distribution become alternatives of their own.

import type { Segments } from "@verisim/stats";

/**
 * 1 per segment that should be an alternative of its own: single values with at least 1 / `most` of the rows, and all of
 * them where there is nothing else and they are few.
 */
export function segmentsAlone({ low, high }: Segments, mass: Float64Array, most: number): Uint8Array {
  const few = low.length <= most && low.every((value, s) => value === high[s]);
  return Uint8Array.from(low, (value, s) => (value === high[s] && (few || mass[s]! * most >= 1) ? 1 : 0));
}

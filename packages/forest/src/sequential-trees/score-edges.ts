// The normal scale of a number's ranks: what its segments lie between (van der Waerden's scores, cut to the marginal's pieces).

import { type Marginal, normalQuantile } from "@verisim/stats";

/** The outermost scores are those of a rank so far inside the outermost segment. */
const outermost = 0.1;

/** Scores in rising order that a marginal's segments lie between: one more than there are segments, all finite. */
export function scoreEdges({ cumulative, thresholds }: Marginal): Float64Array {
  const first = normalQuantile(outermost * cumulative[1]!);
  const last = normalQuantile(1 - outermost * (1 - cumulative[cumulative.length - 2]!));
  return Float64Array.of(first, ...thresholds, last);
}

// Nearest sequences by dynamic time warping. Costs are divided by the lengths of both, so that short sequences are not
// near to everything; a bound from the ends, which every path pairs, spares most of the tables.

import { throwIfAborted } from "@verisim/core";
import { type Steps, stepDistance, type WarpingOptions, warpingCost } from "./warping.ts";

/**
 * Places of the k nearest of `sequences` for each of them, nearest first; of equals the first. No one finds itself.
 * @returns `[sequences, k]`
 */
export async function nearestSequences(
  sequences: readonly Steps[],
  k: number,
  warping: WarpingOptions,
  signal: AbortSignal | undefined,
  onDone: (done: number) => void = () => {},
): Promise<Int32Array> {
  const nearest = new Int32Array(sequences.length * k);
  for (const [place, own] of sequences.entries()) {
    throwIfAborted(signal);
    // Lets a signal and other work through: a row of tables takes milliseconds.
    await new Promise((resolve) => setImmediate(resolve));
    const others = sequences.flatMap((other, at) =>
      at === place ? [] : [{ at, other, least: leastCost(own, other, warping.mismatch) }],
    );
    others.sort((a, b) => a.least - b.least || a.at - b.at);
    const found: { at: number; cost: number }[] = [];
    for (const { at, other, least } of others) {
      const worst = found.length < k ? Number.POSITIVE_INFINITY : found[k - 1]!.cost;
      if (least > worst) break;
      const lengths = own.length + other.length;
      const cost = warpingCost(own, other, warping, worst * lengths) / lengths;
      if (found.length === k && cost > worst) continue;
      found.push({ at, cost });
      found.sort((a, b) => a.cost - b.cost || a.at - b.at);
      found.length = Math.min(k, found.length);
    }
    nearest.set(
      found.map(({ at }) => at),
      place * k,
    );
    onDone(place + 1);
  }
  return nearest;
}

/** No path costs less than its first and its last pair. */
function leastCost(a: Steps, b: Steps, mismatch: number): number {
  const first = stepDistance(a, 0, b, 0, mismatch);
  if (a.length === 1 && b.length === 1) return first / 2;
  return (first + stepDistance(a, a.length - 1, b, b.length - 1, mismatch)) / (a.length + b.length);
}

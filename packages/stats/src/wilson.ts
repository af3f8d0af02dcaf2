// The interval of a share: E. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22,
// 1927. It is right for shares of 0 and 1 too.

import { normalQuantile } from "./normal.ts";

/** An estimate with the ends of its interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/**
 * Wilson's interval of a share. 0 to 1 without trials.
 * @param hits successes among the trials
 * @param level confidence, above 0 and below 1
 */
export function wilson(hits: number, trials: number, level: number = 0.95): Interval {
  if (trials <= 0) return { value: Number.NaN, low: 0, high: 1 };
  const z = normalQuantile(0.5 + level / 2);
  const share = hits / trials;
  const centre = share + (z * z) / (2 * trials);
  const reach = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return {
    value: share,
    low: Math.min(share, Math.max(0, (centre - reach) / scale)),
    high: Math.max(share, Math.min(1, (centre + reach) / scale)),
  };
}

// Intervals of shares and of differences of independent estimates.

import { normalCdf } from "@verisim/stats";
import type { Estimate } from "../estimate.ts";
import { normal975 } from "./roc.ts";

/**
 * First less second, of independent estimates, from their own intervals (G. Zou and A. Donner, "Construction of confidence
 * limits about effect measures: a general approach", Statistics in Medicine 27, 2008; for shares it is R. Newcombe's method
 * 10, "Interval estimation for the difference between independent proportions", 1998).
 */
export function difference(first: Estimate, second: Estimate): Estimate {
  const value = first.value - second.value;
  return {
    value,
    low: value - Math.hypot(first.value - first.low, second.high - second.value),
    high: value + Math.hypot(first.high - first.value, second.value - second.low),
  };
}

/** Two-sided chance of an estimate as far from 0, or farther, by the half of its interval that lies towards 0. */
export function chanceOfNothing({ value, low, high }: Estimate): number {
  const half = value > 0 ? value - low : high - value;
  if (value === 0) return 1;
  return half > 0 ? 2 * normalCdf((-Math.abs(value) / half) * normal975) : 0;
}

/** A mean with the normal interval of its standard error; at least one value. */
export function meanEstimate(sum: number, squares: number, count: number): Estimate {
  const value = sum / count;
  const variance = count > 1 ? Math.max(0, squares - count * value * value) / (count - 1) : 0;
  const half = normal975 * Math.sqrt(variance / count);
  return { value, low: value - half, high: value + half };
}

/**
 * The two groups of which it is surest that one lies far above the other: the pair whose difference has the highest lower
 * end. By the difference itself, groups of few rows would be chosen for their noise.
 *
 * @param estimates null: not to be chosen
 * @returns the places of the higher and the lower one; null for fewer than two
 */
export function widestPair(
  estimates: readonly (Estimate | null)[],
): { first: number; second: number; gap: Estimate } | null {
  let best: { first: number; second: number; gap: Estimate } | null = null;
  for (const [first, upper] of estimates.entries())
    for (const [second, lower] of estimates.entries()) {
      if (upper === null || lower === null || first === second || upper.value < lower.value) continue;
      const gap = difference(upper, lower);
      if (best === null || gap.low > best.gap.low) best = { first, second, gap };
    }
  return best;
}

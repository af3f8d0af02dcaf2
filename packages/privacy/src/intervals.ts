// Exact intervals and tails of shares: C. Clopper and E. Pearson, "The use of confidence or fiducial limits", 1934.

import { betaI, betaIInverse } from "@verisim/stats";
import type { Estimate } from "./privacy-report.ts";

/** The exact interval of Clopper and Pearson: never too narrow. 0 to 1 without trials. */
export function clopperPearson(hits: number, trials: number, level: number = 0.95): Estimate {
  if (trials <= 0) return { value: Number.NaN, low: 0, high: 1 };
  const tail = (1 - level) / 2;
  return {
    value: hits / trials,
    low: hits === 0 ? 0 : betaIInverse(hits, trials - hits + 1, tail),
    high: hits === trials ? 1 : betaIInverse(hits + 1, trials - hits, 1 - tail),
  };
}

/** Chance of at least `hits` successes in `trials` of which each succeeds with chance `share`. */
export function binomialUpperTail(hits: number, trials: number, share: number): number {
  if (hits <= 0) return 1;
  return hits > trials ? 0 : betaI(hits, trials - hits + 1, share);
}

/**
 * The interval of a function of two independent shares, from their own intervals: each end moves by the reaches of both
 * in the square (R. Newcombe, "Interval estimation for the difference between independent proportions", 1998).
 *
 * @param risk rising in its first and falling in its second argument
 */
export function combinedInterval(
  main: Estimate,
  control: Estimate,
  risk: (main: number, control: number) => number,
): Estimate {
  const value = risk(main.value, control.value);
  const down = Math.hypot(value - risk(main.low, control.value), value - risk(main.value, control.high));
  const up = Math.hypot(risk(main.high, control.value) - value, risk(main.value, control.low) - value);
  return { value, low: value - down, high: value + up };
}

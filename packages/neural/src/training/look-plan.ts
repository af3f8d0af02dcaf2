// How many rows are held out to judge a training by, and when it is looked at: one answer for tables and for records.

import type { TrainingPlan } from "./supervise.ts";

/** Looks in a training, a fifth of which pass before patience counts. */
const looks = 40;
/** More held-out rows would tell two states no better apart. */
const mostHeld = 5000;

/**
 * Rows that are held out; 0 where there are fewer than three times the fewest, or none are wanted.
 * @param share of the rows, 0 to 1
 * @param least fewest rows that can judge
 */
export function heldRowCount(rowCount: number, share: number, least: number): number {
  if (share === 0 || rowCount < 3 * least) return 0;
  return Math.max(least, Math.min(mostHeld, Math.floor(rowCount * share)));
}

/** What tells one kind of training's looks from another's. */
export interface LookCosts {
  /** Fewest steps between two looks, where a look costs as much as several steps. */
  readonly leastBetween: number;
  /** Most steps between two looks, or an epoch's where those are more. */
  readonly mostBetween: number;
  /** Gain in quality that counts as one. */
  readonly leastGain: number;
}

/**
 * When a training is looked at, and when it has gained enough.
 * @param patience looks without a gain before training stops; 0: never
 */
export function lookPlan(
  steps: number,
  stepsPerEpoch: number,
  patience: number,
  { leastBetween, mostBetween, leastGain }: LookCosts,
): Pick<TrainingPlan, "steps" | "every" | "patience" | "leastGain" | "warmup"> {
  const most = Math.max(mostBetween, stepsPerEpoch);
  const every = Math.max(leastBetween, Math.min(Math.ceil(steps / looks), most));
  return {
    steps,
    every,
    patience: patience > 0 ? patience : Number.POSITIVE_INFINITY,
    leastGain,
    warmup: Math.ceil(steps / every / 5),
  };
}

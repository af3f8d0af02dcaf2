// A paired bootstrap over held-out rows: both sides are scored on the same resample, so that what makes a row hard for
// both cancels out. B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentiles).

import { RowRandom, streamKey } from "@verisim/core";
import type { Scorer } from "./scores.ts";

/** A mean and the interval in which 95 % of the resamples lie. */
export interface PairedGain {
  /** Mean score of each side over its scorers, on the rows as they are. */
  readonly first: number;
  readonly second: number;
  /** Second minus first. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Which rows each resample counts how often. With classes, each is resampled for itself, so that none gets lost.
 * @param labels the class of each row; null: all rows are of one kind
 */
export function* resampleCounts(
  rowCount: number,
  labels: ArrayLike<number> | null,
  resamples: number,
  seed: number,
): Generator<Uint16Array> {
  const groups = new Map<number, number[]>();
  for (let row = 0; row < rowCount; row++) {
    const label = labels ? labels[row]! : 0;
    const group = groups.get(label);
    if (group) group.push(row);
    else groups.set(label, [row]);
  }
  const key = streamKey(seed, "augmentation", "bootstrap");
  const counts = new Uint16Array(rowCount);
  for (let resample = 0; resample < resamples; resample++) {
    const random = new RowRandom(key, resample);
    counts.fill(0);
    for (const rows of groups.values())
      for (let draw = 0; draw < rows.length; draw++) {
        // 32 bits are plenty for an index; below(...) would use two words.
        const row = rows[Math.floor((random.word() / 2 ** 32) * rows.length)]!;
        counts[row]!++;
      }
    yield counts;
  }
}

const mean = (scorers: readonly Scorer[], counts: ArrayLike<number>): number =>
  scorers.reduce((sum, scorer) => sum + scorer.score(counts), 0) / scorers.length;

/**
 * The difference of two sides with its interval: the resamples say what other held-out rows could have shown, and the
 * spread between the trainings what other seeds could have. Without the second, two models that differ by chance alone
 * would look different as soon as there are rows enough.
 *
 * @param pairs per score: a scorer per training of the first and of the second side, whose scores are averaged
 * @param pause called between resamples, every few of them
 */
export async function pairedBootstrap(
  pairs: readonly { readonly first: readonly Scorer[]; readonly second: readonly Scorer[] }[],
  samples: Iterable<Uint16Array>,
  rowCount: number,
  seed: number,
  pause: (done: number) => Promise<void>,
): Promise<PairedGain[]> {
  const once = new Uint8Array(rowCount).fill(1);
  const errors = pairs.map(({ first, second }) =>
    standardError(second.map((scorer, index) => scorer.score(once) - first[index]!.score(once))),
  );
  const key = streamKey(seed, "augmentation", "trainings");
  const differences: number[][] = pairs.map(() => []);
  let done = 0;
  for (const counts of samples) {
    // Pairs of one side with several others share its scorers.
    const known = new Map<readonly Scorer[], number>();
    const meanOf = (scorers: readonly Scorer[]): number => {
      const own = known.get(scorers) ?? mean(scorers, counts);
      known.set(scorers, own);
      return own;
    };
    for (const [index, { first, second }] of pairs.entries()) {
      const chance = errors[index]! * studentDraw(new RowRandom(key, done), second.length - 1);
      const difference = meanOf(second) - meanOf(first) + chance;
      if (Number.isFinite(difference)) differences[index]!.push(difference);
    }
    if (++done % 8 === 0) await pause(done);
  }
  return pairs.map(({ first, second }, index) => {
    const sides = [mean(first, once), mean(second, once)] as const;
    const sorted = Float64Array.from(differences[index]!).sort();
    return {
      first: sides[0],
      second: sides[1],
      difference: sides[1] - sides[0],
      low: quantile(sorted, 0.025),
      high: quantile(sorted, 0.975),
    };
  });
}

/** Of the mean of some numbers; 0 for a single one. */
function standardError(values: readonly number[]): number {
  const count = values.length;
  const centre = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return count > 1 ? Math.sqrt(squares / (count - 1) / count) : 0;
}

/** A number of Student's t distribution: a normal one over the root of a mean of squares of `degrees` normal ones. */
function studentDraw(random: RowRandom, degrees: number): number {
  if (degrees < 1) return 0;
  let squares = 0;
  for (let i = 0; i < degrees; i++) squares += random.normal() ** 2;
  return random.normal() / Math.sqrt(squares / degrees);
}

/** Of ascending numbers, between the nearest two; NaN of none. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

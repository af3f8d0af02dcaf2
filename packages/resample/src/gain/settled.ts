// Whether a verdict stands before all passes are through: where the passes left could not change it, they need not be made.
// The gain of all passes lies about that of the first ones by their spread (Student's t, 99 %), and their interval is at
// least that of other rows alone.

import { studentT } from "@verisim/stats";
import type { Scorer } from "@verisim/trees";
import { bootstrapped, mean, type Side, scoreOf, verdictOf } from "./verdicts.ts";

/** Enough to know an interval's length to a twentieth. */
const resamples = 300;

/**
 * Of every strategy.
 * @param sides the rows as they are first
 * @param labels of the rows that judge
 * @param allPasses how many there would be at most
 */
export async function isSettled(
  sides: readonly Side[],
  labels: Float64Array,
  {
    allPasses,
    margin,
    seed,
    signal,
  }: {
    readonly allPasses: number;
    readonly margin: number;
    readonly seed: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<boolean> {
  const first = sides.map(({ passes }) => passes[0]!);
  const [plain] = first as [Scorer[]];
  // As one scorer each, so that the bootstrap is of the rows alone.
  const together = first.map((scorers): Side => ({ passes: [[meanScorer(scorers)]], folds: [], learnt: [] }));
  const ofRows = await bootstrapped(together, labels, seed, signal, resamples);
  const count = plain.length;
  const t = (share: number) => studentT.quantile(share, { degrees: count - 1, location: 0, scale: 1 });
  return first.slice(1).every((scorers, index) => {
    const gains = scorers.map(
      (one, pass) => scoreOf(one, labels.length) - scoreOf(plain[pass]!, labels.length),
    );
    const gain = mean(gains);
    const spread = Math.sqrt(mean(gains.map((own) => (own - gain) ** 2)) * (count / (count - 1)));
    const [{ low, high }] = ofRows[index] as [{ low: number; high: number }];
    const move = t(0.995) * spread * Math.sqrt(1 / count - 1 / allPasses);
    const half = (high - low) / 2;
    // Wider and narrower than the interval of all passes can become.
    const more = Math.hypot(half, (t(0.975) * spread) / Math.sqrt(count)) - half + move;
    const verdict = (from: number, to: number) =>
      verdictOf({ gain, low: from, high: to }, margin, labels.length).verdict;
    return verdict(low - more, high + more) !== "unsure" || verdict(low + move, high - move) === "unsure";
  });
}

const meanScorer = (scorers: readonly Scorer[]): Scorer => ({
  score: (counts) => mean(scorers.map((scorer) => scorer.score(counts))),
});

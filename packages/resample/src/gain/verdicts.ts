// From the scores of two sides to a verdict: how far the gain could lie from what was measured, had the rows been others and
// the trainings too, and what that leaves to say.

import { throwIfAborted } from "@verisim/core";
import { pairedBootstrap, resampleCounts, type Scorer } from "@verisim/trees";
import { correctedInterval } from "./corrected-interval.ts";

/** `unsure`: the interval holds 0 and gains that matter as well. */
export type GainVerdict = "better" | "no difference" | "worse" | "unsure";

/** A score with and without resampling. */
export interface ResampleScore {
  readonly score: string;
  /** Mean of the rows as they are, and of the rows resampled. */
  readonly plain: number;
  readonly resampled: number;
  /** Resampled less plain, and the ends of its 95 % interval. */
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

/** What is known of the rows as they are, or of one strategy. */
export interface Side {
  /** Of each score, a scorer of each cross-validation, or of each training where there is a holdout. */
  readonly passes: Scorer[][];
  /** Scores of single folds, where there are too few cross-validations to tell from them. */
  readonly folds: number[][];
  /** Rows of each training. */
  readonly learnt: number[];
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export const scoreOf = (scorer: Scorer, rowCount: number): number =>
  scorer.score(new Uint8Array(rowCount).fill(1));

/** Per strategy and score, the interval of other rows and of other trainings. */
export async function bootstrapped(
  [plain, ...others]: readonly Side[],
  labels: Float64Array,
  seed: number,
  signal: AbortSignal | undefined,
  resamples = 1000,
): Promise<Interval[][]> {
  const pairs = others.flatMap((side) =>
    side.passes.map((second, kind) => ({ first: plain!.passes[kind]!, second })),
  );
  const gains = await pairedBootstrap(
    pairs,
    resampleCounts(labels.length, labels, resamples, seed),
    labels.length,
    seed,
    async () => {
      throwIfAborted(signal);
      await new Promise((resolve) => setImmediate(resolve));
    },
  );
  const kinds = plain!.passes.length;
  return others.map((_, side) =>
    plain!.passes.map((_, kind) => {
      const { low, high } = gains[side * kinds + kind]!;
      return { low, high };
    }),
  );
}

/** The corrected t-test over the folds, about the gain of whole cross-validations. */
export function fromFolds(
  plain: Side,
  resampled: Side,
  { kind, gain, folds }: { readonly kind: number; readonly gain: number; readonly folds: number },
): Interval {
  const differences = resampled.folds.map((scores, fold) => scores[kind]! - plain.folds[fold]![kind]!);
  const { mean: centre, high } = correctedInterval(differences, folds);
  return { low: gain - (high - centre), high: gain + (high - centre) };
}

/** What an interval says, and how many rows would have it say more: its length goes with the root of their number. */
export function verdictOf(
  { gain, low, high }: Pick<ResampleScore, "gain" | "low" | "high">,
  margin: number,
  rowCount: number,
): { readonly verdict: GainVerdict; readonly rowsToTell: number | null } {
  if (low > 0) return { verdict: "better", rowsToTell: null };
  if (high < 0) return { verdict: "worse", rowsToTell: null };
  if (low > -margin && high < margin) return { verdict: "no difference", rowsToTell: null };
  const half = (high - low) / 2;
  const room = Math.max(Math.abs(gain), margin - Math.abs(gain));
  const times = Math.max(1, (half / room) ** 2);
  return { verdict: "unsure", rowsToTell: Number((rowCount * times).toPrecision(2)) };
}

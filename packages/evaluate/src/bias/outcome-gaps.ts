// Group shares and outcome gaps (demographic parity: C. Dwork et al., "Fairness through awareness", ITCS 2012, section 3)
// in the real, the synthetic and the held-out rows, and by how much the synthetic rows amplify the widest one.

import { wilson } from "@verisim/stats";
import type { Estimate } from "../estimate.ts";
import { chanceOfNothing, difference, meanEstimate, widestPair } from "../models/proportions.ts";
import type { Target } from "../models/target.ts";
import type { GroupOutcome, GroupShares, OutcomeGap } from "./bias-report.ts";
import type { Groups } from "./sensitive-columns.ts";

/** Shares of the rows that belong to any of the groups, and how far apart the tables are. */
export function groupShares({ names, codes }: Groups): {
  shares: GroupShares[];
  distance: number;
  ceiling: number | null;
} {
  const counts = codes.map((own) => {
    const tally = new Float64Array(names.length);
    for (const code of own) if (code >= 0) tally[code]!++;
    return tally;
  });
  const totals = counts.map((own) => own.reduce((sum, count) => sum + count, 0));
  const share = (table: number, place: number): Estimate =>
    totals[table] === 0 ? { value: 0, low: 0, high: 1 } : wilson(counts[table]![place]!, totals[table]!);
  const shares = names.map((group, place): GroupShares => {
    const [real, synthetic] = [share(0, place), share(1, place)];
    return {
      group,
      real: real.value,
      synthetic: synthetic.value,
      holdout: counts.length > 2 ? share(2, place).value : null,
      shift: difference(synthetic, real),
    };
  });
  const distance = (other: (own: GroupShares) => number) =>
    shares.reduce((sum, own) => sum + Math.abs(own.real - other(own)) / 2, 0);
  return {
    shares,
    distance: distance((own) => own.synthetic),
    ceiling: counts.length > 2 ? distance((own) => own.holdout!) : null,
  };
}

function estimateOf({ rows, sums, squares }: Tally, place: number, isShare: boolean): Estimate | null {
  if (rows[place] === 0) return null;
  return isShare
    ? wilson(sums[place]!, rows[place]!)
    : meanEstimate(sums[place]!, squares[place]!, rows[place]!);
}

/** Rows per group and, of one outcome, what is needed for its mean. */
interface Tally {
  readonly rows: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Outcomes of the groups, and the gap that is surest to be wide, in the real or in the synthetic rows: a gap that only the
 * synthetic rows have is seen as well as one that they lost.
 *
 * @param outcomes places of the classes that are tried; null for numbers
 */
export function outcomeGap(
  groups: Groups,
  target: Target,
  outcomes: readonly number[] | null,
): { outcomes: GroupOutcome[]; gap: OutcomeGap | null; looked: number } {
  let best: {
    outcome: number | null;
    tallies: Tally[];
    first: number;
    second: number;
    gap: Estimate;
  } | null = null;
  let looked = 0;
  for (const outcome of outcomes ?? [null]) {
    const tallies = target.labels.map((labels, table) => tallyOf(groups, table, labels, outcome, target));
    const shown = tallies[0]!.rows.filter((rows) => rows > 0).length;
    looked += (shown * (shown - 1)) / 2;
    for (const tally of tallies.slice(0, 2)) {
      const widest = widestPair(groups.names.map((_, place) => estimateOf(tally, place, outcome !== null)));
      if (!widest || tallies[0]!.rows[widest.first] === 0 || tallies[0]!.rows[widest.second] === 0) continue;
      if (best === null || widest.gap.low > best.gap.low) best = { outcome, tallies, ...widest };
    }
  }
  if (best === null) return { outcomes: [], gap: null, looked };
  const { outcome, tallies, first, second } = best;
  const estimate = (table: number, place: number): Estimate | null =>
    tallies[table] ? estimateOf(tallies[table], place, outcome !== null) : null;
  const gapOf = (table: number): Estimate | null => {
    const [a, b] = [estimate(table, first), estimate(table, second)];
    return a && b ? difference(a, b) : null;
  };
  const [real, synthetic, holdout] = [gapOf(0)!, gapOf(1), gapOf(2)];
  const amplification = synthetic && difference(synthetic, real);
  return {
    outcomes: groups.names.map((group, place) => ({
      group,
      rows: {
        real: tallies[0]!.rows[place]!,
        synthetic: tallies[1]!.rows[place]!,
        holdout: tallies[2]?.rows[place] ?? null,
      },
      real: estimate(0, place),
      synthetic: estimate(1, place),
      holdout: estimate(2, place),
    })),
    gap: {
      outcome: outcome === null ? null : target.classes[outcome]!,
      first: groups.names[first]!,
      second: groups.names[second]!,
      real,
      synthetic,
      holdout,
      amplification,
      control: holdout && difference(holdout, real),
      // Of so many gaps the one was taken that looked widest.
      pValue: amplification && Math.min(1, looked * chanceOfNothing(amplification)),
      verdict: null,
    },
    looked,
  };
}

/** Numbers are counted in units of the real standard deviation. */
function tallyOf(
  { names, codes }: Groups,
  table: number,
  labels: Float64Array,
  outcome: number | null,
  target: Target,
): Tally {
  const unit = outcome === null ? spreadOf(target.labels[0]!) : 1;
  const tally = {
    rows: new Float64Array(names.length),
    sums: new Float64Array(names.length),
    squares: new Float64Array(names.length),
  };
  for (let row = 0; row < labels.length; row++) {
    const place = codes[table]![row]!;
    const label = labels[row]!;
    if (place < 0 || Number.isNaN(label)) continue;
    const value = outcome === null ? label / unit : label === outcome ? 1 : 0;
    tally.rows[place]!++;
    tally.sums[place]! += value;
    tally.squares[place]! += value * value;
  }
  return tally;
}

function spreadOf(labels: Float64Array): number {
  const known = labels.filter((label) => !Number.isNaN(label));
  const mean = known.reduce((sum, label) => sum + label / known.length, 0);
  const variance = known.reduce((sum, label) => sum + (label - mean) ** 2 / known.length, 0);
  return variance > 0 ? Math.sqrt(variance) : 1;
}

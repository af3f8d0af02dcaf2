// Are the front places of a list taken by one kind more often than chance would? Looks at all fronts, short and long, and
// counts that it looked at many: the scan statistic of M. Kulldorff ("A spatial scan statistic", 1997) on an ordered list.

import { RowRandom, streamKey } from "@verisim/core";
import { binomialUpperTail } from "../intervals.ts";

export interface Scan {
  /** The front that tells most: its length, and how many of it are of the kind. */
  readonly length: number;
  readonly hits: number;
  /** Chance of a front as telling as this one; at least 1 / (rounds + 1) unless a bound by exact tails is lower. */
  readonly pValue: number;
}

const shortestFront = 4;
const growth = 1.2;
const rounds = 1999;

/** Lengths of fronts: 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, ... */
const lengths: readonly number[] = (() => {
  const found: number[] = [];
  for (
    let length = shortestFront;
    length < 2 ** 31;
    length = Math.max(length + 1, Math.round(length * growth))
  )
    found.push(length);
  return found;
})();

/** Log likelihood ratio of a share above `share`; 0 where it is not above. */
function evidence(hits: number, length: number, share: number): number {
  if (hits <= length * share) return 0;
  const misses = length - hits;
  return (
    hits * Math.log(hits / (length * share)) +
    (misses > 0 ? misses * Math.log(misses / (length * (1 - share))) : 0)
  );
}

/**
 * Scans the fronts of a list.
 *
 * @param isHit per place 1 or 0
 * @param share chance of a hit at any place, above 0 and below 1
 * @param seed of the simulation that the p-value comes from
 * @param accept says of a front whether it may count. Default: all may
 */
export function scanFront(
  isHit: ArrayLike<number>,
  share: number,
  seed: number,
  accept: (length: number, hits: number) => boolean = () => true,
): Scan {
  let best = { length: 0, hits: 0, value: 0 };
  let smallestTail = 1;
  let hits = 0;
  let at = 0;
  let fronts = 0;
  while (lengths[fronts]! <= isHit.length) {
    const length = lengths[fronts++]!;
    while (at < length) hits += isHit[at++]!;
    const value = evidence(hits, length, share);
    if (value <= 0 || !accept(length, hits)) continue;
    if (value > best.value) best = { length, hits, value };
    if (value > 4) smallestTail = Math.min(smallestTail, binomialUpperTail(hits, length, share));
  }
  if (best.value === 0) return { length: 0, hits: 0, pValue: 1 };
  let asHigh = 1;
  for (const high of highsWithoutExcess(share, seed)[fronts - 1]!) if (high >= best.value) asHigh++;
  const simulated = asHigh / (rounds + 1);
  // Beyond what the simulation resolves, the smallest tail times the number of fronts is an upper bound.
  const bound = Math.min(1, smallestTail * fronts);
  return {
    length: best.length,
    hits: best.hits,
    pValue: asHigh === 1 ? Math.min(simulated, bound) : simulated,
  };
}

const simulations = new Map<string, Float64Array[]>();

/**
 * The highest evidence in lists without an excess, per number of fronts looked at and round. Kept, because a report scans
 * many lists with one share.
 */
function highsWithoutExcess(share: number, seed: number): Float64Array[] {
  const name = `${share} ${seed}`;
  const known = simulations.get(name);
  if (known) return known;
  const key = streamKey(seed, "privacy", "scan");
  const highs = lengths.map(() => new Float64Array(rounds));
  for (let round = 0; round < rounds; round++) {
    const random = new RowRandom(key, round);
    let hits = 0;
    let high = 0;
    for (const [front, length] of lengths.entries()) {
      hits += binomialDraw(random, length - (lengths[front - 1] ?? 0), share);
      high = Math.max(high, evidence(hits, length, share));
      highs[front]![round] = high;
    }
  }
  if (simulations.size >= 16) simulations.clear();
  simulations.set(name, highs);
  return highs;
}

/**
 * As {@link scanFront} where the chance of a hit differs between the places. Places that are certain say nothing and cost
 * nothing.
 *
 * @param telling p-value beyond which the simulation is not worth its time: the bound by tails is returned then
 */
export function scanVarying(
  isHit: ArrayLike<number>,
  chances: ArrayLike<number>,
  seed: number,
  telling: number,
): Scan & { expected: number } {
  let best = { length: 0, hits: 0, expected: 0, value: 0 };
  let smallestTail = 1;
  let hits = 0;
  let expected = 0;
  let at = 0;
  let fronts = 0;
  while (lengths[fronts]! <= isHit.length) {
    const length = lengths[fronts++]!;
    for (; at < length; at++) {
      hits += isHit[at]!;
      expected += chances[at]!;
    }
    const share = expected / length;
    const value = share > 0 && share < 1 ? evidence(hits, length, share) : 0;
    if (value <= 0) continue;
    if (value > best.value) best = { length, hits, expected, value };
    smallestTail = Math.min(smallestTail, binomialUpperTail(hits, length, share));
  }
  const { length, value, ...front } = best;
  const bound = Math.min(1, smallestTail * Math.max(1, fronts));
  if (smallestTail > telling) return { length, ...front, pValue: bound };
  const stretches = stretchesOf(chances, fronts);
  const key = streamKey(seed, "privacy", "scan", "varying");
  let asHigh = 1;
  for (let round = 0; round < rounds; round++) {
    const random = new RowRandom(key, round);
    let high = 0;
    let drawn = 0;
    for (let front = 0; front < fronts && high < value; front++) {
      const { uncertain, sure, mean, variance, expected: sum } = stretches[front]!;
      drawn += sure;
      if (variance < 25) {
        for (const chance of uncertain) if (random.word() < chance * 2 ** 32) drawn++;
      } else
        drawn += Math.max(
          0,
          Math.min(uncertain.length, Math.round(mean + Math.sqrt(variance) * random.normal())),
        );
      const share = sum / lengths[front]!;
      if (share > 0 && share < 1) high = Math.max(high, evidence(drawn, lengths[front]!, share));
    }
    if (high >= value) asHigh++;
  }
  const simulated = asHigh / (rounds + 1);
  return { length, ...front, pValue: asHigh === 1 ? Math.min(simulated, bound) : simulated };
}

/** What lies between one front and the next. */
interface Stretch {
  /** Chances of the places that are not certain; their sum, and the variance of their hits. */
  readonly uncertain: number[];
  readonly mean: number;
  readonly variance: number;
  /** Places that are hits for certain. */
  readonly sure: number;
  /** Hits that chance puts into the whole front. */
  readonly expected: number;
}

function stretchesOf(chances: ArrayLike<number>, fronts: number): Stretch[] {
  let place = 0;
  let expected = 0;
  return lengths.slice(0, fronts).map((end) => {
    const uncertain: number[] = [];
    let sure = 0;
    let mean = 0;
    let variance = 0;
    for (; place < end; place++) {
      const chance = chances[place]!;
      expected += chance;
      if (chance >= 1) sure++;
      else if (chance > 0) {
        uncertain.push(chance);
        mean += chance;
        variance += chance * (1 - chance);
      }
    }
    return { uncertain, mean, variance, sure, expected };
  });
}

/** From hit to hit while few are expected; else by the normal distribution, whose error is far below what a p-value needs. */
function binomialDraw(random: RowRandom, count: number, share: number): number {
  const rarer = Math.min(share, 1 - share);
  if (count * rarer < 30) {
    let found = 0;
    const perPlace = Math.log1p(-rarer);
    // Places without a hit before the next one: geometric.
    for (let at = Math.floor(Math.log(random.uniform()) / perPlace); at < count; found++)
      at += 1 + Math.floor(Math.log(random.uniform()) / perPlace);
    return rarer === share ? found : count - found;
  }
  const drawn = Math.round(count * share + Math.sqrt(count * share * (1 - share)) * random.normal());
  return Math.max(0, Math.min(count, drawn));
}

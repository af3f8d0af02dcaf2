// What models do to the groups: those that learnt real rows beside those that learnt synthetic rows, on real rows that
// neither has seen. Equalized odds and equal opportunity as M. Hardt et al. define them ("Equality of Opportunity in
// Supervised Learning", NIPS 2016, section 2).

import { type RunOptions, streamKey } from "@verisim/core";
import { wilson } from "@verisim/stats";
import type { Estimate } from "../estimate.ts";
import { percentileInterval, resample } from "../models/bootstrap.ts";
import { widestPair } from "../models/proportions.ts";
import type { GroupRates, ModelBias, ModelGap } from "./bias-report.ts";

/** Held-out rows with a group and a label. */
export interface JudgedRows {
  readonly names: readonly string[];
  /** Group of each row; -1: none. */
  readonly groups: Int16Array;
  /** 1 where the row has the outcome. */
  readonly positive: Uint8Array;
  /** 1 where the model says that it has: learnt from real, and from synthetic rows. */
  readonly predicted: { readonly real: Uint8Array; readonly synthetic: Uint8Array | null };
}

/** Rows that a rate is taken of, at least. */
const leastRows = 20;
const resamples = 400;

const rateNames = ["predicted", "truePositive", "falsePositive"] as const;
type RateName = (typeof rateNames)[number];

/** Rates per group; NaN where there are no rows. */
type Rates = Readonly<Record<RateName | "accuracy", Float64Array>>;

/**
 * Gaps between the groups by both models, with bootstrap intervals over the held-out rows, within the groups. Groups with
 * fewer than 20 rows to take a rate of stay out of its gap. The largest of many rates is large by chance too, which the
 * interval of equalized odds shows: with many small groups it lies above the value.
 */
export async function modelBias(rows: JudgedRows, seed: number, run: RunOptions): Promise<ModelBias> {
  const { names, groups, predicted } = rows;
  const once = new Uint32Array(groups.length).fill(1);
  const real = ratesOf(rows, predicted.real, once);
  const synthetic = predicted.synthetic && ratesOf(rows, predicted.synthetic, once);
  const sizes = sizesOf(rows);
  const enough = Object.fromEntries(
    rateNames.map((name) => [
      name,
      names.flatMap((_, place) => (sizes[name][place]! >= leastRows ? [place] : [])),
    ]),
  ) as Record<RateName, number[]>;
  const pairs = Object.fromEntries(
    rateNames.map((name) => {
      const found = [real, synthetic].flatMap((rates) => {
        const pair = rates && widestOf(rates[name], sizes[name], enough[name]);
        return pair ? [pair] : [];
      });
      const [surest] = found.sort((a, b) => b.gap.low - a.gap.low);
      return [name, surest ? [surest.first, surest.second] : null];
    }),
  ) as Record<RateName, [number, number] | null>;
  const gap = (rates: Rates, name: RateName): number =>
    rates[name][pairs[name]![0]]! - rates[name][pairs[name]![1]]!;
  const odds = (rates: Rates): number =>
    Math.max(
      spread(rates.truePositive, enough.truePositive),
      spread(rates.falsePositive, enough.falsePositive),
    );

  const drawn = new Map<string, { real: number[]; synthetic: number[]; change: number[] }>();
  const figures = [
    ...rateNames
      .filter((name) => pairs[name])
      .map((name) => [name, (rates: Rates) => gap(rates, name)] as const),
    ["odds", odds] as const,
  ];
  for (const [name] of figures) drawn.set(name, { real: [], synthetic: [], change: [] });
  await resample(
    groups.length,
    groups,
    resamples,
    streamKey(seed, "bias", "bootstrap"),
    (counts) => {
      const first = ratesOf(rows, predicted.real, counts);
      const second = predicted.synthetic && ratesOf(rows, predicted.synthetic, counts);
      for (const [name, figure] of figures) {
        const own = drawn.get(name)!;
        own.real.push(figure(first));
        if (!second) continue;
        own.synthetic.push(figure(second));
        own.change.push(figure(second) - figure(first));
      }
    },
    run,
  );
  const compare = (name: string, figure: (rates: Rates) => number) => {
    const own = drawn.get(name)!;
    const change = synthetic && figure(synthetic) - figure(real);
    return {
      real: percentileInterval(figure(real), own.real),
      synthetic: synthetic && percentileInterval(figure(synthetic), own.synthetic),
      change: change === null ? null : percentileInterval(change, own.change),
    } satisfies { real: Estimate; synthetic: Estimate | null; change: Estimate | null };
  };
  const modelGap = (name: RateName): ModelGap | null => {
    const pair = pairs[name];
    if (!pair) return null;
    return { first: names[pair[0]]!, second: names[pair[1]]!, ...compare(name, (rates) => gap(rates, name)) };
  };
  const hasOdds = enough.truePositive.length > 1 || enough.falsePositive.length > 1;
  return {
    demographicParity: modelGap("predicted"),
    equalOpportunity: modelGap("truePositive"),
    falsePositives: modelGap("falsePositive"),
    equalizedOdds: hasOdds ? { ...compare("odds", odds), pValue: null } : null,
    groups: names.map((group, place) => ({
      group,
      rows: sizes.predicted[place]!,
      positives: sizes.truePositive[place]!,
      real: groupRates(real, place),
      synthetic: synthetic && groupRates(synthetic, place),
    })),
  };
}

function ratesOf({ names, groups, positive }: JudgedRows, predicted: Uint8Array, counts: Uint32Array): Rates {
  // Rows per group, label and prediction.
  const cells = new Float64Array(names.length * 4);
  for (let row = 0; row < groups.length; row++) {
    const place = groups[row]!;
    if (place >= 0) cells[place * 4 + positive[row]! * 2 + predicted[row]!]! += counts[row]!;
  }
  const rate = (of: (cell: Float64Array) => number): Float64Array =>
    Float64Array.from(names, (_, place) => of(cells.subarray(place * 4, place * 4 + 4)));
  const sum = (cell: Float64Array) => cell[0]! + cell[1]! + cell[2]! + cell[3]!;
  return {
    predicted: rate((cell) => (cell[1]! + cell[3]!) / sum(cell)),
    truePositive: rate((cell) => cell[3]! / (cell[2]! + cell[3]!)),
    falsePositive: rate((cell) => cell[1]! / (cell[0]! + cell[1]!)),
    accuracy: rate((cell) => (cell[0]! + cell[3]!) / sum(cell)),
  };
}

/** Rows that each rate is taken of. */
function sizesOf({ names, groups, positive }: JudgedRows): Record<RateName, Float64Array> {
  const out = {
    predicted: new Float64Array(names.length),
    truePositive: new Float64Array(names.length),
    falsePositive: new Float64Array(names.length),
  };
  for (let row = 0; row < groups.length; row++) {
    const place = groups[row]!;
    if (place < 0) continue;
    out.predicted[place]!++;
    out[positive[row] === 1 ? "truePositive" : "falsePositive"][place]!++;
  }
  return out;
}

/** Two groups that are surest to be far apart; null for fewer than two. */
function widestOf(
  rates: Float64Array,
  sizes: Float64Array,
  places: readonly number[],
): ReturnType<typeof widestPair> {
  return widestPair(
    Array.from(rates, (rate, place) =>
      places.includes(place) ? wilson(rate * sizes[place]!, sizes[place]!) : null,
    ),
  );
}

function spread(rates: Float64Array, places: readonly number[]): number {
  if (places.length < 2) return 0;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const place of places) {
    low = Math.min(low, rates[place]!);
    high = Math.max(high, rates[place]!);
  }
  return high - low;
}

function groupRates(rates: Rates, place: number): GroupRates {
  const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return {
    predicted: known(rates.predicted[place]!),
    truePositive: known(rates.truePositive[place]!),
    falsePositive: known(rates.falsePositive[place]!),
    accuracy: known(rates.accuracy[place]!),
  };
}

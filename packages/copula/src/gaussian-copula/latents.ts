// The normal variables behind the columns: one per number (its value), one per category (its place in the order),
// one per pattern of missing cells that numbers share. A latent knows how to turn its normal draw into cells.

import {
  constantColumnWarning,
  type DiscreteColumn,
  type EncodedColumn,
  emptyColumnWarning,
} from "@verisim/core";
import {
  type Categories,
  type CategoryHalves,
  fitMarginal,
  type Marginal,
  type MarginalName,
  orderCategories,
  placeScores,
  segmentMass,
  segmentMeans,
} from "@verisim/stats";
import { type NativeOptions, normalQuantile, ranks, sortNumbers } from "@verisim/tensor/arrays";
import type { ResolvedOptions } from "./options.ts";

interface LatentPlace {
  /** Name of its random stream: adding another column never changes it. */
  readonly name: string;
}

/** The value of a numerical or datetime column, in multiples of `unit`. */
export interface NumberLatent extends LatentPlace {
  readonly kind: "number";
  readonly column: number;
  readonly marginal: Marginal;
  readonly unit: number;
}

/** Categories of a discrete column: position p of the order lies between thresholds p - 1 and p. */
export interface CategoryLatent extends LatentPlace {
  readonly kind: "category";
  readonly column: number;
  /** Code per position; -1 for the missing cell. */
  readonly labels: Int32Array;
  readonly thresholds: Float64Array;
  /** The split latent and the side of it that these categories belong to; null where the column is not cut in two. */
  readonly half: CategoryHalf | null;
}

export interface CategoryHalf {
  /** Place of the split latent. */
  readonly split: number;
  /** 0 below its threshold, 1 above. */
  readonly side: 0 | 1;
}

/** Which half of a column's categories a cell is of. */
export interface SplitLatent extends LatentPlace {
  readonly kind: "split";
  readonly column: number;
  readonly thresholds: Float64Array;
  /** The code of a side that holds one category only (-1: the missing cell); null where a category latent decides. */
  readonly single: readonly [number | null, number | null];
}

/** Whether the cells of these number columns are missing (above the threshold) or not. */
export interface MissingLatent extends LatentPlace {
  readonly kind: "missing";
  readonly columns: readonly number[];
  readonly thresholds: Float64Array;
}

export type Latent = NumberLatent | CategoryLatent | SplitLatent | MissingLatent;

/** A latent with what its correlations are estimated from; dropped after the fit. */
export interface ScoredLatent {
  readonly latent: Latent;
  /** E[latent | cell] per row; NaN where the cell is missing. */
  readonly scores: Float64Array;
  /** Probability of each step, for categories, splits and patterns. */
  readonly mass: Float64Array | null;
  /** Step per row, for categories, splits and patterns; -1 where the row is of the other half. */
  readonly steps: Int32Array | null;
  /** The numbers themselves, for pairs of numbers. */
  readonly values: Float64Array | null;
}

export interface LatentPlan {
  readonly scored: ScoredLatent[];
  /** Encoded columns that hold nothing but missing cells. */
  readonly empty: number[];
  readonly warnings: string[];
}

export interface LatentContext extends NativeOptions {
  readonly options: ResolvedOptions;
  /** Digits after the point per encoded column (-1: unknown). */
  readonly decimals: readonly number[];
  /** The unit of each encoded column: 1, or microseconds for datetimes. */
  readonly units: readonly number[];
  /** Encoded columns that need no latent of their own. */
  readonly derived: ReadonlySet<number>;
  /** Encoded columns whose categories have no order of their own. */
  readonly nominal: ReadonlySet<number>;
}

/** Builds the latents of all encoded columns, numbers first. */
export async function buildLatents(
  columns: readonly EncodedColumn[],
  context: LatentContext,
): Promise<LatentPlan> {
  const { options, decimals, units, derived, nominal, ...run } = context;
  const plan: LatentPlan = { scored: [], empty: [], warnings: [] };
  const numbers: { index: number; missing: Uint8Array | null; missingCount: number }[] = [];
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    if (column.kind !== "continuous" || derived.has(index)) continue;
    const unit = units[index]!;
    const values = unit === 1 ? column.values : column.values.map((value) => value / unit);
    const sorted = await sortNumbers(values, run);
    if (sorted.length === 0) {
      plan.empty.push(index);
      plan.warnings.push(emptyColumnWarning(column.name));
      continue;
    }
    if (sorted[0] === sorted.at(-1)) {
      plan.warnings.push(constantColumnWarning(column.name));
    }
    const family: MarginalName = Object.hasOwn(options.marginals, column.name)
      ? options.marginals[column.name]!
      : options.defaultMarginal;
    const marginal = fitMarginal(sorted, family, {
      decimals: decimals[index]!,
      minGroup: options.minGroup,
      maxSegments: options.maxSegments,
    });
    plan.scored.push({
      latent: { kind: "number", name: `value:${column.name}`, column: index, marginal, unit },
      scores: await numberScores(values, sorted.length, marginal, run),
      mass: null,
      steps: null,
      values,
    });
    numbers.push({ index, ...missingPattern(values, sorted.length) });
  }
  await addCategories(plan, columns, derived, nominal, run);
  addPatterns(plan, columns, numbers, options);
  return plan;
}

/** Normal scores of the ranks among `count` present values; the mean of the segment for those that share an atom. */
async function numberScores(
  values: Float64Array,
  count: number,
  marginal: Marginal,
  run: NativeOptions,
): Promise<Float64Array> {
  const places = await ranks(values, run);
  for (let row = 0; row < places.length; row++) places[row] = (places[row]! - 0.5) / count;
  const scores = await normalQuantile(places, undefined, run);
  const { low, high, thresholds } = marginal;
  const means = segmentMeans(thresholds, segmentMass(marginal));
  const atoms = new Map<number, number>();
  for (let s = 0; s < low.length; s++) if (low[s] === high[s]) atoms.set(low[s]!, means[s]!);
  if (atoms.size > 0) {
    for (let row = 0; row < scores.length; row++) {
      const mean = atoms.get(values[row]!);
      if (mean !== undefined) scores[row] = mean;
    }
  }
  return scores;
}

function missingPattern(
  values: Float64Array,
  present: number,
): { missing: Uint8Array | null; missingCount: number } {
  const missingCount = values.length - present;
  if (missingCount === 0) return { missing: null, missingCount };
  const missing = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) missing[row] = Number.isNaN(values[row]) ? 1 : 0;
  return { missing, missingCount };
}

async function addCategories(
  plan: LatentPlan,
  columns: readonly EncodedColumn[],
  derived: ReadonlySet<number>,
  nominal: ReadonlySet<number>,
  run: NativeOptions,
): Promise<void> {
  const found: { index: number; column: DiscreteColumn; categories: Categories; missingCode: number }[] = [];
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    if (column.kind !== "discrete" || derived.has(index)) continue;
    const { categories, missingCode } = categoriesOf(column, nominal.has(index));
    const used = categories.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    if (used === 0) {
      plan.empty.push(index);
      continue;
    }
    const empty = categories.counts[missingCode] === column.codes.length;
    if (empty) plan.warnings.push(emptyColumnWarning(column.name));
    else if (used === 1) plan.warnings.push(constantColumnWarning(column.name));
    found.push({ index, column, categories, missingCode });
  }
  const numbers = plan.scored.map((scored) => scored.scores);
  const orders = await orderCategories(
    found.map(({ categories }) => categories),
    numbers,
    run,
  );
  found.forEach(({ index, column, categories, missingCode }, place) => {
    addColumn(plan.scored, { index, name: column.name, categories, missingCode }, orders[place]!);
  });
}

interface FoundColumn {
  readonly index: number;
  readonly name: string;
  readonly categories: Categories;
  readonly missingCode: number;
}

/** One latent for a column in one piece; up to three for a column in two halves. */
function addColumn(scored: ScoredLatent[], found: FoundColumn, halves: CategoryHalves): void {
  const { index, name, categories, missingCode } = found;
  const labelsOf = (order: Int32Array): Int32Array => order.map((code) => (code === missingCode ? -1 : code));
  const steps = (
    orders: readonly Int32Array[],
    place: (half: number, position: number) => number,
  ): Int32Array => {
    const stepOf = new Int32Array(categories.counts.length).fill(-1);
    orders.forEach((order, half) => {
      order.forEach((code, position) => {
        stepOf[code] = place(half, position);
      });
    });
    return categories.codes.map((code) => stepOf[code]!);
  };
  const add = (
    latent: (thresholds: Float64Array) => Latent,
    counts: Float64Array,
    stepOfRow: Int32Array,
  ): void => {
    const { mass, thresholds, means } = placeScores(counts);
    scored.push({
      latent: latent(thresholds),
      scores: scoresOfSteps(stepOfRow, means),
      mass,
      steps: stepOfRow,
      values: null,
    });
  };
  const countsOf = (order: Int32Array): Float64Array =>
    Float64Array.from(order, (code) => categories.counts[code]!);
  const [first, second] = halves;
  if (!second) {
    add(
      (thresholds) => ({
        kind: "category",
        name: `category:${name}`,
        column: index,
        labels: labelsOf(first),
        thresholds,
        half: null,
      }),
      countsOf(first),
      steps([first], (_, position) => position),
    );
    return;
  }
  const split = scored.length;
  const single = [first, second].map((order) => (order.length === 1 ? labelsOf(order)[0]! : null));
  add(
    (thresholds) => ({
      kind: "split",
      name: `split:${name}`,
      column: index,
      thresholds,
      single: [single[0] ?? null, single[1] ?? null],
    }),
    Float64Array.from([first, second], (order) => countsOf(order).reduce((sum, count) => sum + count, 0)),
    steps([first, second], (half) => half),
  );
  ([first, second] as const).forEach((order, half) => {
    if (order.length === 1) return;
    add(
      (thresholds) => ({
        kind: "category",
        name: `category:${name}:${half}`,
        column: index,
        labels: labelsOf(order),
        thresholds,
        half: { split, side: half === 0 ? 0 : 1 },
      }),
      countsOf(order),
      steps([order], (_, position) => position),
    );
  });
}

/** One score per row, NaN for rows without a step; a plain loop, since it runs over every cell of the table. */
function scoresOfSteps(steps: Int32Array, means: Float64Array): Float64Array {
  const scores = new Float64Array(steps.length);
  for (let row = 0; row < steps.length; row++)
    scores[row] = steps[row]! < 0 ? Number.NaN : means[steps[row]!]!;
  return scores;
}

/** Missing cells as one more category, after the last. */
function categoriesOf(
  column: DiscreteColumn,
  nominal: boolean,
): { categories: Categories; missingCode: number } {
  const missingCode = column.cardinality;
  let missing = 0;
  for (const code of column.codes) if (code < 0) missing++;
  const counts = new Float64Array(column.cardinality + (missing > 0 ? 1 : 0));
  const codes = missing > 0 ? column.codes.slice() : column.codes;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! < 0) codes[row] = missingCode;
    counts[codes[row]!]!++;
  }
  return { categories: { codes, counts, nominal }, missingCode };
}

function addPatterns(
  plan: LatentPlan,
  columns: readonly EncodedColumn[],
  numbers: readonly { index: number; missing: Uint8Array | null; missingCount: number }[],
  options: ResolvedOptions,
): void {
  if (options.missing === "none") return;
  const patterns = new Map<string, { missing: Uint8Array; missingCount: number; columns: number[] }>();
  for (const { index, missing, missingCount } of numbers) {
    if (!missing) continue;
    const key = options.missing === "random" ? `${index}` : Buffer.from(missing.buffer).toString("latin1");
    const known = patterns.get(key);
    if (known) known.columns.push(index);
    else patterns.set(key, { missing, missingCount, columns: [index] });
  }
  for (const { missing, missingCount, columns: members } of patterns.values()) {
    const { mass, thresholds, means } = placeScores(
      Float64Array.of(missing.length - missingCount, missingCount),
    );
    // Without dependence the pattern has no step in any row: no pair is counted and every correlation is zero.
    const steps =
      options.missing === "random" ? new Int32Array(missing.length).fill(-1) : Int32Array.from(missing);
    plan.scored.push({
      latent: {
        kind: "missing",
        name: `missing:${columns[members[0]!]!.name}`,
        columns: members,
        thresholds,
      },
      scores: scoresOfSteps(steps, means),
      steps,
      mass,
      values: null,
    });
  }
}

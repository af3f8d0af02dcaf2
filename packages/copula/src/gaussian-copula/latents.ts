// The normal variables behind the columns: one per number (its value), one per category (its place in the order),
// one per pattern of missing cells that numbers share. A latent knows how to turn its normal draw into cells.

import type { DiscreteColumn, EncodedColumn } from "@verisim/core";
import { type Marginal, thresholdsOf } from "@verisim/stats";
import { type NativeOptions, normalQuantile, ranks, sortNumbers } from "@verisim/tensor";
import { type Categories, codeScores, orderCategories } from "./category-order.ts";
import { fitMarginal } from "./fit-marginal.ts";
import type { MarginalName, ResolvedOptions } from "./options.ts";

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

/** The category of a discrete column: position p of the order lies between thresholds p - 1 and p. */
export interface CategoryLatent extends LatentPlace {
  readonly kind: "category";
  readonly column: number;
  /** Code per position; -1 for the missing cell. */
  readonly labels: Int32Array;
  readonly thresholds: Float64Array;
}

/** Whether the cells of these number columns are missing (above the threshold) or not. */
export interface MissingLatent extends LatentPlace {
  readonly kind: "missing";
  readonly columns: readonly number[];
  readonly thresholds: Float64Array;
}

export type Latent = NumberLatent | CategoryLatent | MissingLatent;

/** A latent with what its correlations are estimated from; dropped after the fit. */
export interface ScoredLatent {
  readonly latent: Latent;
  /** E[latent | cell] per row; NaN where the cell is missing. */
  readonly scores: Float64Array;
  /** Probability of each step, for categories and patterns. */
  readonly mass: Float64Array | null;
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
}

/** Builds the latents of all encoded columns, numbers first. */
export async function buildLatents(
  columns: readonly EncodedColumn[],
  context: LatentContext,
): Promise<LatentPlan> {
  const { options, decimals, units, derived, ...run } = context;
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
      plan.warnings.push(
        `Column ${JSON.stringify(column.name)} is empty: its synthetic cells are missing too.`,
      );
      continue;
    }
    if (sorted[0] === sorted.at(-1)) {
      plan.warnings.push(
        `Column ${JSON.stringify(column.name)} holds one value only: nothing can be learnt from it.`,
      );
    }
    const family: MarginalName = Object.hasOwn(options.marginals, column.name)
      ? options.marginals[column.name]!
      : options.defaultMarginal;
    const marginal = fitMarginal(sorted, family, { decimals: decimals[index]!, options });
    plan.scored.push({
      latent: { kind: "number", name: `value:${column.name}`, column: index, marginal, unit },
      scores: await numberScores(values, marginal, run),
      mass: null,
      values,
    });
    numbers.push({ index, ...missingPattern(values, sorted.length) });
  }
  await addCategories(plan, columns, derived, run);
  addPatterns(plan, columns, numbers, options);
  return plan;
}

/** Normal scores of the ranks; the mean of the segment for values that share an atom. */
async function numberScores(
  values: Float64Array,
  marginal: Marginal,
  run: NativeOptions,
): Promise<Float64Array> {
  const places = await ranks(values, run);
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) count++;
  for (let row = 0; row < places.length; row++) places[row] = (places[row]! - 0.5) / count;
  const scores = await normalQuantile(places, undefined, run);
  const { low, high, cumulative, thresholds } = marginal;
  const atoms = new Map<number, number>();
  for (let s = 0; s < low.length; s++) {
    if (low[s] !== high[s]) continue;
    const left = s === 0 ? 0 : density(thresholds[s - 1]!);
    const right = s === low.length - 1 ? 0 : density(thresholds[s]!);
    atoms.set(low[s]!, (left - right) / (cumulative[s + 1]! - cumulative[s]!));
  }
  if (atoms.size > 0) {
    for (let row = 0; row < scores.length; row++) {
      const mean = atoms.get(values[row]!);
      if (mean !== undefined) scores[row] = mean;
    }
  }
  return scores;
}

function density(z: number): number {
  return 0.3989422804014327 * Math.exp(-0.5 * z * z);
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
  run: NativeOptions,
): Promise<void> {
  const found: { index: number; column: DiscreteColumn; categories: Categories; missingCode: number }[] = [];
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    if (column.kind !== "discrete" || derived.has(index)) continue;
    const { categories, missingCode } = categoriesOf(column);
    const used = categories.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    if (used === 0) {
      plan.empty.push(index);
      continue;
    }
    if (used === 1) {
      plan.warnings.push(
        `Column ${JSON.stringify(column.name)} holds one value only: nothing can be learnt from it.`,
      );
    }
    found.push({ index, column, categories, missingCode });
  }
  const numbers = plan.scored.map((scored) => scored.scores);
  const orders = await orderCategories(
    found.map(({ categories }) => categories),
    numbers,
    run,
  );
  found.forEach(({ index, column, categories, missingCode }, place) => {
    const full = orders[place]!;
    const order = full.filter((code) => categories.counts[code]! > 0);
    const total = column.codes.length;
    const mass = Float64Array.from(order, (code) => categories.counts[code]! / total);
    const byCode = codeScores(categories, full);
    plan.scored.push({
      latent: {
        kind: "category",
        name: `category:${column.name}`,
        column: index,
        labels: Int32Array.from(order, (code) => (code === missingCode ? -1 : code)),
        thresholds: thresholdsOf(mass),
      },
      scores: scoresOfCodes(categories.codes, byCode),
      mass,
      values: null,
    });
  });
}

/** One score per row; a plain loop, since it runs over every cell of the table. */
function scoresOfCodes(codes: Int32Array | Uint8Array, byCode: Float64Array): Float64Array {
  const scores = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++) scores[row] = byCode[codes[row]!]!;
  return scores;
}

/** Missing cells as one more category, after the last. */
function categoriesOf(column: DiscreteColumn): { categories: Categories; missingCode: number } {
  const missingCode = column.cardinality;
  let missing = 0;
  for (const code of column.codes) if (code < 0) missing++;
  const counts = new Float64Array(column.cardinality + (missing > 0 ? 1 : 0));
  const codes = missing > 0 ? column.codes.slice() : column.codes;
  for (let row = 0; row < codes.length; row++) {
    if (codes[row]! < 0) codes[row] = missingCode;
    counts[codes[row]!]!++;
  }
  return { categories: { codes, counts }, missingCode };
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
    const share = missingCount / missing.length;
    const mass = Float64Array.of(1 - share, share);
    const thresholds = thresholdsOf(mass);
    const edge = density(thresholds[0]!);
    plan.scored.push({
      latent: {
        kind: "missing",
        name: `missing:${columns[members[0]!]!.name}`,
        columns: members,
        thresholds,
      },
      // Without dependence the pattern's scores are all missing: no pair is counted and every correlation is zero.
      scores:
        options.missing === "random"
          ? new Float64Array(missing.length).fill(Number.NaN)
          : scoresOfCodes(missing, Float64Array.of(-edge / (1 - share), edge / share)),
      mass,
      values: null,
    });
  }
}

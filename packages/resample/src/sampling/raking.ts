// Weights for rows so that sums by category are what is known of a population: iterative proportional fitting (Deming and
// Stephan, "On a least squares adjustment of a sampled frequency table", Annals of Mathematical Statistics 11, 1940),
// with what the weighting costs (Kish, "Survey Sampling", 1965, section 11.7).

import { type Table, VerisimError } from "@verisim/core";

/** The share or number of each category of a column; an empty text stands for missing cells. */
export type Margin = Readonly<Record<string, number>>;

export interface RakingOptions {
  /** By column, or by columns joined by `|` for margins of combinations. Each is scaled to the same sum. */
  readonly margins: Readonly<Record<string, Margin>>;
  /** Weights to start from, above 0. Default: all 1. */
  readonly weights?: Float64Array;
  /** The sum of the weights. Default: the number of rows. */
  readonly total?: number;
  /** The largest relative error of a margin that is accepted. Default 1e-6. */
  readonly tolerance?: number;
  /** Default 500. */
  readonly iterations?: number;
  /** Weights are kept within so many times the mean, up and down (trimming). Default: as they come. */
  readonly limit?: number;
}

export interface Raked {
  readonly weights: Float64Array;
  /** (sum w)^2 / sum w^2: as many rows of equal weight would be as good. */
  readonly effectiveSize: number;
  /** Kish's design effect: rows by effective size. */
  readonly designEffect: number;
  readonly iterations: number;
  /** The largest relative error of a margin. */
  readonly error: number;
  /** False where the margins cannot all be met, with these rows or within the limit. */
  readonly converged: boolean;
  /** What each category has and was asked to have, as shares. */
  readonly margins: readonly {
    readonly column: string;
    readonly category: string;
    readonly target: number;
    readonly share: number;
  }[];
}

interface Fitted {
  readonly column: string;
  readonly categories: readonly string[];
  readonly targets: Float64Array;
  readonly codes: Int32Array;
}

/**
 * Weights whose sums meet the margins.
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_MARGIN` for categories that no row has, or rows whose category
 * has no target, `VERISIM_SAMPLE_WEIGHTS`
 */
export function rake(table: Table, options: RakingOptions): Raked {
  const { tolerance = 1e-6, iterations = 500, limit } = options;
  const { rowCount } = table;
  const total = options.total ?? rowCount;
  const fitted = Object.entries(options.margins).map(([column, margin]) =>
    prepare(table, column, margin, total),
  );
  const weights = options.weights?.slice() ?? new Float64Array(rowCount).fill(1);
  if (weights.length !== rowCount || !weights.every((weight) => weight > 0 && Number.isFinite(weight)))
    throw new VerisimError(
      "VERISIM_SAMPLE_WEIGHTS",
      `Expected a weight above 0 for each of ${rowCount} rows.`,
      {
        where: { option: "weights" },
      },
    );
  scaleTo(weights, total);
  let error = Number.POSITIVE_INFINITY;
  let done = 0;
  for (; done < iterations; done++) {
    for (const one of fitted) adjust(weights, one);
    if (limit !== undefined) trim(weights, limit, total);
    const before = error;
    error = Math.max(0, ...fitted.map((one) => errorOf(weights, one)));
    // Margins that contradict each other go round in a circle: the error no longer falls.
    if (error <= tolerance || Math.abs(before - error) <= 1e-14) {
      done++;
      break;
    }
  }
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  const effectiveSize = squares === 0 ? 0 : (sum * sum) / squares;
  return {
    weights,
    effectiveSize,
    designEffect: effectiveSize === 0 ? 1 : rowCount / effectiveSize,
    iterations: done,
    error,
    converged: error <= tolerance,
    margins: fitted.flatMap((one) => {
      const sums = sumsOf(weights, one);
      return one.categories.map((category, code) => ({
        column: one.column,
        category,
        target: one.targets[code]! / total,
        share: sums[code]! / total,
      }));
    }),
  };
}

function prepare(table: Table, column: string, margin: Margin, total: number): Fitted {
  const columns = (table.has(column) ? [column] : column.split("|")).map((name) => table.column(name));
  const categories = Object.keys(margin);
  const index = new Map(categories.map((category, code) => [category, code]));
  const codes = new Int32Array(table.rowCount);
  const rows = new Float64Array(categories.length);
  const fault = (message: string, hint: string): VerisimError =>
    new VerisimError("VERISIM_MARGIN", message, { where: { column, option: "margins" }, hint });
  for (let row = 0; row < codes.length; row++) {
    const category = columns
      .map((one) => {
        if (one.kind === "number") return Number.isNaN(one.values[row]) ? "" : String(one.values[row]);
        return one.codes[row]! < 0 ? "" : one.dictionary[one.codes[row]!]!;
      })
      .join("|");
    const code = index.get(category);
    if (code === undefined)
      throw fault(
        `The margin has no target for ${JSON.stringify(category)}, which row ${row + 1} has.`,
        category === ""
          ? 'Give missing cells a target under "", or leave their rows out.'
          : `Every category of the column needs a target, this one too: "${column}:...,${category}=SHARE".`,
      );
    codes[row] = code;
    rows[code]!++;
  }
  const sum = categories.reduce((all, category) => all + margin[category]!, 0);
  categories.forEach((category, code) => {
    const target = margin[category]!;
    if (!(target >= 0 && Number.isFinite(target)) || !(sum > 0))
      throw fault(
        `Expected a share or number from 0 on for ${JSON.stringify(category)} but received ${target}.`,
        "Their sum must be above 0.",
      );
    if (target > 0 && rows[code] === 0)
      throw fault(
        `No row has ${JSON.stringify(category)}, so that none can be given weight.`,
        "Merge the category with another one, or leave it out.",
      );
  });
  const targets = Float64Array.from(categories, (category) => (margin[category]! / sum) * total);
  return { column, categories, targets, codes };
}

function sumsOf(weights: Float64Array, { codes, targets }: Fitted): Float64Array {
  const sums = new Float64Array(targets.length);
  for (let row = 0; row < codes.length; row++) sums[codes[row]!]! += weights[row]!;
  return sums;
}

function adjust(weights: Float64Array, fitted: Fitted): void {
  const sums = sumsOf(weights, fitted);
  const factors = fitted.targets.map((target, code) => (sums[code]! > 0 ? target / sums[code]! : 1));
  for (let row = 0; row < weights.length; row++) weights[row]! *= factors[fitted.codes[row]!]!;
}

function errorOf(weights: Float64Array, fitted: Fitted): number {
  const sums = sumsOf(weights, fitted);
  let worst = 0;
  fitted.targets.forEach((target, code) => {
    const error = target > 0 ? Math.abs(sums[code]! / target - 1) : sums[code]!;
    worst = Math.max(worst, error);
  });
  return worst;
}

function trim(weights: Float64Array, limit: number, total: number): void {
  const mean = total / weights.length;
  for (let row = 0; row < weights.length; row++)
    weights[row] = Math.min(mean * limit, Math.max(mean / limit, weights[row]!));
  scaleTo(weights, total);
}

function scaleTo(weights: Float64Array, total: number): void {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  for (let row = 0; row < weights.length; row++) weights[row]! *= total / sum;
}

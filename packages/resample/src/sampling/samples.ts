// Samples of a table's own rows: at random, with replacement, stratified to exact numbers, and smoothed. What is drawn
// are numbers of rows, so that any table can be taken by them and every new row says which one it comes from.

import {
  type Column,
  knownTextsHint,
  numberColumn,
  Permutation,
  rowUniform,
  streamKey,
  Table,
  VerisimError,
} from "@verisim/core";
import { normalQuantile } from "@verisim/stats";
import { momentsOf, reflected } from "../moments.ts";

const largestSample = 2 ** 31 - 1;

function requireCount(count: number, most: number, option: string): void {
  if (Number.isSafeInteger(count) && count >= 0 && count <= most) return;
  throw new VerisimError(
    "VERISIM_SAMPLE_COUNT",
    `Expected a whole number of rows from 0 to ${most} but received ${count}.`,
    { where: { option }, hint: `${most} rows are possible.` },
  );
}

/**
 * Exactly `count` different rows, in random order.
 * @throws VerisimError `VERISIM_SAMPLE_COUNT` where the table has fewer
 */
export function sampleRows(table: Table, count: number, seed: number = 0): Int32Array {
  requireCount(count, table.rowCount, "count");
  if (count === 0) return new Int32Array(0);
  const order = new Permutation(table.rowCount, streamKey(seed, "sample", "rows"));
  return Int32Array.from({ length: count }, (_, i) => order.at(i));
}

/**
 * `count` rows with replacement (Efron, "Bootstrap methods", Annals of Statistics 7, 1979).
 * @param count default: as many as the table has
 * @param weights of the rows, from 0 on. Default: all alike
 * @throws VerisimError `VERISIM_SAMPLE_COUNT`, `VERISIM_SAMPLE_WEIGHTS`
 */
export function bootstrapRows(
  table: Table,
  count: number = table.rowCount,
  seed: number = 0,
  weights?: Float64Array,
): Int32Array {
  requireCount(count, table.rowCount === 0 ? 0 : largestSample, "count");
  const key = streamKey(seed, "sample", "bootstrap");
  if (!weights)
    return Int32Array.from({ length: count }, (_, i) =>
      Math.min(table.rowCount - 1, Math.floor(rowUniform(key, i) * table.rowCount)),
    );
  const ends = cumulative(weights, table.rowCount);
  return Int32Array.from({ length: count }, (_, i) => placeIn(ends, rowUniform(key, i)));
}

/** Running sums of weights, the last of them 1. */
function cumulative(weights: Float64Array, rowCount: number): Float64Array {
  const ends = new Float64Array(rowCount);
  let sum = 0;
  for (let row = 0; row < rowCount; row++) {
    const weight = weights[row]!;
    if (!(weight >= 0 && Number.isFinite(weight))) sum = Number.NaN;
    sum += weight;
    ends[row] = sum;
  }
  if (weights.length !== rowCount || !(sum > 0 && Number.isFinite(sum)))
    throw new VerisimError(
      "VERISIM_SAMPLE_WEIGHTS",
      `Expected a weight from 0 on for each of ${rowCount} rows, with a sum above 0.`,
      { where: { option: "weights" } },
    );
  return ends.map((end) => end / sum);
}

/** The first place whose running sum lies above u. */
function placeIn(ends: Float64Array, u: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

export interface SmoothedOptions {
  /**
   * Width of the kernel as a part of each column's spread: its deviation, or its interquartile range / 1.34 where that is
   * less, so that a column of which most cells are equal keeps them. Default: Silverman's rule for as many dimensions,
   * (4 / (d + 2) / n)^(1 / (d + 4)).
   */
  readonly bandwidth?: number;
  /** Number columns that are smoothed. Default: all. */
  readonly columns?: readonly string[];
  /** Digits after the point by column. */
  readonly decimals?: Readonly<Record<string, number>>;
}

/**
 * A bootstrap whose numbers are moved by a normal kernel and drawn back to the mean, so that mean and variance stay as
 * they were (Silverman and Young, "The bootstrap: to smooth or not to smooth?", Biometrika 74, 1987, section 2; the spread
 * after Silverman, "Density Estimation", 1986, section 3.4.2). What would leave the column's range is reflected at its ends.
 * Gaps stay, categories are copied.
 * @throws VerisimError `VERISIM_SAMPLE_COUNT`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_SAMPLE_COLUMNS`
 */
export function smoothedBootstrap(
  table: Table,
  count: number = table.rowCount,
  seed: number = 0,
  options: SmoothedOptions = {},
): { readonly table: Table; readonly rows: Int32Array } {
  const rows = bootstrapRows(table, count, seed);
  const names =
    options.columns ?? table.columns.filter(({ kind }) => kind === "number").map(({ name }) => name);
  for (const name of names) {
    if (table.column(name).kind === "number") continue;
    throw new VerisimError(
      "VERISIM_SAMPLE_COLUMNS",
      "Expected a column of numbers to smooth but received texts.",
      {
        where: { column: name },
      },
    );
  }
  const d = names.length;
  const width = options.bandwidth ?? (4 / (d + 2) / Math.max(1, table.rowCount)) ** (1 / (d + 4));
  const taken = table.take(rows);
  return {
    table: replaceColumns(
      taken,
      names.map((name) => smoothed(name)),
    ),
    rows,
  };

  function smoothed(name: string): Column {
    const column = table.column(name) as { values: Float64Array };
    const moments = momentsOf(column.values);
    const { mean, deviation } = moments;
    const key = streamKey(seed, "sample", "smooth", name);
    const reach = width * spreadOf(column.values, deviation);
    const shrink = reach === 0 ? 1 : deviation / Math.hypot(deviation, reach);
    const decimals = options.decimals?.[name];
    const scale = decimals === undefined ? undefined : 10 ** decimals;
    const values = Float64Array.from(rows, (row, i) => {
      const moved = column.values[row]! + reach * normalQuantile(rowUniform(key, i));
      const value = reach === 0 ? moved : reflected(mean + (moved - mean) * shrink, moments);
      return scale === undefined ? value : Math.round(value * scale) / scale + 0;
    });
    return numberColumn(name, values);
  }
}

/** The deviation, or what the quartiles say it is where that is less. */
function spreadOf(values: Float64Array, deviation: number): number {
  const present = values.filter((value) => Number.isFinite(value)).sort();
  if (present.length === 0) return 0;
  const at = (share: number): number => present[Math.floor(share * (present.length - 1))]!;
  return Math.min(deviation, (at(0.75) - at(0.25)) / 1.34);
}

function replaceColumns(table: Table, columns: readonly Column[]): Table {
  const by = new Map(columns.map((column) => [column.name, column]));
  return new Table(
    table.columns.map((column) => by.get(column.name) ?? column),
    table.rowCount,
  );
}

export interface StratifiedOptions {
  /** Columns whose combinations are the strata. Missing cells are a value of their own. */
  readonly by: readonly string[];
  /**
   * Rows for each stratum, by its values joined by `|` (an empty text where missing), or shares of `count`. Strata that
   * are not named get none; without it every stratum keeps its share.
   */
  readonly targets?: Readonly<Record<string, number>>;
  /** What the targets are. Default `counts`. */
  readonly unit?: "counts" | "shares";
  /** All rows: needed for shares and without targets. Default: as many as the table has. */
  readonly count?: number;
  /** True: rows may be drawn again where a stratum has too few. Default false. */
  readonly replace?: boolean;
  readonly seed?: number;
}

/** A stratum, how many rows it has and how many were drawn. */
export interface Stratum {
  readonly name: string;
  readonly available: number;
  readonly drawn: number;
}

/**
 * Rows by strata, exactly as many of each as was asked; shares are rounded by largest remainders, so that they add up.
 * The rows come in random order.
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_SAMPLE_STRATUM` for strata that there are not,
 * `VERISIM_SAMPLE_COUNT` where a stratum has too few rows and `replace` is false
 */
export function stratifiedRows(
  table: Table,
  options: StratifiedOptions,
): { readonly rows: Int32Array; readonly strata: readonly Stratum[] } {
  const { by, targets, unit = "counts", replace = false, seed = 0 } = options;
  const members = strataOf(table, by);
  const wanted = wantedCounts(members, targets, unit, options.count ?? table.rowCount);
  const drawn: number[] = [];
  const strata = [...members].map(([name, rows]): Stratum => {
    const count = wanted.get(name) ?? 0;
    if (count > rows.length && !replace)
      throw new VerisimError(
        "VERISIM_SAMPLE_COUNT",
        `Expected at most ${rows.length} rows of the stratum ${JSON.stringify(name)} but ${count} are asked for.`,
        { where: { option: "targets" }, hint: "Ask for fewer, or allow rows to come again with replace." },
      );
    for (const row of drawFrom(rows, count, replace, seed, name)) drawn.push(row);
    return { name, available: rows.length, drawn: count };
  });
  if (drawn.length === 0) return { rows: new Int32Array(0), strata };
  const order = new Permutation(drawn.length, streamKey(seed, "sample", "order"));
  return { rows: Int32Array.from(drawn, (_, i) => drawn[order.at(i)]!), strata };
}

/** The rows of each combination of values. */
export function strataOf(table: Table, by: readonly string[]): Map<string, number[]> {
  const columns = by.map((name) => table.column(name));
  const members = new Map<string, number[]>();
  for (let row = 0; row < table.rowCount; row++) {
    const name = columns
      .map((column) => {
        if (column.kind === "number")
          return Number.isNaN(column.values[row]) ? "" : String(column.values[row]);
        const code = column.codes[row]!;
        return code < 0 ? "" : column.dictionary[code]!;
      })
      .join("|");
    const rows = members.get(name);
    if (rows) rows.push(row);
    else members.set(name, [row]);
  }
  return members;
}

function wantedCounts(
  members: ReadonlyMap<string, readonly number[]>,
  targets: Readonly<Record<string, number>> | undefined,
  unit: "counts" | "shares",
  count: number,
): Map<string, number> {
  const given: [string, number][] = targets
    ? Object.entries(targets)
    : [...members].map(([name, rows]) => [name, rows.length]);
  for (const [name, value] of given) {
    if (!members.has(name))
      throw new VerisimError(
        "VERISIM_SAMPLE_STRATUM",
        `The table has no rows of the stratum ${JSON.stringify(name)}.`,
        {
          where: { option: "targets" },
          hint: knownTextsHint("strata", name, members.keys()),
        },
      );
    if (
      !(value >= 0 && Number.isFinite(value)) ||
      (targets && unit === "counts" && !Number.isSafeInteger(value))
    )
      throw new VerisimError(
        "VERISIM_SAMPLE_COUNT",
        `Expected a number from 0 on for ${JSON.stringify(name)} but received ${value}.`,
        {
          where: { option: "targets" },
        },
      );
  }
  if (targets && unit === "counts") return new Map(given);
  requireCount(count, largestSample, "count");
  const total = given.reduce((sum, [, value]) => sum + value, 0);
  if (!(total > 0)) return new Map();
  const counts = apportion(
    given.map(([, value]) => value),
    count,
  );
  return new Map(given.map(([name], i) => [name, counts[i]!]));
}

/** Whole numbers with the sum `count` in proportion to the weights, by largest remainders; ties go to the first. */
export function apportion(weights: readonly number[], count: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (weight / total) * count);
  const whole = exact.map(Math.floor);
  const left = count - whole.reduce((sum, one) => sum + one, 0);
  const order = exact
    .map((value, i) => [value - whole[i]!, i] as const)
    .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (let k = 0; k < left; k++) whole[order[k % order.length]![1]]!++;
  return whole;
}

/** Without replacement as long as there are rows; with it, each comes as often as another, give or take one. */
function drawFrom(
  rows: readonly number[],
  count: number,
  replace: boolean,
  seed: number,
  name: string,
): number[] {
  if (count === 0) return [];
  const key = streamKey(seed, "sample", "stratum", name);
  if (!replace || count <= rows.length) {
    const order = new Permutation(rows.length, key);
    return Array.from({ length: count }, (_, i) => rows[order.at(i)]!);
  }
  const drawn: number[] = [];
  for (let round = 0; drawn.length < count; round++) {
    const order = new Permutation(rows.length, streamKey(seed, "sample", "stratum", name, String(round)));
    for (let i = 0; i < rows.length && drawn.length < count; i++) drawn.push(rows[order.at(i)]!);
  }
  return drawn;
}

// How strongly pairs of columns hang together, without assuming a model: joint shares over a few levels per column, missing
// included, and their total variation between two tables.

import { type Column, cellAt, isMissing, Permutation, streamKey, Table, takeRows } from "@verisim/core";

const levels = 5;

/** The level of every row of both columns: cuts at the training column's quantiles, or its most frequent categories. */
function levelsOf(training: Column, other: Column): [Int32Array, Int32Array] {
  const code = leveller(training);
  const length = (column: Column): number =>
    column.kind === "number" ? column.values.length : column.codes.length;
  return [training, other].map((column) =>
    Int32Array.from({ length: length(column) }, (_, row) =>
      isMissing(column, row) ? levels : code(cellAt(column, row)!),
    ),
  ) as [Int32Array, Int32Array];
}

function leveller(training: Column): (cell: number | string) => number {
  if (training.kind === "number") {
    const sorted = training.values.filter((value) => !Number.isNaN(value)).sort();
    const cuts = Array.from(
      { length: levels - 1 },
      (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / levels)]!,
    );
    return (cell) => cuts.filter((cut) => (cell as number) >= cut).length;
  }
  const counts = new Map<string, number>();
  for (const code of training.codes) {
    const text = training.dictionary[code];
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).slice(0, levels - 1);
  const places = new Map(frequent.map(([text], place) => [text, place]));
  return (cell) => places.get(cell as string) ?? levels - 1;
}

/** Half the sum of differences of two shares, by level or joint level. */
function totalVariation(a: Float64Array, b: Float64Array): number {
  return 0.5 * a.reduce((sum, share, i) => sum + Math.abs(share - b[i]!), 0);
}

function jointShares(a: Int32Array, b: Int32Array): Float64Array {
  const shares = new Float64Array((levels + 1) ** 2);
  for (let row = 0; row < a.length; row++) shares[a[row]! * (levels + 1) + b[row]!]! += 1 / a.length;
  return shares;
}

export interface PairError {
  readonly columns: readonly [string, string];
  /** Total variation between the joint shares of the two tables. */
  readonly error: number;
  /** The same for the training table with its columns shuffled: what independent columns give. */
  readonly shuffled: number;
}

/** Each column in a random order of its own: the marginals of the table without its associations. */
export function shuffledColumns(table: Table, seed: number): Table {
  const columns = table.columns.map((column) => {
    const order = new Permutation(table.rowCount, streamKey(seed, "shuffle", column.name));
    return takeRows(
      column,
      Array.from({ length: table.rowCount }, (_, row) => order.at(row)),
    );
  });
  return new Table(columns, table.rowCount);
}

/** Every pair of the named columns, compared between a training table and another one. */
export function pairErrors(training: Table, other: Table, names: readonly string[]): PairError[] {
  const shuffled = shuffledColumns(training, 1);
  const coded = names.map((name) => {
    const [train, synthetic] = levelsOf(training.column(name), other.column(name));
    const [, mixed] = levelsOf(training.column(name), shuffled.column(name));
    return { train, synthetic, mixed };
  });
  return names.flatMap((first, i) =>
    names.slice(i + 1).map((second, offset): PairError => {
      const [a, b] = [coded[i]!, coded[i + 1 + offset]!];
      const real = jointShares(a.train, b.train);
      return {
        columns: [first, second],
        error: totalVariation(real, jointShares(a.synthetic, b.synthetic)),
        shuffled: totalVariation(real, jointShares(a.mixed, b.mixed)),
      };
    }),
  );
}

/** Two-sample Kolmogorov-Smirnov distance, missing cells left out. */
export function ksDistance(a: Float64Array, b: Float64Array): number {
  const [x, y] = [a, b].map((values) => values.filter((value) => !Number.isNaN(value)).sort());
  if (x!.length === 0 || y!.length === 0) return x!.length === y!.length ? 0 : 1;
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < x!.length && j < y!.length) {
    const value = Math.min(x![i]!, y![j]!);
    while (i < x!.length && x![i]! <= value) i++;
    while (j < y!.length && y![j]! <= value) j++;
    distance = Math.max(distance, Math.abs(i / x!.length - j / y!.length));
  }
  return distance;
}

/** Shares of the categories among the cells that are there, by text. */
export function categoryShares(column: Column): Map<string, number> {
  const shares = new Map<string, number>();
  if (column.kind !== "dictionary") return shares;
  const present = column.codes.filter((code) => code >= 0);
  for (const code of present) {
    const text = column.dictionary[code]!;
    shares.set(text, (shares.get(text) ?? 0) + 1 / present.length);
  }
  return shares;
}

/** Total variation between two maps of shares. */
export function shareDistance(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const names = new Set([...a.keys(), ...b.keys()]);
  let sum = 0;
  for (const name of names) sum += Math.abs((a.get(name) ?? 0) - (b.get(name) ?? 0));
  return sum / 2;
}

/**
 * How far two columns agree row by row: the share of rows that are both missing or both not, times the rank correlation of
 * numbers (Spearman's) or the share of equal texts among the rest.
 */
export function columnAgreement(a: Column, b: Column): number {
  const length = a.kind === "number" ? a.values.length : a.codes.length;
  const rows = Array.from({ length }, (_, row) => row);
  const alike = rows.filter((row) => isMissing(a, row) === isMissing(b, row));
  const present = alike.filter((row) => !isMissing(a, row));
  if (present.length === 0) return alike.length / length;
  if (a.kind === "number" && b.kind === "number") {
    const [x, y] = [a, b].map((column) => averageRanks(present.map((row) => column.values[row]!)));
    return (alike.length / length) * pearson(x!, y!);
  }
  const equal = present.filter((row) => cellAt(a, row) === cellAt(b, row));
  return (alike.length / length) * (equal.length / present.length);
}

function averageRanks(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const first = new Map<number, number>();
  const count = new Map<number, number>();
  for (const [rank, value] of sorted.entries()) {
    if (!first.has(value)) first.set(value, rank);
    count.set(value, (count.get(value) ?? 0) + 1);
  }
  return values.map((value) => first.get(value)! + (count.get(value)! - 1) / 2);
}

/** 1 for two constants: they agree. */
function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - mx) * (y[i]! - my);
    xx += (x[i]! - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  }
  return xx === 0 && yy === 0 ? 1 : xy / Math.sqrt(xx * yy);
}

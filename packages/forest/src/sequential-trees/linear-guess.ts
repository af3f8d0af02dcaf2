// Numbers that go together in straight lines: on the normal scale of their ranks a number is the weighted sum of numbers drawn
// before it, the guess, and a residual that a tree draws. A tree alone needs a leaf per step of such a line, and leaves of few
// rows give these away; a line is learnt from all rows.

import { rowUniform, type StreamKey } from "@verisim/core";
import { empiricalMarginal, ridge, segmentOf, upperBound } from "@verisim/stats";
import type { BinnedColumn, LinearGuess } from "@verisim/trees";
import {
  type ColumnRows,
  type LearntGuess,
  type LearntNumber,
  type LearntResidual,
  maxBins,
} from "./learnt-columns.ts";

/** Rows that lines are learnt from, at even distances, and numbers that one is guessed from at most. */
const lineRows = 4_000;
const mostParts = 32;
/** Share of a number's variance that a line must tell to be tried, and the most that counts: what is left has some entropy. */
const [leastTold, mostTold] = [0.1, 1 - 1e-9];
/** Entropy of the standard normal distribution, in nats. */
const normalEntropy = 0.5 * Math.log(2 * Math.PI * Math.E);

/** How fine a residual's distribution is learnt, as a number's. */
interface GroupOptions {
  readonly minGroup: number;
  readonly maxSegments: number;
}

/** A number's guess and residual, and what trees may split on in place of the number's line. */
export interface GuessedNumber {
  /** Places of the numbers that the guess looks at. */
  readonly parts: Int32Array;
  readonly guess: { readonly column: LearntGuess; readonly model: LinearGuess; readonly codes: Int32Array };
  readonly binned: BinnedColumn;
  readonly residual: ColumnRows & { readonly column: LearntResidual };
}

/**
 * @param columns in the order in which they are drawn
 * @param uses places before the number's that its tree looks at
 * @param key spreads the rows of a single value over its ranks
 * @param toBeat density of held-out rows' scores under trees alone, in nats: lines that alone do not tell more are left out
 * @returns undefined where there is no such line
 */
export function guessNumber(
  columns: readonly ColumnRows[],
  place: number,
  uses: Int32Array,
  key: StreamKey,
  toBeat: number,
  groups: GroupOptions,
): GuessedNumber | undefined {
  const own = columns[place]!;
  if (own.column.kind !== "number" || !own.numbers) return undefined;
  const rows = presentRows(own, lineRows);
  const target = Float64Array.from(rows, (row) => ownScore(own, row, key));
  const parts = strongest(columns, uses, rows, target);
  if (parts.length === 0) return undefined;
  const line = ridge(
    Array.from(parts, (part) => Float64Array.from(rows, (row) => scoreOf(columns[part]!, row))),
    target,
  );
  // Residuals of a normal distribution are what trees need not add anything to.
  if (!line || line.told < leastTold) return undefined;
  if (-normalEntropy - 0.5 * Math.log(1 - Math.min(line.told, mostTold)) <= toBeat) return undefined;
  const guesses = guessesOf(columns, parts, line);
  const { column } = own;
  const model = { weights: line.weights, start: line.intercept, limits: evenLimits(guesses) };
  const codes = Int32Array.from(guesses, (guess) => upperBound(model.limits, guess));
  const count = model.limits.length + 1;
  const binOf = Uint8Array.from({ length: count }, (_, code) => code);
  const base = { encoded: column.encoded, name: column.name };
  return {
    parts,
    guess: { column: { ...base, kind: "guess", missing: false, binOf }, model, codes },
    binned: { bins: Uint8Array.from(codes), count, nominal: false },
    residual: residualRows(own, guesses, rows, line.residuals, key, groups),
  };
}

/** Mean logarithm of the widths, in scores, of the classes that some rows lie in: what turns likelihoods into densities. */
export function meanLogWidth(
  { column, drawn, numbers }: ColumnRows,
  classOf: Uint8Array,
  rows: Uint32Array,
): number {
  if (column.kind !== "number" && column.kind !== "residual") return 0;
  const offset = column.missing ? 1 : 0;
  const widths = new Float64Array(256);
  for (let s = 0; s < column.low.length; s++)
    widths[classOf[s + offset]!]! += numbers
      ? numbers.edges[s + 1]! - numbers.edges[s]!
      : column.high[s]! - column.low[s]!;
  // A missing cell is an outcome of both, and no stretch of either.
  if (column.missing) widths[classOf[0]!] = 1;
  let sum = 0;
  for (const row of rows) if (drawn[row]! >= 0) sum += Math.log(widths[classOf[drawn[row]!]!]!);
  return sum / Math.max(1, rows.length);
}

/** The residual of each row as outcomes of their own; what the line learnt from counts as if it had not. */
function residualRows(
  own: ColumnRows,
  guesses: Float64Array,
  learnt: Int32Array,
  residuals: Float64Array,
  key: StreamKey,
  { minGroup, maxSegments }: GroupOptions,
): ColumnRows & { readonly column: LearntResidual } {
  const column = own.column as LearntNumber;
  const offset = column.missing ? 1 : 0;
  const values = guesses.map((guess, row) =>
    own.codes[row]! < offset ? Number.NaN : ownScore(own, row, key) - guess,
  );
  learnt.forEach((row, i) => {
    values[row] = residuals[i]!;
  });
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const { low, high } = empiricalMarginal(sorted, { minGroup, maxSegments });
  const codes = Int32Array.from(values, (value) =>
    Number.isNaN(value) ? 0 : segmentOf({ low, high }, value) + offset,
  );
  const { encoded, name, missing } = column;
  // No other column looks at it.
  const binOf = new Uint8Array(low.length + offset);
  return { column: { kind: "residual", encoded, name, missing, binOf, low, high }, codes, drawn: codes };
}

/** The numbers that go with the target most, at most `mostParts`, in rising order of place. */
function strongest(
  columns: readonly ColumnRows[],
  uses: Int32Array,
  rows: Int32Array,
  target: Float64Array,
): Int32Array {
  const numbers = uses.filter((use) => columns[use]!.column.kind === "number" && columns[use]!.numbers);
  if (numbers.length <= mostParts) return numbers;
  const covariance = new Map(
    Array.from(numbers, (use) => {
      let sum = 0;
      rows.forEach((row, i) => {
        sum += scoreOf(columns[use]!, row) * target[i]!;
      });
      return [use, Math.abs(sum)] as const;
    }),
  );
  return numbers
    .sort((a, b) => covariance.get(b)! - covariance.get(a)! || a - b)
    .slice(0, mostParts)
    .sort((a, b) => a - b);
}

function guessesOf(
  columns: readonly ColumnRows[],
  parts: Int32Array,
  { weights, intercept }: { readonly weights: Float64Array; readonly intercept: number },
): Float64Array {
  const guesses = new Float64Array(columns[0]!.codes.length).fill(intercept);
  parts.forEach((part, k) => {
    const column = columns[part]!;
    const weight = weights[k]!;
    for (let row = 0; row < guesses.length; row++) guesses[row]! += weight * scoreOf(column, row);
  });
  return guesses;
}

/** The score by which others are guessed: the middle of a single value's ranks, 0 for a missing cell. */
function scoreOf(rows: ColumnRows, row: number): number {
  return scoreAt(rows, row);
}

/** The score that is guessed: rows of a single value are spread over its ranks. */
function ownScore(rows: ColumnRows, row: number, key: StreamKey): number {
  return scoreAt(rows, row, key);
}

/** @param key where among its ranks a row of a single value lies; without one, in their middle */
function scoreAt({ column, codes, numbers }: ColumnRows, row: number, key?: StreamKey): number {
  const { low, high, missing, unit } = column as LearntNumber;
  const s = codes[row]! - (missing ? 1 : 0);
  if (s < 0) return 0;
  const { edges, values } = numbers!;
  const [from, to] = [low[s]!, high[s]!];
  const ofSingle = (): number => (key ? rowUniform(key, row) : 0.5);
  const along = from < to ? Math.min(1, Math.max(0, (values[row]! / unit - from) / (to - from))) : ofSingle();
  return edges[s]! + along * (edges[s + 1]! - edges[s]!);
}

/** Rows at even distances whose number is not missing. */
function presentRows({ column, codes }: ColumnRows, most: number): Int32Array {
  const step = Math.max(1, codes.length / most);
  const count = Math.min(codes.length, most);
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor(i * step));
  return column.missing ? rows.filter((row) => codes[row]! > 0) : rows;
}

/** Limits of as many bins as trees tell apart, of even shares. */
function evenLimits(guesses: Float64Array): Float64Array {
  const sorted = guesses.slice().sort();
  const limits = new Set<number>();
  for (let bin = 1; bin < maxBins; bin++) limits.add(sorted[Math.floor((bin * sorted.length) / maxBins)]!);
  return Float64Array.from(limits);
}

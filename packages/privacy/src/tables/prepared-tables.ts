// The tables of a report, prepared once: columns in one form, rows sampled where all would take too long, points for the
// searches. Every part reads this, so that all figures are of the same rows.

import {
  isModelled,
  type RunOptions,
  sampleRowNumbers,
  streamKey,
  type Table,
  type TableMetadata,
} from "@verisim/core";
import { nearCopies } from "./near-copies.ts";
import { type LeftOutColumn, type RiskColumn, requireRows, riskColumns } from "./risk-columns.ts";
import { type RowEncoder, type RowPoints, rowEncoder } from "./row-encoder.ts";

/** What every part of a privacy report is computed from. */
export interface RiskTables extends RunOptions {
  /** The rows that the generator learnt from. */
  real: Table;
  synthetic: Table;
  /**
   * Real rows that the generator has not seen, from the same population: without them little can be said, because nothing
   * shows what chance alone would give.
   */
  holdout?: Table;
  metadata: TableMetadata;
  /** Any safe integer. Default 0. */
  seed?: number;
}

/** Rows of one table that stand for it. */
export interface SampledRows {
  readonly table: number;
  /** Rows of the table in ascending order. */
  readonly rows: Uint32Array;
  readonly points: RowPoints;
}

export interface PreparedTables {
  readonly source: RiskTables;
  readonly seed: number;
  readonly columns: readonly RiskColumn[];
  readonly leftOut: readonly LeftOutColumn[];
  readonly encoder: RowEncoder;
  /** Reference rows. */
  readonly training: SampledRows;
  readonly holdout: SampledRows | null;
  readonly synthetic: SampledRows;
  /** Rows that are searched for: places in the samples of each table. */
  readonly searched: {
    readonly training: Uint32Array;
    readonly synthetic: Uint32Array;
    readonly holdout: Uint32Array | null;
  };
  /** A near copy of each training row that is searched for, to be planted. */
  readonly nearCopies: SampledRows;
  /** Most rows that are searched for, so that a search of all reference rows stays within the budget of products. */
  readonly queryLimit: number;
}

export const trainingTable = 0;
export const syntheticTable = 1;
export const holdoutTable = 2;

/** Reference rows of a table, at most. */
const mostReferenceRows = 100_000;
/** Numbers and codes in the points of one table, at most (512 MB). */
const mostNumbers = 2 ** 26;
/** Rows that are searched for in one table, at most. */
const mostQueries = 20_000;
/** Cells that one search compares, at most: a few seconds of one core. */
const mostDifferences = 2e10;

/**
 * Prepares the tables.
 * @throws VerisimError `VERISIM_NO_ROWS`, `VERISIM_UNKNOWN_COLUMN`
 */
export function prepareTables(source: RiskTables): PreparedTables {
  const { real, synthetic, holdout, metadata, seed = 0 } = source;
  requireRows({ real, synthetic, holdout });
  const tables = holdout ? [real, synthetic, holdout] : [real, synthetic];
  const rowsOf = (table: number, limit: number): Uint32Array =>
    sampleRows(tables[table]!.rowCount, limit, seed, `reference ${table}`);
  // What a point takes is known when the columns are; that of a modelled column is at most two numbers.
  const modelled = Object.values(metadata.columns).filter(isModelled).length;
  const limit = Math.min(mostReferenceRows, Math.floor(mostNumbers / Math.max(1, 2 * modelled)));
  const rows = tables.map((_, table) => rowsOf(table, limit));
  const references = rows[trainingTable]!.length + (rows[holdoutTable]?.length ?? 0);
  const affordable = Math.floor(mostDifferences / (references * Math.max(1, modelled)));
  const queryLimit = Math.max(50, Math.min(mostQueries, affordable));
  const half = holdout ? Math.ceil(queryLimit / 2) : queryLimit;
  const searched = {
    training: sampleRows(rows[trainingTable]!.length, half, seed, "searched training"),
    synthetic: sampleRows(rows[syntheticTable]!.length, queryLimit, seed, "searched synthetic"),
    holdout: holdout ? sampleRows(rows[holdoutTable]!.length, half, seed, "searched holdout") : null,
  };
  const copied = searched.training.map((place) => rows[trainingTable]![place]!);
  const planted = nearCopies(real, copied, metadata, seed);
  const { columns, leftOut } = riskColumns([...tables, planted], metadata);
  const encoder = rowEncoder(columns, holdout ? [trainingTable, holdoutTable] : [trainingTable]);
  const sampled = (table: number, own: Uint32Array): SampledRows => ({
    table,
    rows: own,
    points: encoder.encode(table, own),
  });
  const all = Uint32Array.from({ length: planted.rowCount }, (_, row) => row);
  return {
    source,
    seed,
    columns,
    leftOut,
    encoder,
    training: sampled(trainingTable, rows[trainingTable]!),
    holdout: holdout ? sampled(holdoutTable, rows[holdoutTable]!) : null,
    synthetic: sampled(syntheticTable, rows[syntheticTable]!),
    searched,
    nearCopies: sampled(tables.length, all),
    queryLimit,
  };
}

/** Some rows of a sample, by their places in it. */
export function pickRows(
  { table, rows, points }: SampledRows,
  places: ArrayLike<number>,
  encoder: RowEncoder,
): SampledRows {
  return {
    table,
    rows: Uint32Array.from(places, (place) => rows[place]!),
    points: encoder.pick(points, places),
  };
}

/** `count` of `total` rows without replacement, ascending; all of them when there are no more. */
export function sampleRows(total: number, count: number, seed: number, purpose: string): Uint32Array {
  return Uint32Array.from(sampleRowNumbers(total, count, streamKey(seed, "privacy", "rows", purpose)));
}

export function runOf({ source }: PreparedTables): RunOptions {
  return {
    ...(source.signal ? { signal: source.signal } : {}),
    ...(source.onProgress ? { onProgress: source.onProgress } : {}),
  };
}

// How many rows are judged: all of them, until memory or the pairs of columns become too many.

import { sampleRowNumbers, streamKey, type Table } from "@verisim/core";

/** A quarter of a gigabyte of numbers. */
const mostCells = 2 ** 25;
/** Cells of pairs of columns that are counted in some ten seconds. */
const mostPairCells = 2e9;
/** The same where pairs are counted ten times over, each metric in its own way. */
const mostMetricPairCells = 5e8;
/** Fewer rows would say nothing. */
const leastRows = 1000;

/** Rows of a table of so many columns that are judged, 1,000 or more. */
export function judgedRows(columns: number, cells: number = mostCells): number {
  return limit(columns, cells, mostPairCells);
}

/** Rows of which the published metrics are computed, 1,000 or more. */
export function metricRows(columns: number): number {
  return limit(columns, mostCells, mostMetricPairCells);
}

function limit(columns: number, cells: number, pairCells: number): number {
  const width = Math.max(1, columns);
  const pairs = Math.max(1, (width * (width - 1)) / 2);
  return Math.max(leastRows, Math.floor(Math.min(cells / width, pairCells / pairs)));
}

/** `count` rows without replacement in their own order, or the table itself where it is not longer. */
export function sampledRows(table: Table, count: number, seed: number, purpose: string): Table {
  if (table.rowCount <= count) return table;
  return table.take(sampleRowNumbers(table.rowCount, count, streamKey(seed, "evaluate", purpose)));
}

// The grid that a column's values lie on: digits after the point for numbers, a unit of time for datetimes. Marginals
// are learnt on the grid and drawn values are rounded to it.

import type { ColumnMetadata, EncodedColumn } from "@verisim/core";

const MICROSECONDS = [86_400e6, 3_600e6, 60e6, 1e6, 1e3, 1];
const MAX_DECIMALS = 12;

/** Microseconds in the largest unit of time that every datetime is a whole multiple of; 1 for other columns. */
export function unitsOf(column: EncodedColumn, metadata: ColumnMetadata | undefined): number {
  if (column.kind !== "continuous" || metadata?.sdtype !== "datetime") return 1;
  return (
    MICROSECONDS.find((unit) => column.values.every((value) => Number.isNaN(value) || value % unit === 0)) ??
    1
  );
}

/** Digits after the point that values are rounded to; -1 where they have more than can be told. */
export function decimalsOf(column: EncodedColumn, metadata: ColumnMetadata | undefined): number {
  if (column.kind !== "continuous") return -1;
  if (metadata?.sdtype === "datetime") return 0;
  if (metadata?.decimals !== undefined) return metadata.decimals <= MAX_DECIMALS ? metadata.decimals : -1;
  let decimals = 0;
  for (const value of column.values) {
    if (Number.isNaN(value)) continue;
    while (decimals <= MAX_DECIMALS && !isOnGrid(value, decimals)) decimals++;
    if (decimals > MAX_DECIMALS) return -1;
  }
  return decimals;
}

/** A number of a column, given in units of its grid, as a text: rounded, datetimes in ISO 8601. */
export function gridText(value: number, unit: number, decimals: number): string {
  const rounded = decimals >= 0 ? Number(value.toFixed(decimals)) : value;
  return unit === 1 ? String(rounded) : new Date((rounded * unit) / 1000).toISOString();
}

function isOnGrid(value: number, decimals: number): boolean {
  const scaled = value * 10 ** decimals;
  return Math.abs(scaled - Math.round(scaled)) <= 1e-9 * Math.max(1, Math.abs(scaled));
}

// What a column holds, in a few words: missing cells, distinct values, range or most frequent values. Values of
// personal columns are never shown.

import { type Column, type ColumnMetadata, isModelled, missingCount } from "@verisim/core";

export interface ColumnSummary {
  name: string;
  sdtype: string;
  pii: boolean;
  missing: number;
  distinct: number;
  /** Numbers and datetimes, as text. */
  range: { low: string; high: string; middle: string } | null;
  /** Up to three most frequent values with their share of the cells that are not missing. */
  top: { value: string; share: number }[];
}

/** Dates in the summary are written to the second, in UTC or the column's local time. */
function numberText(value: number, metadata: ColumnMetadata): string {
  if (metadata.sdtype === "datetime") {
    const date = new Date(value / 1000);
    if (Number.isNaN(date.getTime())) return String(value);
    return date.toISOString().slice(0, 19).replace("T00:00:00", "").replace("T", " ");
  }
  const decimals = metadata.decimals ?? 6;
  return String(Number(value.toFixed(Math.min(15, decimals))));
}

export function summariseColumn(column: Column, metadata: ColumnMetadata): ColumnSummary {
  const start = {
    name: column.name,
    sdtype: metadata.sdtype,
    pii: metadata.pii === true,
    missing: missingCount(column),
  };
  if (column.kind === "number") {
    const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
    let distinct = 0;
    for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
    const at = (share: number): string =>
      numberText(sorted[Math.floor((sorted.length - 1) * share)]!, metadata);
    const range = sorted.length === 0 || start.pii ? null : { low: at(0), high: at(1), middle: at(0.5) };
    return { ...start, distinct, range, top: [] };
  }
  const counts = new Float64Array(column.dictionary.length);
  for (const code of column.codes) if (code >= 0) counts[code]!++;
  const used = [...counts.keys()].filter((code) => counts[code]! > 0);
  const present = column.codes.length - start.missing;
  const shown = isModelled(metadata) ? used.sort((a, b) => counts[b]! - counts[a]!).slice(0, 3) : [];
  return {
    ...start,
    distinct: used.length,
    range: null,
    top: shown.map((code) => ({ value: column.dictionary[code]!, share: counts[code]! / present })),
  };
}

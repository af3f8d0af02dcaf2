// Metadata of a table that is already in memory, by the same rules as for files.

import {
  type Column,
  type ColumnMetadata,
  missingCount,
  type Table,
  type TableMetadata,
} from "@verisim/core";
import { positionalText } from "../values/number-text.ts";
import { type ColumnProfile, profileColumn } from "./column-profile.ts";
import { withKeys } from "./keys.ts";
import { detectColumn } from "./sdtype.ts";

/**
 * Detects what the columns of a table mean. Number columns are numerical and dictionary columns keep their kind of
 * column: whatever is found fits the table as it is.
 */
export function detectMetadata(table: Table): TableMetadata {
  const profiles = table.columns.map((column) => profileInMemory(column, table.rowCount));
  const columns: Record<string, ColumnMetadata> = Object.fromEntries(
    profiles.map((profile, index) => [profile.name, fitting(table.columns[index]!, profile)]),
  );
  return withKeys(columns, profiles);
}

/** The detected metadata, or the nearest that a column of this kind can have. */
function fitting(column: Column, profile: ColumnProfile): ColumnMetadata {
  const detected = detectColumn(profile);
  if (column.kind === "number") {
    if (detected.sdtype === "numerical") return detected;
    const { style = "shortest" as const, decimals } = profile.numbers ?? {};
    return {
      sdtype: "numerical",
      numberStyle: style,
      ...(decimals === undefined ? {} : { decimals }),
      ...(profile.missing > 0 ? { nullable: true } : {}),
    };
  }
  if (detected.sdtype !== "numerical" && detected.sdtype !== "datetime") return detected;
  const nullable = profile.gaps > 0 ? { nullable: true } : {};
  return { sdtype: "categorical", ...nullable };
}

function profileInMemory(column: Column, rowCount: number): ColumnProfile {
  if (column.kind === "number") {
    const counts = new Map<number, number>();
    for (const value of column.values)
      if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
    return profileColumn({
      name: column.name,
      rowCount,
      missing: missingCount(column),
      texts: Array.from(counts.keys(), positionalText),
      counts: Array.from(counts.values()),
    });
  }
  const counts = new Int32Array(column.dictionary.length);
  let missing = 0;
  for (const code of column.codes) {
    if (code < 0) missing++;
    else counts[code]!++;
  }
  const used = column.dictionary.map((_, code) => code).filter((code) => counts[code]! > 0);
  return profileColumn({
    name: column.name,
    rowCount,
    missing,
    texts: used.map((code) => column.dictionary[code]!),
    counts: used.map((code) => counts[code]!),
  });
}

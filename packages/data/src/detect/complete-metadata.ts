// Metadata for all columns: what the user declared, and detection for everything else.

import { type ColumnMetadata, type TableMetadata, VerisimError } from "@verisim/core";
import type { ColumnProfile } from "./column-profile.ts";
import { withKeys } from "./keys.ts";
import { detectColumn } from "./sdtype.ts";

/** @throws VerisimError `VERISIM_UNKNOWN_COLUMN` where the metadata names a column that is not there */
export function completeMetadata(
  profiles: readonly ColumnProfile[],
  given: TableMetadata | undefined,
  file: string | undefined,
): TableMetadata {
  if (given) {
    const known = new Set(profiles.map((profile) => profile.name));
    const unknown = Object.keys(given.columns).find((name) => !known.has(name));
    if (unknown !== undefined)
      throw new VerisimError(
        "VERISIM_UNKNOWN_COLUMN",
        `Expected the metadata to name columns of the table but received ${JSON.stringify(unknown)}.`,
        {
          where: { column: unknown, ...(file === undefined ? {} : { file }) },
          hint: `The columns are ${[...known].slice(0, 20).join(", ")}.`,
        },
      );
  }
  const columns: Record<string, ColumnMetadata> = Object.fromEntries(
    profiles.map((profile) => {
      const declared =
        given && Object.hasOwn(given.columns, profile.name) ? given.columns[profile.name] : undefined;
      return [profile.name, declared ? completeColumn(profile, declared) : detectColumn(profile)];
    }),
  );
  if (!given) return withKeys(columns, profiles);
  const found = withKeys(columns, profiles);
  return {
    ...given,
    columns,
    ...(given.primaryKey === undefined && !given.alternateKeys ? keysOf(found) : {}),
  };
}

function keysOf(found: TableMetadata): Partial<TableMetadata> {
  return {
    ...(found.primaryKey === undefined ? {} : { primaryKey: found.primaryKey }),
    ...(found.alternateKeys === undefined ? {} : { alternateKeys: found.alternateKeys }),
  };
}

/** Adds how the cells are written to a declared column. */
function completeColumn(profile: ColumnProfile, declared: ColumnMetadata): ColumnMetadata {
  const written: Partial<ColumnMetadata> = { ...profile.known };
  if (declared.sdtype === "numerical" && profile.numbers) {
    written.numberStyle = profile.numbers.style;
    if (profile.numbers.decimals !== undefined) written.decimals = profile.numbers.decimals;
  }
  if (declared.sdtype === "datetime" && profile.dates && declared.datetimeFormat === undefined)
    written.datetimeFormat = profile.dates.pattern.pattern;
  if (declared.sdtype === "datetime" && profile.dates?.zone !== undefined)
    written.timeZone = profile.dates.zone;
  const numbers = declared.sdtype === "numerical" || declared.sdtype === "datetime";
  if (numbers && profile.missingText !== undefined) written.missingText = profile.missingText;
  if (profile.physical !== undefined) written.physical = profile.physical;
  if ((numbers ? profile.missing : profile.gaps) > 0) written.nullable = true;
  return { ...written, ...declared };
}

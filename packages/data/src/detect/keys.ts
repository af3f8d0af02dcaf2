// Primary and alternate keys: columns that were found to be ids, hold no value twice and are never missing.

import type { ColumnMetadata, TableMetadata } from "@verisim/core";
import type { ColumnProfile } from "./column-profile.ts";
import { isIdName } from "./sdtype.ts";

/** Adds the keys to the columns' metadata. */
export function withKeys(
  columns: Readonly<Record<string, ColumnMetadata>>,
  profiles: readonly ColumnProfile[],
): TableMetadata {
  const candidates = profiles.filter(
    (profile) =>
      columns[profile.name]!.sdtype === "id" &&
      // Keys are single words: a place with two coordinates is unique without being a name for its row.
      (isIdName(profile.name) || !/\s/.test(columns[profile.name]!.regexFormat ?? "")) &&
      profile.missing === 0 &&
      profile.distinct === profile.rowCount &&
      profile.rowCount > 0,
  );
  // A key that is named so comes before one that is only shaped so; then the order of the file.
  const sorted = [
    ...candidates.filter((profile) => isIdName(profile.name)),
    ...candidates.filter((profile) => !isIdName(profile.name)),
  ].map((profile) => profile.name);
  const [primaryKey, ...alternateKeys] = sorted;
  return {
    columns,
    ...(primaryKey === undefined ? {} : { primaryKey }),
    ...(alternateKeys.length === 0 ? {} : { alternateKeys }),
  };
}

// A table without rows that has the columns of its metadata: what a writer that got no rows puts into its file.

import { dictionaryColumn, numberColumn, Table, type TableMetadata } from "@verisim/core";

export function emptyTable(metadata: TableMetadata): Table {
  return new Table(
    Object.entries(metadata.columns).map(([name, { sdtype }]) =>
      sdtype === "numerical" || sdtype === "datetime"
        ? numberColumn(name, [])
        : dictionaryColumn(name, [], []),
    ),
    0,
  );
}

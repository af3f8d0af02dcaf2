// What a resampling gives the command: a table, and what is said of it.

import type { Table, TableMetadata } from "@verisim/core";

export interface Resampling {
  readonly table: Table;
  readonly metadata: TableMetadata;
  readonly said: readonly string[];
  readonly warnings: readonly string[];
  /** What --json adds. */
  readonly details: Readonly<Record<string, unknown>>;
}

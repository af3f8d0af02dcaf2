// The columns from which models judge synthetic rows: those that are scored, without keys and without empty ones, for
// the real, the synthetic and perhaps a holdout table.

import { type TableMetadata, uniqueColumns } from "@verisim/core";
import type { ComparedCategories, ComparedColumn, ComparedNumbers } from "../compared-column.ts";
import type { UnusedColumn } from "../estimate.ts";
import type { Compared } from "../metrics/judged-tables.ts";

export type JudgedColumn = ComparedNumbers | ComparedCategories;

export interface JudgedColumns {
  readonly columns: readonly JudgedColumn[];
  readonly unused: UnusedColumn[];
  /** Rows of the real, the synthetic and perhaps the holdout table. */
  readonly rowCounts: readonly number[];
}

/**
 * Chooses the columns. Keys, identifiers, text and personal values tell nothing about other rows; a column without a
 * single real value, or that one of the tables lacks, cannot be compared.
 */
export function judgedColumns({ columns: all, rowCounts }: Compared, metadata: TableMetadata): JudgedColumns {
  const unique = uniqueColumns(metadata);
  const columns: JudgedColumn[] = [];
  const unused: UnusedColumn[] = [];
  for (const column of all) {
    const reason = reasonAgainst(column, rowCounts[0]!, unique);
    if (reason === null && column.kind !== "unscored") columns.push(column);
    else unused.push({ column: column.name, reason: reason ?? "" });
  }
  return { columns, unused, rowCounts };
}

function reasonAgainst(column: ComparedColumn, realRows: number, unique: ReadonlySet<string>): string | null {
  if (unique.has(column.name)) return "a key";
  if (column.kind === "unscored") return column.reason ?? column.sdtype;
  return column.missing[0] === realRows ? "no real values" : null;
}

/** Categories that the real table has: codes below this; the others occur in the synthetic table or the holdout alone. */
export function realCategories({ counts, labels }: ComparedCategories): number {
  let known = labels.length;
  while (known > 0 && counts[0]![known - 1] === 0) known--;
  return known;
}

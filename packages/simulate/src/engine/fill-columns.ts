// Fills the columns of a batch, group by group: whole columns where rows do not depend on each other, else row by row.

import { type Batch, makeVector } from "./batch.ts";
import type { BatchBuffers } from "./batch-buffers.ts";
import type { TablePlan } from "./table-plan.ts";

/** Fills the columns of a batch in their order. */
export function fillColumns(
  plan: TablePlan,
  batch: Batch,
  names: ReadonlySet<string>,
  buffers?: BatchBuffers,
): void {
  for (const group of plan.groups) {
    const columns = group.names.filter((name) => names.has(name)).map((name) => plan.columns.get(name)!);
    for (const { slot, plan: column } of columns)
      batch.vectors[slot] = makeVector(column.type, batch.rowCount, column.dictionary, buffers);
    if (group.recurrent)
      for (let i = 0; i < batch.rowCount; i++)
        for (const { plan: column } of columns) column.fill(batch, i, i + 1);
    else for (const { plan: column } of columns) column.fill(batch, 0, batch.rowCount);
  }
}

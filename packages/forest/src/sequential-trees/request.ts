// The boxes of allowed outcomes that the rows of a request are drawn from, weighed by the trees.

import { conditionCells, planRows, type RowPlan, type SampleOptions, type StreamKey } from "@verisim/core";
import type { AllowedBox } from "./allowed-outcomes.ts";
import type { TableSampler } from "./table-sampler.ts";

/** Deals the rows of a request to boxes of allowed outcomes. */
export type RequestPlan = RowPlan<AllowedBox>;

/**
 * The plan of a request, or undefined when nothing is asked but rows.
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` naming what no row of the model can meet, `VERISIM_CONDITION_TYPE`,
 * `VERISIM_UNKNOWN_COLUMN`
 */
export function planRequest(
  rowCount: number,
  options: SampleOptions,
  sampler: TableSampler,
  keyOf: (purpose: string) => StreamKey,
): Promise<RequestPlan | undefined> {
  const columns = sampler.conditionColumns();
  return planRows(rowCount, options, {
    columns,
    generated: Object.keys(sampler.model.metadata.columns).filter((name) => !columns.has(name)),
    keyOf,
    boxesOf: async (condition) => {
      const boxes = conditionCells(condition, columns).flatMap((cell) => sampler.allowed(cell));
      if (boxes.length === 0) throw sampler.impossible(condition);
      return boxes;
    },
    weigh: (boxes) => sampler.weigh(boxes),
  });
}

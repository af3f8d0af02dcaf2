// The boxes of allowed values that the rows of a request are drawn from, weighed by the network.

import { conditionCells, planRows, type RowPlan, type SampleOptions, type StreamKey } from "@verisim/core";
import type { AllowedBox } from "../encoding/layout.ts";
import { impossibleReason, type TableEncoding } from "../encoding/table-encoding.ts";

/** Probability of each box under the model; any common factor. */
export type WeighBoxes = (boxes: readonly AllowedBox[]) => Promise<Float64Array>;

/**
 * The plan of a request, or undefined when nothing is asked but rows.
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` naming what no row of the model can meet, `VERISIM_CONDITION_TYPE`,
 * `VERISIM_UNKNOWN_COLUMN`
 */
export function planBoxes(
  rowCount: number,
  options: SampleOptions,
  encoding: TableEncoding,
  keyOf: (purpose: string) => StreamKey,
  weigh: WeighBoxes,
): Promise<RowPlan<AllowedBox> | undefined> {
  const columns = encoding.conditionColumns();
  return planRows(rowCount, options, {
    columns,
    generated: Object.keys(encoding.metadata.columns).filter((name) => !columns.has(name)),
    keyOf,
    boxesOf: async (condition) => {
      const boxes = conditionCells(condition, columns).flatMap((cell) => encoding.allowed(cell));
      if (boxes.length === 0) throw impossibleReason(condition, encoding);
      return boxes;
    },
    weigh,
  });
}

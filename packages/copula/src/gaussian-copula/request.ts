// The boxes of latent ranges that the rows of a request are drawn from, each with its probability.

import {
  type Condition,
  type ConditionColumns,
  conditionCells,
  impossibleRequest,
  planRows,
  type RowPlan,
  rowUniform,
  type SampleOptions,
  type StreamKey,
  streamKey,
  type VerisimError,
} from "@verisim/core";
import { marginalRange } from "@verisim/stats";
import { gridText } from "@verisim/transforms";
import { TruncatedNormal } from "./truncated-normal.ts";
import { type AllowedNumbers, type LatentBox, type LatentIndex, latentBoxes } from "./value-ranges.ts";

/** Rows of the fixed draw that weighs boxes with several bound latents against each other. */
const WEIGHT_ROWS = 4000;

export interface PlannedBox {
  readonly normal: TruncatedNormal;
  readonly numbers: readonly AllowedNumbers[];
}

export interface RequestContext {
  readonly index: LatentIndex;
  readonly columns: ConditionColumns;
  /** Columns of the table whose cells are made up, so that nothing can be asked of them. */
  readonly generated: readonly string[];
  readonly correlation: Float64Array;
  readonly candidates: number;
  readonly keyOf: (purpose: string) => StreamKey;
  readonly choleskyOf: (matrix: Float64Array, size: number) => Promise<Float64Array>;
}

/** Deals the rows of a request to boxes of latent ranges. */
export type RequestPlan = RowPlan<PlannedBox>;

/**
 * Makes the plan of a request, or undefined when nothing is asked but rows.
 * @throws VerisimError `VERISIM_CONDITION_IMPOSSIBLE` naming what no row of the model can meet
 */
export function planRequest(
  rowCount: number,
  options: SampleOptions,
  context: RequestContext,
): Promise<RequestPlan | undefined> {
  const { columns, generated, keyOf } = context;
  return planRows(rowCount, options, {
    columns,
    generated,
    keyOf,
    boxesOf: (condition) => boxesOf(condition, context),
    weigh: async (boxes) => boxWeights(boxes),
  });
}

async function boxesOf(condition: Condition, context: RequestContext): Promise<PlannedBox[]> {
  const { index, correlation, candidates, choleskyOf } = context;
  const found: LatentBox[] = conditionCells(condition, context.columns).flatMap((cell) =>
    latentBoxes(cell, index),
  );
  if (found.length === 0) throw impossible(condition, context);
  const boxes: PlannedBox[] = [];
  for (const box of found) {
    const normal = await TruncatedNormal.create(
      correlation,
      index.latents.length,
      box.ranges,
      candidates,
      choleskyOf,
    );
    boxes.push({ normal, numbers: box.numbers });
  }
  return boxes;
}

/** Names the columns whose asked values the model does not have, where they alone are the reason. */
function impossible(condition: Condition, { index, columns }: RequestContext): VerisimError {
  return impossibleRequest(condition, {
    columns,
    isPossible: (cell) => latentBoxes(cell, index).length > 0,
    rangeOf: (name) => {
      const latent = index.latents[index.latentOf.get(index.columnOf.get(name)!) ?? -1];
      if (latent?.kind !== "number") return undefined;
      const [low, high] = marginalRange(latent.marginal);
      const text = (value: number): string => gridText(value, latent.unit, latent.marginal.decimals);
      return [text(low), text(high)];
    },
  });
}

function boxWeights(boxes: readonly PlannedBox[]): Float64Array {
  const key = streamKey(0, "box weights");
  const uniform = (row: number) => (draw: number, entry: number) => rowUniform(key, row, draw, entry);
  return Float64Array.from(boxes, ({ normal }) =>
    normal.bound === 0 ? 1 : normal.probability(uniform, WEIGHT_ROWS),
  );
}

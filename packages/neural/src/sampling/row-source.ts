// Where a learned generator's rows come from: as they come, under conditions, and how likely conditions are. Networks that
// draw a row's columns apart, given its noise, share one such source; others bring their own.

import type { AllowedBox, DrawnRows, Layout } from "../encoding/layout.ts";
import { type ConditionedRequest, drawConditioned } from "./conditioned-rows.ts";
import type { PlaceMaps } from "./place-maps.ts";
import { drawPlain, type PlainRequest } from "./plain-rows.ts";
import type { RowSampler } from "./row-sampler.ts";
import { weighBoxes } from "./weigh-boxes.ts";

/** Rows under conditions. */
export interface ConditionedRows {
  readonly rows: DrawnRows;
  /** Rows of the request, counted from its first, that took their given values by force. */
  readonly forced: readonly number[];
}

export interface RowSource {
  /** Rows as they come. @throws VerisimError `VERISIM_ABORTED` */
  plain(request: PlainRequest): Promise<DrawnRows>;
  /** Each row inside of its box. @throws VerisimError `VERISIM_ABORTED` */
  conditioned(request: ConditionedRequest): Promise<ConditionedRows>;
  /** Probability of each box under the model, up to a common factor. */
  weigh(boxes: readonly AllowedBox[]): Promise<Float64Array>;
}

/** @param sampler undefined where no column is modelled */
export function networkSource(sampler: RowSampler | undefined, maps: PlaceMaps, layout: Layout): RowSource {
  return {
    plain: (request) => drawPlain(sampler, maps, layout, request),
    conditioned: (request) => drawConditioned(sampler, maps, layout, request),
    weigh: (boxes) => weighBoxes(sampler, maps, boxes),
  };
}

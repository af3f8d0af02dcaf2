// Rows as they come, nothing asked: whole windows are drawn natively and cut to the stretch. The next window is drawn while
// this one is taken over.

import type { DrawnRows, Layout } from "../encoding/layout.ts";
import type { PlaceMaps } from "./calibrate.ts";
import { type RowSampler, windowRows } from "./row-sampler.ts";

export interface PlainRequest {
  readonly rowStart: number;
  readonly rowCount: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** @param sampler undefined where no column is modelled: rows without choices */
export async function drawPlain(
  sampler: RowSampler | undefined,
  maps: PlaceMaps,
  layout: Layout,
  { rowStart, rowCount, seed, signal }: PlainRequest,
): Promise<DrawnRows> {
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  const rows = {
    rowCount,
    alternatives: new Int32Array(rowCount * spans),
    places: new Float32Array(rowCount * placed),
  };
  if (!sampler) return rows;
  const start = (from: number) =>
    sampler.draw({
      rowStart: rowStart + from,
      rowCount: Math.min(windowRows, rowCount - from),
      seed,
      ...(signal ? { signal } : {}),
    });
  let next = rowCount > 0 ? start(0) : undefined;
  for (let from = 0; from < rowCount; from += windowRows) {
    const window = await next!;
    if (from + windowRows < rowCount) {
      next = start(from + windowRows);
      // Should this function fail before it is waited for, its error has been seen.
      next.catch(() => undefined);
    }
    const count = Math.min(windowRows, rowCount - from);
    rows.alternatives.set(window.alternatives.subarray(0, count * spans), from * spans);
    rows.places.set(window.places.subarray(0, count * placed), from * placed);
  }
  maps.apply(rows, layout);
  return rows;
}

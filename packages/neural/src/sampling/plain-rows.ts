// Rows as they come, nothing asked: whole windows are drawn natively, side by side, each into its place of the stretch.

import type { DrawnRows, Layout } from "../encoding/layout.ts";
import type { PlaceMaps } from "./place-maps.ts";
import { type RowSampler, roomOf, windowRows } from "./row-sampler.ts";

export interface PlainRequest {
  readonly rowStart: number;
  readonly rowCount: number;
  readonly seed: number;
  /** Where the rows are drawn: they stand there until it is given again. Default new memory. */
  readonly room?: RowRoom;
  readonly signal?: AbortSignal;
}

/** Memory for stretches of rows that grows to the longest: new arrays for each would keep the garbage collector at work. */
export class RowRoom {
  #alternatives = new Int32Array(0);
  #places = new Float32Array(0);

  /** Arrays of these lengths, holding anything. */
  take(
    alternatives: number,
    places: number,
  ): { readonly alternatives: Int32Array; readonly places: Float32Array } {
    if (this.#alternatives.length < alternatives) this.#alternatives = new Int32Array(alternatives);
    if (this.#places.length < places) this.#places = new Float32Array(places);
    return {
      alternatives: this.#alternatives.subarray(0, alternatives),
      places: this.#places.subarray(0, places),
    };
  }
}

/** @param sampler undefined where no column is modelled: rows without choices */
export async function drawPlain(
  sampler: RowSampler | undefined,
  maps: PlaceMaps,
  layout: Layout,
  { rowStart, rowCount, seed, room = new RowRoom(), signal }: PlainRequest,
): Promise<DrawnRows> {
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  const last = rowCount % windowRows;
  // The last window is drawn whole and cut.
  const drawn = rowCount - last + (last > 0 ? roomOf(last) : 0);
  const { alternatives, places } = room.take(drawn * spans, drawn * placed);
  const rows = {
    rowCount,
    alternatives: alternatives.subarray(0, rowCount * spans),
    places: places.subarray(0, rowCount * placed),
  };
  if (!sampler || rowCount === 0) return rows;
  let next = 0;
  const work = async (lane: number | undefined): Promise<void> => {
    while (next < rowCount) {
      const from = next;
      next += windowRows;
      const count = Math.min(windowRows, rowCount - from);
      const to = from + roomOf(count);
      await sampler.draw(
        {
          rowStart: rowStart + from,
          rowCount: count,
          seed,
          ...(lane === undefined ? {} : { lane }),
          ...(signal ? { signal } : {}),
        },
        {
          alternatives: alternatives.subarray(from * spans, to * spans),
          places: places.subarray(from * placed, to * placed),
        },
      );
    }
  };
  const windows = Math.ceil(rowCount / windowRows);
  const lanes = windows === 1 ? 1 : Math.min(sampler.lanes, windows);
  if (lanes === 1) await work(undefined);
  else await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));
  maps.apply(rows, layout);
  return rows;
}

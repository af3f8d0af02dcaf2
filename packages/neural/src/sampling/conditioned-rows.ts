// Rows under conditions, exact by construction. Given its noise, a network draws its columns apart from each other, so the
// probability of a condition is a product that is known before anything is drawn. Candidates are made until one is
// accepted with that probability (rejection sampling, exact); where a condition is so rare that none is, one of them is
// taken by its probability (importance resampling), and its bound columns are drawn from what is allowed in any case.

import { RowRandom, type StreamKey } from "@verisim/core";
import type { AllowedBox, AllowedColumn, DrawnRows, Layout } from "../encoding/layout.ts";
import { conditionWidths } from "../network/condition-draws.ts";
import { spanStarts } from "../network/outputs.ts";
import { acceptRows } from "./accepted-rows.ts";
import { CandidateView, pickByWeight } from "./candidate-view.ts";
import type { PlaceMaps } from "./place-maps.ts";
import {
  type CandidateWindow,
  fewRows,
  type RowSampler,
  takesConditions,
  windowRows,
} from "./row-sampler.ts";

export interface ConditionedRequest {
  readonly rowStart: number;
  readonly rowCount: number;
  readonly seed: number;
  /** Key of the choices that are drawn outside of the program. */
  readonly key: StreamKey;
  readonly boxOf: (row: number) => AllowedBox;
  /** Most candidates per row, at least 1. */
  readonly candidates: number;
  readonly signal?: AbortSignal;
}

/** Draws the rows of a request; `forced` holds those of them, counted from its first, that no candidate was accepted for. */
export async function drawConditioned(
  sampler: RowSampler | undefined,
  maps: PlaceMaps,
  layout: Layout,
  request: ConditionedRequest,
): Promise<{ rows: DrawnRows; forced: readonly number[] }> {
  const { rowStart, rowCount, seed, key, boxOf, candidates, signal } = request;
  const spans = layout.widths.length;
  const placed = layout.placed.length;
  const alternatives = new Int32Array(rowCount * spans);
  const places = new Float32Array(rowCount * placed);
  const drawnPlaces = new Float64Array(rowCount * spans).fill(Number.NaN);
  const rows = { rowCount, alternatives, places, drawnPlaces };
  if (!sampler) return { rows, forced: [] };
  const conditioner = takesConditions(sampler.parts.network, layout) ? new Conditioner(sampler) : undefined;
  const forced: number[] = [];
  for (let from = 0; from < rowCount; from += windowRows) {
    const count = Math.min(windowRows, rowCount - from);
    const boxes = Array.from({ length: count }, (_, i) => boxOf(rowStart + from + i));
    const accepting = { rowStart: rowStart + from, rowCount: count, key, candidates };
    const { rows: held, forced: left } = await acceptRows<CandidateWindow>(
      { ...accepting, ...(signal ? { signal } : {}) },
      async (waiting, attempt, visit) => {
        const conditions = conditioner?.conditions(boxes, waiting, rowStart + from, key, attempt);
        for (const { first, rows: size, members } of stretchesOf(waiting, count)) {
          const window = await sampler.judge({
            rowStart: rowStart + from + first,
            rowCount: size,
            seed,
            attempt,
            ...(conditions ? { conditions: conditions.subarray(first, first + size) } : {}),
            ...(signal ? { signal } : {}),
          });
          const view = new CandidateView(layout, maps, window);
          for (const i of members) {
            visit(i, view.probability(boxes[i]!, i - first), () => view.row(i - first));
          }
        }
      },
    );
    for (const i of left) forced.push(from + i);
    for (let i = 0; i < count; i++) {
      const row = from + i;
      const random = new RowRandom(key, rowStart + row, 2 * held[i]!.attempt + 2);
      const own = held[i]!.row;
      places.set(own.places, row * placed);
      new CandidateView(layout, maps, own).draw(boxes[i]!, 0, random, {
        alternatives: alternatives.subarray(row * spans, (row + 1) * spans),
        drawnPlaces: drawnPlaces.subarray(row * spans, (row + 1) * spans),
      });
    }
  }
  maps.apply(rows, layout);
  return { rows, forced };
}

/** Rows to judge at once, and those among them that wait. */
interface WaitingStretch {
  readonly first: number;
  readonly rows: number;
  readonly members: readonly number[];
}

/** The whole window, or only the parts of it in which rows wait, where those are less than half of it. */
function stretchesOf(waiting: readonly number[], count: number): WaitingStretch[] {
  const parts = new Map<number, number[]>();
  for (const i of waiting) {
    const part = Math.floor(i / fewRows);
    const members = parts.get(part);
    if (members) members.push(i);
    else parts.set(part, [i]);
  }
  if (2 * parts.size * fewRows > windowRows) return [{ first: 0, rows: count, members: waiting }];
  return [...parts].map(([part, members]) => {
    const first = part * fewRows;
    return { first, rows: Math.min(fewRows, count - first), members };
  });
}

/** The condition vector that asks the network itself for the rarest of the bound discrete columns. */
class Conditioner {
  readonly #layout: Layout;
  readonly #shares: Float64Array;
  readonly #starts: readonly number[];
  readonly #conditionStarts: readonly number[];
  readonly #columnOf = new Map<AllowedBox, AllowedColumn | null>();

  constructor(sampler: RowSampler) {
    const { layout, shares } = sampler.parts;
    this.#layout = layout;
    this.#shares = shares;
    this.#starts = spanStarts(layout);
    let start = 0;
    this.#conditionStarts = conditionWidths(layout).map((width) => {
      start += width;
      return start - width;
    });
  }

  conditions(
    boxes: readonly AllowedBox[],
    rows: readonly number[],
    rowStart: number,
    key: StreamKey,
    attempt: number,
  ): Int32Array {
    const conditions = new Int32Array(windowRows).fill(-1);
    for (const i of rows) {
      const column = this.#rarest(boxes[i]!);
      if (!column) continue;
      const start = this.#starts[column.column]!;
      const weights = column.shares.map((share, k) => share * this.#shares[start + k]!);
      const chosen = pickByWeight(weights, new RowRandom(key, rowStart + i, 2 * attempt + 2 ** 31).uniform());
      if (chosen >= 0)
        conditions[i] = this.#conditionStarts[this.#layout.discrete.indexOf(column.column)]! + chosen;
    }
    return conditions;
  }

  #rarest(box: AllowedBox): AllowedColumn | null {
    const known = this.#columnOf.get(box);
    if (known !== undefined) return known;
    const massOf = (column: AllowedColumn): number =>
      column.shares.reduce(
        (sum, share, k) => sum + share * this.#shares[this.#starts[column.column]! + k]!,
        0,
      );
    const bound = box.columns.filter(({ column }) => this.#layout.discrete.includes(column));
    const rarest = bound.reduce<AllowedColumn | null>(
      (best, column) => (best === null || massOf(column) < massOf(best) ? column : best),
      null,
    );
    this.#columnOf.set(box, rarest);
    return rarest;
  }
}

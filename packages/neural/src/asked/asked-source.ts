// Rows of a network that takes given cells. Plain ones come from the frame's sampler. Under a condition the bound columns
// come first, each drawn from what is allowed of it; that the others of them can follow is seen to by rejection: a
// candidate is accepted with the probability of what the later bound columns allow, which makes the rows exactly those of
// the model inside the box.

import { RowRandom } from "@verisim/core";
import type { AllowedBox, Layout } from "../encoding/layout.ts";
import { spanStarts } from "../network/outputs.ts";
import { acceptRows, type Visit } from "../sampling/accepted-rows.ts";
import { placeWithin } from "../sampling/candidate-view.ts";
import type { ConditionedRequest } from "../sampling/conditioned-rows.ts";
import type { PlaceMaps } from "../sampling/place-maps.ts";
import { drawPlain } from "../sampling/plain-rows.ts";
import { RowSampler, type SamplerParts } from "../sampling/row-sampler.ts";
import type { ConditionedRows, RowSource } from "../sampling/row-source.ts";
import { AskedRowsSampler, askedSizes, type DrawAsked } from "./asked-rows.ts";
import { type BoxTerms, boxTerms } from "./box-terms.ts";

const [fewRows, windowRows] = askedSizes;
/** Rows that a box is weighed by, where there are few boxes. */
const weighingRows = 4096;

type PlainOf = RowSource["plain"];
/** Which rows. */
export type AskedRequest = Omit<ConditionedRequest, "boxOf">;

export class AskedSource implements RowSource {
  readonly plain: PlainOf;
  readonly #parts: SamplerParts;
  /** In which bound columns are drawn. */
  readonly order: readonly number[];
  readonly #asked: AskedRowsSampler;
  readonly #terms = new WeakMap<AllowedBox, BoxTerms>();

  constructor(parts: SamplerParts, maps: PlaceMaps, draw: DrawAsked, order: readonly number[]) {
    this.#parts = parts;
    this.order = order;
    this.#asked = new AskedRowsSampler(parts, draw);
    let sampler: RowSampler | undefined;
    this.plain = (request) => {
      sampler ??= new RowSampler(parts);
      return drawPlain(sampler, maps, parts.layout, request);
    };
  }

  conditioned(request: ConditionedRequest): Promise<ConditionedRows> {
    return this.asked(request, (row) => this.#termsOf(request.boxOf(row)));
  }

  /** Each row by terms of its own. @throws VerisimError `VERISIM_ABORTED` */
  async asked(request: AskedRequest, termsOf: (row: number) => BoxTerms): Promise<ConditionedRows> {
    const { rowStart, rowCount, key, candidates, signal } = request;
    const { layout } = this.#parts;
    const spans = layout.widths.length;
    const alternatives = new Int32Array(rowCount * spans);
    const drawnPlaces = new Float64Array(rowCount * spans).fill(Number.NaN);
    const forced: number[] = [];
    for (let from = 0; from < rowCount; from += windowRows) {
      const count = Math.min(windowRows, rowCount - from);
      const terms = Array.from({ length: count }, (_, i) => termsOf(rowStart + from + i));
      const stretch = { rowStart: rowStart + from, rowCount: count, key, candidates };
      const accepted = await acceptRows<Int32Array>(
        { ...stretch, ...(signal ? { signal } : {}) },
        (waiting, attempt, visit) => this.#try(request, from, terms, waiting, attempt, visit),
      );
      forced.push(...accepted.forced.map((i) => from + i));
      accepted.rows.forEach(({ row, attempt }, i) => {
        const random = new RowRandom(key, rowStart + from + i, 2 * attempt + 2);
        alternatives.set(row, (from + i) * spans);
        drawPlaces(terms[i]!, row, layout, random, drawnPlaces.subarray((from + i) * spans));
      });
    }
    return { rows: { rowCount, alternatives, places: new Float32Array(0), drawnPlaces }, forced };
  }

  /** One candidate for each row that waits. */
  async #try(
    { rowStart, seed, signal }: AskedRequest,
    from: number,
    terms: readonly BoxTerms[],
    waiting: readonly number[],
    attempt: number,
    visit: Visit<Int32Array>,
  ): Promise<void> {
    const spans = this.#parts.layout.widths.length;
    for (const { first, members } of stretchesOf(waiting, terms)) {
      const { bound } = terms[members[0]!]!;
      const last = members.at(-1)!;
      // Rows between the members are drawn with them, so that each keeps its own numbers; their terms do not matter.
      const window = Array.from({ length: last + 1 - first }, (_, i) => {
        const own = terms[first + i]!;
        return sameColumns(own.bound, bound) ? own : terms[members[0]!]!;
      });
      const drawn = await this.#asked.draw({
        rowStart: rowStart + from + first,
        terms: window,
        seed,
        attempt,
        ...(signal ? { signal } : {}),
      });
      const masses = Math.max(1, bound.length);
      for (const i of members) {
        const at = i - first;
        // The first of the bound columns is drawn as the condition has it.
        let logWeight = 0;
        for (let place = 1; place < bound.length; place++) logWeight += drawn.logMasses[at * masses + place]!;
        visit(i, Math.exp(logWeight), () => drawn.alternatives.slice(at * spans, (at + 1) * spans));
      }
    }
  }

  /** Probabilities of boxes, by the weights of rows that are drawn inside of each. */
  async weigh(boxes: readonly AllowedBox[]): Promise<Float64Array> {
    const { layout } = this.#parts;
    const rows = Math.max(fewRows, Math.min(windowRows, Math.ceil(weighingRows / boxes.length)));
    const weights = new Float64Array(boxes.length);
    for (const [place, box] of boxes.entries()) {
      const terms = boxTerms(box, layout, this.order, true);
      const { logMasses } = await this.#asked.draw({
        rowStart: 0,
        terms: new Array<BoxTerms>(rows).fill(terms),
        seed: 3,
        attempt: 0,
      });
      const columns = Math.max(1, terms.bound.length);
      for (let row = 0; row < rows; row++) {
        let logWeight = 0;
        for (let i = 0; i < columns; i++) logWeight += logMasses[row * columns + i]!;
        weights[place]! += Math.exp(logWeight) / rows;
      }
    }
    return weights;
  }

  #termsOf(box: AllowedBox): BoxTerms {
    let known = this.#terms.get(box);
    if (!known) {
      known = boxTerms(box, this.#parts.layout, this.order);
      this.#terms.set(box, known);
    }
    return known;
  }
}

/** Rows that are drawn in one run: of the same bound columns, and near each other where few wait. */
function stretchesOf(
  waiting: readonly number[],
  terms: readonly BoxTerms[],
): { readonly first: number; readonly members: readonly number[] }[] {
  const groups = new Map<string, number[]>();
  const few = waiting.length * 4 < terms.length;
  for (const i of waiting) {
    const name = `${terms[i]!.bound.join()} ${few ? Math.floor(i / fewRows) : ""}`;
    const group = groups.get(name);
    if (group) group.push(i);
    else groups.set(name, [i]);
  }
  return [...groups.values()].map((members) => ({ first: members[0]!, members }));
}

function sameColumns(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((column, i) => column === b[i]);
}

/** Places of the numbers that a condition binds, even inside of what it allows. */
function drawPlaces(
  { columns }: BoxTerms,
  alternatives: Int32Array,
  layout: Layout,
  random: RowRandom,
  into: Float64Array,
): void {
  const starts = spanStarts(layout);
  for (const { column, ranges } of columns) {
    const chosen = alternatives[column]!;
    if (layout.hasPlace[starts[column]! + chosen] === 1)
      into[column] = placeWithin(ranges[chosen]!, undefined, random.uniform());
  }
}

// Rows of a chain. Plain ones come from the frame's sampler. Under a condition the bound columns come first, each drawn
// from what is allowed of it; that the others of them can follow is seen to by rejection: a candidate is accepted with the
// probability of what the later bound columns allow, which makes the rows exactly those of the model inside the box.

import { RowRandom, throwIfAborted } from "@verisim/core";
import {
  type AllowedBox,
  type ConditionedRequest,
  type ConditionedRows,
  drawPlain,
  type Layout,
  placeWithin,
  RowSampler,
  type RowSource,
  type SamplerParts,
} from "@verisim/neural";
import { AskedRowsSampler, askedSizes } from "./asked-rows.ts";
import { type BoxTerms, boxTerms } from "./box-terms.ts";
import type { TableChain } from "./chain-network.ts";

const [fewRows, windowRows] = askedSizes;
/** Rows that a box is weighed by, where there are few boxes. */
const weighingRows = 4096;

type PlainOf = RowSource["plain"];

/** A row so far: its candidate, and the sum of the weights of all candidates seen. */
interface Held {
  alternatives: Int32Array;
  attempt: number;
  total: number;
}

export class ChainSource implements RowSource {
  readonly plain: PlainOf;
  readonly #parts: SamplerParts;
  readonly #chain: TableChain;
  readonly #asked: AskedRowsSampler;
  readonly #terms = new WeakMap<AllowedBox, BoxTerms>();

  constructor(parts: SamplerParts, maps: Parameters<typeof drawPlain>[1]) {
    this.#parts = parts;
    this.#chain = parts.network as TableChain;
    this.#asked = new AskedRowsSampler(parts, this.#chain);
    let sampler: RowSampler | undefined;
    this.plain = (request) => {
      sampler ??= new RowSampler(parts);
      return drawPlain(sampler, maps, parts.layout, request);
    };
  }

  async conditioned(request: ConditionedRequest): Promise<ConditionedRows> {
    const { rowStart, rowCount, key, boxOf, candidates, signal } = request;
    const { layout } = this.#parts;
    const spans = layout.widths.length;
    const alternatives = new Int32Array(rowCount * spans);
    const drawnPlaces = new Float64Array(rowCount * spans).fill(Number.NaN);
    const forced: number[] = [];
    for (let from = 0; from < rowCount; from += windowRows) {
      const count = Math.min(windowRows, rowCount - from);
      const terms = Array.from({ length: count }, (_, i) => this.#termsOf(boxOf(rowStart + from + i)));
      const held = new Array<Held | undefined>(count);
      let waiting = Array.from({ length: count }, (_, i) => i);
      for (let attempt = 0; attempt < candidates && waiting.length > 0; attempt++) {
        throwIfAborted(signal);
        waiting = await this.#try(request, from, terms, waiting, attempt, held);
      }
      forced.push(...waiting.map((i) => from + i));
      for (let i = 0; i < count; i++) {
        const own = held[i]!;
        const random = new RowRandom(key, rowStart + from + i, 2 * own.attempt + 2);
        alternatives.set(own.alternatives, (from + i) * spans);
        drawPlaces(terms[i]!, own.alternatives, layout, random, drawnPlaces.subarray((from + i) * spans));
      }
    }
    return { rows: { rowCount, alternatives, places: new Float32Array(0), drawnPlaces }, forced };
  }

  /** One candidate for each row that waits; those of them that wait on. */
  async #try(
    { rowStart, seed, key, signal }: ConditionedRequest,
    from: number,
    terms: readonly BoxTerms[],
    waiting: readonly number[],
    attempt: number,
    held: (Held | undefined)[],
  ): Promise<number[]> {
    const spans = this.#parts.layout.widths.length;
    const left: number[] = [];
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
        const weight = Math.exp(logWeight);
        const random = new RowRandom(key, rowStart + from + i, 2 * attempt + 1);
        const accepted = bound.length < 2 || random.uniform() < weight;
        const seen = held[i]?.total ?? 0;
        // A reservoir of one: every candidate ends up held with probability in proportion to its weight.
        if (accepted || held[i] === undefined || random.uniform() * (seen + weight) < weight)
          held[i] = {
            alternatives: drawn.alternatives.slice(at * spans, (at + 1) * spans),
            attempt,
            total: seen + weight,
          };
        else held[i]!.total += weight;
        if (!accepted) left.push(i);
      }
    }
    return left.sort((a, b) => a - b);
  }

  /** Probabilities of boxes, by the weights of rows that are drawn inside of each. */
  async weigh(boxes: readonly AllowedBox[]): Promise<Float64Array> {
    const { layout } = this.#parts;
    const rows = Math.max(fewRows, Math.min(windowRows, Math.ceil(weighingRows / boxes.length)));
    const weights = new Float64Array(boxes.length);
    for (const [place, box] of boxes.entries()) {
      const terms = boxTerms(box, layout, this.#chain.order, true);
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
      known = boxTerms(box, this.#parts.layout, this.#chain.order);
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
  { widths, hasPlace }: Layout,
  random: RowRandom,
  into: Float64Array,
): void {
  let start = 0;
  const starts = widths.map((width) => {
    start += width;
    return start - width;
  });
  for (const { column, ranges } of columns) {
    const chosen = alternatives[column]!;
    if (hasPlace[starts[column]! + chosen] === 1)
      into[column] = placeWithin(ranges[chosen]!, undefined, random.uniform());
  }
}
